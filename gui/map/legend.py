"""The legend over the map: what each colour means and how many points have it; a click selects them."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from gui.theme import GAP, scaled, tones

CHIP = 10
GUTTER = 18
"""Pixels between a name and its count, at least."""


class Legend(QWidget):
    """A small sheet in a corner of the map."""

    entry_chosen = Signal(int)
    """The place of the entry that was clicked."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Legend")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(GAP - 2, GAP - 2, GAP - 2, GAP - 2)
        self._column.setSpacing(0)
        self.entries: list[LegendEntry] = []
        self.hide()

    def show_entries(self, entries: Sequence[tuple[str, int, str]]) -> None:
        """Show (name, count, colour) entries; hidden when there are none."""
        for old in self.entries:
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.entries = [LegendEntry(place, *entry, self) for place, entry in enumerate(entries)]
        for entry in self.entries:
            self._column.addWidget(entry)
            entry.show()
            entry.picked.connect(self.entry_chosen)
        self.setVisible(bool(self.entries))
        self.resize(self._column.totalSizeHint())
        self.stand()

    def stand(self) -> None:
        """Stand in the lower left corner of the map."""
        self.move(GAP + 4, self.parentWidget().height() - self.height() - GAP - 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the sheet."""
        colours = tones(self.palette())
        ground = QColor(colours.surface)
        ground.setAlphaF(0.92)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)


class LegendEntry(QAbstractButton):
    """One colour with its name and count."""

    picked = Signal(int)

    def __init__(self, place: int, name: str, count: int, colour: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._place, self._count, self._colour = place, count, colour
        self.setText(name)
        self.setFont(scaled(self.font(), 0.95))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setEnabled(count > 0)
        self.setToolTip(f"Select these {count:,} passages")
        self.setAccessibleName(f"{name}, {count:,} passages")
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.clicked.connect(self._pick)

    def sizeHint(self) -> QSize:
        """Return the size of chip, name and count."""
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(self.text()) + metrics.horizontalAdvance(f"{self._count:,}")
        return QSize(width + CHIP + GUTTER + 3 * GAP, metrics.height() + 8)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the entry."""
        colours = tones(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.accent), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(
            QColor(colours.hover) if self.underMouse() and self.isEnabled() else Qt.BrushStyle.NoBrush
        )
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colour))
        painter.drawEllipse(QPointF(GAP + CHIP / 2, self.height() / 2), CHIP / 2, CHIP / 2)
        inside = self.rect().adjusted(2 * GAP + CHIP, 0, -GAP, 0)
        painter.setPen(QColor(colours.text if self.isEnabled() else colours.muted))
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        painter.setPen(QColor(colours.muted))
        painter.drawText(
            inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{self._count:,}"
        )

    def _pick(self) -> None:
        self.picked.emit(self._place)
