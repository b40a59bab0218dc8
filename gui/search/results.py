"""The answer to a search: how much was found, which marks it follows, and the hits by document."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.records import SearchResult
from gui.actions import Actions
from gui.engine_link import EngineLink
from gui.panel import EmptyState, muted
from gui.search.explaining import Explaining
from gui.search.hit_list import HitList
from gui.search.hit_rows import ResultRow, rows_of
from gui.search.judging import Judging
from gui.search.marks_bar import MarksBar
from gui.session import Session
from gui.theme import GAP
from gui.wording import count, percent
from indexes.records import Passage

SHADES = "Blue words add, orange ones take away."
BY_WORDS = "Words rank here: the marked ones are why."


class Results(QWidget):
    """Shows `Session.result`; a hit that is chosen becomes the current passage, one that is marked moves the query."""

    chosen = Signal()
    """A hit was chosen to be read."""

    def __init__(self, link: EngineLink, session: Session, actions: Actions) -> None:
        super().__init__()
        self._link = link
        self._session = session
        self._actions = actions
        self._query = ""
        self._unfolded: dict[int, Sequence[Passage]] = {}
        self._nearest = False
        self._marked = 0
        self.judging = Judging(link, session)
        self._build(actions)
        self.explaining = Explaining(link, session, self.list)
        self.marks.undo.clicked.connect(self.judging.undo)
        self.marks.clear.clicked.connect(self.judging.clear)
        self.judging.changed.connect(self._on_judged)
        self.list.chosen.connect(self._on_chosen)
        self.list.graded.connect(self._on_graded)
        self.list.folded.connect(self._on_folded)
        session.result_changed.connect(self._on_result)
        session.current_changed.connect(self._on_current)
        session.explaining_changed.connect(self._say_info)

    def focus_list(self) -> None:
        """Go to the hits."""
        if self.list.rows.rows:
            self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
            if not self.list.currentIndex().isValid():
                self.list.setCurrentIndex(self.list.rows.index(0, 0))

    def next_hit(self) -> None:
        """Read the next hit."""
        self.list.step(1)

    def previous_hit(self) -> None:
        """Read the hit before."""
        self.list.step(-1)

    def mark_good(self) -> None:
        """Mark the current hit as good, or take that back."""
        self._mark_current(1)

    def mark_not_good(self) -> None:
        """Mark the current hit as not good, or take that back."""
        self._mark_current(0)

    def say(self, sentence: str) -> None:
        """Say something in the place where it otherwise stands how much was found."""
        self.info.setText(sentence)
        self.info.setVisible(bool(sentence))

    def _build(self, actions: Actions) -> None:
        self.marks = MarksBar()
        self.info = muted()
        self.list = HitList()
        self.hint = EmptyState(
            "search",
            "Search by meaning",
            "Type a question or a few words. Passages that say the same in other words are found too.",
            [actions["query_help"]],
        )
        self.none = EmptyState("search", "No hits", "Try other words, or rank by meaning.")
        head = QVBoxLayout()
        head.setContentsMargins(2 * GAP, 0, 2 * GAP, GAP)
        head.setSpacing(GAP)
        head.addWidget(self.marks)
        head.addWidget(self.info)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        for widget in (self.list, self.hint, self.none):
            column.addWidget(widget, 1)

    def _on_result(self) -> None:
        """Show another answer from its top; the same query again, marked or in another mode, where it was read."""
        result = self._session.result
        query = result.query if result else ""
        again = query == self._query
        self._query = query
        if not again:
            self._unfolded.clear()
            self._nearest = False
        self._show_rows(keep=False)
        rows = bool(self.list.rows.rows)
        self.list.setVisible(rows)
        self.none.setVisible(result is not None and not rows)
        self.hint.setVisible(result is None)
        self._say_marks()
        self._say_info()
        self.list.scrollToTop()
        self._on_current()
        if again and self._marked:
            self.list.bring_into_view(self._marked)
        self._marked = 0
        self.explaining.ask_soon()

    def _show_rows(self, keep: bool = True) -> None:
        rows = rows_of(self._session.result, self.judging.grades, self._unfolded, self._nearest)
        self.list.show_rows(rows, keep)

    def _say_marks(self) -> None:
        result = self._session.result
        followed = result is not None and result.followed
        self.marks.say(self.judging.said(), followed, result is not None and result.mode == "keyword")

    def _say_info(self) -> None:
        self.say(self._said(self._session.result))

    def _said(self, result: SearchResult | None) -> str:
        if result is None:
            return ""
        note = result.note.replace(result.asked.problem, "").strip()  # the problem stands under the line
        if not result.documents:
            return note
        near = result.documents[: result.above_chance]
        hits = sum(len(document.hits) for document in near)
        documents = count(len(near), "document")
        said = (
            [f"{count(hits, 'hit')} in {documents}, {result.seconds:.2f}\N{NO-BREAK SPACE}s"] if near else []
        )
        corpus = self._session.corpus
        if note:
            said.append(note)
        elif corpus and corpus.coverage < 1 and result.mode != "keyword":
            said.append(f"{percent(corpus.coverage)} of the corpus can be searched by meaning so far.")
        if self._session.explaining and (near or self._nearest):
            said.append(BY_WORDS if result.mode == "keyword" else SHADES)
        return "\n".join(said)

    def _on_chosen(self, passage_id: int) -> None:
        self._session.set_current(passage_id)
        self.chosen.emit()

    def _on_current(self) -> None:
        """Show the current passage in the list if it is a hit, without choosing it again."""
        self.list.show_current(self._session.current)

    def _mark_current(self, grade: int) -> None:
        hit = self.list.current_hit()
        if hit is not None:
            self._on_graded(hit.passage_id, grade)

    def _on_graded(self, passage_id: int, grade: int) -> None:
        self._marked = passage_id
        self.judging.mark(passage_id, grade)

    def _on_judged(self) -> None:
        self._show_rows()
        self._say_marks()

    def _on_folded(self, row: ResultRow) -> None:
        """Fold what is below a row out or in, or go and read the rest of a document."""
        if row.kind == "nearest":
            self._nearest = not self._nearest
            self._show_rows()
            self._say_info()
        elif row.kind == "more":
            self._session.set_current(row.passage_id)
            self._actions["focus_reader"].trigger()
        elif row.passage_id in self._unfolded:
            del self._unfolded[row.passage_id]
            self._show_rows()
        else:
            self._ask_alike(row.passage_id)

    def _ask_alike(self, passage_id: int) -> None:
        result = self._session.result
        hits = [hit for document in result.documents for hit in document.hits] if result else []
        alike = next((hit.alike for hit in hits if hit.passage.id == passage_id), ())
        self._link.call(
            "passages",
            self._session.corpus_name,
            list(alike),
            on_done=partial(self._on_alike, self._query, passage_id),
            replaces="alike",
        )

    def _on_alike(self, query: str, passage_id: int, passages: list[Passage]) -> None:
        if query == self._query:
            self._unfolded[passage_id] = passages
            self._show_rows()
