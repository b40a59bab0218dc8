"""The main window: panels, menus, messages and the job bar around one session."""

from pathlib import Path

from PySide6.QtCore import QSettings, QSize, Qt
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QResizeEvent,
)
from PySide6.QtWidgets import QLabel, QMainWindow, QStackedWidget, QToolBar, QVBoxLayout, QWidget

from gui.actions import Actions
from gui.clusters.panel import ClusterPanel
from gui.commands import Commands
from gui.corpus.corpus_panel import CorpusPanel
from gui.corpus.welcome import DropHint, Welcome
from gui.engine_link import EngineLink
from gui.engine_status import EngineStatus
from gui.job_bar import JobBar
from gui.jobs import loading
from gui.layout import Columns
from gui.map.panel import MapPanel
from gui.notices import Notices, confess
from gui.reader.reader_panel import ReaderPanel
from gui.search.search_panel import SearchPanel
from gui.session import Session
from gui.taggers.commands import TaggerCommands
from gui.tagging.label_keys import LabelKeys
from gui.tagging.label_menu import LabelMenu
from gui.tagging.tag_commands import TagCommands
from gui.tagging.tags_panel import TagsPanel
from gui.theme import Theme, tones
from gui.wording import count


class MainWindow(QMainWindow):
    """Owns the panels. They hear of each other only through the session and the actions."""

    def __init__(self, link: EngineLink, session: Session, theme: Theme, settings: QSettings) -> None:
        super().__init__()
        self.link = link
        self.session = session
        self.theme = theme
        self.settings = settings
        self.setWindowTitle("Asterism")
        self.setAcceptDrops(True)
        self.setMinimumSize(860, 560)
        self.actions_table = Actions(self)
        self.notices = Notices()
        self.commands = Commands(self, link, session, self.notices, self.actions_table)
        self.tag_commands = TagCommands(self, link, session, self.notices)
        self.tagger_commands = TaggerCommands(self, link, session, self.notices, self.tag_commands)
        self._make_panels()
        self._make_frame()
        self._connect()
        self._restore()
        self._dress()
        self._refresh_facts()
        self._show_page()

    def start(self) -> None:
        """Ask the engine what there is; to be called when the link is open."""
        self.commands.start(str(self.settings.value("corpus", "")))
        self.tag_commands.refresh_taggers()
        page = self.pages.currentWidget()
        (self.welcome.sample if page is self.welcome else self.search_panel.query).setFocus()

    def inspect(self) -> None:
        """Open the view of what the model does with the current passage."""
        from gui.inspecting.inspect_dialog import InspectDialog

        passage = self.reader_panel.passage
        InspectDialog(self.link, passage.text if passage else "", self, self.session).show()

    def search_like(self, passage_id: int = 0) -> None:
        """Search for what is near a passage in meaning: the current one, unless another is named."""
        wanted = passage_id or self.session.current
        if wanted:
            self.search_panel.ask(f"like:{wanted}")

    def show_palette(self) -> None:
        """Open the command palette over the upper middle of the window."""
        from gui.command_palette import CommandPalette

        self._refresh_facts()
        palette = CommandPalette(self.actions_table, self)
        corner = self.mapToGlobal(self.rect().topLeft())
        palette.move(corner.x() + (self.width() - palette.width()) // 2, corner.y() + self.height() // 8)
        palette.show()

    def focus_corpora(self) -> None:
        """Go to the corpora."""
        self.columns.left.show()
        self.corpus_panel.focus_list()

    def focus_results(self) -> None:
        """Go to the hits."""
        self.search_panel.focus_results()

    def focus_map(self) -> None:
        """Go to the map."""
        self.map_panel.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_clusters(self) -> None:
        """Go to the clusters."""
        self.cluster_panel.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_reader(self) -> None:
        """Go to the text."""
        self.columns.right.show()
        self.reader_panel.focus_text()

    def focus_tags(self) -> None:
        """Go to the tags."""
        self.columns.right.show()
        self.tags_panel.focus_typed()

    def toggle_left(self) -> None:
        """Show or hide the corpora."""
        self.columns.left.setHidden(not self.columns.left.isHidden())

    def toggle_right(self) -> None:
        """Show or hide the reader and the tags."""
        self.columns.right.setHidden(not self.columns.right.isHidden())

    def reset_layout(self) -> None:
        """Put the panels where they were at first."""
        self.columns.reset()

    def theme_system(self) -> None:
        """Follow the system's colours."""
        self._use_theme("system")

    def theme_light(self) -> None:
        """Use light colours."""
        self._use_theme("light")

    def theme_dark(self) -> None:
        """Use dark colours."""
        self._use_theme("dark")

    def about(self) -> None:
        """Say what this is."""
        from gui.about import show_about

        show_about(self)

    def show_bug(self, details: str) -> None:
        """Own up to a bug of ours; one at a time."""
        if not self._confessing:
            self._confessing = True
            confess(self, details)
            self._confessing = False

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Say that files and folders may be dropped."""
        if _dropped(event):
            event.acceptProposedAction()
            self._drop_hint.appear()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        """Take the hint away."""
        self._drop_hint.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Preview what loading the dropped files and folders would mean."""
        self._drop_hint.hide()
        paths = _dropped(event)
        if paths:
            event.acceptProposedAction()
            self.commands.add_paths(paths)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the drop hint over everything."""
        super().resizeEvent(event)
        self._drop_hint.setGeometry(self.rect())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the layout and what was open."""
        self.settings.setValue("geometry", self.saveGeometry())
        self.settings.setValue("corpus", self.session.corpus_name)
        self.settings.setValue("mode", self.search_panel.mode)
        self.columns.save(self.settings)
        self.map_panel.save(self.settings)
        self.tagger_commands.save(self.settings)
        self.settings.sync()
        super().closeEvent(event)

    def _make_panels(self) -> None:
        link, session, actions = self.link, self.session, self.actions_table
        self.corpus_panel = CorpusPanel(link, session, actions)
        self.search_panel = SearchPanel(link, session, actions)
        self.map_panel = MapPanel(link, session, actions)
        self.cluster_panel = ClusterPanel(link, session)
        self.reader_panel = ReaderPanel(link, session, actions)
        self.tags_panel = TagsPanel(link, session, actions, self.tag_commands)
        self.columns = Columns(
            self.corpus_panel,
            self.search_panel,
            self.map_panel,
            self.cluster_panel,
            self.reader_panel,
            self.tags_panel,
        )
        self.label_keys = LabelKeys(session, self.tag_commands, self)
        for part in (self.reader_panel.text, self.tags_panel.list, self.search_panel.results.list):
            self.label_keys.work_in(part)
        self.map_panel.menu.addMenu(LabelMenu(session, self.tag_commands, "selection", self))

    def _make_frame(self) -> None:
        self._confessing = False
        self.welcome = Welcome(self.actions_table)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.welcome)
        self.pages.addWidget(self.columns)
        self.job_bar = JobBar(self.link, self.actions_table["cancel_job"])
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notices)
        column.addWidget(self.pages, 1)
        column.addWidget(self.job_bar)
        self.setCentralWidget(middle)
        self.actions_table.fill_menus(self.menuBar())
        self.toolbar = QToolBar("Tools", objectName="tools", movable=False)
        self.toolbar.setIconSize(QSize(22, 18))  # wider than the icons, so that texts keep their distance
        self.toolbar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.toolbar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.actions_table.fill_toolbar(self.toolbar)
        self.addToolBar(self.toolbar)
        self.engine_status = EngineStatus(self.link)
        self.selection_said = QLabel()
        self.selection_said.setContentsMargins(0, 0, 16, 0)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addWidget(self.engine_status)
        self.statusBar().addPermanentWidget(self.selection_said)
        self._drop_hint = DropHint(self)

    def _connect(self) -> None:
        self.link.failed.connect(self.notices.error)
        self.link.crashed.connect(self.show_bug)
        self.link.job_changed.connect(self._on_change)
        self.theme.changed.connect(self._dress)
        self.corpus_panel.open_asked.connect(self.commands.open_corpus)
        self.corpus_panel.embed_asked.connect(self.commands.embed_with)
        self.corpus_panel.remove_source_asked.connect(self.commands.remove_source)
        self.corpus_panel.source_changed.connect(self._refresh_facts)
        self.corpus_panel.documents.chosen_changed.connect(self._refresh_facts)
        self.cluster_panel.show_asked.connect(self.map_panel.show_cluster)
        self.cluster_panel.show_all_asked.connect(self.map_panel.show_clusters)
        self.map_panel.noted.connect(self.notices.note)
        self.cluster_panel.chosen_changed.connect(self._refresh_facts)
        self.search_panel.results.judging.changed.connect(self._refresh_facts)
        self.reader_panel.shown.connect(self._refresh_facts)
        self.reader_panel.noted.connect(self.notices.note)
        self.reader_panel.like_asked.connect(self.search_like)
        self.reader_panel.select_asked.connect(self.cluster_panel.select_one)
        self.reader_panel.show_asked.connect(self.map_panel.show_cluster)
        self.reader_panel.label_asked.connect(self.tag_commands.label_current)
        self.tagger_commands.attend(self.tags_panel.chooser)
        self.commands.documents_changed.connect(self.tag_commands.load)
        self.tag_commands.tagging_started.connect(self.columns.right.show)
        session = self.session
        for changed in (
            session.corpora_changed,
            session.corpus_changed,
            session.corpus_info_changed,
            session.result_changed,
            session.map_changed,
            session.selection_changed,
            session.current_changed,
        ):
            changed.connect(self._on_change)

    def _restore(self) -> None:
        geometry = self.settings.value("geometry")
        if geometry is None or not self.restoreGeometry(geometry):
            room = QGuiApplication.primaryScreen().availableGeometry()
            self.resize(min(1520, room.width() - 40), min(940, room.height() - 60))
        self.columns.restore(self.settings)
        self.map_panel.restore(self.settings)
        self.tagger_commands.restore(self.settings)
        mode = str(self.settings.value("mode", "hybrid"))
        if mode in ("hybrid", "dense", "keyword"):
            self.search_panel.use_mode(mode)

    def _use_theme(self, mode: str) -> None:
        self.settings.setValue("theme", mode)
        self.theme.apply(mode)

    def _dress(self) -> None:
        self.actions_table.dress(tones(self.palette()))

    def _on_change(self, *_: object) -> None:
        self._refresh_facts()
        self._show_page()
        session = self.session
        self.setWindowTitle(f"{session.corpus_name} – Asterism" if session.corpus else "Asterism")
        origin = f" ({session.selection_origin})" if session.selection_origin else ""
        chosen = len(session.selection)
        self.selection_said.setText(f"{count(chosen, 'passage')} selected{origin}" if chosen else "")

    def _refresh_facts(self) -> None:
        facts = self.commands.facts()
        if self.corpus_panel.source:
            facts.add("source")
        if self.corpus_panel.documents.any_chosen:
            facts.add("document")
        if self.reader_panel.file:
            facts.add("file")
        if len(self.reader_panel.hits_here) > 1:
            facts.add("document_hits")
        if self.search_panel.results.judging.grades:
            facts.add("marks")
        if self.cluster_panel.pair:
            facts.add("pair")
        self.actions_table.enable(facts)

    def _show_page(self) -> None:
        """Welcome a newcomer; everybody else, and a newcomer whose first load has begun, sees the panels."""
        known = self.session.corpora or self.settings.value("corpus", "")
        page = self.columns if known or loading(self.link.jobs) else self.welcome
        if page is not self.pages.currentWidget():
            self.centralWidget().setFocus()  # else the first button of the new page would look chosen
            self.pages.setCurrentWidget(page)


def _dropped(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
