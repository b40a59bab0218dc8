"""What a query was understood as: chips under the line, each of which can be taken out of it."""

import re
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.records import Piece
from gui.flow import Flow
from gui.icons import draw_icon
from gui.pill import Pill
from gui.theme import GAP, Tones, tones

CROSS = 12

_LIKE = re.compile(r"like (\d+)$")

KINDS = {
    "text": "meaning",
    "phrase": "exact words",
    "without": "left out",
    "like": "like this",
    "condition": "filter",
}
"""What a person calls a piece."""


class QueryChips(QWidget):
    """Shows the pieces of a query in their order; arrows go from chip to chip, Delete takes one out."""

    removed = Signal(object)
    """A piece to take out of the line."""
    chosen = Signal(object)
    """A piece to go to in the line."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: tuple[Piece, ...] = ()
        self.chips: list[PieceChip] = []
        self._names: dict[int, str] = {}
        self._flow = Flow(self)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("What the query was understood as")
        self.hide()

    def show_pieces(self, pieces: Sequence[Piece]) -> None:
        """Show other pieces; a line of plain words alone needs no chip to say so."""
        told = () if len(pieces) == 1 and pieces[0].kind == "text" else tuple(pieces)
        if told == self.pieces:
            return
        focused = self._focused()
        self.pieces = told
        for chip in self.chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self.chips = [PieceChip(piece, self._said(piece), self) for piece in told]
        for chip in self.chips:
            chip.removed.connect(self._on_removed)
            chip.clicked.connect(self._on_clicked)
            self._flow.addWidget(chip)
            chip.show()
        self.setVisible(bool(told))
        self.updateGeometry()
        if self.chips and focused >= 0:
            self.chips[min(focused, len(self.chips) - 1)].setFocus()

    def unnamed(self) -> list[int]:
        """Return the passages that chips know only by their number."""
        found = [_LIKE.search(piece.said) for piece in self.pieces if piece.kind == "like"]
        return [int(one[1]) for one in found if one and int(one[1]) not in self._names]

    def name_passages(self, names: Mapping[int, str]) -> None:
        """Call passages by what a person knows them by."""
        self._names |= names
        for chip in self.chips:
            chip.tell(self._said(chip.piece))

    def forget_names(self) -> None:
        """In another corpus the numbers mean other passages."""
        self._names.clear()

    def _said(self, piece: Piece) -> str:
        found = _LIKE.search(piece.said) if piece.kind == "like" else None
        name = self._names.get(int(found[1])) if found else None
        return f"{piece.said[: found.start()]}like {name}" if found and name else piece.said

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from chip to chip."""
        by = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()), 0)
        focused = self._focused()
        if by and focused >= 0:
            self.chips[(focused + by) % len(self.chips)].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)

    def _focused(self) -> int:
        return next((number for number, chip in enumerate(self.chips) if chip.hasFocus()), -1)

    def _on_removed(self) -> None:
        self.removed.emit(self.sender().piece)

    def _on_clicked(self) -> None:
        self.chosen.emit(self.sender().piece)


class PieceChip(Pill):
    """One piece of a query: a click goes to it in the line, its cross and Delete take it out."""

    removed = Signal()

    def __init__(self, piece: Piece, said: str, parent: QWidget) -> None:
        super().__init__("")
        self.setParent(parent)
        self.piece = piece
        self._hot = False
        self.setAccessibleDescription("Delete takes it out of the query")
        self.tell(said)
        self.setMouseTracking(True)

    def tell(self, said: str) -> None:
        """Show the piece in words."""
        self.say(" ".join(said.split()))
        kind = KINDS[self.piece.kind]
        self.setAccessibleName(f"{kind}: {self.said}")
        self.setToolTip(f"{kind.capitalize()}: {self.said}\nThe cross takes it out of the query")

    def room_after(self) -> int:
        """Return room for the cross."""
        return CROSS + 2

    def colours(self, now: Tones) -> tuple[str, str]:
        """Return ground and rim: filters blue, exact words yellow as their marks are, what is left out red."""
        grounds = {"text": now.hover, "phrase": now.mark_soft, "without": now.danger_soft}
        rims = {"text": now.border, "phrase": now.mark, "without": now.danger_soft}
        kind = self.piece.kind
        return grounds.get(kind, now.accent_soft), rims.get(kind, now.accent_soft)

    def small(self) -> QFont:
        """Return the font of the words, struck through when they are left out."""
        font = super().small()
        font.setStrikeOut(self.piece.kind == "without")
        return font

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the piece out with Delete or Backspace; arrows are for the row of chips."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take the piece out where the cross is, else go to it in the line."""
        if self._at_cross(event):
            self.setDown(False)
            self.removed.emit()
        else:
            super().mouseReleaseEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light up the cross under the mouse."""
        super().mouseMoveEvent(event)
        self._hot = self._at_cross(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Darken the cross."""
        self._hot = False
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the chip and its cross."""
        super().paintEvent(event)
        now = tones(self.palette())
        painter = QPainter(self)
        draw_icon(painter, "close", now.text if self._hot else now.muted, self._cross())

    def _cross(self) -> QRectF:
        return QRectF(self.width() - CROSS - GAP, (self.height() - CROSS) / 2, CROSS, CROSS)

    def _at_cross(self, event: QMouseEvent) -> bool:
        return self._cross().adjusted(-4, -8, GAP, 8).contains(event.position())
