"""How the passages of a new corpus are pooled: folded into a line, since the usual way is the one to leave."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QPushButton, QWidget

from engine.encoding.records import EncoderId
from engine.records import CorpusInfo
from gui.panel import muted
from gui.theme import GAP

USUAL = ""
"""As the encoder was trained, which is the mean for the one that comes with Asterism."""

WAYS = (
    (USUAL, "Mean (usual)", "All tokens count alike. An encoder trained in another way keeps its own."),
    ("max", "Max", "Of each dimension the largest value, whichever token has it."),
    ("cls", "[CLS]", "The first token alone, for encoders that were trained on it."),
    ("pooler", "Pooler", "[CLS] through BERT's own dense layer, which not every encoder has."),
    ("weighted mean", "Weighted mean", "Later tokens count more, for encoders that read forwards, like GPT."),
    ("last token", "Last token", "The last token alone, for encoders that read forwards, like GPT."),
    (
        "last four layers",
        "Last four layers",
        "All tokens count alike, each the mean of its last four layers.",
    ),
)
"""Each pooling as the engine calls it, its words, and what it is."""

MEASURED = (
    "Mean was best in the measurements: .867 on alike sentences, the others .859 or less. "
    "It holds for the whole corpus, so leave it unless you have a reason."
)


class PoolingChoice(QWidget):
    """A line that says the pooling; pressed, it opens the choice."""

    def __init__(self, label_width: int) -> None:
        """`label_width` pixels are kept for the label, so that the rest begins below that of other rows."""
        super().__init__()
        self._folded = True
        self._offered = True
        self.fold = QPushButton(WAYS[0][1])
        self.fold.setProperty("link", True)
        self.fold.setAccessibleName(f"Pooling: {WAYS[0][1]}")
        self.fold.setToolTip("Choose how the tokens of a passage become its one embedding")
        self.fold.clicked.connect(self._unfold)
        self.box = QComboBox()
        self.box.setAccessibleName("Pooling")
        for row, (key, words, sentence) in enumerate(WAYS):
            self.box.addItem(words, key)
            self.box.setItemData(row, sentence, Qt.ItemDataRole.ToolTipRole)
        self.box.currentIndexChanged.connect(self._show)
        self.fixed = muted()
        self.sentence = muted()
        self.measured = muted(MEASURED)
        self._build(label_width)
        self._show()

    @property
    def pooling(self) -> str:
        """Return the pooling that was chosen; "" for the usual, and where there is none to choose."""
        return str(self.box.currentData()) if self._offered else USUAL

    @property
    def tells(self) -> bool:
        """Whether there is anything to choose or to say."""
        return self._offered or bool(self.fixed.text())

    def offer_for(self, corpus: CorpusInfo | None) -> None:
        """Offer the choice for a corpus that is new or empty; of another only say its pooling, if it is unusual."""
        self._offered = corpus is None or not corpus.encoder
        said = unusual_pooling(corpus.encoder) if corpus else ""
        self.fixed.setText(
            f"{said[:1].upper()}{said[1:]}, like all that is in the corpus already" if said else ""
        )
        self._show()

    def _build(self, label_width: int) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(GAP // 2)
        grid.setColumnStretch(1, 1)
        label = QLabel("Pooling")
        label.setMinimumWidth(label_width)
        label.setBuddy(self.box)
        grid.addWidget(label, 0, 0)
        grid.addWidget(self.fold, 0, 1, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(self.box, 0, 1)
        grid.addWidget(self.fixed, 0, 1)
        grid.addWidget(self.sentence, 1, 1)
        grid.addWidget(self.measured, 2, 1)

    def _unfold(self) -> None:
        self._folded = False
        self._show()
        self.box.setFocus()

    def _show(self) -> None:
        self.fold.setVisible(self._offered and self._folded)
        self.fixed.setVisible(not self._offered)
        for part in (self.box, self.sentence, self.measured):
            part.setVisible(self._offered and not self._folded)
        self.sentence.setText(WAYS[self.box.currentIndex()][2])


def unusual_pooling(encoder: str) -> str:
    """Return in words how an encoder of this id pools, "" when by the mean or when it does not say."""
    pooling = EncoderId.of(encoder).pooling
    known = [key for key, _words, _sentence in WAYS if key and key == pooling]
    return known[0].replace("cls", "[CLS]") if known else ""
