"""The map panel: what the session holds, drawn; what is chosen on it, told; and what to do without a map."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QEvent, QObject, QSettings, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QMenu

from engine.map.records import MapData
from engine.progress import Progress
from gui.actions import MAKE_MAP, UPDATE_MAP, Actions
from gui.engine_link import EngineLink, Job
from gui.jobs import map_job
from gui.map.colour_choice import ColourChoice
from gui.map.drawing.figure import Figure
from gui.map.export import MapExport
from gui.map.hover import Hover
from gui.map.legend import Legend
from gui.map.legend_entries import LegendEntries
from gui.map.making import Making
from gui.map.minimap import MiniMap
from gui.map.notice import MapNotice
from gui.map.point_menu import PointMenu
from gui.map.query_marker import QueryMarker
from gui.map.selecting import Selecting
from gui.map.switches import Switches
from gui.map.time_brush import TimeBrush
from gui.map.timeline import Timeline
from gui.map.tools import NARROWEST, MapTools
from gui.map.true_neighbours import TrueNeighbours
from gui.map.view import MapView
from gui.map.views import KeptViews, ViewsMenu
from gui.panel import EmptyState, Panel
from gui.session import Session
from gui.wording import count


class MapPanel(Panel):
    """Shows the session's map. Its parts each keep one thing true between session, engine and view."""

    noted = Signal(str)
    """A sentence worth saying in the window."""

    def __init__(self, link: EngineLink, session: Session, actions: Actions) -> None:
        super().__init__("Map")
        self._link = link
        self._session = session
        self.make = actions["build_map"]
        self.view = MapView()
        self.legend = Legend(self.view)
        self.minimap = MiniMap(self.view)
        self.timeline = Timeline()
        self.notice = MapNotice(self.make)
        self.switches = Switches(actions, self)
        self.views = KeptViews(link, session, self.view)
        self.tools = MapTools(self.view, self.make, self._menu(actions))
        self.add_head(self.tools)
        self.selecting = Selecting(session, self.view)
        self.colours = ColourChoice(link, session, self.tools.colouring)
        self.entries = LegendEntries(self.legend, self.selecting)
        self.times = TimeBrush(link, session, self.view, self.timeline, self.selecting)
        self.hover = Hover(link, session, self.view)
        self.query_marker = QueryMarker(link, session, self.view)
        self.true_neighbours = TrueNeighbours(link, session, self.view)
        self.export = MapExport(link, session, self.view)
        always = ("select_in_view", "invert_selection", "keep_view", "map_fit")
        self.menu = PointMenu(self.view, self.selecting, [actions[one] for one in always])
        self._make_body()
        self._connect()
        self._on_map()

    def show_cluster(self, cluster_id: int) -> None:
        """Zoom to a cluster; to the noise for -1."""
        if self._session.map is not None:
            self.view.show_rows(np.flatnonzero(self._session.map.cluster_ids == cluster_id).astype(np.int32))

    def show_clusters(self, cluster_ids: Sequence[int]) -> None:
        """Zoom to several clusters."""
        if self.view.figure is not None:
            self.view.show_rows(self.view.figure.rows_of_clusters(cluster_ids))

    def save(self, settings: QSettings) -> None:
        """Remember what the map shows."""
        self.switches.save(settings)

    def restore(self, settings: QSettings) -> None:
        """Show what was remembered."""
        self.switches.restore(settings)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "export"):
            self._show_legend()
            self._on_result()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the header's tools to the width."""
        super().resizeEvent(event)
        self._show_tools()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep legend and overview in their corners."""
        if isinstance(event, QResizeEvent) and watched is self.view:
            self.legend.stand()
            self.minimap.stand()
        return super().eventFilter(watched, event)

    # building

    def _menu(self, actions: Actions) -> list[QAction | QMenu | None]:
        """Return what the View menu holds: switches, kept views, selecting and saving; None for a line."""
        self.views_menu = ViewsMenu(self._session, actions["keep_view"])
        self.views_menu.go_wanted.connect(self.views.go)
        self.views_menu.forget_wanted.connect(self.views.forget)
        selecting = ("select_in_view", "select_cluster_here", "select_new", "invert_selection")
        saving = ("save_picture", "save_points", "save_page")
        return [
            *self.switches.actions.values(),
            actions["map_trust"],
            None,
            self.views_menu,
            self._submenu("Select", [actions[one] for one in selecting]),
            self._submenu("Save", [actions[one] for one in saving]),
        ]

    def _submenu(self, title: str, actions: list[QAction]) -> QMenu:
        menu = QMenu(title, self)
        menu.setToolTipsVisible(True)
        menu.addActions(actions)
        return menu

    def _make_body(self) -> None:
        self.content.addWidget(self.notice)
        self.content.addWidget(self.view, 1)
        self.content.addWidget(self.timeline)
        self.empty = EmptyState("map", "", "")
        self.offer = EmptyState("map", "No map yet", "", (self.make,), primary=True)
        self.making = Making()
        for state in (self.empty, self.offer, self.making):
            self.add_state(state)
        self.setFocusProxy(self.view)
        strip = self.timeline.strip
        order = (self.tools.buttons[-1], self.notice.button, self.view, strip, self.timeline.select)
        for before, after in pairwise((*order, self.timeline.clear)):
            self.setTabOrder(before, after)

    def _connect(self) -> None:
        self.colours.changed.connect(self._on_colours)
        self.colours.columns_known.connect(self.times.ask)
        self.switches.changed.connect(self._on_switch)
        self.minimap.centre_wanted.connect(self.view.centre_on)
        self.export.saved.connect(self.noted)
        self.view.installEventFilter(self)
        self.view.moved.connect(self._on_moved)
        self.view.point_chosen.connect(self._on_chosen)
        session, link = self._session, self._link
        session.corpus_changed.connect(self._show_state)
        session.corpus_info_changed.connect(self._show_state)
        session.map_changed.connect(self._on_map)
        session.current_changed.connect(self._on_current)
        session.result_changed.connect(self._on_result)
        link.job_changed.connect(self._on_job)
        link.job_progress.connect(self._on_progress)

    # states

    def _job(self) -> Job | None:
        return map_job(self._link.jobs, self._session.corpus_name)

    def _show_state(self) -> None:
        corpus, data, job = self._session.corpus, self._session.map, self._job()
        self._show_tools()
        self.make.setText(UPDATE_MAP if _has_points(data) else MAKE_MAP)
        if data is not None and _has_points(data):
            self.notice.show_for(data, job is not None)
            self.show_state(None)
        elif corpus is None:
            self._say("No corpus is open", "Open or create a corpus to see it as a map.")
        elif job is not None:
            self.making.show_progress(job.progress)
            self.show_state(self.making)
        elif corpus.passages == 0:
            self._say("Nothing to map yet", f"Add a folder, files or a table to “{corpus.name}”.")
        elif data is not None:
            self._say("No map yet", data.note or "There are too few passages for a map.")
        elif corpus.embedded == 0:
            self._say(
                "No map yet", "The passages have to be embedded first. Update the corpus to go on with that."
            )
        elif corpus.has_map:
            self._say("Opening the map …", "")
        else:
            self.offer.say("No map yet", _offer(corpus.passages))
            self.show_state(self.offer)

    def _show_tools(self) -> None:
        """Show the tools while there is a map, and the title where it has room."""
        drawn = self.view.figure is not None
        self.title.setVisible(self.width() >= NARROWEST or not drawn)
        self.tools.setVisible(drawn)
        self.tools.show_in(self.width())

    def _say(self, title: str, text: str) -> None:
        self.empty.say(title, text)
        self.show_state(self.empty)

    def _on_job(self, _job: object) -> None:
        self._show_state()

    def _on_progress(self, progress: Progress) -> None:
        if self.state is self.making:
            job = self._job()
            self.making.show_progress(job.progress if job else progress)

    # what the session says

    def _on_map(self) -> None:
        data, before = self._session.map, self.view.figure
        if before is not None and data is not None and _same_points(before.data, data):
            figure = before.with_clusters(data)
            self.view.update_figure(figure, self.colours.of(figure))
            self._show_legend()
        else:
            self._show_points(data, before)
        self.minimap.show_map(self.view.figure, self.colours.colouring)
        self._show_state()

    def _show_points(self, data: MapData | None, before: Figure | None) -> None:
        """Show another map: it glides from the one before, or stays where it is when it has only grown."""
        self.selecting.forget()
        self.times.forget()
        figure = Figure.of(data) if data is not None and _has_points(data) else None
        colouring = self.colours.of(figure)
        if figure is None or before is None:
            self.view.show_figure(figure, colouring)
        elif _has_grown(before.data, figure.data):
            self.view.show_grown(figure, colouring)
        else:
            self.view.morph_to(figure, colouring)
        self._show_legend()
        self._on_result()
        self.selecting.show()
        self._on_current()
        self.query_marker.show()
        self.true_neighbours.draw()
        self.colours.ask()

    def _on_result(self) -> None:
        if self.view.figure is None:
            return
        lights = _lights(self._session)
        ids = [passage_id for passage_id in lights if len(self.view.figure.rows_of([passage_id]))]
        self.view.light_hits(self.view.figure.rows_of(ids), [lights[passage_id] for passage_id in ids])

    def _on_current(self) -> None:
        if self.view.figure is not None:
            rows = self.view.figure.rows_of([self._session.current])
            self.view.mark_current(int(rows[0]) if len(rows) else -1)

    # what the hand says

    def _on_chosen(self, row: int) -> None:
        if self.view.figure is not None:
            self._session.set_current(int(self.view.figure.data.passage_ids[row]))

    def _on_moved(self) -> None:
        self.minimap.show_view(self.view.view)

    def _on_switch(self, name: str, shown: bool) -> None:
        switches: dict[str, Callable[[bool], None]] = {
            "map_names": self.view.show_names,
            "map_density": self.view.show_density,
            "map_shapes": self.colours.use_shapes,
            "map_overview": self.minimap.switch,
            "map_timeline": self.times.show,
            "map_neighbours": self.true_neighbours.show,
        }
        switches[name](shown)

    # colours

    def _on_colours(self) -> None:
        if self.view.figure is not None and self.colours.colouring is not None:
            self.view.colour_by(self.colours.colouring)
            self._on_result()
            self.minimap.show_map(self.view.figure, self.colours.colouring)
        self._show_legend()

    def _show_legend(self) -> None:
        column = self.tools.colouring.column
        self.entries.show(self.view.figure, self.colours.colouring, column, self._session.trust)


def _has_points(data: MapData | None) -> bool:
    return data is not None and len(data.passage_ids) > 0


def _same_points(before: MapData, after: MapData) -> bool:
    """Say whether the same passages lie at the same places."""
    if before.xy is after.xy:
        return True
    return np.array_equal(before.passage_ids, after.passage_ids) and np.array_equal(
        before.xy, after.xy, equal_nan=True
    )


def _has_grown(before: MapData, after: MapData) -> bool:
    """Say whether every passage that both maps have still lies where it was."""
    rows = np.searchsorted(after.passage_ids, before.passage_ids)
    rows = np.minimum(rows, len(after.passage_ids) - 1)
    still = after.passage_ids[rows] == before.passage_ids
    return bool(still.any()) and np.array_equal(before.xy[still], after.xy[rows[still]], equal_nan=True)


def _lights(session: Session) -> dict[int, float]:
    """Return how brightly each hit lights up: by its relevance where that is known, else by its score."""
    scores = session.hit_scores
    documents = session.result.documents if session.result else ()
    relevances = {hit.passage.id: hit.relevance for document in documents for hit in document.hits}
    known = {one: relevances.get(one, 1.0) for one in scores}
    return known if min(known.values(), default=1.0) < 1 else scores


def _offer(passages: int) -> str:
    return f"Lay out {count(passages, 'passage')} by meaning, and find and name the clusters they form."
