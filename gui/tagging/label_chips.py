"""The labels of the tagger as chips with their keys, to give the passage being read one: the given one is down."""

from collections.abc import Sequence

from PySide6.QtCore import Signal

from gui.session import Session
from gui.tagging.label_looks import looks
from gui.tagging.more_chips import MoreChips
from gui.tagging.tagged import given_labels
from gui.tagging.toggle_chip import ToggleChip

N_KEYS = 9
"""Labels that have a key."""
SENTENCES = "Shade each sentence of this passage by its label"


class LabelChips(MoreChips):
    """Follows the session's tagger, tags and current passage; hidden while there is nothing to label."""

    label_asked = Signal(int)
    """The place of a label that the current passage should be given; again, that it should not."""
    sentences_asked = Signal()
    """The sentences should be shaded, or no longer."""

    def __init__(self, session: Session) -> None:
        super().__init__("Labels", lines=2)
        self._session = session
        self._labels: tuple[str, ...] = ()
        self._shaded = False
        self.pressed.connect(self._on_pressed)
        for changed in (session.tags_changed, session.taggers_changed, session.tagger_changed):
            changed.connect(self._show)
        session.current_changed.connect(self._show)
        self._show()

    def show_shaded(self, shaded: bool) -> None:
        """Be the legend of sentences that are shaded by their label, or no longer."""
        self._shaded = shaded
        for chip in self.chips:
            chip.underline(shaded)
        if self.chips:
            self.chips[-1].setChecked(shaded)

    def _show(self) -> None:
        labels, info = labels_of(self._session), self._session.tagger_info
        if labels != self._labels:
            self._labels = labels
            self.show_chips([*_chips(labels), ToggleChip("Sentences", SENTENCES, icon="why")], fixed=1)
        given = _given(self._session)
        for chip, label in zip(self.chips, labels, strict=False):
            chip.setChecked(label in given)
        if self.chips:
            self.chips[-1].wanted = info is None or info.taught
        self.show_shaded(self._shaded)
        self.fit()
        self.setVisible(bool(labels) and bool(self._session.current))

    def _on_pressed(self, place: int) -> None:
        if place < len(self._labels):
            self.label_asked.emit(place)
        else:
            self.sentences_asked.emit()
        self._show()  # a click turns a chip over; what counts is what came of it


def labels_of(session: Session) -> tuple[str, ...]:
    """Return the labels of the chosen tagger, () when they are not known or it reads two texts."""
    info, tags = session.tagger_info, session.tags
    if info is not None:
        return () if info.pair else info.labels
    return tags.labels if tags is not None else ()


def _chips(labels: Sequence[str]) -> list[ToggleChip]:
    chips = []
    for place, (label, look) in enumerate(zip(labels, looks(labels), strict=True)):
        key = str(place + 1) if place < N_KEYS else ""
        press = f" (key {key}; 0 takes it back)" if key else ""
        chips.append(ToggleChip(label, f"Label this passage as {label}{press}", look, key))
    return chips


def _given(session: Session) -> tuple[str, ...]:
    """Return the labels that the user gave to the current passage."""
    tags, current = session.tags, session.current
    if tags is None or not current:
        return ()
    row = int(tags.passage_ids.searchsorted(current))
    known = row < len(tags.passage_ids) and tags.passage_ids[row] == current
    return given_labels(tags, row) if known else ()
