"""Search: what is asked above, what was found below."""

from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtWidgets import QMenu, QToolButton, QVBoxLayout, QWidget

from engine.records import Facets, Mode, SearchResult
from gui.actions import Actions
from gui.engine_link import EngineLink
from gui.icons import icon
from gui.jobs import loading
from gui.panel import EmptyState, Panel
from gui.search.hit_rows import title_of
from gui.search.query_box import QueryBox
from gui.search.results import Results
from gui.search.search_commands import SearchCommands
from gui.session import Session
from gui.theme import GAP, tones
from indexes.records import Passage

PAUSE = 200
"""Milliseconds without a key before the query is searched."""

SLOW = 300
"""Milliseconds without an answer before that is said: as a rule it comes sooner, and nothing need flicker."""

HITS = 50


class SearchPanel(Panel):
    """Asks the engine for hits; a newer question silences the older."""

    def __init__(self, link: EngineLink, session: Session, actions: Actions) -> None:
        super().__init__("Search")
        self._link = link
        self._session = session
        self._actions = actions
        self.inside = False
        self.commands = SearchCommands(self, link, session)
        self._asked = ""
        self._searches = 0
        self._facets_old = True
        self._pause = QTimer(self, interval=PAUSE, singleShot=True)
        self._pause.timeout.connect(self._on_pause)
        self._slow = QTimer(self, interval=SLOW, singleShot=True)
        self._slow.timeout.connect(self._say_waiting)
        self._build(actions)
        self.query = self.box.line
        self.setFocusProxy(self.query)
        self._connect()
        self._on_corpus()

    @property
    def mode(self) -> Mode:
        """Return how hits are ranked."""
        return self.box.mode

    def search(self) -> None:
        """Search for what stands in the query line now; whatever was asked before is no longer waited for."""
        self._pause.stop()
        query = self.box.query()
        self._remember(query)
        self._asked = query
        self._searches += 1
        self.box.say_problem(self.box.understood.problem)
        if not query or not self._session.corpus_name:
            self._session.set_result(None)
            return
        self._slow.start()
        inside = {"inside": sorted(self._session.selection)} if self.inside else {}
        self._link.call(
            "search",
            self._session.corpus_name,
            query,
            k=HITS,
            mode=self.mode,
            on_done=partial(self._on_done, self._searches),
            on_error=partial(self._on_error, self._searches),
            replaces="search",
            **inside,
        )

    def ask(self, line: str) -> None:
        """Put a query into the line and search for it at once."""
        self.box.ask(line)

    def focus_query(self) -> None:
        """Put the cursor into the query line, ready to type over it."""
        self.query.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.query.selectAll()

    def focus_results(self) -> None:
        """Go to the hits."""
        self.results.focus_list()

    def use_mode(self, mode: Mode) -> None:
        """Rank by meaning ("dense"), words ("keyword") or both ("hybrid")."""
        self.box.choose_mode(mode)
        if self.box.query():
            self.search()

    def use_hybrid(self) -> None:
        """Rank by both."""
        self.use_mode("hybrid")

    def use_dense(self) -> None:
        """Rank by meaning."""
        self.use_mode("dense")

    def use_keyword(self) -> None:
        """Rank by words."""
        self.use_mode("keyword")

    def toggle_inside(self) -> None:
        """Search only the selected passages, or all again."""
        self.inside = bool(self._session.selection) and not self.inside
        self._say_inside()
        if self.box.query():
            self.search()

    def select_hits(self) -> None:
        """Make the hits the selection."""
        self._session.set_selection(self._session.hit_scores, f"hits of “{self._asked}”")

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_more"):
            self._more.setIcon(icon("more", tones(self.palette())))

    def _build(self, actions: Actions) -> None:
        for name in ("select_hits", "explain"):
            self.add_tool(actions[name])
        self._more = self._make_more(actions)
        self.add_head(self._more)
        self.box = QueryBox(actions)
        self.results = Results(self._link, self._session, actions)
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(2 * GAP, 0, 2 * GAP, GAP)
        column.addWidget(self.box)
        self.content.addWidget(top)
        self.content.addWidget(self.results, 1)
        self.no_corpus = EmptyState(
            "search",
            "Nothing to search yet",
            "Add a folder, and its documents can be searched.",
            [actions["add_folder"]],
        )
        self.loading = EmptyState(
            "search", "Reading the first documents", "They can be searched as soon as their text is in."
        )
        self.add_state(self.no_corpus)
        self.add_state(self.loading)

    def _make_more(self, actions: Actions) -> QToolButton:
        menu = QMenu(self)
        for name in ("mark_good", "mark_not_good", "undo_mark", "clear_marks"):
            menu.addAction(actions[name])
        menu.addSeparator()
        for name in ("rerank", "choose_reranker", "evaluate_search"):
            menu.addAction(actions[name])
        button = QToolButton()
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setAutoRaise(True)
        button.setIconSize(QSize(18, 18))
        button.setIcon(icon("more", tones(self.palette())))
        button.setToolTip("More to do with these hits")
        button.setAccessibleName("More to do with these hits")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _connect(self) -> None:
        self.box.typed.connect(self._pause.start)
        self.box.asked.connect(self.search)
        self.box.facets_wanted.connect(self._ask_facets)
        self.query.returnPressed.connect(self._on_enter)
        self.query.left_downwards.connect(self.focus_results)
        self.results.chosen.connect(self._on_chosen)
        self.results.judging.kept.connect(self.search)
        self.commands.fitted.connect(self.search)
        self.results.list.left_upwards.connect(self.query.setFocus)
        session = self._session
        session.result_changed.connect(self._on_result)
        session.corpus_changed.connect(self._on_corpus)
        session.corpus_info_changed.connect(self._on_corpus_info)
        session.selection_changed.connect(self._on_selection)
        session.explaining_changed.connect(self._on_explaining)
        for changed in (session.corpus_info_changed, session.map_changed, session.tags_changed):
            changed.connect(self._on_facets_old)
        self._link.state_changed.connect(self._on_state)
        self._link.job_changed.connect(self._on_corpus_info)

    def _remember(self, query: str) -> None:
        """Note the query before, unless this one is what it is being typed out to."""
        before = self._asked
        if before and not query.startswith(before) and (not query or not before.startswith(query)):
            self.query.remember(before)

    def _on_pause(self) -> None:
        if not self.query.unfinished():
            self.search()

    def _on_enter(self) -> None:
        if self._pause.isActive() or self.box.query() != self._asked or not self.results.list.rows.rows:
            self.search()
        else:
            self.focus_results()
        self.query.remember(self._asked)

    def _on_chosen(self) -> None:
        self.query.remember(self._asked)

    def _say_waiting(self) -> None:
        self.results.say("Searching …" if self._link.state == "ready" else "Waiting for the engine …")

    def _on_done(self, number: int, result: SearchResult) -> None:
        """Show an answer, unless something else has been asked since, or the line was emptied."""
        if number == self._searches:
            self._session.set_result(result)

    def _on_error(self, number: int, sentence: str) -> None:
        if number == self._searches:
            self._session.set_result(None)
            self.results.say(sentence)

    def _on_result(self) -> None:
        self._slow.stop()
        if self._session.result is not None:
            self.box.take(self._session.result.asked)
            self._ask_names(self.box.chips.unnamed())

    def _ask_names(self, passage_ids: list[int]) -> None:
        """Ask what the passages are called that the query only numbers."""
        if passage_ids:
            self._link.call(
                "passages",
                self._session.corpus_name,
                passage_ids,
                on_done=self._on_named,
                replaces="names",
            )

    def _on_named(self, passages: list[Passage]) -> None:
        self.box.chips.name_passages({one.id: f"{title_of(one)} {one.locator}".strip() for one in passages})

    def _on_corpus(self) -> None:
        self.box.chips.forget_names()
        self.box.show_facets(Facets())
        self._facets_old = True
        self._ask_facets()
        self._on_corpus_info()
        if self.box.query() and self._session.corpus:
            self.search()

    def _on_corpus_info(self) -> None:
        empty = self._session.corpus is None or not self._session.corpus.passages
        waiting = self.loading if loading(self._link.jobs) else self.no_corpus
        self.show_state(waiting if empty else None)

    def _on_facets_old(self) -> None:
        self._facets_old = True

    def _ask_facets(self) -> None:
        """Ask what documents can be told apart by, if that may have changed."""
        if self._facets_old and self._session.corpus_name:
            self._facets_old = False
            self._link.call(
                "facets", self._session.corpus_name, on_done=self.box.show_facets, replaces="facets"
            )

    def _on_state(self, state: str) -> None:
        if state == "ready" and self._asked and self._session.result and self._session.result.note:
            self.search()

    def _on_selection(self) -> None:
        """Ask again when what is searched in has changed."""
        was = self.inside
        self.inside = self.inside and bool(self._session.selection)
        self._say_inside()
        if was and self.box.query():
            self._pause.start()

    def _say_inside(self) -> None:
        action = self._actions["search_inside"]
        action.setChecked(self.inside)
        action.setIconText(f"Only the {len(self._session.selection):,} selected")
        self.box.inside_button.setVisible(bool(self._session.selection))

    def _on_explaining(self) -> None:
        self._actions["explain"].setChecked(self._session.explaining)
