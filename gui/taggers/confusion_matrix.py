"""What texts of each label were tagged as: a table of counts, shaded by their share of the row."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.tagging.records import TagReport
from gui.theme import GAP, Tones, tones
from gui.wording import count, percent

WIDEST = 150
"""Pixels that a label has, before its row or over its column."""
FOUND = "found"
ROOMY = 76
"""Pixels of a cell when there are few labels, so that their names fit over the columns."""


class ConfusionMatrix(QWidget):
    """Rows are the labels that texts have, columns what they were tagged as; at the end how many were found."""

    def __init__(self, report: TagReport) -> None:
        super().__init__()
        self._report = report
        self._rows = [sum(row) for row in report.confusion]
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Confusion matrix: rows are labels given, columns are tags")
        self.setAccessibleDescription("; ".join(self._row_said(row) for row in range(len(report.labels))))

    def sizeHint(self) -> QSize:
        """Return room for all cells, the labels and the last column."""
        n = len(self._report.labels)
        found = self.fontMetrics().horizontalAdvance(FOUND) + 2 * GAP
        return QSize(self._side() + n * self._cell() + found, self._head() + n * self._row())

    def minimumSizeHint(self) -> QSize:
        """Return the same: it scrolls, it does not shrink."""
        return self.sizeHint()

    def said(self, row: int, column: int) -> str:
        """Return what one cell says, in words."""
        report = self._report
        number, whole = report.confusion[row][column], self._rows[row]
        share = f" of {whole:,} ({percent(number / whole)})" if whole else ""
        verb = "rightly tagged" if row == column else "tagged"
        return f"{report.labels[row]}, {verb} {report.labels[column]}: {number:,}{share}"

    def cell_at(self, at: QPointF) -> tuple[int, int] | None:
        """Return the row and column under a point."""
        n = len(self._report.labels)
        row = int((at.y() - self._head()) // self._row())
        column = int((at.x() - self._side()) // self._cell())
        return (row, column) if 0 <= row < n and 0 <= column < n else None

    def refresh(self) -> None:
        """Draw anew: the labels stay where they are when the cells are scrolled."""
        self.update()

    def event(self, event: QEvent) -> bool:
        """Say what is under the hand."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self.cell_at(QPointF(event.pos()))
            if cell:
                QToolTip.showText(event.globalPos(), self.said(*cell), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cells, and over them the labels, which stay in sight while the cells are scrolled."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        now = tones(self.palette())
        seen = self.visibleRegion().boundingRect()
        for row in range(len(self._report.labels)):
            top = self._head() + row * self._row()
            if top <= event.rect().bottom() and top + self._row() >= event.rect().top():
                self._paint_row(painter, row, top, now)
        names = QRectF(seen.left(), 0, self._side(), self.height())
        painter.fillRect(names, QColor(now.surface))
        self._paint_names(painter, seen.left(), now)
        painter.fillRect(QRectF(0, seen.top(), self.width(), self._head()), QColor(now.surface))
        self._paint_heads(painter, seen.top(), now)
        painter.fillRect(QRectF(seen.left(), seen.top(), self._side(), self._head()), QColor(now.surface))

    # places

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(self.font())

    def _row(self) -> int:
        return self._metrics().height() + 8

    def _cell(self) -> int:
        """Return the width of a column: room for the names when there are few labels, for the counts when many."""
        largest = max((number for row in self._report.confusion for number in row), default=0)
        numbers = self._metrics().horizontalAdvance(f"{largest:,}") + 10
        return max(numbers, self._row(), ROOMY if self._across() else 0)

    def _across(self) -> bool:
        """Return whether the names over the columns are written across: of few labels, that are short."""
        labels = self._report.labels
        widest = max((self._metrics().horizontalAdvance(label) for label in labels), default=0)
        return len(labels) <= 6 and widest <= ROOMY - 6

    def _named(self) -> int:
        labels = self._report.labels
        return min(
            max((self._metrics().horizontalAdvance(label) for label in labels), default=0) + GAP, WIDEST
        )

    def _side(self) -> int:
        return self._named() + GAP

    def _head(self) -> int:
        return self._row() if self._across() else self._named() + GAP // 2

    # drawing

    def _paint_names(self, painter: QPainter, left: int, now: Tones) -> None:
        """Write the labels before the rows."""
        painter.setPen(QColor(now.text))
        for row, name in enumerate(self._report.labels):
            place = QRectF(left, self._head() + row * self._row(), self._named() + 2, self._row())
            shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, self._named())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_heads(self, painter: QPainter, top: int, now: Tones) -> None:
        """Write the labels over the columns, upwards where they are many."""
        painter.setPen(QColor(now.muted))
        metrics = painter.fontMetrics()
        for column, label in enumerate(self._report.labels):
            left = self._side() + column * self._cell()
            if self._across():
                place = QRectF(left, top, self._cell(), self._row())
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, label)
                continue
            painter.save()
            painter.translate(left, top + self._head())
            painter.rotate(-90)
            shown = metrics.elidedText(label, Qt.TextElideMode.ElideRight, self._head() - 6)
            place = QRectF(4, 0, self._head() - 4, self._cell())
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
            painter.restore()
        left = self._side() + len(self._report.labels) * self._cell()
        place = QRectF(left, top + self._head() - self._row(), self.width() - left, self._row())
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, FOUND)

    def _paint_row(self, painter: QPainter, row: int, top: int, now: Tones) -> None:
        for column in range(len(self._report.labels)):
            self._paint_cell(painter, row, column, top, now)
        left = self._side() + len(self._report.labels) * self._cell()
        place = QRectF(left, top, self.width() - left, self._row())
        recall = percent(self._report.recalls[row]) if self._rows[row] else "–"
        painter.setPen(QColor(now.text))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, recall)

    def _paint_cell(self, painter: QPainter, row: int, column: int, top: int, now: Tones) -> None:
        number = self._report.confusion[row][column]
        if not number:
            return
        share = number / self._rows[row]
        left = self._side() + column * self._cell()
        box = QRectF(left + 1, top + 1, self._cell() - 2, self._row() - 2)
        hue = now.accent if row == column else now.danger
        ground = blend(now.surface, hue, 0.08 + 0.72 * share)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(QColor(readable(ground)))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{number:,}")

    def _row_said(self, row: int) -> str:
        report = self._report
        found = f"{percent(report.recalls[row])} of {count(self._rows[row], 'text')} found"
        wrong = max(
            (column for column in range(len(report.labels)) if column != row),
            key=lambda column: report.confusion[row][column],
            default=row,
        )
        mistaken = report.confusion[row][wrong] if wrong != row else 0
        most = f", most mistaken for {report.labels[wrong]} ({mistaken:,})" if mistaken else ""
        return f"{report.labels[row]}: {found}{most}"


def blend(one: str, other: str, share: float) -> str:
    """Return a colour between two, `share` of the way from the one to the other, as #rrggbb."""
    first, second = QColor(one), QColor(other)
    parts = zip(first.getRgb()[:3], second.getRgb()[:3], strict=True)
    return QColor(*(round(a + (b - a) * share) for a, b in parts)).name()


def readable(ground: str) -> str:
    """Return black or white, whichever stands out more from a ground (WCAG 2 relative luminance)."""
    bright = 0.0
    for part, weight in zip(QColor(ground).getRgbF()[:3], (0.2126, 0.7152, 0.0722), strict=True):
        bright += weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
    return "#101418" if (bright + 0.05) / 0.055 > 1.05 / (bright + 0.05) else "#ffffff"
