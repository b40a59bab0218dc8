"""Step 1: the text becomes tokens."""

from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLabel, QTableView

from engine.inspecting.records import Inspection, TokenView, Trace
from gui.engine_link import EngineLink
from gui.inspecting.guesses import Guesses
from gui.inspecting.page import Page
from gui.inspecting.token_chips import TokenChips
from gui.panel import Heading, muted
from gui.tables import Column, Records
from gui.theme import GAP
from gui.wording import count

TAIL = 40
"""Characters shown before the place where the model stops reading."""


class TokensPage(Page):
    """Shows the tokens as chips and in a table, where the model stops reading, and the windows of a long text."""

    def __init__(self, link: EngineLink) -> None:
        super().__init__("Tokens")
        self.chips = TokenChips()
        self.cut = QLabel()
        self.cut.setWordWrap(True)
        self.windows_title = Heading("Windows")
        self.windows = muted()
        self.column.addSpacing(GAP)
        self.guesses = Guesses(link)
        self.rows: Records[TokenView] = Records(_COLUMNS, self)
        self.table = self._make_table()
        for widget in (self.chips, self.cut, self.windows_title, self.windows, self.guesses):
            self.column.addWidget(widget)
        self.column.addSpacing(GAP)
        self.column.addWidget(self.table, 1)

    def show_text(self, seen: Inspection, trace: Trace | None) -> None:
        """Show the tokens of the model that is looked into."""
        tokens = trace.tokens if trace else seen.tokens
        special = sum(token.special for token in tokens)
        self.said.setText(
            f"{count(len(tokens), 'token')}, {special} of them added by the model (dashed). A token is a word or a "
            "piece of one, and has a number; the mouse on it tells its id and its place."
        )
        self.guesses.show_text(seen.text)
        self.chips.show_tokens(tokens)
        self.rows.show(tokens)
        self.cut.setText(_cut(seen, trace))
        self.cut.setVisible(bool(self.cut.text()))
        many = len(seen.windows) > 1
        self.windows_title.setVisible(many)
        self.windows.setVisible(many)
        if many:
            spans = ", ".join(f"{window.start}–{window.end}" for window in seen.windows)
            self.windows.setText(
                f"“{seen.tagger}” reads this text in {len(seen.windows)} windows of whole sentences, of characters "
                f"{spans}, and combines what it finds in them. The steps after this one show the first window."
            )

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.rows)
        table.setShowGrid(False)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        table.setAccessibleName("Tokens in a table")
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setHighlightSections(False)
        table.setMinimumHeight(8 * self.fontMetrics().height())
        return table


_COLUMNS = (
    Column[TokenView]("Position", lambda token: str(token.position), right=True),
    Column[TokenView]("Token", lambda token: token.token),
    Column[TokenView]("Id", lambda token: str(token.id), right=True),
    Column[TokenView]("Segment", lambda token: str(token.segment), right=True),
    Column[TokenView](
        "Characters", lambda token: "added" if token.special else f"{token.start}–{token.end}", right=True
    ),
)


def _cut(seen: Inspection, trace: Trace | None) -> str:
    if trace is not None and trace is seen.tagger_trace:
        return ""  # what it does not read here is in another window
    if trace is not None and trace.left_out:
        last = seen.text[max(0, trace.read_to - TAIL) : trace.read_to]
        return (
            f"The model stops at character {trace.read_to}, after “…{last}”: "
            f"{count(trace.left_out, 'more token')} of this text are not read here."
        )
    if trace is None and seen.truncated:
        return "The text is longer than the model reads: what comes after the last token is not seen."
    return ""
