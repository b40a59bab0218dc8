"""The map panel: what the session holds, drawn; what is chosen on it, told; and what to do without a map."""

from collections import OrderedDict

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from engine.map.records import MapData
from engine.progress import Progress
from gui import palette
from gui.actions import MAKE_MAP, UPDATE_MAP, Actions
from gui.engine_link import EngineLink, Job
from gui.jobs import map_job
from gui.map.figure import Colouring, Figure, Rows, by_cluster, by_format, by_label, rows_of
from gui.map.legend import Legend
from gui.map.making import Making
from gui.map.surface import NO_ROWS
from gui.map.tools import NARROWEST, MapTools
from gui.map.view import MapView
from gui.panel import ActionButton, EmptyState, Panel
from gui.session import Session
from gui.theme import GAP, tones
from gui.wording import count, format_name
from indexes.records import Passage

REMEMBERED = 300
"""Passages kept for the hover card."""


class MapPanel(Panel):
    """Shows the session's map; writes the session's selection and current passage."""

    def __init__(self, link: EngineLink, session: Session, actions: Actions) -> None:
        super().__init__("Map")
        self._link = link
        self._session = session
        self.make = actions["build_map"]
        self._coloured: Colouring | None = None
        self._chosen: tuple[frozenset[int], Rows] = (frozenset(), NO_ROWS)
        self._passages: OrderedDict[int, Passage] = OrderedDict()
        self.view = MapView()
        self.legend = Legend(self.view)
        self.tools = MapTools(self.view, self.make)
        self.add_head(self.tools)
        self._make_body()
        self._connect()
        self._on_map()

    def show_cluster(self, cluster_id: int) -> None:
        """Zoom to a cluster."""
        if self._session.map is not None:
            self.view.show_rows(np.flatnonzero(self._session.map.cluster_ids == cluster_id).astype(np.int32))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "legend"):
            self._show_legend()
            self._on_result()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the header's tools to the width."""
        super().resizeEvent(event)
        self._show_tools()

    # building

    def _make_body(self) -> None:
        self.notice = QFrame(objectName="notice")
        self.notice.setProperty("kind", "note")
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.notice_button = ActionButton(self.make)
        row = QHBoxLayout(self.notice)
        row.setContentsMargins(2 * GAP, GAP // 2, GAP, GAP // 2)
        row.addWidget(self.sentence, 1)
        row.addWidget(self.notice_button)
        self.content.addWidget(self.notice)
        self.content.addWidget(self.view, 1)
        self.empty = EmptyState("map", "", "")
        self.offer = EmptyState("map", "No map yet", "", (self.make,), primary=True)
        self.making = Making()
        for state in (self.empty, self.offer, self.making):
            self.add_state(state)
        self.setFocusProxy(self.view)

    def _connect(self) -> None:
        self.tools.colouring_chosen.connect(self._colour)
        self.legend.entry_chosen.connect(self._select_entry)
        self.view.installEventFilter(self)
        self.view.point_chosen.connect(self._on_chosen)
        self.view.rows_selected.connect(self._on_selected)
        self.view.clear_wanted.connect(self._on_clear)
        self.view.hover_wanted.connect(self._on_hover)
        session, link = self._session, self._link
        session.corpus_changed.connect(self._on_corpus)
        session.corpus_info_changed.connect(self._show_state)
        session.map_changed.connect(self._on_map)
        session.selection_changed.connect(self._on_selection)
        session.current_changed.connect(self._on_current)
        session.result_changed.connect(self._on_result)
        session.tags_changed.connect(self._on_tags)
        link.job_changed.connect(self._on_job)
        link.job_progress.connect(self._on_progress)

    # states

    def _job(self) -> Job | None:
        return map_job(self._link.jobs, self._session.corpus_name)

    def _show_state(self) -> None:
        corpus, data, job = self._session.corpus, self._session.map, self._job()
        drawn = data is not None and len(data.passage_ids) > 0
        self._show_tools()
        self.make.setText(UPDATE_MAP if drawn else MAKE_MAP)
        if drawn:
            self._show_notice(data, job)
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

    def _show_notice(self, data: MapData | None, job: Job | None) -> None:
        """Say above the map what is to be known about it."""
        if data is None:
            return
        sentences = [data.note]
        if job is not None:
            sentences = ["The map is being made again."]
        elif data.unmapped:
            were = "passage was" if data.unmapped == 1 else "passages were"
            sentences.append(f"{data.unmapped:,} {were} added since this map was made.")
        sentence = " ".join(filter(None, sentences))
        self.sentence.setText(sentence)
        self.notice_button.setVisible(data.unmapped > 0 and job is None)
        self.notice.setVisible(bool(sentence))

    def _on_corpus(self) -> None:
        self._passages.clear()
        self._show_state()

    def _on_job(self, _job: object) -> None:
        self._show_state()

    def _on_progress(self, progress: Progress) -> None:
        if self.state is self.making:
            job = self._job()
            self.making.show_progress(job.progress if job else progress)

    # what the session says

    def _on_map(self) -> None:
        data, figure = self._session.map, self.view.figure
        if data is not None and figure is not None and data.xy is figure.data.xy:
            self.view.rename(figure.with_clusters(data))
        else:
            self._chosen = (frozenset(), NO_ROWS)
            drawn = data is not None and len(data.passage_ids) > 0
            self.view.show_figure(Figure.of(data) if drawn and data is not None else None)
            self._colour()
            self._on_result()
            self._on_selection()
            self._on_current()
        self._show_state()

    def _on_selection(self) -> None:
        if self.view.figure is None:
            return
        selection = self._session.selection
        known, rows = self._chosen
        self.view.select(rows if selection is known else self.view.figure.rows_of(selection))

    def _on_result(self) -> None:
        if self.view.figure is None:
            return
        scores = self._session.hit_scores
        ids = [passage_id for passage_id in scores if self._row(passage_id) >= 0]
        self.view.light_hits(self.view.figure.rows_of(ids), [scores[passage_id] for passage_id in ids])

    def _on_current(self) -> None:
        self.view.mark_current(self._row(self._session.current))

    def _on_tags(self) -> None:
        if self.tools.kind == "label":
            self._colour()

    def _row(self, passage_id: int) -> int:
        if self.view.figure is None:
            return -1
        rows = rows_of(self.view.figure.data.passage_ids, [passage_id])
        return int(rows[0]) if len(rows) else -1

    # what the hand says

    def _on_chosen(self, row: int) -> None:
        if self.view.figure:
            self._session.set_current(int(self.view.figure.data.passage_ids[row]))

    def _on_selected(self, rows: Rows, origin: str, intent: str) -> None:
        """Change the one selection; a million points pass without a step of Python for each."""
        if self.view.figure is None:
            return
        chosen = frozenset(self.view.figure.data.passage_ids[rows].tolist())
        if intent == "replace":
            self._chosen = (chosen, rows)
        elif intent == "add":
            chosen = self._session.selection | chosen
        else:
            chosen = self._session.selection - chosen
        self._session.set_selection(chosen, origin)

    def _on_clear(self) -> None:
        self._session.set_selection((), "")

    def _on_hover(self, row: int) -> None:
        if self.view.figure is None or row < 0:
            return
        passage_id = int(self.view.figure.data.passage_ids[row])
        if passage_id in self._passages:
            self._show_card(self._passages[passage_id])
            return
        self._link.call(
            "passages", self._session.corpus_name, [passage_id], on_done=self._on_passages, replaces="hover"
        )

    def _on_passages(self, passages: list[Passage]) -> None:
        for passage in passages:
            self._passages[passage.id] = passage
            while len(self._passages) > REMEMBERED:
                self._passages.popitem(last=False)
            self._show_card(passage)

    def _show_card(self, passage: Passage) -> None:
        row, figure = self._row(passage.id), self.view.figure
        if row < 0 or figure is None:
            return
        cluster = figure.cluster_of(row)
        dark = tones(self.palette()).dark
        colour = palette.noise_colour(dark)
        if cluster is not None:
            colour = palette.cluster_colours(dark)[figure.cluster_places[cluster.id]]
        score = self._session.hit_scores.get(passage.id)
        place = [
            format_name(passage.format),
            str(passage.locator),
            "" if score is None else f"score {score:.2f}",
        ]
        name = cluster.name if cluster else "Noise" if figure.data.clusters else ""
        title = passage.title or passage.document_key
        self.view.show_card(row, title, " · ".join(filter(None, place)), passage.text, name, colour)

    # colours

    def _colour(self) -> None:
        figure = self.view.figure
        if figure is not None:
            kind = self.tools.kind
            if kind == "format":
                self._coloured = by_format(figure)
            elif kind == "label":
                self._coloured = by_label(figure, self._session.tags)
            else:
                self._coloured = by_cluster(figure)
            self.view.colour_by(self._coloured)
            self._on_result()
        self._show_legend()

    def _show_legend(self) -> None:
        if self.view.figure is None or self._coloured.kind == "cluster":
            self.legend.show_entries([])
            return
        self.legend.show_entries(_entries(self._coloured, tones(self.palette()).dark))

    def _select_entry(self, place: int) -> None:
        colouring = self._coloured
        wanted = place + 1 if place < len(colouring.names) else 0
        rows = np.flatnonzero(colouring.ids == wanted).astype(np.int32)
        self._on_selected(rows, _entry_names(colouring)[place], "replace")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the legend in its corner."""
        if isinstance(event, QResizeEvent) and watched is self.view:
            self.legend.stand()
        return super().eventFilter(watched, event)


def _entry_names(colouring: Colouring) -> list[str]:
    if colouring.kind == "format":
        return [format_name(name) for name in colouring.names]
    return [*(name.capitalize() for name in colouring.names), "Not tagged"]


def _entries(colouring: Colouring, dark: bool) -> list[tuple[str, int, str]]:
    """Return (name, count, colour) for the legend, with those that have no label last."""
    colours = (*(colouring.dark if dark else colouring.light), colouring.none_colour(dark))
    return list(zip(_entry_names(colouring), colouring.counts(), colours, strict=False))


def _offer(passages: int) -> str:
    return f"Lay out {count(passages, 'passage')} by meaning, and find and name the clusters they form."
