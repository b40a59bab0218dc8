"""What divides two clusters: the words that pull towards the one, and those that pull towards the other."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QVBoxLayout, QWidget

from gui.engine_link import EngineLink
from gui.palette import colours_of_clusters
from gui.panel import Elided, muted
from gui.search.why_box import short
from gui.session import Session
from gui.signed_bars import SignedBars
from gui.theme import GAP, scaled, tones
from gui.wording import count
from indexes.records import Cluster

HOW = (
    "The most typical passages of both clusters were read. The number of a word is what it adds, in an average "
    "passage, to being nearer to the centre of the one cluster than to that of the other."
)

MOST = 12
"""Words in a column."""

Words = Sequence[tuple[str, float]]


class DivisionDialog(QDialog):
    """Asks what divides two clusters and shows it in two columns, each in its cluster's colour."""

    def __init__(
        self,
        link: EngineLink,
        session: Session,
        one: Cluster,
        other: Cluster,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self.setWindowTitle("What divides two clusters")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(620, 420)
        self.columns = (ClusterWords(one), ClusterWords(other))
        self._build()
        self._dress()
        self._job = link.start(
            f"Comparing “{short(one.name)}” with “{short(other.name)}”",
            "divide_clusters",
            session.corpus_name,
            one.id,
            other.id,
            on_done=self._on_done,
            on_error=self.say,
        )
        self.finished.connect(self._on_finished)

    def say(self, sentence: str) -> None:
        """Say something in place of the words."""
        self.note.setText(sentence)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "columns"):
            self._dress()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        column.setSpacing(GAP)
        sides = QHBoxLayout()
        sides.setSpacing(2 * GAP)
        for side in self.columns:
            sides.addWidget(side, 1)
        column.addLayout(sides, 1)
        self.note = muted("Comparing the clusters …")
        column.addWidget(self.note)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    def _dress(self) -> None:
        data = self._session.map
        if data is None:
            return
        colours = colours_of_clusters(data, tones(self.palette()).dark)
        for side in self.columns:
            side.dress(colours[side.cluster.id] if side.cluster.id < len(colours) else "")

    def _on_finished(self, _code: int) -> None:
        self._job.cancel()

    def _on_done(self, words: tuple[Words, Words]) -> None:
        strongest = max((abs(share) for pulling in words for _, share in pulling), default=0.0)
        for side, pulling in zip(self.columns, words, strict=True):
            side.show_words([(word, abs(share)) for word, share in pulling[:MOST]], strongest)
        self.say(HOW if any(words) else "No word tells these two clusters apart.")


class ClusterWords(QWidget):
    """One column: a cluster's name in its colour over the words that pull towards it."""

    def __init__(self, cluster: Cluster) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.cluster = cluster
        self.words: tuple[tuple[str, float], ...] = ()
        self._colour = ""
        self._strongest = 0.0
        self._dot = Dot()
        name = Elided(cluster.name)
        name.setFont(scaled(self.font(), 1.0, QFont.Weight.DemiBold))
        size = Elided(count(cluster.size, "passage"))
        size.muted = True
        self.bars = SignedBars(f"Words that pull towards {cluster.name}")
        head = QHBoxLayout()
        head.setSpacing(GAP)
        head.addWidget(self._dot)
        head.addWidget(name, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP + 4, GAP + 4, GAP + 4, GAP + 4)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(size)
        column.addSpacing(GAP // 2)
        column.addWidget(self.bars)
        column.addStretch(1)

    def show_words(self, words: Words, strongest: float) -> None:
        """Show words and how much each pulls, strongest first; the strongest of both columns fills its bar."""
        self.words, self._strongest = tuple(words), strongest
        self.bars.show_rows(self.words, self._colour, strongest)

    def dress(self, colour: str) -> None:
        """Use a cluster's colour."""
        self._colour = colour
        self._dot.show_colour(colour)
        self.bars.show_rows(self.words, colour, self._strongest)


class Dot(QWidget):
    """A dot in a cluster's colour."""

    SIDE = 10

    def __init__(self) -> None:
        super().__init__()
        self._colour = ""
        self.setFixedSize(self.SIDE, self.SIDE + 4)

    def show_colour(self, colour: str) -> None:
        """Show another colour."""
        self._colour = colour
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the dot."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colour or tones(self.palette()).control))
        painter.drawEllipse(QRectF(0, 2, self.SIDE, self.SIDE))
