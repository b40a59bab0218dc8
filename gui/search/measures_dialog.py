"""How good searching is on a person's own marks: a small table, or what is still missing for one."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHeaderView, QTableView, QVBoxLayout, QWidget

from engine.records import SearchMeasures
from gui.panel import Heading, muted
from gui.tables import Column, Records
from gui.theme import GAP
from gui.wording import MODE_NAMES, count

MANY = 10
LITTLE = " So few queries say little yet."
TOO_FEW = "Mark some hits of a few queries as good or not; then searching can be measured on them."


class MeasuresDialog(QDialog):
    """Shows nDCG@10, MRR and Recall for words, meaning and both, or a sentence in their place."""

    fit_asked = Signal()
    """Words and meaning are to be weighed by the marks."""

    def __init__(
        self, measures: Sequence[SearchMeasures], parent: QWidget | None = None, sentence: str = ""
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Search, measured on your marks")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        column.setSpacing(GAP)
        self.verdict = Heading("")
        self.verdict.setWordWrap(True)
        self.note = muted()
        column.addWidget(self.verdict)
        column.addWidget(self.note)
        self.rows: Records[SearchMeasures] = Records(_COLUMNS, self)
        self.rows.show(measures)
        if measures and measures[0].queries:
            self.verdict.setText(verdict(measures))
            queries = count(measures[0].queries, "query", "queries")
            self.note.setText(
                f"Means over {queries} with marks; 1 is perfect. What you did not mark counts as not good."
                f"{LITTLE if measures[0].queries < MANY else ''}"
            )
            column.addWidget(self._table())
            self.resize(440, 280)
        else:
            self.verdict.setText("Not enough marks yet")
            self.note.setText(sentence or TOO_FEW)
            self.resize(400, 150)
            column.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        if measures and measures[0].queries:
            self.fit = buttons.addButton("Weigh by my marks", QDialogButtonBox.ButtonRole.ActionRole)
            self.fit.setToolTip(
                "Let the marks decide how much words and meaning count in “Both” in this corpus"
            )
            self.fit.clicked.connect(self._on_fit)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    def say(self, sentence: str) -> None:
        """Say what came of weighing."""
        self.note.setText(sentence)

    def _on_fit(self) -> None:
        self.fit.setEnabled(False)
        self.note.setText("Weighing words and meaning …")
        self.fit_asked.emit()

    def _table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.rows)
        table.setShowGrid(False)
        table.verticalHeader().hide()
        table.setSelectionMode(QTableView.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        table.setAccessibleName("Measures")
        table.setAccessibleDescription("; ".join(_said(row) for row in self.rows.rows))
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        return table


def verdict(measures: Sequence[SearchMeasures]) -> str:
    """Return which way of searching finds the marked hits best, as a sentence."""
    best = max(measures, key=lambda one: one.ndcg)
    close = [one for one in measures if best.ndcg - one.ndcg < 0.005]
    names = " and ".join(f"“{MODE_NAMES[one.mode]}”" for one in close)
    return f"{names} {'finds' if len(close) == 1 else 'find'} your marked hits best"


def _said(row: SearchMeasures) -> str:
    return f"{MODE_NAMES[row.mode]}: nDCG@10 {row.ndcg:.3f}, MRR {row.mrr:.3f}, Recall {row.recall:.3f}"


_COLUMNS = (
    Column[SearchMeasures]("Rank by", lambda row: MODE_NAMES[row.mode]),
    Column[SearchMeasures]("nDCG@10", lambda row: f"{row.ndcg:.3f}", right=True),
    Column[SearchMeasures]("MRR", lambda row: f"{row.mrr:.3f}", right=True),
    Column[SearchMeasures]("Recall", lambda row: f"{row.recall:.3f}", right=True),
)
