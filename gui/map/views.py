"""Views of the map that the user keeps: a menu to keep the one on show, to go to another, to forget one."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from gui.engine_link import EngineLink
from gui.map.view import MapView
from gui.notices import ask_name
from gui.session import Session
from indexes.records import MapView as KeptView


class KeptViews(QObject):
    """Keeps and forgets views of the open corpus' map, and goes to them."""

    def __init__(self, link: EngineLink, session: Session, view: MapView) -> None:
        super().__init__(view)
        self._link = link
        self._session = session
        self._view = view
        session.map_changed.connect(self._on_map)

    def keep(self) -> None:
        """Ask for a name and keep the view on show under it; one of the same name gives way."""
        number = len(self._session.map_views) + 1
        name = ask_name(self._view.window(), "Keep this view", "Name of the view:", f"View {number}")
        if name:
            place = self._view.view
            kept = KeptView(name, place.x, place.y, place.scale)
            self._link.call("keep_map_view", self._session.corpus_name, kept, on_done=self._on_views)

    def forget(self, name: str) -> None:
        """Forget a view."""
        self._link.call("forget_map_view", self._session.corpus_name, name, on_done=self._on_views)

    def go(self, kept: KeptView) -> None:
        """Move to a kept view."""
        self._view.glide(kept.x, kept.y, kept.scale)

    def _on_map(self) -> None:
        data = self._session.map
        if data is not None and len(data.passage_ids):
            self._link.call(
                "map_views", self._session.corpus_name, on_done=self._on_views, replaces="map_views"
            )

    def _on_views(self, views: tuple[KeptView, ...]) -> None:
        self._session.set_map_views(views)


class ViewsMenu(QMenu):
    """Lists the kept views when it opens."""

    go_wanted = Signal(object)
    forget_wanted = Signal(str)

    def __init__(self, session: Session, keep: QAction, parent: QWidget | None = None) -> None:
        super().__init__("Kept views", parent)
        self._session = session
        self._keep = keep
        self.forget = QMenu("Forget", self)
        self.aboutToShow.connect(self.fill)
        self.triggered.connect(self._on_triggered)
        self.fill()

    def fill(self) -> None:
        """List the kept views."""
        self.clear()
        self.forget.clear()
        self.addAction(self._keep)
        if self._session.map_views:
            self.addSeparator()
            for kept in self._session.map_views:
                self.addAction(kept.name.replace("&", "&&")).setData(kept)
                self.forget.addAction(kept.name.replace("&", "&&")).setData(kept.name)
            self.addSeparator()
            self.addMenu(self.forget)

    def _on_triggered(self, action: QAction) -> None:
        wanted = action.data()
        if isinstance(wanted, KeptView):
            self.go_wanted.emit(wanted)
        elif isinstance(wanted, str):
            self.forget_wanted.emit(wanted)
