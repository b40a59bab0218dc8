"""About a tagger: what it knows, where from, how good it measured, and its card."""

from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QLabel,
    QStackedWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from engine.tagging.records import TaggerInfo
from gui.panel import Heading, muted
from gui.scrolled import scrolled_panel
from gui.segments import Segments
from gui.taggers.report_view import ReportView
from gui.taggers.words import is_folder, kind_sentence, kind_word, measure_name, origin, short_name
from gui.theme import GAP
from gui.wording import from_home, percent

MANY = 40
"""Labels that are named one by one."""

TIPS = {
    "facts": "Labels, base and where from",
    "report": "How good it is on texts that it did not learn from",
    "card": "What its makers say of it",
}


class TaggerDialog(QDialog):
    """Shows facts, report and card of a tagger, each on a page, so far as there are any."""

    def __init__(self, info: TaggerInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.info = info
        self.setWindowTitle(f"About “{short_name(info.name)}”")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(620, 640)
        title = Heading(short_name(info.name))
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setWordWrap(True)
        self.pages: dict[str, QWidget] = {"facts": scrolled_panel(Facts(info))}
        if info.report is not None:
            self.pages["report"] = scrolled_panel(ReportView(info.report))
        if info.card.strip():
            self.pages["card"] = Card(info.card)
        self.stack = QStackedWidget()
        for page in self.pages.values():
            self.stack.addWidget(page)
        names = {"facts": "Facts", "report": "Report", "card": "Card"}
        self.tabs = Segments({key: names[key] for key in self.pages}, TIPS, "Page")
        self.tabs.chosen.connect(self.show_page)
        self.tabs.setVisible(len(self.pages) > 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        column.setSpacing(GAP)
        column.addWidget(title)
        column.addWidget(muted(about(info)))
        column.addWidget(self.tabs, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.stack, 1)
        column.addWidget(buttons)

    def show_page(self, key: str) -> None:
        """Show the facts, the report or the card."""
        self.tabs.choose(key)
        self.stack.setCurrentWidget(self.pages[key])


class Facts(QWidget):
    """What is known of a tagger, a line each."""

    def __init__(self, info: TaggerInfo) -> None:
        super().__init__()
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(3 * GAP)
        form.setVerticalSpacing(GAP)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        for name, said in facts(info):
            value = QLabel(said)
            value.setWordWrap(True)
            value.setTextFormat(Qt.TextFormat.PlainText)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setAccessibleName(f"{name}: {said}")
            title = muted(name)
            title.setAlignment(Qt.AlignmentFlag.AlignTop)
            form.addRow(title, value)


class Card(QTextBrowser):
    """A card in Markdown. It may come from anywhere: nothing that it points to is loaded, no link is followed."""

    def __init__(self, card: str) -> None:
        super().__init__()
        self.setObjectName("reading")
        self.setOpenLinks(False)
        self.setAccessibleName("Card")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.document().setDocumentMargin(2 * GAP)
        self.setMarkdown(card)

    def loadResource(self, _kind: int, _name: QUrl) -> object:
        """Load nothing."""
        return None


def about(info: TaggerInfo) -> str:
    """Return what kind of tagger it is, and how that works."""
    word = kind_word(info)
    return f"{word[0].upper()}{word[1:]}. {kind_sentence(info)}"


def facts(info: TaggerInfo) -> tuple[tuple[str, str], ...]:
    """Return what is known of a tagger as (name, words)."""
    more = len(info.labels) - MANY
    labels = ", ".join(info.labels[:MANY]) + (f" and {more:,} more" if more > 0 else "")
    found = [
        ("Labels", labels or "not known before it is used"),
        ("Gives", "each label a chance of its own" if info.multi_label else "one label"),
        ("Reads", "two texts, as [CLS] A [SEP] B [SEP]" if info.pair else "one text"),
        ("Base", from_home(info.base)),
        ("From", origin(info)),
        ("Unsure", f"below a probability of {percent(info.unsure_below)}"),
    ]
    if is_folder(info.name):
        found = [row for row in found if row[0] != "Base"]
    measured = "\n".join(f"{measure_name(key)} {_number(value)}" for key, value in info.measured.items())
    return tuple(row for row in (*found, ("Measured", measured)) if row[1])


def _number(value: float) -> str:
    """Return a measure with three places; a count as it is."""
    return f"{value:,.0f}" if value > 1 and value == int(value) else f"{value:.3f}"
