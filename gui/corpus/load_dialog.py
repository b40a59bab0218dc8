"""What a load would mean, shown before it starts: files by type, passages, time, disk, and a table's columns."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialogButtonBox,
    QGridLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QProgressBar,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from engine.pace import duration
from engine.progress import Progress
from engine.records import CorpusInfo, FormatCount, Preview
from gui.corpus.pooling_choice import PoolingChoice
from gui.corpus.sources import column_names
from gui.engine_link import EngineLink, Job
from gui.growing_dialog import GrowingDialog
from gui.panel import Elided, Heading, muted
from gui.tables import Column, Records
from gui.theme import GAP
from gui.wording import count, format_name, place, size
from indexes.records import Source, TableColumns

LABELS = 96
"""Pixels for the labels of the choices, so that all boxes begin below each other."""

AUTOMATIC = "Recognise by name"


class LoadDialog(GrowingDialog):
    """Shows a preview of `sources`; sends `chosen` when the user wants them loaded."""

    chosen = Signal(str, tuple, str)
    """The corpus' name, the sources, with the columns that were chosen for a table, and the pooling, "" as usual."""

    def __init__(
        self,
        link: EngineLink,
        sources: Sequence[Source],
        corpora: Sequence[CorpusInfo],
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.sources = tuple(sources)
        self._link = link
        self._corpora = {corpus.name: corpus for corpus in corpora}
        self._job: Job | None = None
        self.setWindowTitle("Add to a corpus")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(520)
        self.name = self._make_name(name or Path(self.sources[0].path).stem)
        self.columns = ColumnChoice(self.sources)
        self.pooling = PoolingChoice(LABELS)
        self._files = Records(_COLUMNS, self)
        self._build()
        self.name.currentTextChanged.connect(self._show_pooling)
        self._show_pooling()
        link.job_progress.connect(self._on_progress)
        self._look()

    @property
    def corpus_name(self) -> str:
        """Return the name of the corpus that is added to."""
        return self.name.currentText().strip()

    def accept(self) -> None:
        """Start the load."""
        if not self.corpus_name:
            self.name.setFocus()
            return
        columns = self.columns.chosen()
        sources = tuple(
            replace(source, columns=columns) if source.kind == "table" else source for source in self.sources
        )
        self.chosen.emit(self.corpus_name, sources, self.pooling.pooling)
        super().accept()

    def done(self, result: int) -> None:
        """Leave no preview running."""
        self._link.job_progress.disconnect(self._on_progress)
        if self._job:
            self._job.cancel()
        super().done(result)

    def _look(self) -> None:
        self._job = self._link.start(
            "Looking at what there is",
            "preview",
            self.corpus_name,
            self.sources,
            on_done=self._on_preview,
            on_error=self._on_error,
        )

    def _on_progress(self, progress: Progress) -> None:
        if self._job and not self._job.cancelled:
            counted = (
                f": {count(progress.done, progress.unit.rstrip('s') or 'file')}" if progress.done else ""
            )
            self._summary.setText(f"{progress.step}{counted} …")

    def _on_preview(self, preview: Preview) -> None:
        self._job = None
        self._bar.hide()
        rows = [(fmt, True) for fmt in preview.formats] + [(fmt, False) for fmt in preview.unsupported]
        self._files.show(rows)
        self._table.setVisible(bool(rows))
        self._table.setFixedHeight(min(len(rows), 7) * self._table.verticalHeader().defaultSectionSize() + 34)
        self._summary.setText(summary(preview))
        self._detail.setText(detail(preview))
        self._start.setEnabled(bool(preview.formats or preview.unchanged_files))
        self._start.setFocus()

    def _show_pooling(self) -> None:
        self.pooling.offer_for(self._corpora.get(self.corpus_name))
        self.pooling.setVisible(self.pooling.tells)

    def _on_error(self, sentence: str) -> None:
        self._job = None
        self._bar.hide()
        self._summary.setProperty("role", "error")
        self._summary.style().unpolish(self._summary)
        self._summary.setText(sentence)

    def _make_name(self, name: str) -> QComboBox:
        box = QComboBox()
        box.addItems(list(self._corpora))
        box.setEditable(True)
        box.setCurrentText(name)
        box.setAccessibleName("Corpus")
        box.setToolTip("The corpus to add to; type a new name to start another")
        return box

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GAP, 3 * GAP, 3 * GAP, 2 * GAP)
        column.setSpacing(2 * GAP)
        column.addWidget(self.grow_with(self._make_form()), 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._start = buttons.addButton("Start loading", QDialogButtonBox.ButtonRole.AcceptRole)
        self._start.setProperty("primary", True)
        self._start.setEnabled(False)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    def _make_form(self) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(Heading(self._what()))
        where = Elided(self.sources[0].path, Qt.TextElideMode.ElideMiddle)
        where.muted = True
        column.addWidget(where)
        column.addSpacing(GAP)
        form = QGridLayout()
        form.setColumnStretch(1, 1)
        _add_row(form, "Corpus", self.name)
        column.addLayout(form)
        if any(source.kind == "table" for source in self.sources):
            column.addWidget(self.columns)
        column.addWidget(self.pooling)
        column.addSpacing(GAP)
        self._table = self._make_table()
        column.addWidget(self._table)
        self._summary = muted("Looking at what there is …")
        self._summary.setProperty("role", "")
        self._detail = muted()
        self._bar = QProgressBar(maximum=0, textVisible=False)
        column.addWidget(self._summary)
        column.addWidget(self._bar)
        column.addWidget(self._detail)
        column.addStretch(1)
        return whole

    def _what(self) -> str:
        """Name the sources, so many as a line holds."""
        names = [f"“{place(source.path)}”" for source in self.sources]
        more = f" and {count(len(names) - 2, 'other')}" if len(names) > 2 else ""
        return f"Add {', '.join(names[:2])}{more}"

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self._files)
        table.setShowGrid(False)
        table.verticalHeader().hide()
        table.setSelectionMode(QTableView.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.setAccessibleName("Files by type")
        table.hide()
        return table


class ColumnChoice(QWidget):
    """Which columns of a table hold the text, the title, the id and the label."""

    FIELDS = (
        ("text", "Text column"),
        ("title", "Title column"),
        ("id", "Id column"),
        ("label", "Label column"),
    )

    def __init__(self, sources: Sequence[Source]) -> None:
        super().__init__()
        tables = [source for source in sources if source.kind == "table"]
        names = column_names(Path(tables[0].path)) if tables else ()
        form = QGridLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(GAP)
        form.setColumnStretch(1, 1)
        self.boxes: dict[str, QComboBox] = {}
        for field, label in self.FIELDS:
            box = QComboBox()
            box.addItem(AUTOMATIC)
            box.addItems(names)
            box.setEditable(not names)
            if isinstance(box.lineEdit(), QLineEdit):
                box.lineEdit().setPlaceholderText("name of the column")
            box.setAccessibleName(label)
            self.boxes[field] = box
            _add_row(form, label, box)

    def chosen(self) -> TableColumns:
        """Return the choice; what was left to Asterism is None."""
        texts = {field: box.currentText().strip() for field, box in self.boxes.items()}
        return TableColumns(
            **{field: text if text and text != AUTOMATIC else None for field, text in texts.items()}
        )


def _add_row(form: QGridLayout, text: str, box: QComboBox) -> None:
    label = QLabel(text)
    label.setMinimumWidth(LABELS)
    label.setBuddy(box)
    row = form.rowCount()
    form.addWidget(label, row, 0)
    form.addWidget(box, row, 1)


def summary(preview: Preview) -> str:
    """Return what a load would cost, in a sentence."""
    if not preview.formats:
        if preview.unchanged_files:
            return f"Nothing is new: {count(preview.unchanged_files, 'file')} are in the corpus already, unchanged."
        return "There is no file here that Asterism can read."
    return (
        f"About {count(preview.passages, 'passage')}, {duration(preview.seconds)}, "
        f"{size(preview.disk_bytes)} on disk."
    )


def detail(preview: Preview) -> str:
    """Return what else there is to say of a preview."""
    parts = []
    if preview.unchanged_files and preview.formats:
        parts.append(f"{count(preview.unchanged_files, 'file')} in the corpus already, unchanged.")
    unread = sum(fmt.files for fmt in preview.unsupported)
    if unread:
        parts.append(f"{count(unread, 'file')} of other types will be listed as skipped.")
    parts.append("Everything stays on this machine. You can search while it loads.")
    return " ".join(parts)


def _type(row: tuple[FormatCount, bool]) -> str:
    fmt, read = row
    return format_name(fmt.format) if read else f"{fmt.format} (not read yet)"


_COLUMNS = (
    Column[tuple[FormatCount, bool]]("Type", _type),
    Column[tuple[FormatCount, bool]](
        "Files", lambda row: f"{row[0].files:,}", lambda row: row[0].files, right=True
    ),
    Column[tuple[FormatCount, bool]](
        "Size", lambda row: size(row[0].bytes), lambda row: row[0].bytes, right=True
    ),
)
