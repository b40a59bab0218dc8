"""What a score is made of: a bar for each part of a query; one that is made of passages opens to list them.

"Like these, not these": the passages of like: and the marked hits, each with its share of the score and the words of
it that pull most.
"""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from engine.records import Attribution, Query, SearchResult
from gui.engine_link import EngineLink
from gui.icons import draw_icon
from gui.panel import muted
from gui.session import Session
from gui.signed_bars import digits_for, draw_row, hundredths, in_numbers, row_height, scale_of
from gui.theme import GAP, scaled, tones
from indexes.records import Passage

GOOD, NOT_GOOD = "hits marked good", "hits marked not good"
"""What the engine calls the parts of a query that are its marks."""

ARROW = 14
MOST = 4
"""Passages of a part that are listed; the rest is counted."""
WORDS = 3
LEAST = 52
"""Pixels of the list that are kept where room is scarce: a passage and the beginning of the next."""
BETWEEN = 4
"""Pixels between two passages."""

Row = tuple[str, float]


class ScoreParts(QWidget):
    """Asks the engine for the passages of a part when it is opened, one part at a time."""

    def __init__(self, link: EngineLink, session: Session) -> None:
        super().__init__()
        self._link = link
        self._session = session
        self._attribution: Attribution | None = None
        self._shown: tuple[int, tuple[Row, ...], str] | None = None
        self.rows: list[PartRow] = []
        self.listed: QWidget | None = None
        self._under: QScrollArea | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setAccessibleName("What the score is made of")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def show_attribution(self, attribution: Attribution, of_query: bool) -> None:
        """Show the parts of a score, closed; only those of a query can be made of passages.

        The same parts told again stay as they are, so that a row that was just opened does not shut.
        """
        result = self._session.result if of_query else None
        parts = attribution.parts or _alone(attribution, result)
        shown = attribution.passage_id, tuple(parts), result.query if result else ""
        self._attribution = attribution
        if shown == self._shown:
            return
        self._shown = shown
        self._close()
        for row in self.rows:
            row.deleteLater()
        opening = [result is not None and of_passages(name, result.asked) for name, _ in parts]
        self.rows = [
            PartRow(parts, number, opens, ARROW if any(opening) else 0)
            for number, opens in enumerate(opening)
        ]
        for row in self.rows:
            self._column.addWidget(row)
            row.clicked.connect(self._on_clicked)
        self.setAccessibleDescription(", ".join(f"{name} {number}" for name, number in in_numbers(parts)))

    def _on_clicked(self) -> None:
        row = self.sender()
        self._close(but=row)
        if row.isChecked():
            session, attribution = self._session, self._attribution
            self._link.call(
                "made_of",
                session.corpus_name,
                session.result.query,
                attribution.passage_id,
                on_done=partial(self._on_made_of, row),
                on_error=partial(self._say, row),
                replaces="made of",
            )

    def _on_made_of(self, row: "PartRow", found: Sequence[Attribution]) -> None:
        if not self._awaited(row):
            return
        own = own_of(found, [one.name for one in self.rows if one.isCheckable()], row.name)
        self._link.call(
            "passages",
            self._session.corpus_name,
            [one.passage_id for one in own],
            on_done=partial(self._on_passages, row, own),
            on_error=partial(self._say, row),
            replaces="made of",
        )

    def _on_passages(self, row: "PartRow", own: Sequence[Attribution], passages: Sequence[Passage]) -> None:
        if self._awaited(row):
            by_id = {passage.id: passage for passage in passages}
            known = [(one, by_id[one.passage_id]) for one in own if one.passage_id in by_id]
            self._show_under(row, PassageShares(known))

    def _say(self, row: "PartRow", sentence: str) -> None:
        if self._awaited(row):
            said = muted(sentence)
            said.setContentsMargins(ARROW, 0, 0, 0)
            self._show_under(row, said)

    def _awaited(self, row: "PartRow") -> bool:
        """Whether this row is still on show, open, with nothing under it."""
        return row in self.rows and row.isChecked() and self.listed is None

    def _show_under(self, row: "PartRow", widget: QWidget) -> None:
        self.listed, self._under = widget, _scrolled(widget)
        self._column.insertWidget(self.rows.index(row) + 1, self._under)

    def _close(self, but: object = None) -> None:
        for row in self.rows:
            if row is not but:
                row.setChecked(False)
        if self._under is not None:
            self._under.hide()
            self._under.deleteLater()
            self.listed = self._under = None


def _scrolled(widget: QWidget) -> QScrollArea:
    """Return a widget with as much room as it wants, or where that is scarce, with little and a scroll bar."""
    scroll = QScrollArea()
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setWidgetResizable(True)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
    scroll.setMinimumHeight(min(widget.sizeHint().height(), LEAST))
    scroll.setWidget(widget)
    for ground in (scroll.viewport(), widget):
        ground.setAutoFillBackground(False)
    return scroll


