"""The marks of the query on show: which hits a person called good or not, and how they are taken back."""

from functools import partial

from PySide6.QtCore import QObject, Signal

from gui.engine_link import EngineLink
from gui.session import Session


class Judging(QObject):
    """Sends marks to the engine, which keeps them with the query; `grades` is right at once, before it answers."""

    changed = Signal()
    """`grades` changed."""
    kept = Signal()
    """The engine has taken note: a search now follows."""

    def __init__(self, link: EngineLink, session: Session) -> None:
        super().__init__()
        self._link = link
        self._session = session
        self._query = ""
        self._undo: list[tuple[int, int | None]] = []
        self._unanswered = 0
        self.grades: dict[int, int] = {}
        session.result_changed.connect(self._on_result)

    @property
    def undoable(self) -> bool:
        """Return whether a mark was given that can be taken back singly."""
        return bool(self._undo)

    def mark(self, passage_id: int, grade: int) -> None:
        """Mark a hit as good (1) or not (0); the mark that it has already is taken back."""
        before = self.grades.get(passage_id)
        self._undo.append((passage_id, before))
        self._give(passage_id, None if before == grade else grade)

    def undo(self) -> None:
        """Take the last mark back; without one of this visit, the last that is kept."""
        if self._undo:
            self._give(*self._undo.pop())
        elif self.grades:
            self._give(next(reversed(self.grades)), None)

    def clear(self) -> None:
        """Take all marks of the query back."""
        if self.grades:
            self._undo.clear()
            self._set({})
            self._link.call(
                "clear_judgements", self._session.corpus_name, self._query, on_done=self._on_cleared
            )

    def said(self) -> str:
        """Return the marks as a person says them: "2 good, 1 not"."""
        good = sum(self.grades.values())
        bad = len(self.grades) - good
        return ", ".join(
            part for part in (f"{good:,} good" if good else "", f"{bad:,} not" if bad else "") if part
        )

    def _give(self, passage_id: int, grade: int | None) -> None:
        others = {one: known for one, known in self.grades.items() if one != passage_id}
        self._set(others if grade is None else {**others, passage_id: grade})
        self._unanswered += 1
        self._link.call(
            "judge",
            self._session.corpus_name,
            self._query,
            passage_id,
            grade,
            on_done=partial(self._on_judged, self._query),
            on_error=self._on_refused,
        )

    def _on_judged(self, query: str, grades: dict[int, int]) -> None:
        """Take what the engine keeps for the truth, once it has answered the last of several quick marks."""
        self._unanswered -= 1
        if query == self._query and not self._unanswered:
            self._set(dict(grades))
            self.kept.emit()

    def _on_refused(self, sentence: str) -> None:
        self._unanswered -= 1
        self._link.failed.emit(sentence)
        self.kept.emit()

    def _on_cleared(self, _nothing: object) -> None:
        self.kept.emit()

    def _on_result(self) -> None:
        result = self._session.result
        query = result.query if result else ""
        if query != self._query:
            self._query = query
            self._undo.clear()
        elif self._unanswered:
            return  # the result is older than the mark
        self._set(dict(result.judged) if result else {})

    def _set(self, grades: dict[int, int]) -> None:
        if grades != self.grades:
            self.grades = grades
            self.changed.emit()
