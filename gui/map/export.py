"""Saving the map: the view as a picture, the points as a table, the whole as a web page that works offline."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QObject, Signal
from PySide6.QtWidgets import QFileDialog

from gui.engine_link import EngineLink
from gui.map.view import MapView
from gui.session import Session
from gui.theme import tones
from gui.wording import place

PICTURES = (("PNG picture (*.png)", ".png"), ("SVG drawing (*.svg)", ".svg"))
TABLES = (("CSV table (*.csv)", ".csv"), ("Parquet table (*.parquet)", ".parquet"))
PAGES = (("Web page (*.html)", ".html"),)
PIXELS = 2.0
"""Of a saved picture, to each of the window."""


class MapExport(QObject):
    """Asks where to, and saves."""

    saved = Signal(str)
    """A sentence that says what was saved."""

    def __init__(self, link: EngineLink, session: Session, view: MapView) -> None:
        super().__init__(view)
        self._link = link
        self._session = session
        self._view = view

    def save_picture(self) -> None:
        """Save what is in the window now, at twice its pixels or as a drawing."""
        path = self._ask("Save the picture", "map", PICTURES)
        if path is None:
            return
        try:
            path.write_bytes(self._picture(path.suffix.lower()))
        except OSError as error:
            self._link.failed.emit(f"“{path.name}” could not be written: {error.strerror or error}.")
        else:
            self._tell(path)

    def save_points(self) -> None:
        """Save every point with its place, cluster and document as a table."""
        path = self._ask("Save the points", "points", TABLES)
        if path is not None:
            name = self._session.corpus_name
            self._link.call("export_points", name, path, on_done=partial(self._on_saved, path))

    def save_page(self) -> None:
        """Save the map as one web page that opens offline."""
        path = self._ask("Save as web page", "map", PAGES)
        if path is not None:
            name = self._session.corpus_name
            dark = tones(self._view.palette()).dark
            done = partial(self._on_saved, path)
            self._link.start(
                f"Saving the map of “{name}” as a web page",
                "export_page",
                name,
                path,
                dark=dark,
                on_done=done,
            )

    def _picture(self, ending: str) -> bytes:
        """Return the view as a file of a kind."""
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        if ending == ".svg":
            self._view.write_svg(buffer)
        else:
            self._view.view_image(PIXELS).save(buffer, "PNG")
        return bytes(buffer.data().data())

    def _ask(self, title: str, what: str, kinds: tuple[tuple[str, str], ...]) -> Path | None:
        """Return a path with the ending of the chosen kind, None when the user thought better of it."""
        suggestion = f"{self._session.corpus_name} {what}{kinds[0][1]}"
        filters = ";;".join(text for text, _ending in kinds)
        chosen, text = QFileDialog.getSaveFileName(self._view.window(), title, suggestion, filters)
        return with_ending(chosen, text, kinds) if chosen else None

    def _on_saved(self, path: Path, _answer: object) -> None:
        self._tell(path)

    def _tell(self, path: Path) -> None:
        self.saved.emit(f"Saved “{place(str(path))}” in {path.parent}.")


def with_ending(chosen: str, kind: str, kinds: tuple[tuple[str, str], ...]) -> Path:
    """Return a path that ends as one of the kinds does: its own ending, else that of the kind chosen beside it."""
    path = Path(chosen)
    endings = dict(kinds)
    if path.suffix.lower() in endings.values():
        return path
    return path.with_name(path.name + endings.get(kind, kinds[0][1]))
