"""The reader: a document's text at the current passage, where it is from, why it was found, and its neighbours."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from engine.records import DocumentView, Hit
from gui.actions import Actions
from gui.engine_link import EngineLink
from gui.panel import EmptyState, Panel, line
from gui.reader.hit_strip import HitStrip
from gui.reader.neighbours import Neighbours
from gui.reader.opening import open_at, promise
from gui.reader.passage_head import PassageHead
from gui.reader.reading import Reading
from gui.reader.sentences import Sentences
from gui.search.why_box import WhyBox, shades
from gui.session import Session
from gui.tagging.label_chips import LabelChips
from gui.theme import GAP, tones
from indexes.errors import SourceError
from indexes.records import Passage

NOTHING = (
    "Nothing to read yet",
    "Choose a hit or a point on the map, and its document opens here at that place.",
)
GONE = (
    "This passage is no longer in the corpus",
    "Its document was changed or removed since it was found. Search again to see what is there now.",
)

NO_CLUSTER = "This passage is in no cluster."
NO_MAP = "There are no clusters before a map is made."


class ReaderPanel(Panel):
    """Shows `Session.current` in its document."""

    shown = Signal()
    noted = Signal(str)
    """A sentence worth knowing, no error."""
    like_asked = Signal(int)
    """A passage id: search for what is like it."""
    select_asked = Signal(object)
    """A cluster: make its passages the selection."""
    show_asked = Signal(int)
    """A cluster id: the map should zoom to it."""
    label_asked = Signal(int)
    """The place of a label that the passage being read should be given."""

    def __init__(self, link: EngineLink, session: Session, actions: Actions) -> None:
        super().__init__("Read")
        self._link = link
        self._session = session
        self._actions = actions
        self._stale = False
        self.passage: Passage | None = None
        self.view: DocumentView | None = None
        self._build()
        self._connect()
        self._on_current()

    @property
    def file(self) -> str:
        """Return the path of the file being read, "" when there is none."""
        return self.passage.path if self.passage else ""

    @property
    def hits_here(self) -> list[Passage]:
        """Return the hits in the document being read, in the order of its text."""
        if self.passage is None:
            return []
        own = [hit.passage for hit in self._hits() if hit.passage.document_id == self.passage.document_id]
        return sorted(own, key=lambda passage: passage.start)

    def next_passage(self) -> None:
        """Read on."""
        self._step(1)

    def previous_passage(self) -> None:
        """Read back."""
        self._step(-1)

    def next_hit_here(self) -> None:
        """Read the next hit of this document; after the last comes the first."""
        self._step_here(1)

    def previous_hit_here(self) -> None:
        """Read the hit before in this document; before the first comes the last."""
        self._step_here(-1)

    def open_original(self) -> None:
        """Open the file in its own program, at the passage where that program can."""
        if self.passage is None:
            return
        try:
            note = open_at(self.passage)
        except SourceError as error:
            self._link.failed.emit(str(error))
            return
        if note:
            self.noted.emit(note)

    def explain_cluster(self) -> None:
        """Show why the passage is in its cluster."""
        if self.head.cluster is not None:
            self.why.explain_cluster(self.head.cluster)
        elif self.passage is not None:
            mapped = self._session.map is not None
            self.noted.emit(NO_CLUSTER if mapped else NO_MAP)

    def toggle_sentences(self) -> None:
        """Shade each sentence by its label, or no longer; what was explained till then goes."""
        on = not self.sentences.on
        if on:
            self.why.close_cluster()
            if self._session.explaining:
                self._session.toggle_explaining()
        self.sentences.switch(on)

    def focus_text(self) -> None:
        """Go to the text."""
        self.text.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # building

    def _build(self) -> None:
        for name in ("previous_hit", "next_hit", "previous_passage", "next_passage", "open_original"):
            self.add_tool(self._actions[name])
        self.head = PassageHead(self._session)
        self.heading = self.head.heading
        self.labels = LabelChips(self._session)
        self.sentences = Sentences(self._link, self._session, self)
        self.why = WhyBox(self._link, self._session)
        self.text = Reading()
        self.strip = HitStrip()
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self.text, 1)
        body.addWidget(self.strip)
        labelling = QVBoxLayout()
        labelling.setContentsMargins(2 * GAP, 0, 2 * GAP, GAP)
        labelling.setSpacing(GAP // 2)
        labelling.addWidget(self.labels)
        labelling.addWidget(self.sentences.said)
        self.content.addWidget(self.head)
        self.content.addLayout(labelling)
        self.content.addWidget(self.why)
        self.content.addWidget(line())
        self.content.addLayout(body, 1)
        self.content.addWidget(line())
        self.neighbours = Neighbours(self._link, self._session, self._actions["inspect"])
        self.content.addWidget(self.neighbours)
        self.empty = EmptyState("file", *NOTHING)
        self.gone = EmptyState("file", *GONE)
        self.add_state(self.empty)
        self.add_state(self.gone)

    def _connect(self) -> None:
        session = self._session
        session.current_changed.connect(self._on_current)
        session.result_changed.connect(self._on_result)
        session.corpus_info_changed.connect(self._on_corpus_info)
        self.why.changed.connect(self._on_why)
        self.labels.label_asked.connect(self.label_asked)
        self.labels.sentences_asked.connect(self.toggle_sentences)
        self.sentences.changed.connect(self._shade)
        self.head.menu.why_asked.connect(self.why.explain_cluster)
        self.head.menu.select_asked.connect(self.select_asked)
        self.head.menu.show_asked.connect(self.show_asked)
        self.text.hit_asked.connect(self._on_hit_asked)
        self.text.hit_here_asked.connect(self._step_here)
        self.text.escaped.connect(self.why.close_cluster)
        self.strip.chosen.connect(session.set_current)
        self.neighbours.like_asked.connect(self.like_asked)

    # what is read

    def _on_current(self) -> None:
        current = self._session.current
        if not current:
            self._show_nothing(self.empty)
            return
        known = {passage.id: passage for passage in self.view.passages} if self.view else {}
        if current in known and not self._stale:
            self._show(known[current])
            return
        self._link.call(
            "passages",
            self._session.corpus_name,
            [current],
            on_done=partial(self._on_passages, current),
            replaces="reader",
        )

    def _on_passages(self, asked: int, passages: list[Passage]) -> None:
        if asked != self._session.current:
            return
        if not passages:
            self._show_nothing(self.gone)
            return
        self._link.call(
            "document",
            self._session.corpus_name,
            passages[0].document_id,
            on_done=partial(self._on_document, asked),
            replaces="reader",
        )

    def _on_document(self, asked: int, view: DocumentView) -> None:
        if asked != self._session.current:
            return
        self.view, self._stale = view, False
        passage = next((one for one in view.passages if one.id == asked), None)
        if passage is None:
            self._show_nothing(self.gone)
        else:
            self._show(passage)

    def _show(self, passage: Passage) -> None:
        assert self.view is not None
        self.passage = passage
        self.show_state(None)
        words, others = self._marks()
        self.text.show_passage(self.view.document.text, passage.start, passage.end, words, others)
        self.head.show_passage(passage)
        self._say_place()
        self.why.show_passage(passage)
        self.sentences.show_passage(passage)
        self._shade()
        self.neighbours.show_passage(passage)
        self._promise(passage)
        self.shown.emit()

    def _show_nothing(self, state: EmptyState) -> None:
        self.passage = self.view = None
        for part in (self.head, self.why, self.sentences, self.neighbours):
            part.show_passage(None)
        self.show_state(state)
        self.shown.emit()

    def _on_corpus_info(self) -> None:
        """After a load the document may read otherwise: the next passage asks for it again."""
        self._stale = True

    # hits

    def _hits(self) -> list[Hit]:
        result = self._session.result
        return [hit for document in result.documents for hit in document.hits] if result else []

    def _on_result(self) -> None:
        if self.passage is not None:
            self._say_place()
            self.text.mark(*self._marks())

    def _marks(self) -> tuple[tuple[str, ...], list[tuple[int, int]]]:
        """Return the query's words as they stand in the snippets of this document, and the spans of its other hits."""
        here = {passage.id: (passage.start, passage.end) for passage in self.hits_here}
        snippets = [hit.snippet for hit in self._hits() if hit.passage.id in here]
        words = {snippet.text[start:end] for snippet in snippets for start, end in snippet.marks}
        if self.passage is not None:
            here.pop(self.passage.id, None)
        return tuple(sorted(words)), list(here.values())

    def _say_place(self) -> None:
        assert self.passage is not None
        assert self.view is not None
        ids = list(self._session.hit_scores)  # as many as the list says: none that is no better than chance
        hit = (ids.index(self.passage.id) + 1, len(ids)) if self.passage.id in ids else None
        number = self.view.passages.index(self.passage) + 1
        self.head.say_place(number, len(self.view.passages), hit)
        self.text.setAccessibleDescription(self.head.where.text())
        here = self.hits_here
        self.strip.show_hits(here, len(self.view.document.text), self.passage.id)
        self.strip.setVisible(bool(here) and len(self.view.passages) > 1)

    def _on_hit_asked(self, by: int) -> None:
        self._actions["next_hit" if by > 0 else "previous_hit"].trigger()

    def _step_here(self, by: int) -> None:
        here = self.hits_here
        if self.passage is None or not here:
            return
        before = [hit for hit in here if hit.start < self.passage.start]
        after = [hit for hit in here if hit.start > self.passage.start]
        ahead, behind = (after, before) if by > 0 else (before[::-1], after[::-1])
        target = (ahead or behind or here)[0]
        self._session.set_current(target.id)

    def _step(self, by: int) -> None:
        if self.view is None or self.passage is None:
            return
        row = self.view.passages.index(self.passage) + by
        if 0 <= row < len(self.view.passages):
            self._session.set_current(self.view.passages[row].id)

    def _on_why(self) -> None:
        """An explanation has the text for itself: one shading at a time."""
        if self.why.attribution is not None:
            self.sentences.switch(False)
        self._shade()

    def _shade(self) -> None:
        """Lay shares or labels under the text, when they are of this passage and its text is what was embedded."""
        self._actions["shade_sentences"].setChecked(self.sentences.on)
        self.labels.show_shaded(self.sentences.on)
        passage, view, attribution = self.passage, self.view, self.why.attribution
        if passage is None or view is None or view.document.text[passage.start : passage.end] != passage.text:
            self.text.shade(())
        elif attribution is not None and attribution.passage_id == passage.id:
            self.text.shade(shades(attribution, passage, tones(self.palette())))
        else:
            self.text.shade(self.sentences.shades(tones(self.palette()).dark))

    def _promise(self, passage: Passage) -> None:
        action = self._actions["open_original"]
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{promise(passage)} ({keys})" if keys else promise(passage))
