"""How two clusters differ in their tags: each label's difference with its interval, and the surest examples."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.tagging.records import TagContrast, TagTotal
from gui.clusters.division_dialog import Dot
from gui.engine_link import EngineLink
from gui.palette import colours_of_clusters, noise_colour
from gui.panel import Elided, Heading, muted
from gui.search.why_box import short
from gui.session import Session
from gui.tagging.example_list import ExampleList
from gui.tagging.interval_bar import UNCLEAR, IntervalBar, Zero
from gui.tagging.label_looks import looks
from gui.theme import GAP, scaled, tones
from gui.wording import count, percent
from indexes.records import Passage

HOW = (
    "The share of each label in the first cluster minus that in the second. The whiskers are its 95 % interval "
    "(Newcombe): where they reach over the line of zero, there is no clear difference."
)
MOST_LINES = 6
"""Labels in view at a time."""
NAMED = 3
"""Labels that the sentence on top names."""


class ContrastDialog(QDialog):
    """Asks for the contrast and shows it; a label that is pressed shows the passages that are the surest of it."""

    def __init__(
        self, link: EngineLink, session: Session, one: int, other: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._session = session
        self._clusters = (one, other)
        self.contrast: TagContrast | None = None
        self.bars: list[IntervalBar] = []
        self.setWindowTitle("Contrast of two clusters")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(760, 620)
        self._build()
        session.corpus_changed.connect(self.close)
        session.tagger_changed.connect(self.close)
        session.tags_changed.connect(self.ask)
        self.ask()

    def ask(self) -> None:
        """Ask how the clusters differ."""
        self._link.call(
            "tag_contrast",
            self._session.corpus_name,
            *self._clusters,
            self._session.tagger,
            unsure_below=self._session.unsure_below,
            on_done=self._on_contrast,
            on_error=self._say,
            replaces="tag_contrast",
        )

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "sides"):
            self._dress()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        column.setSpacing(GAP)
        self.verdict = Heading("Comparing the clusters …")
        self.verdict.setWordWrap(True)
        self.verdict.setTextFormat(Qt.TextFormat.PlainText)
        self.how = muted(HOW)
        column.addWidget(self.verdict)
        column.addWidget(self.how)
        self._differences = QWidget()
        self._differences.setObjectName("panel")
        self._differences.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._rows = QVBoxLayout(self._differences)
        self._rows.setContentsMargins(GAP, GAP, GAP, GAP)
        self._rows.setSpacing(2)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._differences)
        column.addWidget(self._scroll)
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self._show_examples)
        self.sides = (Side(), Side())
        beside = QHBoxLayout()
        beside.setSpacing(GAP)
        for side in self.sides:
            side.list.chosen.connect(self._session.set_current)
            beside.addWidget(side, 1)
        column.addLayout(beside, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self._show_parts(False)
        self._dress()

    def _show_parts(self, shown: bool) -> None:
        for part in (self.how, self._scroll, *self.sides):
            part.setVisible(shown)
        if not shown:
            self.layout().setAlignment(self.verdict, Qt.AlignmentFlag.AlignTop)

    def _dress(self) -> None:
        data = self._session.map
        dark = tones(self.palette()).dark
        colours = colours_of_clusters(data, dark) if data is not None else ()
        for side, cluster in zip(self.sides, self._clusters, strict=True):
            side.dot.show_colour(colours[cluster] if 0 <= cluster < len(colours) else noise_colour(dark))

    def _say(self, sentence: str) -> None:
        self.verdict.setText(sentence)
        self._show_parts(False)

    def _on_contrast(self, contrast: TagContrast) -> None:
        if not contrast.first.tagged or not contrast.second.tagged:
            bare = contrast.second if contrast.first.tagged else contrast.first
            self._say(f"Nothing of “{short(bare.group)}” is tagged yet. Tag it, or the whole corpus, first.")
            return
        kept = max(self._group.checkedId(), 0) if self.contrast is not None else clearest(contrast)
        self.contrast = contrast
        self._say(verdict(contrast))
        self._show_bars(contrast)
        for side, total in zip(self.sides, (contrast.first, contrast.second), strict=True):
            side.name.setText(total.group)
            side.size.setText(f"{count(total.tagged, 'passage')} tagged")
        self._show_parts(True)
        self.bars[min(kept, len(self.bars) - 1)].setChecked(True)
        self._show_examples(min(kept, len(self.bars) - 1))

    def _show_bars(self, contrast: TagContrast) -> None:
        while self._rows.count():
            gone = self._rows.takeAt(0).widget()
            gone.hide()
            gone.deleteLater()
        self._rows.addWidget(Zero(contrast.second.group, contrast.first.group))
        most = max(max(abs(low), abs(high)) for low, high in zip(contrast.low, contrast.high, strict=True))
        self.bars = []
        for place, (label, look) in enumerate(zip(contrast.labels, looks(contrast.labels), strict=True)):
            values = contrast.difference[place], contrast.low[place], contrast.high[place]
            bar = IntervalBar(label, look, *values, most, tip(contrast, place))
            self._group.addButton(bar, place)
            self._rows.addWidget(bar)
            self.bars.append(bar)
        line = self.bars[0].sizeHint().height() + 2
        lines = min(len(self.bars), MOST_LINES)
        self._scroll.setFixedHeight(lines * line + self.fontMetrics().height() + 2 * GAP + 8)

    def _show_examples(self, place: int) -> None:
        contrast = self.contrast
        if contrast is None:
            return
        examples = (contrast.first_examples, contrast.second_examples)
        for side, (one, of_label) in zip(self.sides, enumerate(examples), strict=True):
            ids = of_label[place] if place < len(of_label) else ()
            side.about.setText(
                f"Surest of “{contrast.labels[place]}”" if ids else f"None is {contrast.labels[place]}"
            )
            side.list.rows.show(())
            if ids:
                self._link.call(
                    "passages",
                    self._session.corpus_name,
                    list(ids),
                    on_done=partial(self._on_passages, side, ids),
                    replaces=f"contrast {one}",
                )

    def _on_passages(self, side: "Side", ids: Sequence[int], passages: Sequence[Passage]) -> None:
        by_id = {passage.id: passage for passage in passages}
        side.list.rows.show([by_id[one] for one in ids if one in by_id])


class Side(QWidget):
    """One cluster: its name in its colour, over the passages that are the surest of a label."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.dot = Dot()
        self.name = Elided()
        self.name.setFont(scaled(self.font(), 1.0, QFont.Weight.DemiBold))
        self.size, self.about = Elided(), Elided()
        self.size.muted = self.about.muted = True
        self.list = ExampleList()
        head = QHBoxLayout()
        head.setSpacing(GAP)
        head.addWidget(self.dot)
        head.addWidget(self.name, 1)
        top = QVBoxLayout()
        top.setContentsMargins(GAP + 4, GAP + 4, GAP + 4, 0)
        top.setSpacing(3)
        top.addLayout(head)
        top.addWidget(self.size)
        top.addWidget(self.about)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, GAP)
        column.setSpacing(GAP // 2)
        column.addLayout(top)
        column.addWidget(self.list, 1)


def verdict(contrast: TagContrast) -> str:
    """Return in which labels two clusters clearly differ, as a sentence; or that they do in none."""
    bounds = list(zip(contrast.difference, contrast.low, contrast.high, strict=True))
    clear = [place for place, (_, low, high) in enumerate(bounds) if low > 0 or high < 0]
    if not clear:
        return "No clear difference in any label"
    clear.sort(key=lambda place: -abs(bounds[place][0]))
    told = []
    for place in clear[:NAMED]:
        sign = "more" if bounds[place][0] > 0 else "less"
        told.append(f"{sign} often {contrast.labels[place]}")
    more = f", and {len(clear) - NAMED} more" if len(clear) > NAMED else ""
    return f"“{short(contrast.first.group)}” is {', '.join(told)}{more}, compared with “{short(contrast.second.group)}”"


def clearest(contrast: TagContrast) -> int:
    """Return the place of the label that differs most, of those that clearly do, else of all."""
    bounds = list(zip(contrast.difference, contrast.low, contrast.high, strict=True))
    return max(
        range(len(bounds)),
        key=lambda place: (bounds[place][1] > 0 or bounds[place][2] < 0, abs(bounds[place][0])),
    )


def tip(contrast: TagContrast, place: int) -> str:
    """Return both shares and the interval of a label, in lines."""
    low, high = 100 * contrast.low[place], 100 * contrast.high[place]
    lines = [_share(total, place) for total in (contrast.first, contrast.second)]
    between = f"95 % interval of the difference: {low:+.1f} to {high:+.1f} points".replace("-", "−")
    clear = low > 0 or high < 0
    return "\n".join([contrast.labels[place], *lines, between, *([] if clear else [UNCLEAR.capitalize()])])


def _share(total: TagTotal, place: int) -> str:
    share = total.counts[place] / total.tagged if total.tagged else 0.0
    return f"{short(total.group)}: {total.counts[place]:,} of {total.tagged:,}, {percent(share)}"
