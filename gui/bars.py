"""Probabilities and totals as bars, in the labels' colours, with their numbers beside them."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.palette import label_colours
from gui.theme import GAP, tones
from gui.wording import percent


class ProbabilityBars(QWidget):
    """One line a label: its name, a bar, its probability."""

    ROW = 20

    def __init__(self) -> None:
        super().__init__()
        self._labels: tuple[str, ...] = ()
        self._shares: tuple[float, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Probabilities")

    def show_shares(self, labels: Sequence[str], shares: Sequence[float]) -> None:
        """Show probabilities in [0, 1] in the order of `labels`."""
        self._labels, self._shares = tuple(labels), tuple(shares)
        told = ", ".join(f"{label} {percent(share)}" for label, share in zip(labels, shares, strict=True))
        self.setAccessibleDescription(told)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for all labels."""
        return QSize(200, self._row() * len(self._labels))

    def minimumSizeHint(self) -> QSize:
        """Return room for all labels at a small width."""
        return QSize(120, self._row() * len(self._labels))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bars."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = tones(self.palette())
        metrics = self.fontMetrics()
        name = max((metrics.horizontalAdvance(label) for label in self._labels), default=0) + GAP
        number = metrics.horizontalAdvance("100 %") + GAP
        inks = label_colours(self._labels, colours.dark)
        for row, (label, share) in enumerate(zip(self._labels, self._shares, strict=True)):
            top = row * self._row()
            best = share == max(self._shares)
            painter.setPen(QColor(colours.text if best else colours.muted))
            height = self._row()
            align = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, top, name, height), align | Qt.AlignmentFlag.AlignLeft, label)
            place = QRectF(self.width() - number, top, number, height)
            painter.drawText(place, align | Qt.AlignmentFlag.AlignRight, percent(share))
            bar = QRectF(name, top + height / 2 - 4, max(10, self.width() - name - number), 8)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.hover))
            painter.drawRoundedRect(bar, 3, 3)
            bar.setWidth(max(2.0, bar.width() * share))
            painter.setBrush(QColor(inks[row]))
            painter.drawRoundedRect(bar, 3, 3)

    def _row(self) -> int:
        return max(self.ROW, self.fontMetrics().height() + 3)


class TotalsBar(QWidget):
    """Counts of labels as one stacked bar over a legend with counts and shares."""

    BAR = 12

    def __init__(self) -> None:
        super().__init__()
        self._labels: tuple[str, ...] = ()
        self._counts: tuple[int, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("Totals")

    def show_counts(self, labels: Sequence[str], counts: Sequence[int]) -> None:
        """Show how many passages got each label."""
        self._labels, self._counts = tuple(labels), tuple(counts)
        self.setAccessibleDescription(", ".join(self._legend()))
        self.setToolTip("\n".join(self._legend()))
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        """Return that the legend takes more lines where there is less room."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of the bar and the legend at a width."""
        places = self._places(width)
        return round(places[-1].bottom()) if places else self.BAR

    def sizeHint(self) -> QSize:
        """Return room for the bar and the legend at the present width."""
        return QSize(240, self.heightForWidth(max(self.width(), 120)))

    def minimumSizeHint(self) -> QSize:
        """Return the same at a small width."""
        return QSize(120, self.heightForWidth(max(self.width(), 120)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for another line when the legend no longer fits the lines it has."""
        super().resizeEvent(event)
        if self.heightForWidth(self.width()) != self.height():
            self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bar, then the legend."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_bar(painter)
        colours = tones(self.palette())
        rows = zip(self._inks(), self._legend(), self._places(self.width()), strict=True)
        for ink, text, place in rows:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(ink))
            painter.drawRoundedRect(QRectF(place.left(), place.center().y() - 5, 10, 10), 2, 2)
            painter.setPen(QColor(colours.text))
            painter.drawText(place.adjusted(16, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)

    def _places(self, width: int) -> list[QRectF]:
        """Return where each entry of the legend stands: side by side while there is room."""
        metrics = self.fontMetrics()
        height = metrics.height() + 4
        left, top = 0.0, float(self.BAR + GAP)
        places = []
        for text in self._legend():
            wide = 16.0 + metrics.horizontalAdvance(text) + 2
            if left and left + wide > width:
                left, top = 0.0, top + height
            places.append(QRectF(left, top, wide, height))
            left += wide + 2 * GAP
        return places

    def _draw_bar(self, painter: QPainter) -> None:
        total = sum(self._counts)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(0, 0, self.width(), self.BAR), 4, 4)
        painter.save()
        painter.setClipPath(outline)
        painter.fillRect(QRectF(0, 0, self.width(), self.BAR), QColor(tones(self.palette()).hover))
        left = 0.0
        for ink, part in zip(self._inks(), self._counts, strict=True):
            width = self.width() * part / total if total else 0.0
            gap = 1.0 if width > 3 else 0.0
            painter.fillRect(QRectF(left, 0, width - gap, self.BAR), QColor(ink))
            left += width
        painter.restore()

    def _inks(self) -> tuple[str, ...]:
        return label_colours(self._labels, tones(self.palette()).dark)

    def _legend(self) -> list[str]:
        total = sum(self._counts) or 1
        return [
            f"{label} {part:,} · {percent(part / total)}"
            for label, part in zip(self._labels, self._counts, strict=True)
        ]
