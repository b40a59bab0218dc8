"""What can be done with a search beyond asking: rerank its hits, and measure searching on one's own marks."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.records import SearchMeasures, SearchResult
from gui.engine_link import EngineLink
from gui.session import Session

if TYPE_CHECKING:
    from gui.search.measures_dialog import MeasuresDialog


class SearchCommands(QObject):
    """Carries out the less usual actions of the Search menu."""

    fitted = Signal()
    """Hits may come in another order now."""

    def __init__(self, panel: QWidget, link: EngineLink, session: Session) -> None:
        super().__init__(panel)
        self._panel = panel
        self._link = link
        self._session = session
        self._then_rerank = False

    def rerank(self) -> None:
        """Let the cross-encoder put the hits on show in its order; without one, ask for one first."""
        self._then_rerank = True
        self._link.call("reranker", on_done=self._on_reranker)

    def choose_reranker(self) -> None:
        """Choose the folder of a cross-encoder."""
        self._then_rerank = False
        self._choose()

    def evaluate(self) -> None:
        """Measure searching by words, by meaning and by both on the marked hits."""
        self._link.start(
            "Evaluating your marks",
            "evaluate_search",
            self._session.corpus_name,
            on_done=self._on_measured,
            on_error=self._on_not_measured,
        )

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self._panel, "Choose the folder of a cross-encoder")
        if folder:
            self._link.call("use_reranker", folder, on_done=self._on_reranker)

    def _on_reranker(self, name: str) -> None:
        if self._then_rerank and name:
            self._start(name)
        elif self._then_rerank:
            self._choose()

    def _start(self, name: str) -> None:
        self._then_rerank = False
        result = self._session.result
        if result is not None and result.documents:
            self._link.start(
                f"Reranking by {name}",
                "rerank",
                self._session.corpus_name,
                result.query,
                result,
                on_done=self._on_reranked,
            )

    def _on_reranked(self, result: SearchResult) -> None:
        """Show the new order, unless something else was asked for meanwhile."""
        now = self._session.result
        if now is not None and now.query == result.query:
            self._session.set_result(result)

    def _on_measured(self, measures: tuple[SearchMeasures, ...]) -> None:
        self._show(measures)

    def _on_not_measured(self, sentence: str) -> None:
        self._show((), sentence)

    def _show(self, measures: tuple[SearchMeasures, ...], sentence: str = "") -> None:
        from gui.search.measures_dialog import MeasuresDialog

        dialog = MeasuresDialog(measures, self._panel, sentence)
        dialog.fit_asked.connect(partial(self._fit, dialog))
        dialog.open()

    def _fit(self, dialog: "MeasuresDialog") -> None:
        self._link.start(
            "Weighing words and meaning",
            "fit_search",
            self._session.corpus_name,
            on_done=partial(self._on_fitted, dialog),
            on_error=dialog.say,
        )

    def _on_fitted(self, dialog: "MeasuresDialog", said: str) -> None:
        """Say how words and meaning are weighed from now on, and search again by that."""
        dialog.say(said)
        self.fitted.emit()
