"""Tags: what the tagger says of the selection, of the whole corpus, or of a text typed in, and what the user says."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from engine.progress import Progress
from gui.actions import Actions
from gui.engine_link import EngineLink
from gui.panel import HEADER_HEIGHT, ActionButton, Elided, EmptyState, Panel
from gui.session import Session
from gui.taggers.chooser import TaggerChooser
from gui.taggers.teaching_bar import TeachingBar
from gui.tagging.filter_chips import ALL, FilterChips, kept, label_counts
from gui.tagging.label_looks import looks
from gui.tagging.label_menu import LabelMenu
from gui.tagging.lesson_bar import LessonBar
from gui.tagging.shares_bar import SharesBar
from gui.tagging.sort_button import SortButton
from gui.tagging.tag_commands import TagCommands
from gui.tagging.tag_list import TagList
from gui.tagging.tag_rows import TagRow, listed_ids
from gui.tagging.tagged import Tagged, tagged
from gui.tagging.threshold import Threshold
from gui.tagging.typed_text import TypedText
from gui.theme import GAP
from gui.wording import count
from indexes.records import Passage, Tags

PAGE = 200
"""Passages listed at a time."""
REMEMBERED = 10_000
"""Passages kept, so that a label given does not ask for them again."""
FRAME = 40
"""Milliseconds in which the list follows the threshold."""
ROWS = 2.5
"""Rows of the list that keep their room, whatever else has to go."""

OFFERED = "least sure"
"""The origin of a selection that TagCommands offers to be labelled."""
TAGGING = ("tag_passages", "tag_all")
"""The methods that make tags."""


class TagsPanel(Panel):
    """Shows the stored tags of the selection, or of the corpus when nothing is selected."""

    def __init__(
        self, link: EngineLink, session: Session, actions: Actions, tag_commands: TagCommands
    ) -> None:
        super().__init__("Tags")
        self._link = link
        self._session = session
        self._commands = tag_commands
        self._tagged: Tagged | None = None
        self._ids: NDArray[np.int64] = np.zeros(0, np.int64)
        self._listed = 0
        self._passages: dict[int, Passage] = {}
        self._frame = QTimer(self, interval=FRAME, singleShot=True)
        self._build(actions)
        self._connect()
        self._show()

    def focus_typed(self) -> None:
        """Go to the line for a text of one's own; to the list, while the tagger cannot tag."""
        able = self._taught
        self.typed.setVisible(able)
        (self.typed.line if able else self.list).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_totals(self) -> None:
        """Show the tags by cluster, folder, month or column."""
        from gui.tagging.totals_dialog import TotalsDialog

        TotalsDialog(self._link, self._session, self._commands, self.window()).show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show less where there is little room."""
        super().resizeEvent(event)
        self._make_room()

    def minimumSizeHint(self) -> QSize:
        """Return room for the list alone: everything else can go."""
        return QSize(super().minimumSizeHint().width(), HEADER_HEIGHT + self._list_height())

    # building

    def _build(self, actions: Actions) -> None:
        self.chooser = TaggerChooser(self._session, self._commands)
        self.add_head(self.chooser)
        self.add_tool(actions["tag_totals"])
        self.teaching = TeachingBar(self._session, self._commands)
        self.typed = TypedText(self._link, self._session)
        self.scope = Elided()
        self.scope.muted = True
        self.order = SortButton()
        self.totals = SharesBar()
        self.filter = FilterChips()
        self.threshold = Threshold(self._session)
        self.lesson = LessonBar(self._link, self._session, self._commands)
        self.tag_selected = ActionButton(actions["tag_selection"], link=True)
        self.tag_all = ActionButton(actions["tag_corpus"], link=True, short=True)
        self._top = QWidget()
        column = QVBoxLayout(self._top)
        column.setContentsMargins(2 * GAP, 0, 2 * GAP, GAP - 2)
        column.setSpacing(GAP - 2)
        column.addWidget(self.teaching)
        column.addWidget(self.typed)
        column.addLayout(_row(self.scope, self.tag_selected, self.tag_all))
        self._shares = QWidget()
        self._shares.setLayout(_row(self.totals, self.order))
        column.addWidget(self._shares)
        self._learning = QWidget()
        self._learning.setLayout(_row(self.lesson))
        for part in (self.filter, self.threshold, self._learning):
            column.addWidget(part)
        self.list = TagList()
        self.list.rows.more = self._fetch
        self._add_menu(actions)
        self.hint = EmptyState("tag", "", "", [actions["tag_corpus"]])
        self.content.addWidget(self._top)
        self.content.addWidget(self.list, 1)
        self.content.addWidget(self.hint, 1)

    def _add_menu(self, actions: Actions) -> None:
        menus = [LabelMenu(self._session, self._commands, one, self) for one in ("current", "selection")]
        self.list.add_to_menu([menu.menuAction() for menu in menus])
        self.list.menu.addSeparator()
        self.list.add_to_menu([actions[one] for one in ("undo_label", "tag_totals", "save_tags")])

    def _connect(self) -> None:
        session = self._session
        session.tags_changed.connect(self._follow)
        session.taggers_changed.connect(self._follow)
        session.selection_changed.connect(self._on_selection)
        session.tagger_changed.connect(self._show)
        session.corpus_changed.connect(self._forget)
        session.corpus_info_changed.connect(self._on_corpus_info)
        session.unsure_below_changed.connect(self._frame.start)
        session.current_changed.connect(self._on_current)
        self._commands.learned.connect(self._make_room)
        self._link.job_changed.connect(self._on_job)
        self._frame.timeout.connect(self._follow)
        self.filter.chosen.connect(self._show_list)
        self.order.chosen.connect(self._show_list)
        self.typed.changed.connect(self._make_room)
        self.list.chosen.connect(session.set_current)

    # what is shown

    def _show(self) -> None:
        """Show the tags of what is selected, of everything that is tagged when nothing is: all, from the top."""
        self.filter.key = ALL
        self._follow(keep=False)

    def _forget(self) -> None:
        """The corpus is another."""
        self._passages.clear()
        self._show()

    def _on_corpus_info(self) -> None:
        """After a load, and while one runs, passages may be others."""
        self._passages.clear()
        self._follow()

    def _on_selection(self) -> None:
        """What is offered to be labelled stands in the order of the offer."""
        if self._session.selection_origin == OFFERED:
            self.order.use("least sure")
        self._show()

    def _follow(self, keep: bool = True) -> None:
        """Show what the tags have become; the list stays where it is."""
        session = self._session
        tags, selection, taught = session.tags, session.selection, self._taught
        self._frame.stop()
        self._tagged = tagged(tags, session.unsure_below)
        rows = rows_in(tags, selection)
        self.scope.setText(self._scope(len(rows)))
        self.tag_selected.setVisible(taught and bool(selection) and len(rows) < len(selection))
        beside = len(rows) > 0 and self.tag_selected.isHidden()
        self.tag_all.setVisible(taught and beside and self._is_partial())
        if self._tagged is not None:
            known = looks(self._tagged.tags.labels)
            self.totals.show_counts(self._tagged.tags.labels, known, label_counts(self._tagged, rows))
            self.list.show_looks(known)
        self.filter.show_counts(self._tagged, rows)
        self.threshold.show_tagged(self._tagged)
        self._show_list(keep=keep)

    def _show_list(self, _chosen: str = "", keep: bool = False) -> None:
        """List what the filter leaves, in the chosen order."""
        session = self._session
        rows = rows_in(session.tags, session.selection)
        everything = self.filter.key == ALL
        if self._tagged is not None and not everything:
            rows = rows[kept(self._tagged, rows, self.filter.key)]
        selection = session.selection if everything else frozenset[int]()
        self._ids = listed_ids(self._tagged, selection, rows, self.order.order)
        self._say_hint()
        self._make_room()
        self._list(max(self._listed, PAGE) if keep else PAGE, keep)

    def _say_hint(self) -> None:
        some = len(self._ids) > 0
        self.list.setVisible(some)
        self.hint.setVisible(not some)
        if not some:
            self.hint.say(*self._hint())

    def _hint(self) -> tuple[str, str]:
        """Return why nothing is listed, and what to do about it."""
        session = self._session
        info, tags = session.tagger_info, session.tags
        job = next((job for job in self._link.jobs if job.request.method in TAGGING), None)
        if job is not None:
            return (
                "Tagging …",
                "The tags appear here when it is done. What is done so far is kept if you cancel.",
            )
        if self.filter.key != ALL and len(rows_in(tags, session.selection)):
            return "None here", "No passage is left by this filter. Choose another above."
        if info is not None and not info.taught:
            return (
                "No labels yet",
                f"Read passages and label them with the keys 1 … {min(len(info.labels), 9)}.",
            )
        labels = info.labels if info is not None else ()
        said = f"as {', '.join(labels[:-1])} or {labels[-1]}" if 1 < len(labels) <= 4 else "with the tagger"
        return "No tags yet", f"Select passages, and tag them {said}. Or tag the whole corpus."

    def _scope(self, tagged_rows: int) -> str:
        selection = self._session.selection
        if selection:
            origin = self._session.selection_origin
            chosen = f"{count(len(selection), 'passage')} selected" + (f" ({origin})" if origin else "")
            return chosen if tagged_rows == len(selection) else f"{tagged_rows:,} tagged of {chosen}"
        corpus = self._session.corpus
        if corpus is None or not tagged_rows:
            return ""
        if tagged_rows >= corpus.passages:
            return f"{count(tagged_rows, 'passage')}, all tagged"
        return f"{tagged_rows:,} of {corpus.passages:,} tagged"

    @property
    def _taught(self) -> bool:
        """Return whether the tagger can tag already."""
        info = self._session.tagger_info
        return info is None or info.taught

    def _is_partial(self) -> bool:
        """Return whether the corpus has passages without a tag of the tagger's."""
        corpus, told = self._session.corpus, self._tagged
        if corpus is None or not corpus.passages:
            return False
        return told is None or int(np.count_nonzero(told.best)) < corpus.passages

    # the room

    def _make_room(self) -> None:
        """Show of what stands over the list what has room, the least needed going first."""
        some = self._tagged is not None and len(self._tagged.tags.passage_ids) > 0
        rows = some and len(rows_in(self._session.tags, self._session.selection)) > 0
        typing = self.typed.answering or self.typed.line.hasFocus()
        wanted: dict[QWidget, bool] = {
            self.threshold.said: some and bool(self.threshold.said.text()),
            self.threshold: some and bool((self._tagged.best > 0).any()),
            self._shares: rows,
            self.typed: self._taught,
            self._learning: not self.lesson.isHidden(),
            self.filter: rows,
        }
        for part, shown in wanted.items():
            part.setVisible(shown)
        self._top.layout().activate()
        for part, shown in wanted.items():
            if self._needed() <= self.height():
                break
            if shown and not (part is self.typed and (typing or not some)):
                part.hide()
                self._top.layout().activate()
        for part, shown in reversed(wanted.items()):  # what went early may have room now
            if shown and part.isHidden():
                part.show()
                self._top.layout().activate()
                if self._needed() > self.height():
                    part.hide()
                    self._top.layout().activate()

    def _needed(self) -> int:
        layout = self._top.layout()
        flows = layout.hasHeightForWidth()
        above = layout.totalHeightForWidth(self.width()) if flows else layout.totalSizeHint().height()
        return HEADER_HEIGHT + above + self._list_height()

    def _list_height(self) -> int:
        return round(ROWS * (2 * self.fontMetrics().height() + 10))

    # the list

    def _fetch(self, _offset: int) -> None:
        """List another page."""
        if self._listed < len(self._ids):
            self._list(self._listed + PAGE, keep=True)

    def _list(self, number: int, keep: bool) -> None:
        """List so many passages, and ask first for those that are not known."""
        wanted = self._ids[:number].tolist()
        missing = [one for one in wanted if one not in self._passages]
        if not missing:
            self._fill(number, keep)
            return
        self._link.call(
            "passages",
            self._session.corpus_name,
            missing,
            on_done=partial(self._on_passages, self._session.corpus_name, number, keep),
            replaces="tagged passages",
        )

    def _on_passages(self, corpus: str, number: int, keep: bool, passages: list[Passage]) -> None:
        if corpus != self._session.corpus_name:
            return
        if len(self._passages) > REMEMBERED:
            self._passages = {row.passage.id: row.passage for row in self.list.rows.rows}
        self._passages |= {passage.id: passage for passage in passages}
        self._fill(number, keep)

    def _fill(self, number: int, keep: bool) -> None:
        """List the passages that are known; those that are gone from the corpus are left out."""
        ids = self._ids[:number]
        places = self._tagged.rows_of(ids).tolist() if self._tagged is not None else [-1] * len(ids)
        self._listed = len(ids)
        self.list.show_rows(
            [
                TagRow(self._passages[one], self._tagged.tag(place) if self._tagged and place >= 0 else None)
                for one, place in zip(ids.tolist(), places, strict=True)
                if one in self._passages
            ],
            keep,
        )
        self._on_current()

    def _on_current(self) -> None:
        self.list.show_current(self._session.current)

    def _on_job(self, _job: Progress | None) -> None:
        if not len(self._ids):
            self._say_hint()


def rows_in(tags: Tags | None, selection: frozenset[int]) -> NDArray[np.int64]:
    """Return the rows of `tags` whose passages are selected; all rows when nothing is selected."""
    if tags is None:
        return np.zeros(0, np.int64)
    if not selection:
        return np.arange(len(tags.passage_ids))
    chosen = np.fromiter(selection, np.int64, len(selection))
    return np.flatnonzero(np.isin(tags.passage_ids, chosen))


def _row(left: QWidget, *right: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(GAP)
    row.addWidget(left, 1)
    for part in right:
        row.addWidget(part)
    return row
