"""What came of adapting an encoder: what was measured before and after, whether it is kept, and what to do next."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractScrollArea, QHeaderView, QTableView, QVBoxLayout, QWidget

from engine.encoding.records import AdaptReport, BeforeAfter
from engine.pace import duration
from gui.panel import Heading, muted
from gui.tables import Column, Records
from gui.theme import GAP
from gui.wording import count

FOUND = {
    "document": "Nearest text is of the same document",
    "folder": "Nearest text is of the same folder",
    "halves": "Nearest to half a text is its other half",
}
"""What is counted of the held-out texts, by what the report calls it."""

NEXT = (
    "Nothing uses it yet. Embedding “{corpus}” anew with it embeds all its passages again, and then makes its map from "
    "scratch; tags and labels stay. The way back is “Embed anew with another encoder…” in the Corpus menu."
)


@dataclass(frozen=True, slots=True)
class Measure:
    """One number before and after; more is better, unless its name says otherwise."""

    name: str
    before: float
    after: float


class AdaptReportView(QWidget):
    """Tells a person what an AdaptReport says, and what can be done next."""

    def __init__(self, corpus: str, report: AdaptReport) -> None:
        super().__init__()
        heading = Heading(verdict(report))
        heading.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(heading)
        column.addWidget(muted(told(corpus, report)))
        column.addSpacing(GAP)
        self.rows: Records[Measure] = Records(_COLUMNS, self)
        self.rows.show(measures(report))
        column.addWidget(self._make_table())
        if report.kept:
            column.addSpacing(GAP)
            column.addWidget(muted(NEXT.format(corpus=corpus)))
        column.addStretch(1)

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.rows)
        table.setShowGrid(False)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.setSelectionMode(QTableView.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setSizeAdjustPolicy(QAbstractScrollArea.SizeAdjustPolicy.AdjustToContents)
        table.setAccessibleName("Measures before and after")
        table.setAccessibleDescription(
            "; ".join(f"{row.name}: {row.before:.3f}, then {row.after:.3f}" for row in self.rows.rows)
        )
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        return table


def verdict(report: AdaptReport) -> str:
    """Return what came of it, in a few words."""
    return f"“{report.name}” is kept" if report.kept else "Adapting did not help"


def told(corpus: str, report: AdaptReport) -> str:
    """Return why, and what was measured on."""
    measured = f"Measured on {count(report.held_out, 'passage')} of other documents than it learned from"
    if report.ndcg is not None:
        measured += f", and on {count(report.queries, 'query', 'queries')} with marks of yours"
    took = f"{measured}. It took {duration(report.seconds)}."
    if report.kept:
        return f"It finds no less than the encoder as it was. {took}"
    return f"{report.said} {took} Nothing has changed: “{corpus}” is searched as before."


def measures(report: AdaptReport) -> tuple[Measure, ...]:
    """Return what was measured, in the order of the command line."""
    found = FOUND.get(report.agreement_by, f"Held-out texts found ({report.agreement_by})")
    wanted: tuple[tuple[str, BeforeAfter | None], ...] = (
        ("Loss at masked words (less is better)", report.word_loss),
        (found, report.agreement),
        ("nDCG@10 on your marks", report.ndcg),
        ("Graded pairs, rank correlation", report.similarity),
    )
    return tuple(Measure(name, *pair) for name, pair in wanted if pair is not None)


_COLUMNS = (
    Column[Measure]("Measure", lambda row: row.name),
    Column[Measure]("Before", lambda row: f"{row.before:.3f}", right=True),
    Column[Measure]("After", lambda row: f"{row.after:.3f}", right=True),
)
