"""What is asked: the query line, what it was understood as, its filters, and how to rank."""

from functools import cached_property

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.records import Condition, Facets, Mode, Piece, Query
from engine.search.queries import parse, with_condition, without_piece
from gui.actions import Actions
from gui.flow import Flow
from gui.panel import muted
from gui.pill import ActionPill
from gui.search.facets import columns
from gui.search.filter_menu import FilterMenu
from gui.search.query_chips import QueryChips
from gui.search.query_help import QueryHelp
from gui.search.query_line import QueryLine
from gui.segments import Segments
from gui.theme import GAP
from gui.wording import MODE_NAMES

MODE_TIPS = {
    "hybrid": "Rank by meaning and words together (Alt+1)",
    "dense": "Rank by meaning: other words for the same thing count (Alt+2)",
    "keyword": "Rank by the words of the query (Alt+3)",
}


class QueryBox(QWidget):
    """Keeps the line, its chips and its filters one: whatever is changed in one shows in the others."""

    typed = Signal()
    """The query is being changed: to be searched after a pause."""
    asked = Signal()
    """The query is to be searched now."""
    facets_wanted = Signal()
    """Filters or completions are about to be shown."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.mode: Mode = "hybrid"
        self.understood = Query("")
        self._fields: frozenset[str] = frozenset()
        self._build(actions)
        self.line.typed.connect(self._on_typed)
        self.line.textChanged.connect(self._on_changed)
        self.chips.removed.connect(self._on_chip_removed)
        self.chips.chosen.connect(self.line.go_to)
        self.modes.chosen.connect(self._on_mode)
        self.filters.toggled.connect(self._on_filter)
        self.filters.dated.connect(self._on_dates)

    @cached_property
    def help(self) -> QueryHelp:
        """The grammar, made when it is first wanted."""
        made = QueryHelp(self)
        made.tried.connect(self.ask)
        return made

    def query(self) -> str:
        """Return the query as it stands in the line."""
        return self.line.text().strip()

    def ask(self, line: str) -> None:
        """Put a query in the place of the present one and ask it."""
        self.line.remember(self.line.text())
        self.line.write(line)
        self.asked.emit()

    def choose_mode(self, mode: Mode) -> None:
        """Rank by meaning ("dense"), words ("keyword") or both ("hybrid")."""
        self.mode = mode
        self.modes.choose(mode)

    def show_facets(self, facets: Facets) -> None:
        """Offer other filters and completions; columns of that corpus are understood as such."""
        self.line.facets = facets
        self._fields = frozenset(columns(facets))
        self.filters.show_facets(facets)
        self._understand()

    def show_filters(self) -> None:
        """Open the filter menu."""
        self.facets_wanted.emit()
        self.filters.show_conditions(self.understood.conditions)
        self.filters.open_at(self.filter_button, self.line.width())

    def show_help(self) -> None:
        """Show what a query can say."""
        self.help.open_at(self.line)

    def take(self, asked: Query) -> None:
        """Show how the engine understood the line, which knows every column, while that line still stands."""
        self._fields |= {condition.field for condition in asked.conditions}
        if asked.line and asked.line == self.line.text().rstrip():
            self._show(asked)
            self.say_problem(asked.problem)

    def say_problem(self, sentence: str) -> None:
        """Say what in the line could not be understood, "" for nothing."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the filter button its icon alone where that saves a line."""
        super().resizeEvent(event)
        button = self.filter_button
        words = button.words_width() + GAP // 2
        whole = button.sizeHint().width() + (words if button.brief else 0)
        room = self.width() - self.modes.sizeHint().width() - GAP
        button.be_brief(whole - words <= room < whole)

    def _build(self, actions: Actions) -> None:
        self.line = QueryLine()
        self.line.setPlaceholderText("Ask in your own words")
        self.line.setClearButtonEnabled(True)
        self.line.setAccessibleName("Query")
        self.line.setToolTip(
            "Enter searches at once, a short pause does too; Up recalls earlier queries (Ctrl+F)"
        )
        self.line.addAction(actions["query_help"], QueryLine.ActionPosition.TrailingPosition)
        self.chips = QueryChips()
        self.problem = muted()
        self.problem.hide()
        self.modes = Segments(MODE_NAMES, MODE_TIPS, "Rank by")
        self.filter_button = ActionPill(actions["filter"], "filter")
        self.inside_button = ActionPill(actions["search_inside"])
        self.inside_button.hide()
        self.filters = FilterMenu(self)
        controls = QWidget()
        row = Flow(controls, gap=GAP)
        for widget in (self.modes, self.filter_button, self.inside_button):
            row.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        for widget in (self.line, self.chips, self.problem, controls):
            column.addWidget(widget)

    def _understand(self) -> None:
        self._show(parse(self.line.text(), self._fields))

    def _show(self, understood: Query) -> None:
        self.understood = understood
        self.chips.show_pieces(understood.pieces)
        if self.filters.isVisible():
            self.filters.show_conditions(self.understood.conditions)

    def _on_changed(self, text: str) -> None:
        self._understand()
        if not text.strip():
            self.asked.emit()

    def _on_typed(self) -> None:
        self.say_problem("")
        self.facets_wanted.emit()
        self.typed.emit()

    def _on_chip_removed(self, piece: Piece) -> None:
        self._write_and_ask(self._without(piece))
        if not self.chips.chips:
            self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_filter(self, condition: Condition) -> None:
        """Put a condition into the line, or take it out when it is there."""
        piece = self._piece_of(condition)
        self._write_and_ask(self._without(piece) if piece else with_condition(self.line.text(), condition))

    def _on_dates(self, value: str) -> None:
        """Let the line ask for one range of dates, this one."""
        old = next(
            (one for one in self.understood.conditions if one.field == "date" and not one.excluded), None
        )
        if (old.value if old else "") == value:
            return
        line = self._without(self._piece_of(old) if old else None)
        self._write_and_ask(with_condition(line, Condition("date", value)) if value else line)

    def _write_and_ask(self, line: str) -> None:
        self.line.write(line.strip())
        self.asked.emit()

    def _without(self, piece: Piece | None) -> str:
        line = self.line.text()
        return without_piece(line, piece, self._fields) if piece else line

    def _piece_of(self, condition: Condition) -> Piece | None:
        pieces = [piece for piece in self.understood.pieces if piece.kind == "condition"]
        pairs = zip(self.understood.conditions, pieces, strict=True)
        return next((piece for one, piece in pairs if one == condition), None)

    def _on_mode(self, mode: Mode) -> None:
        self.mode = mode
        self.asked.emit()
