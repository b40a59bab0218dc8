"""The outline beside the map, its accessible twin: branches, clusters and parts to select, read and change."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLineEdit

from engine.map.records import MapData
from gui.clusters.colour_popover import ColourPopover
from gui.clusters.commands import ClusterCommands
from gui.clusters.division_dialog import DivisionDialog
from gui.clusters.order_button import OrderButton
from gui.clusters.outline import MANY, NOISE, Entry, Outline, outline_of, passages_in
from gui.clusters.outline_menu import OutlineMenu
from gui.clusters.outline_model import OutlineModel
from gui.clusters.outline_view import Fold, OutlineView, open_at_first
from gui.clusters.reach_slider import ReachSlider
from gui.engine_link import EngineLink
from gui.palette import colours_of_clusters
from gui.panel import EmptyState, Panel, line
from gui.search.why_box import short
from gui.session import Session
from gui.theme import tones
from gui.wording import count
from indexes.records import Cluster

ROOMY = 360
"""Pixels of width from which the filter leaves room for the title."""
WAIT_FOR_MAP = "They appear here when the map is made."


class ClusterPanel(Panel):
    """Shows the clusters of the session's map as an outline, and points with the map at the same one."""

    show_asked = Signal(int)
    """A cluster id: the map should zoom to it."""
    show_all_asked = Signal(object)
    """Several cluster ids: the map should zoom to all of them."""
    chosen_changed = Signal()
    """Other rows are chosen."""

    def __init__(self, link: EngineLink, session: Session) -> None:
        super().__init__("Clusters")
        self._link = link
        self._session = session
        self._unfolded: set[Fold] = set()
        self.commands = ClusterCommands(self, link, session)
        self.model = OutlineModel(self)
        self.list = OutlineView(self.model)
        self.filter = QLineEdit(placeholderText="Filter clusters", clearButtonEnabled=True)
        self.filter.setAccessibleName("Filter clusters")
        self.filter.setMinimumWidth(90)
        self.reach = ReachSlider()
        self._rule = line()
        self.orders = OrderButton()
        self.add_head(self.filter)
        self.add_head(self.orders)
        self.content.addWidget(self.list, 1)
        self.content.addWidget(self._rule)
        self.content.addWidget(self.reach)
        self.empty = EmptyState("palette", "No clusters yet", WAIT_FOR_MAP)
        self.add_state(self.empty)
        self.setFocusProxy(self.list)
        self.menu = OutlineMenu(self)
        self.orders.show_order(self.model.order, self.model.backwards)
        self._connect()
        self._show()

    # what is chosen

    def chosen(self) -> list[Entry]:
        """Return what the chosen rows show."""
        return self.list.entries()

    @property
    def pair(self) -> tuple[Cluster, ...]:
        """Return the two clusters that are chosen, () when it is not two, or something else is chosen too."""
        data = self._session.map
        chosen = self.chosen() if self.list.count() == 2 else []
        if data is None or not chosen or any(entry.kind != "cluster" for entry in chosen):
            return ()
        return tuple(data.clusters[entry.id] for entry in chosen)

    @property
    def splittable(self) -> bool:
        """Say whether one cluster is chosen that has parts."""
        data, chosen = self._session.map, self.chosen()
        if data is None or len(chosen) != 1 or chosen[0].kind != "cluster":
            return False
        return sum(part.cluster == chosen[0].id for part in data.parts) > 1

    # what can be done with it

    def select(self, entries: Sequence[Entry]) -> None:
        """Make the passages of some rows the selection."""
        data = self._session.map
        if data is not None and entries:
            chosen = data.passage_ids[passages_in(data, entries)].tolist()
            self._session.set_selection(frozenset(chosen), _origin(entries))

    def select_one(self, cluster: Cluster) -> None:
        """Make the passages of a cluster the selection."""
        self.select([entry for entry in self.model.outline.entries if entry.key == ("cluster", cluster.id)])

    def select_chosen(self) -> None:
        """Make the passages of the chosen rows the selection."""
        self.select(self._wanted("Choose clusters in the list first."))

    def show_chosen(self) -> None:
        """Let the map move to what is chosen."""
        clusters = _clusters(self._wanted("Choose a cluster in the list first.")) or (NOISE,)
        if len(clusters) == 1:
            self.show_asked.emit(clusters[0])
        else:
            self.show_all_asked.emit(clusters)

    def next_exemplar(self) -> None:
        """Read the next of the passages that are most typical of the chosen clusters."""
        self._walk(1)

    def previous_exemplar(self) -> None:
        """Read the one before."""
        self._walk(-1)

    def rename_chosen(self) -> None:
        """Let the current row's name be typed over."""
        chosen = self._wanted("Choose a cluster in the list first.")
        if chosen and chosen[-1].kind not in ("cluster", "branch"):
            self._link.failed.emit(
                "Choose a cluster or a branch: parts and noise have no names of their own."
            )
        elif chosen:
            self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.list.edit_current()

    def colour_chosen(self) -> None:
        """Offer colours for the chosen clusters."""
        entries = self._wanted("Choose a cluster in the list first.")
        clusters = _clusters(entries)
        if not clusters:
            if entries:
                self._link.failed.emit("Choose a cluster: the noise keeps its colour.")
            return
        title = entries[0].name if len(entries) == 1 else count(len(clusters), "cluster")
        popover = ColourPopover(self, short(title), entries[0].colour)
        popover.chosen.connect(partial(self.commands.colour, clusters))
        row = self.list.visualRect(self.list.currentIndex())
        popover.open_at(self.list.viewport().mapToGlobal(row.bottomLeft()))

    def merge_chosen(self) -> None:
        """Make one cluster of the chosen ones."""
        chosen = self.chosen()
        clusters = _clusters(chosen)
        if len(clusters) > 1 and all(entry.kind in ("cluster", "branch") for entry in chosen):
            self.commands.merge(clusters)
        else:
            self._link.failed.emit("Choose two or more clusters in the list, then merge them.")

    def split_chosen(self) -> None:
        """Make clusters of the chosen cluster's parts."""
        chosen = self.chosen()
        if len(chosen) == 1 and chosen[0].kind == "cluster":
            self.commands.split(chosen[0].id)
        else:
            self._link.failed.emit("Choose one cluster in the list, then split it.")

    def divide_chosen(self) -> None:
        """Show what divides the two clusters that are chosen."""
        if self.pair:
            DivisionDialog(self._link, self._session, *self.pair, parent=self.window()).show()

    def contrast_chosen(self) -> None:
        """Show in which labels the two clusters that are chosen differ."""
        from gui.tagging.contrast_dialog import ContrastDialog

        if self.pair:
            one, other = self.pair
            ContrastDialog(self._link, self._session, one.id, other.id, self.window()).show()

    def sort_by(self, order: str) -> None:
        """Sort the rows; the same order again turns it round."""
        backwards = order == self.model.order and not self.model.backwards
        self.model.sort_by(order, backwards)
        self.orders.show_order(order, backwards)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "menu"):
            self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the title beside the filter where there is room for both."""
        super().resizeEvent(event)
        self._make_room()

    # building

    def _connect(self) -> None:
        self.list.chosen.connect(self.select_chosen)
        self.list.menu_wanted.connect(self._open_menu)
        self.list.hovered.connect(self._session.set_hovered_cluster)
        self.list.selectionModel().selectionChanged.connect(self.chosen_changed)
        self.model.modelReset.connect(self.chosen_changed)
        self.model.rename_asked.connect(self._rename)
        self.filter.textChanged.connect(self._filter)
        self.filter.returnPressed.connect(self.list.setFocus)
        self.orders.chosen.connect(self.sort_by)
        self.orders.unfold_all.triggered.connect(self.list.expandAll)
        self.orders.fold_all.triggered.connect(self.list.collapseAll)
        self.reach.moved.connect(self.commands.preview_reach)
        self.reach.settled.connect(self.commands.set_reach)
        self.menu.connect_to(
            select=self.select_chosen,
            show_there=self.show_chosen,
            exemplar=self.next_exemplar,
            rename=self.rename_chosen,
            colour=self.colour_chosen,
            merge=self.merge_chosen,
            split=self.split_chosen,
            undo=self.commands.undo,
            divide=self.divide_chosen,
            contrast=self.contrast_chosen,
            stability=self.commands.measure_stability,
        )
        self._session.map_changed.connect(self._show)
        self._session.tags_changed.connect(self._show)
        self._session.hovered_cluster_changed.connect(self._on_hovered)

    # showing

    def _make_room(self) -> None:
        self.title.setVisible(self.filter.isHidden() or self.width() >= ROOMY)

    def _show(self) -> None:
        data = self._session.map
        if data is None or not data.clusters:
            self.orders.hide()
            self.filter.hide()
            self._make_room()
            self.model.show(Outline())
            text = WAIT_FOR_MAP
            if data is not None and len(data.passage_ids):
                text = data.note or "These passages form no clusters."
            self.empty.say("No clusters yet", text)
            self.show_state(self.empty)
            return
        self.orders.show()
        many = len(data.clusters) >= MANY
        self.filter.setVisible(many)
        if not many:
            self.filter.clear()
        self._make_room()
        self._show_rows(data)
        adjustable = len(data.nearest_ids) > 0
        self.reach.setVisible(adjustable)
        self._rule.setVisible(adjustable)
        if adjustable:
            self.reach.show_map(data)
        self.show_state(None)

    def _show_rows(self, data: MapData) -> None:
        """Show a map's rows; what is unfolded and, where the rows are the same, what is chosen stays so."""
        outline = outline_of(data, self._session.tags)
        colours = colours_of_clusters(data, tones(self.palette()).dark)
        alike = self.model.is_like(outline)
        self.list.make_room(outline)
        if alike and not self.model.words:
            self.model.update(outline, colours, sort=not self.reach.is_moving)
            return
        kept = self.list.keep()
        unfolded = self.list.unfolded() | (open_at_first(outline) - self.list.folds())
        self.model.show(outline, colours)
        if self.model.words:
            self.list.expandAll()
        else:
            self.list.unfold(unfolded)
        if alike:
            self.list.choose(kept)

    def _filter(self, words: str) -> None:
        """Show the rows that match, unfolded; without words, all of them again as they were."""
        kept = self.list.keep()
        if not self.model.words:
            self._unfolded = self.list.unfolded()
        self.model.filter_by(words)
        if self.model.words:
            self.list.expandAll()
        else:
            self.list.unfold(self._unfolded)
        self.list.choose(kept)

    def _on_hovered(self) -> None:
        self.list.mark(self._session.hovered_cluster)

    # what the hand says

    def _wanted(self, sentence: str) -> list[Entry]:
        """Return what is chosen; when nothing is, say what to do first."""
        chosen = self.chosen()
        if not chosen:
            self._link.failed.emit(sentence)
        return chosen

    def _walk(self, step: int) -> None:
        data = self._session.map
        chosen = self._wanted("Choose a cluster in the list first; then its exemplars can be read.")
        if data is None or not chosen:
            return
        exemplars = [one for cluster in _clusters(chosen) for one in data.clusters[cluster].exemplars]
        if not exemplars:
            self._link.failed.emit("No exemplars are known of what is chosen.")
            return
        here = exemplars.index(self._session.current) if self._session.current in exemplars else -1
        after = here + step if here >= 0 else 0
        self._session.set_current(exemplars[after % len(exemplars)])

    def _open_menu(self, at: QPoint) -> None:
        self.menu.fit(self.chosen(), bool(self.pair), self.splittable, self._session.tags is not None)
        self.menu.popup(at)

    def _rename(self, kind: str, entry_id: int, name: str) -> None:
        if kind == "branch":
            self.commands.rename_branch(entry_id, name)
        else:
            self.commands.rename_cluster(entry_id, name)


def _clusters(entries: Sequence[Entry]) -> tuple[int, ...]:
    """Return the clusters that rows stand for, each once."""
    return tuple(dict.fromkeys(cluster for entry in entries for cluster in entry.clusters))


def _origin(entries: Sequence[Entry]) -> str:
    if len(entries) > 1:
        kinds = {entry.kind for entry in entries}
        return count(len(entries), "part" if kinds == {"part"} else "cluster")
    only = entries[0]
    return "noise" if only.kind == "noise" else f"{only.kind} {only.name}"
