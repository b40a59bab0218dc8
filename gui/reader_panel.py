"""The reader: a document's text at the current passage, where it is from, its cluster, tag and neighbours."""

from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListView, QPushButton, QVBoxLayout, QWidget

from engine.records import DocumentView, Hit
from gui.actions import Actions
from gui.engine_link import EngineLink
from gui.panel import ActionButton, Elided, EmptyState, Heading, Panel, line
from gui.reading import Reading
from gui.session import Session
from gui.tables import Column, Records
from gui.theme import GAP
from gui.wording import format_name, from_home, percent
from indexes.records import Passage

NEIGHBOURS = 8


class ReaderPanel(Panel):
    """Shows `Session.current` in its document."""

    shown = Signal()

    def __init__(self, link: EngineLink, session: Session, actions: Actions) -> None:
        super().__init__("Read")
        self._link = link
        self._session = session
        self._actions = actions
        self.passage: Passage | None = None
        self.view: DocumentView | None = None
        self._build(actions)
        session.current_changed.connect(self._on_current)
        session.map_changed.connect(self._say_cluster)
        session.tags_changed.connect(self._say_tag)
        session.corpus_info_changed.connect(self._forget)
        self._on_current()

    @property
    def file(self) -> str:
        """Return the path of the file being read, "" when there is none."""
        return self.passage.path if self.passage else ""

    def next_passage(self) -> None:
        """Read on."""
        self._step(1)

    def previous_passage(self) -> None:
        """Read back."""
        self._step(-1)

    def open_original(self) -> None:
        """Open the file in its own program."""
        if not self.file or not Path(self.file).exists():
            self._link.failed.emit(
                f"The file {self.file} is no longer there. Update the corpus to take note of it."
            )
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(self.file))

    def focus_text(self) -> None:
        """Go to the text."""
        self.text.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _build(self, actions: Actions) -> None:
        for name in ("previous_passage", "next_passage", "open_original"):
            self.add_tool(actions[name])
        head = QWidget()
        column = QVBoxLayout(head)
        column.setContentsMargins(2 * GAP, 0, 2 * GAP, GAP)
        column.setSpacing(3)
        self.heading = Heading("")
        self.heading.setWordWrap(True)
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        self.where = Elided()
        self.path = Elided(mode=Qt.TextElideMode.ElideMiddle)
        self.where.muted = self.path.muted = True
        self.cluster = QLabel(objectName="chip")
        self.tag = QLabel(objectName="chip")
        chips = QHBoxLayout()
        chips.setSpacing(GAP // 2)
        chips.addWidget(self.cluster)
        chips.addWidget(self.tag)
        chips.addStretch(1)
        column.addWidget(self.heading)
        column.addWidget(self.where)
        column.addWidget(self.path)
        column.addSpacing(3)
        column.addLayout(chips)
        self.content.addWidget(head)
        self.content.addWidget(line())
        self.text = Reading()
        self.content.addWidget(self.text, 1)
        self.content.addWidget(line())
        self._build_neighbours()
        self.empty = EmptyState(
            "file",
            "Nothing to read yet",
            "Choose a hit or a point on the map, and its document opens here at that place.",
        )
        self.add_state(self.empty)

    def _build_neighbours(self) -> None:
        self.neighbours: Records[Hit] = Records((Column("Neighbour", _neighbour, tip=_neighbour_tip),), self)
        self.fold = QPushButton("Nearest in meaning")
        self.fold.setProperty("link", True)
        self.fold.setCheckable(True)
        self.fold.setToolTip("Show the passages that are nearest to this one in meaning")
        self.list = QListView()
        self.list.setModel(self.neighbours)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName("Nearest passages")
        self.list.setFixedHeight(112)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(self._on_neighbour)
        self.list.activated.connect(self._on_neighbour)
        self.list.hide()
        self.fold.toggled.connect(self.list.setVisible)
        self.fold.toggled.connect(self._ask_neighbours)
        row = QHBoxLayout()
        row.setContentsMargins(2 * GAP - 1, 4, 2 * GAP - 1, 4)
        row.addWidget(self.fold)
        row.addStretch(1)
        row.addWidget(ActionButton(self._actions["inspect"], link=True, short=True))
        self.content.addLayout(row)
        self.content.addWidget(self.list)

    def _on_current(self) -> None:
        current = self._session.current
        if not current:
            self.passage = self.view = None
            self.show_state(self.empty)
            return
        known = {passage.id: passage for passage in self.view.passages} if self.view else {}
        if current in known:
            self._show(known[current])
            return
        name = self._session.corpus_name
        self._link.call("passages", name, [current], on_done=self._on_passages, replaces="reader")

    def _on_passages(self, passages: list[Passage]) -> None:
        if not passages or passages[0].id != self._session.current:
            return
        name = self._session.corpus_name
        self._link.call(
            "document", name, passages[0].document_id, on_done=self._on_document, replaces="reader"
        )

    def _on_document(self, view: DocumentView) -> None:
        passage = next((one for one in view.passages if one.id == self._session.current), None)
        if passage is None:
            return
        self.view = view
        self._show(passage)

    def _show(self, passage: Passage) -> None:
        assert self.view is not None
        self.passage = passage
        self.show_state(None)
        self.heading.setText(passage.title or passage.document_key)
        number = self.view.passages.index(passage) + 1
        of = f"passage {number:,} of {len(self.view.passages):,}"
        self.where.setText("  ·  ".join(part for part in (str(passage.locator), of) if part))
        self.path.setText(from_home(passage.path) or format_name(passage.format))
        self.text.show_passage(self.view.document.text, passage.start, passage.end, self._words())
        self._say_cluster()
        self._say_tag()
        self._ask_neighbours(self.fold.isChecked())
        self.shown.emit()

    def _words(self) -> tuple[str, ...]:
        """Return the query's words as they were found in the snippets, to mark them in the text too."""
        result = self._session.result
        if result is None or self._session.current not in self._session.hit_scores:
            return ()
        hits = (hit for document in result.documents for hit in document.hits)
        snippet = next(hit.snippet for hit in hits if hit.passage.id == self._session.current)
        return tuple({snippet.text[start:end] for start, end in snippet.marks})

    def _say_cluster(self) -> None:
        """Name the cluster of the passage, "Noise" for none."""
        self.cluster.hide()
        map_data = self._session.map
        if self.passage is None or map_data is None:
            return
        row = int(map_data.passage_ids.searchsorted(self.passage.id))
        if row >= len(map_data.passage_ids) or map_data.passage_ids[row] != self.passage.id:
            return
        number = int(map_data.cluster_ids[row])
        names = {cluster.id: cluster.name for cluster in map_data.clusters}
        self.cluster.setText(_short(names.get(number, "No cluster")))
        self.cluster.setToolTip(f"Cluster: {names.get(number, 'none')}")
        self.cluster.show()

    def _say_tag(self) -> None:
        self.tag.hide()
        tags = self._session.tags
        if self.passage is None or tags is None:
            return
        row = int(tags.passage_ids.searchsorted(self.passage.id))
        if row < len(tags.passage_ids) and tags.passage_ids[row] == self.passage.id:
            label = int(tags.label_ids[row])
            self.tag.setText(f"{tags.labels[label]}, {percent(float(tags.probabilities[row, label]))}")
            self.tag.setToolTip(f"Tag by {tags.tagger}")
            self.tag.show()

    def _ask_neighbours(self, shown: bool) -> None:
        self.neighbours.show(())
        if shown and self.passage is not None:
            self._link.call(
                "neighbours",
                self._session.corpus_name,
                self.passage.id,
                k=NEIGHBOURS,
                on_done=self.neighbours.show,
                replaces="neighbours",
            )

    def _on_neighbour(self, index: QModelIndex) -> None:
        self._session.set_current(self.neighbours.rows[index.row()].passage.id)

    def _step(self, by: int) -> None:
        if self.view is None or self.passage is None:
            return
        row = self.view.passages.index(self.passage) + by
        if 0 <= row < len(self.view.passages):
            self._session.set_current(self.view.passages[row].id)

    def _forget(self) -> None:
        """After a load the document may read otherwise: the next passage asks for it again."""
        self.view = None if self.passage is None else self.view


def _short(text: str, most: int = 36) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip(" ,") + "…"


def _neighbour(hit: Hit) -> str:
    title = hit.passage.title or hit.passage.document_key
    return f"{hit.score:.2f}   {title}: {hit.snippet.text.removeprefix(title).strip()}"


def _neighbour_tip(hit: Hit) -> str:
    return f"{hit.passage.title}\n{hit.snippet.text}\nCosine with the passage being read: {hit.score:.3f}"