class PartRow(QAbstractButton):
    """A part of a score as a bar; with an arrow before it when it can be opened, by a click or Enter."""

    def __init__(self, parts: Sequence[Row], number: int, opens: bool, before: int) -> None:
        super().__init__()
        self._parts = parts
        self._before = before
        self.name, self.value = parts[number]
        said = " ".join(in_numbers(parts)[number])
        self.setAccessibleName(said)
        self.setToolTip(f"{said}\nA click lists the passages that it is made of" if opens else said)
        self.setCheckable(opens)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if opens else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if opens else Qt.CursorShape.ArrowCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return a line."""
        return QSize(120, row_height(self.fontMetrics()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter open it as Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.isCheckable():
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the arrow and the bar."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = tones(self.palette())
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        if self.isCheckable():
            place = QRectF(-2, (self.height() - ARROW) / 2, ARROW, ARROW)
            draw_icon(painter, "down" if self.isChecked() else "right", colours.muted, place)
        name = _brief(self.name)
        shown = [(_brief(other), value) for other, value in self._parts]
        scale = scale_of(shown, self.width(), self.fontMetrics(), before=self._before)
        draw_row(painter, QRectF(self.rect()), name, self.value, scale, colours, before=self._before)


class PassageShares(QWidget):
    """Passages, those that count most first: title and share, and below the words that pull most."""

    def __init__(self, passages: Sequence[tuple[Attribution, Passage]]) -> None:
        super().__init__()
        ranked = sorted(passages, key=lambda pair: -abs(pair[0].score))
        self.lines = [
            (passage.title or passage.document_key, _words(one, passage), one.score)
            for one, passage in ranked[:MOST]
        ]
        self._digits = digits_for([share for _, _, share in self.lines])
        rest = len(ranked) - len(self.lines)
        self._more = f"and {rest} more" if rest else ""
        self.setFont(scaled(self.font(), 0.92))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        told = [f"{title} {hundredths(share, self._digits)}: {words}" for title, words, share in self.lines]
        told += [self._more] if rest else []
        self.setAccessibleName("Passages of this part")
        self.setAccessibleDescription("; ".join(told))
        self.setToolTip("\n".join(told))

    def sizeHint(self) -> QSize:
        """Return two lines for each passage, and one for the rest."""
        lines = 2 * len(self.lines) + bool(self._more)
        return QSize(120, lines * self.fontMetrics().height() + (len(self.lines) + 1) * BETWEEN)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the lines."""
        painter = QPainter(self)
        colours, metrics = tones(self.palette()), self.fontMetrics()
        step = 2 * metrics.height() + BETWEEN
        room = QRectF(self.rect()).adjusted(ARROW, BETWEEN / 2, 0, 0)
        for title, words, share in self.lines:
            number = hundredths(share, self._digits)
            painter.setPen(QColor(colours.muted))
            painter.drawText(room, Qt.AlignmentFlag.AlignRight, number)
            _draw_cut(painter, room.translated(0, metrics.height()), words)
            painter.setPen(QColor(colours.text))
            _draw_cut(painter, room.adjusted(0, 0, -metrics.horizontalAdvance(number) - GAP, 0), title)
            room.translate(0, step)
        painter.setPen(QColor(colours.muted))
        _draw_cut(painter, room, self._more)


def _draw_cut(painter: QPainter, room: QRectF, text: str) -> None:
    cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
    painter.drawText(room, Qt.AlignmentFlag.AlignLeft, cut)


def _brief(name: str) -> str:
    """Return the name of a part without what all the marked ones begin with."""
    return name.removeprefix("hits ") if name in (GOOD, NOT_GOOD) else name


def of_passages(name: str, asked: Query) -> bool:
    """Return whether a part of a query is made of passages: its marks, or what it shall be like."""
    if name in (GOOD, NOT_GOOD):
        return True
    texts = {part.text for part in asked.parts if part.text}
    unsigned = name.removeprefix("− ")
    return unsigned.startswith("like ") and unsigned not in texts and any(part.like for part in asked.parts)


def own_of(found: Sequence[Attribution], names: Sequence[str], name: str) -> list[Attribution]:
    """Return those of the passages found that a part is made of; `names`: of all parts that are made of passages."""
    return [one for one in found if len(names) == 1 or (one.parts and one.parts[0][0] == name)]


def _alone(attribution: Attribution, result: SearchResult | None) -> tuple[Row, ...]:
    """Return the one part of a query that is only like something, which the engine does not name."""
    pieces = [piece for piece in result.asked.pieces if piece.kind == "like"] if result else []
    only = len(pieces) == 1 and result is not None and len(result.asked.parts) == 1
    return ((pieces[0].said, attribution.score),) if only else ()


def _words(attribution: Attribution, passage: Passage) -> str:
    return ", ".join(word for word, _ in attribution.strongest(passage.text, WORDS))
