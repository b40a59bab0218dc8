"""What to train a tagger on: a table, its columns, a name, and the way to train."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.tagging.records import HeadPooling, TaggerKind
from engine.training.routes import POOLINGS, ROUTES
from gui.corpus.load_dialog import AUTOMATIC
from gui.corpus.sources import column_names, sources_from
from gui.panel import Elided
from gui.segments import Segments
from gui.taggers.training import TrainingRequest
from gui.taggers.way_choice import WayChoice
from gui.taggers.words import LONGEST, suggested_name
from gui.theme import GAP
from gui.wording import from_home, place
from indexes.records import Source, TableColumns

FILES = "Tables (*.csv *.tsv *.tab *.jsonl *.ndjson *.json *.parquet *.pq *.gz);;All files (*)"
COLUMNS = (("text", "Text"), ("second", "Second text, of pairs"), ("label", "Label"))
TIPS = {
    "text": "The column of the texts",
    "second": "The column of the second texts, for a tagger that reads pairs",
    "label": "The column of the labels",
}

ADAPTER, HEAD, MODEL = TaggerKind.ADAPTER, TaggerKind.HEAD, TaggerKind.MODEL
WAYS = tuple(
    (kind, words, ROUTES[kind])
    for kind, words in (
        (HEAD, "A head, in seconds"),
        (ADAPTER, "Adapters, in minutes"),
        (MODEL, "A model of your own"),
    )
)

READS = {
    HeadPooling.CLS: "[CLS]",
    HeadPooling.MEAN: "All tokens alike",
    HeadPooling.ATTENTION: "All tokens, weighed",
}

EPOCHS = ("1", "2", "3", "5", "10")
USUAL = "3"

SINGLE, MULTI = "single", "multi"
HOW_MANY = {SINGLE: "One label a text", MULTI: "Several labels a text"}
HOW_MANY_TIPS = {
    SINGLE: "Every text has exactly one label",
    MULTI: "A cell may hold several labels with “;” or “|” between them, or a list; an empty list fits none",
}


class TableForm(QWidget):
    """Asks for what a training from a table needs; `missing` says what is not there yet."""

    changed = Signal()

    def __init__(self, path: str = "") -> None:
        super().__init__()
        self.source: Source | None = None
        self.problem = ""
        self._named = ""
        self._multi = False
        self._epochs = USUAL
        self._pooling = str(HeadPooling.CLS)
        self._base = ""
        self._build()
        if path:
            self.use(path)
        self._show()

    @property
    def tagger(self) -> str:
        """Return the name of the tagger to be."""
        return " ".join(self.name.text().split())

    @property
    def missing(self) -> str:
        """Return what is still needed, "" when a training can start."""
        if self.source is None:
            return "a table"
        if not self.tagger:
            return "a name"
        return "the folder of a model" if self.routes.key == MODEL and not self._base else ""

    def request(self) -> TrainingRequest:
        """Return the training that is wanted."""
        assert self.source is not None
        name, route = self.tagger, str(self.routes.key)
        return TrainingRequest(
            name,
            f"Training “{name}”",
            "train",
            (replace(self.source, columns=self.chosen_columns()), name),
            {
                "route": route,
                "base": self._base if route == MODEL else None,
                "multi_label": self._multi,
                "epochs": int(self._epochs),
                "pooling": self._pooling if route == ADAPTER else str(HeadPooling.CLS),
            },
        )

    def chosen_columns(self) -> TableColumns:
        """Return the columns that were chosen; what was left to Asterism is None."""
        texts = {field: box.currentText().strip() for field, box in self.columns.items()}
        return TableColumns(
            **{field: text if text and text != AUTOMATIC else None for field, text in texts.items()}
        )

    def use(self, path: str) -> None:
        """Take a table, offer its columns, and propose its name as the tagger's."""
        tables = [source for source in sources_from([Path(path)]) if source.kind == "table"]
        self.source = tables[0] if tables else None
        self.problem = "" if tables else f"{place(path)} is not a table (csv, tsv, jsonl or parquet)."
        self.file.setText(from_home(path) if tables else "")
        names = column_names(Path(path)) if tables else ()
        for box in self.columns.values():
            box.clear()
            box.addItem(AUTOMATIC)
            box.addItems(names)
            box.setEditable(bool(tables) and not names)
            if box.lineEdit() is not None:
                box.lineEdit().setPlaceholderText("name of the column")
        if tables and self.name.text() in ("", self._named):
            self._named = suggested_name(Path(path).name.split(".")[0])
            self.name.setText(self._named)
        self._show()

    # parts

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addLayout(self._make_grid())
        column.addSpacing(GAP)
        self.routes = WayChoice(WAYS, "How to train")
        self.routes.choose(ADAPTER)
        self.routes.changed.connect(self._show)
        column.addWidget(self.routes)
        column.addWidget(self._make_base())
        column.addSpacing(GAP)
        self.many = Segments(HOW_MANY, HOW_MANY_TIPS, "Labels a text has")
        self.many.chosen.connect(self._on_many)
        self.epochs = Segments(
            {number: number for number in EPOCHS},
            {number: f"Read every text {number} times" for number in EPOCHS} | {"1": "Read every text once"},
            "Times over the texts",
        )
        self.epochs.choose(USUAL)
        self.epochs.chosen.connect(self._on_epochs)
        self._over = QLabel("Times over the texts")
        self.pooling = Segments(READS, POOLINGS, "What the head reads")
        self.pooling.chosen.connect(self._on_pooling)
        self._reads = QLabel("The head reads")
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GAP)
        grid.setVerticalSpacing(GAP)
        grid.setColumnStretch(2, 1)
        rows = (QLabel("Labels"), self.many), (self._over, self.epochs), (self._reads, self.pooling)
        for row, (label, field) in enumerate(rows):
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(grid)

    def _make_grid(self) -> QGridLayout:
        self.choose = QPushButton("Choose a table…")
        self.choose.setAutoDefault(False)
        self.choose.clicked.connect(self._on_choose)
        self.file = Elided(mode=Qt.TextElideMode.ElideMiddle)
        self.file.muted = True
        self.columns: dict[str, QComboBox] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GAP)
        grid.setVerticalSpacing(GAP)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.choose, 0, 0)
        grid.addWidget(self.file, 0, 1)
        for field, text in COLUMNS:
            box = QComboBox()
            box.setAccessibleName(f"{text} column")
            box.setToolTip(TIPS[field])
            box.addItem(AUTOMATIC)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(12)
            self.columns[field] = box
            self._add_row(grid, text, box)
        self.name = QLineEdit()
        self.name.setMaxLength(LONGEST)
        self.name.setAccessibleName("Name of the tagger")
        self.name.textChanged.connect(self._show)
        self._add_row(grid, "Name", self.name)
        return grid

    def _add_row(self, grid: QGridLayout, text: str, field: QWidget) -> None:
        label = QLabel(text)
        label.setBuddy(field)
        row = grid.rowCount()
        grid.addWidget(label, row, 0)
        grid.addWidget(field, row, 1)

    def _make_base(self) -> QWidget:
        self.base = QPushButton("Choose its folder…")
        self.base.setAutoDefault(False)
        self.base.clicked.connect(self._on_base)
        self.base_said = Elided(mode=Qt.TextElideMode.ElideMiddle)
        self.base_said.muted = True
        self._base_row = QWidget()
        row = QHBoxLayout(self._base_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GAP)
        row.addWidget(self.base)
        row.addWidget(self.base_said, 1)
        return self._base_row

    def _show(self) -> None:
        for box in self.columns.values():
            box.setEnabled(self.source is not None)
        self._base_row.setVisible(self.routes.key == MODEL)
        for widget in (self._over, self.epochs):
            widget.setVisible(self.routes.key != HEAD)
        for widget in (self._reads, self.pooling):
            widget.setVisible(self.routes.key == ADAPTER)
        self.changed.emit()

    # what is chosen

    def _on_choose(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Choose a table with labels", filter=FILES)
        if path:
            self.use(path)

    def _on_base(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Choose the folder of a model")
        if folder:
            self._base = folder
            self.base_said.setText(from_home(folder))
            self._show()

    def _on_many(self, key: str) -> None:
        self._multi = key == MULTI

    def _on_epochs(self, number: str) -> None:
        self._epochs = number

    def _on_pooling(self, pooling: str) -> None:
        self._pooling = pooling
