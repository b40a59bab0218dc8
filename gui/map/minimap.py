"""The overview in a corner of the map: all of it, with a frame round what is in the window; a drag moves the frame."""

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gui.map.drawing.colouring import Colouring
from gui.map.drawing.figure import Figure
from gui.map.drawing.geometry import View
from gui.map.drawing.thumbnail import thumbnail, thumbnail_view
from gui.theme import GAP, tones

WIDTH, HEIGHT = 150, 110
SHARE = 0.34
"""Of the map's width and height that it may take at most."""
LEAST_FRAME = 8.0
"""Pixels the frame is wide and high at least, so that it is seen from far."""


class MiniMap(QWidget):
    """Stands in the upper right corner while a part of the map is outside the window."""

    centre_wanted = Signal(float, float)
    """A place of the map that should be in the middle."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Overview of the map")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Click or drag to go there")
        self._picture: QImage | None = None
        self._figure: Figure | None = None
        self._colouring: Colouring | None = None
        self._view = View(0, 0, 1, 1, 1)
        self._on = True
        self.hide()

    def show_map(self, figure: Figure | None, colouring: Colouring | None) -> None:
        """Show another map, or in other colours; it is drawn when it is seen."""
        self._figure, self._colouring, self._picture = figure, colouring, None
        self._follow()
        self.update()

    def show_view(self, view: View) -> None:
        """Frame what is in the window; hidden when that is all of the map."""
        self._view = view
        self._follow()
        self.update()

    def switch(self, on: bool) -> None:
        """Show it when there is reason to, or never."""
        self._on = on
        self._follow()

    def stand(self) -> None:
        """Stand in the upper right corner, smaller on a small map."""
        room = self.parentWidget().size()
        self.resize(min(WIDTH, round(room.width() * SHARE)), min(HEIGHT, round(room.height() * SHARE)))
        self.move(room.width() - self.width() - GAP - 4, GAP + 4)

    @property
    def frame(self) -> QRectF:
        """Return the frame round what is in the window, in pixels of this widget."""
        left, bottom, right, top = self._view.bounds
        own = self.own_view
        frame = QRectF(QPointF(*own.to_window(left, top)), QPointF(*own.to_window(right, bottom)))
        wider, higher = max(LEAST_FRAME - frame.width(), 0) / 2, max(LEAST_FRAME - frame.height(), 0) / 2
        return frame.adjusted(-wider, -higher, wider, higher)

    @property
    def own_view(self) -> View:
        """Return the view that this widget has of the map."""
        if self._figure is None:
            return View(0, 0, 1, self.width(), self.height())
        return thumbnail_view(self._figure, self.width(), self.height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go where was clicked."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go along with the hand."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._picture = None

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the map, and the frame over it."""
        colours = tones(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        sheet = QPainterPath()
        sheet.addRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.fillPath(sheet, QColor(colours.surface))
        painter.setClipPath(sheet)
        if self._figure is not None and self._colouring is not None:
            if self._picture is None or self._picture.size() != self.size() * self.devicePixelRatioF():
                ratio, size = self.devicePixelRatioF(), self.size()
                self._picture = thumbnail(
                    self._figure, self._colouring, size.width(), size.height(), ratio, colours.dark
                )
            painter.drawImage(QPointF(0, 0), self._picture)
        outside = QPainterPath(sheet)
        outside.addRect(self.frame)
        outside.setFillRule(Qt.FillRule.OddEvenFill)
        shade = QColor(colours.window)
        shade.setAlphaF(0.6)
        painter.fillPath(outside, shade)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.accent), 1.5))
        painter.drawRect(self.frame)
        painter.setClipping(False)
        painter.setPen(QPen(QColor(colours.control), 1))
        painter.drawPath(sheet)

    def _go(self, at: QPointF) -> None:
        self.centre_wanted.emit(*self.own_view.to_map(at.x(), at.y()))

    def _follow(self) -> None:
        self.setVisible(self._on and self._figure is not None and not self._sees_all())

    def _sees_all(self) -> bool:
        if self._figure is None:
            return True
        left, bottom, right, top = self._view.bounds
        west, south, east, north = self._figure.bounds
        return left <= west and bottom <= south and right >= east and top >= north
