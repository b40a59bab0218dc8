"""Where the panels stand: columns that a person can drag, remembered between starts."""

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

SHARES = ((0.152, 168, 224), (0.215, 250, 360), (0.215, 250, 380))
"""Of the width, with a least and a most in pixels: corpora, search, reader. The map has the rest."""

LEAST = (150, 230, 260, 230)
"""Pixels below which nobody can drag the columns: corpora, search, map, reader."""

WIDE_ENOUGH = 880
"""Pixels of the middle from which the clusters stand beside the map, not below it."""


class Columns(QSplitter):
    """Corpora | search | map and clusters | reader over tags."""

    def __init__(
        self,
        corpora: QWidget,
        search: QWidget,
        map_view: QWidget,
        clusters: QWidget,
        reader: QWidget,
        tags: QWidget,
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.left = corpora
        self.middle = Middle(map_view, clusters)
        self.right = QSplitter(Qt.Orientation.Vertical)
        self.right.addWidget(reader)
        self.right.addWidget(tags)
        for part in (corpora, search, self.middle, self.right):
            self.addWidget(part)
        self._minimums()
        self.setHandleWidth(1)
        self.right.setHandleWidth(1)
        self._dragged = False
        self.splitterMoved.connect(self._on_dragged)
        self.reset()

    def reset(self) -> None:
        """Put everything where it was at first."""
        self.left.show()
        self.right.show()
        self._dragged = False
        self.setSizes(widths(self.width()))
        self.right.setSizes([500, 440])
        self.middle.reset()

    def save(self, settings: QSettings) -> None:
        """Remember where everything stands."""
        settings.setValue("columns", self.saveState() if self._dragged else None)
        settings.setValue("right", self.right.saveState())
        settings.setValue("left_hidden", self.left.isHidden())
        settings.setValue("right_hidden", self.right.isHidden())

    def restore(self, settings: QSettings) -> None:
        """Put everything where it was remembered."""
        for splitter, key in ((self, "columns"), (self.right, "right")):
            state = settings.value(key)
            if state is not None:
                splitter.restoreState(state)
                self._dragged = self._dragged or splitter is self
        self.left.setHidden(settings.value("left_hidden", False, type=bool))
        self.right.setHidden(settings.value("right_hidden", False, type=bool))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width out anew, until a person has dragged a column to where it should be."""
        super().resizeEvent(event)
        if not self._dragged:
            self.setSizes(widths(self.width()))

    def _on_dragged(self, _place: int, _number: int) -> None:
        self._dragged = True

    def _minimums(self) -> None:
        for number, width in enumerate(LEAST):
            part = self.widget(number)
            part.setMinimumWidth(width)
            self.setStretchFactor(number, int(part is self.middle))
            self.setCollapsible(number, False)
        for number in range(2):
            self.right.setCollapsible(number, False)


class Middle(QSplitter):
    """The map with the clusters beside it where there is room, below it where there is not."""

    def __init__(self, map_view: QWidget, clusters: QWidget) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.addWidget(map_view)
        self.addWidget(clusters)
        self.setHandleWidth(1)
        self.setStretchFactor(0, 1)
        self.setCollapsible(0, False)

    def reset(self) -> None:
        """Give the map most of the room."""
        self.setSizes([720, 240] if self.orientation() == Qt.Orientation.Horizontal else [740, 240])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Turn when the width asks for it."""
        super().resizeEvent(event)
        wanted = Qt.Orientation.Horizontal if self.width() >= WIDE_ENOUGH else Qt.Orientation.Vertical
        if wanted != self.orientation():
            self.setOrientation(wanted)
            self.reset()


def widths(total: int) -> list[int]:
    """Return the columns' widths at first in a window of a width: corpora, search, map, reader."""
    corpora, search, reader = (round(min(max(share * total, least), most)) for share, least, most in SHARES)
    return [corpora, search, max(total - corpora - search - reader, 0), reader]
