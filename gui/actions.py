"""The table of actions: menus, toolbar, shortcuts, the command palette and the tests read it."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenuBar, QToolBar

from gui.icons import icon
from gui.theme import Tones

MENUS = ("Corpus", "Search", "Select", "Tag", "Map", "Read", "View", "Help")


@dataclass(frozen=True, slots=True)
class Row:
    """One action. `does` is a dotted path from the window to a method; `needs` are facts that must hold."""

    id: str
    text: str
    menu: str
    does: str
    shortcut: str = ""
    needs: tuple[str, ...] = ()
    icon: str = ""
    tip: str = ""
    toolbar: bool = False
    group: int = 0
    short: str = ""
    checkable: bool = False


FACTS = frozenset(
    "corpus document document_hits documents mappable mapped pair source skipped hits marks selection current file "
    "job".split()
)
"""What an action may need: an open corpus, chosen documents, documents at all, no map of them under way, …"""

MAKE_MAP, UPDATE_MAP = "Make map", "Update map"
"""The same action, before and after there is one."""

TABLE: tuple[Row, ...] = (
    Row("add_folder", "Add folder…", "Corpus", "commands.add_folder", "Ctrl+O", (), "folder_add",
        "Add a folder and all that is in it", True),
    Row("add_files", "Add files or tables…", "Corpus", "commands.add_files", "Ctrl+Shift+O", (), "file_add",
        "Add single files or tables (csv, tsv, jsonl, parquet)", True, short="Add files"),
    Row("update_corpus", "Update", "Corpus", "commands.update", "F5", ("corpus",), "update",
        "Read what is new or changed in the sources", True),
    Row("new_corpus", "New corpus…", "Corpus", "commands.new_corpus", "Ctrl+N", (), "add",
        "Start an empty corpus", group=1),
    Row("load_sample", "Try the sample corpus", "Corpus", "commands.load_sample", "", (), "star",
        "Load the short texts that come with Asterism", group=1),
    Row("show_skipped", "Skipped files…", "Corpus", "corpus_panel.show_skipped", "", ("skipped",), "warning",
        "See which files could not be read, and why", group=1),
    Row("adapt_encoder", "Adapt the encoder to this corpus…", "Corpus", "corpus_panel.adapt_encoder", "",
        ("documents",), "", "Let the encoder learn this corpus' words; kept only if it finds no less", group=1),
    Row("choose_encoder", "Embed anew with another encoder…", "Corpus", "commands.choose_encoder", "",
        ("documents",), "", "Choose the encoder that embeds this corpus, the usual one or one of your own", group=1),
    Row("remove_source", "Remove source…", "Corpus", "corpus_panel.remove_source", "", ("source",), "",
        "Take a source out of the corpus; its files stay where they are", group=2),
    Row("remove_corpus", "Remove corpus…", "Corpus", "commands.remove_corpus", "", ("corpus",), "remove",
        "Delete the corpus; the files it was made from stay where they are", group=2),
    Row("quit", "Quit", "Corpus", "close", "Ctrl+Q", group=3),
    Row("focus_search", "Search", "Search", "search_panel.focus_query", "Ctrl+F", ("corpus",), "search",
        "Go to the query line"),
    Row("filter", "Filter…", "Search", "search_panel.box.show_filters", "Ctrl+Shift+F", ("documents",), "filter",
        "Narrow the search by folder, type, date, cluster, label or column", short="Filter"),
    Row("search_inside", "Search inside the selection", "Search", "search_panel.toggle_inside", "Ctrl+Shift+S",
        ("selection",), "", "Find only passages that are selected", checkable=True),
    Row("query_help", "What a query can say", "Search", "search_panel.box.show_help", "F1", ("documents",), "help",
        "See how to require, leave out, add, subtract and filter, with examples"),
    Row("mode_hybrid", "Search by both", "Search", "search_panel.use_hybrid", "Alt+1", (), "",
        "Rank by meaning and words together", group=1),
    Row("mode_dense", "Search by meaning", "Search", "search_panel.use_dense", "Alt+2", (), "",
        "Rank by meaning only", group=1),
    Row("mode_keyword", "Search by words", "Search", "search_panel.use_keyword", "Alt+3", (), "",
        "Rank by the words of the query only", group=1),
    Row("next_hit", "Next hit", "Search", "search_panel.results.next_hit", "F3", ("hits",), "down",
        "Read the next hit", group=2),
    Row("previous_hit", "Previous hit", "Search", "search_panel.results.previous_hit", "Shift+F3", ("hits",), "up",
        "Read the hit before", group=2),
    Row("next_hit_here", "Next hit in this document", "Search", "reader_panel.next_hit_here", "Ctrl+F3",
        ("document_hits",), "", "Read the next hit of the document that is open", group=2),
    Row("previous_hit_here", "Previous hit in this document", "Search", "reader_panel.previous_hit_here",
        "Ctrl+Shift+F3", ("document_hits",), "", "Read the hit before in the document that is open", group=2),
    Row("mark_good", "Mark hit as good", "Search", "search_panel.results.mark_good", "Ctrl+Shift+G", ("hits",), "good",
        "Look for more like this one; again takes the mark back", group=3),
    Row("mark_not_good", "Mark hit as not good", "Search", "search_panel.results.mark_not_good", "Ctrl+Shift+N",
        ("hits",), "not_good", "Look for less like this one; again takes the mark back", group=3),
    Row("undo_mark", "Undo last mark", "Search", "search_panel.results.judging.undo", "", ("marks",), "",
        "Take the last mark of this query back", group=3),
    Row("clear_marks", "Clear marks", "Search", "search_panel.results.judging.clear", "", ("marks",), "",
        "Take all marks of this query back", group=3),
    Row("explain", "Why these hits", "Search", "session.toggle_explaining", "Ctrl+Shift+Y", ("corpus",), "why",
        "Shade every word by what it adds to the cosine", group=4, checkable=True),
    Row("rerank", "Rerank by cross-encoder", "Search", "search_panel.commands.rerank", "", ("hits",), "",
        "Let a cross-encoder of yours read the hits and put them in its order", group=4),
    Row("choose_reranker", "Choose a cross-encoder…", "Search", "search_panel.commands.choose_reranker", "", (),
        "", "Use the model in a folder for reranking", group=4),
    Row("evaluate_search", "Evaluate my marks…", "Search", "search_panel.commands.evaluate", "", ("documents",),
        "", "See how well words, meaning and both find the hits that you marked", group=4),
    Row("select_hits", "Select hits", "Select", "search_panel.select_hits", "Ctrl+Shift+H", ("hits",), "select",
        "Make the hits of this search the selection"),
    Row("select_documents", "Select documents", "Select", "corpus_panel.documents.select_passages",
        "Ctrl+Shift+D", ("document",), "select", "Make the passages of the chosen documents the selection"),
    Row("clear_selection", "Clear selection", "Select", "commands.clear_selection", "Ctrl+Shift+A",
        ("selection",), "close", "Select nothing"),
    Row("tag_selection", "Tag selection", "Tag", "tag_commands.tag_selection", "Ctrl+T", ("selection",), "tag",
        "Let the tagger say what the selected passages are", True),
    Row("tag_corpus", "Tag whole corpus", "Tag", "tag_commands.tag_corpus", "Ctrl+Shift+T", ("documents",), "",
        "Let the tagger say what every passage is", short="Tag all"),
    Row("undo_label", "Undo last label", "Tag", "tag_commands.undo_label", "", ("documents",), "",
        "Take back the label that you gave last", group=1),
    Row("learn", "Learn from my labels", "Tag", "tag_commands.learn", "", ("documents",), "",
        "Let the tagger learn from the labels that you gave to passages", group=1),
    Row("unlearn", "Undo last lesson", "Tag", "tag_commands.unlearn", "", ("documents",), "",
        "Take back what the tagger learned last", group=1),
    Row("least_sure", "Offer passages to label", "Tag", "tag_commands.show_least_sure", "", ("documents",), "",
        "Select the passages whose labels would teach the tagger most", group=1),
    Row("tag_totals", "Totals…", "Tag", "tags_panel.show_totals", "", ("documents",), "table",
        "See the tags by cluster, folder, month or column", group=2),
    Row("tag_contrast", "Contrast two clusters", "Tag", "cluster_panel.contrast_chosen", "", ("pair",), "",
        "See in which labels two chosen clusters differ, and how surely", group=2),
    Row("shade_sentences", "Shade sentences by label", "Tag", "reader_panel.toggle_sentences", "Ctrl+Shift+L",
        ("current",), "", "Shade each sentence of the passage being read by its label", group=2, checkable=True),
    Row("save_tags", "Save tags…", "Tag", "tag_commands.save_tags", "", ("documents",), "",
        "Write every tag, with its passage and its cluster, as csv or parquet", group=2),
    Row("make_tagger", "Make a tagger…", "Tag", "tagger_commands.make_tagger", "", (), "add",
        "Teach labels of your own with a few examples", group=3),
    Row("train_tagger", "Train from a table…", "Tag", "tagger_commands.train_tagger", "", (), "",
        "Learn from a table of texts that have labels already, or see the training under way", group=3),
    Row("fine_tune", "Fine-tune on my labels…", "Tag", "tagger_commands.fine_tune", "", ("documents",), "",
        "Learn more deeply from all the labels that you gave in this corpus", group=3),
    Row("train_next_sentence", "Train on neighbouring sentences…", "Tag", "tagger_commands.train_next_sentence", "",
        ("documents",), "", "Learn whether one sentence of this corpus follows another, for comparing two passages",
        group=3),
    Row("use_folder", "Use a model folder…", "Tag", "tagger_commands.use_folder", "", (), "folder",
        "Tag with a classification model that you have", group=3),
    Row("compare_passages", "Compare two passages…", "Tag", "tagger_commands.compare_passages", "Ctrl+Shift+C", (),
        "", "See how near two texts are in meaning, and whether one follows from the other", group=4),
    Row("about_tagger", "About this tagger…", "Tag", "tagger_commands.about_tagger", "", (), "info",
        "Its labels, where it is from, and how good it measured", group=4),
    Row("build_map", MAKE_MAP, "Map", "commands.build_map", "Ctrl+M", ("mappable",), "update",
        "Lay out the passages by meaning and find clusters"),
    Row("build_map_afresh", "Make map from scratch", "Map", "commands.build_map_afresh", "", ("mappable", "mapped"),
        "", "Lay everything out as if there had been no map; nothing stays where it was"),
    Row("build_map_fast", "Make map fast", "Map", "commands.build_map_fast", "", ("mappable",), "",
        "Use all processor cores; every run looks a little different"),
    Row("map_fit", "Show whole map", "Map", "map_panel.view.fit", "Ctrl+0", ("mapped",), "",
        "Bring every point into the window", group=1),
    Row("map_names", "Cluster names", "Map", "map_panel.switches.apply", "", ("mapped",), "",
        "Show the names of clusters on the map", group=1, checkable=True),
    Row("map_density", "Density", "Map", "map_panel.switches.apply", "Ctrl+D", ("mapped",), "",
        "Shade the ground by how densely points lie", group=1, checkable=True),
    Row("map_shapes", "Shapes", "Map", "map_panel.switches.apply", "", ("mapped",), "",
        "Tell points apart by their shapes too, not by colours alone", group=1, checkable=True),
    Row("map_overview", "Overview", "Map", "map_panel.switches.apply", "", ("mapped",), "",
        "Show the whole map in a corner while only a part of it is in the window", group=1, checkable=True),
    Row("map_timeline", "Time brush", "Map", "map_panel.switches.apply", "", ("mapped",), "",
        "Show the passages over time below the map, when their documents have dates", group=1, checkable=True),
    Row("map_neighbours", "True neighbours", "Map", "map_panel.switches.apply", "Ctrl+L", ("mapped",), "",
        "Draw lines from the passage being read to those nearest in meaning", group=1, checkable=True),
    Row("map_trust", "Where the picture lies", "Map", "map_panel.colours.measure_trust", "", ("mapped",), "",
        "Colour each point by how many of its neighbours on the map are none by meaning", group=1),
    Row("select_in_view", "Select what is in view", "Map", "map_panel.selecting.in_view", "", ("mapped",), "",
        "Select the passages whose points are in the window", group=2),
    Row("select_cluster_here", "Select cluster here", "Map", "map_panel.selecting.cluster_here", "", ("mapped",), "",
        "Select the cluster of the point that you have walked to, else of the passage being read", group=2),
    Row("select_new", "Select what is new", "Map", "map_panel.selecting.new", "", ("mapped",), "",
        "Select the passages that were added since the map was made", group=2),
    Row("invert_selection", "Invert selection", "Map", "map_panel.selecting.invert", "", ("mapped",), "",
        "Select everything on the map that is not selected", group=2),
    Row("keep_view", "Keep this view…", "Map", "map_panel.views.keep", "", ("mapped",), "",
        "Remember what is in the window under a name", group=3),
    Row("save_picture", "Save picture…", "Map", "map_panel.export.save_picture", "", ("mapped",), "",
        "Save what is in the window as PNG or SVG", group=3),
    Row("save_points", "Save points…", "Map", "map_panel.export.save_points", "", ("mapped",), "",
        "Save every point with its cluster and document as csv or parquet", group=3),
    Row("save_page", "Save as web page…", "Map", "map_panel.export.save_page", "", ("mapped",), "",
        "Save the map as one file that opens in a browser, offline", group=3),
    Row("select_clusters", "Select chosen clusters", "Map", "cluster_panel.select_chosen", "", ("mapped",), "select",
        "Make the passages of the clusters, branches or parts chosen in the list the selection", group=4),
    Row("show_cluster", "Show chosen cluster on the map", "Map", "cluster_panel.show_chosen", "", ("mapped",), "",
        "Move the map to what is chosen in the list of clusters", group=4),
    Row("next_exemplar", "Next exemplar", "Map", "cluster_panel.next_exemplar", "Alt+Right", ("mapped",), "",
        "Read the next of the passages most typical of the chosen cluster", group=4),
    Row("previous_exemplar", "Previous exemplar", "Map", "cluster_panel.previous_exemplar", "Alt+Left",
        ("mapped",), "", "Read the exemplar before", group=4),
    Row("divide_clusters", "What divides two clusters", "Map", "cluster_panel.divide_chosen", "", ("pair",), "",
        "See which words pull towards the one and which towards the other of two chosen clusters", group=4),
    Row("rename_cluster", "Rename cluster…", "Map", "cluster_panel.rename_chosen", "", ("mapped",), "",
        "Give the chosen cluster or branch a name of your own", group=5),
    Row("colour_cluster", "Colour cluster…", "Map", "cluster_panel.colour_chosen", "", ("mapped",), "",
        "Give the chosen clusters a colour of your own", group=5),
    Row("merge_clusters", "Merge clusters", "Map", "cluster_panel.merge_chosen", "", ("mapped",), "",
        "Make one cluster of those that are chosen in the list", group=5),
    Row("split_cluster", "Split cluster", "Map", "cluster_panel.split_chosen", "", ("mapped",), "",
        "Make a cluster of each part of the chosen one", group=5),
    Row("undo_cluster_edit", "Undo last merge or split", "Map", "cluster_panel.commands.undo", "", ("mapped",), "",
        "Take the last merge or split of clusters back", group=5),
    Row("cluster_sizes", "Cluster size…", "Map", "cluster_panel.commands.show_sizes", "", ("mapped",), "",
        "See how many clusters and how much noise another smallest size gives, and choose one", group=6),
    Row("measure_stability", "Measure stability", "Map", "cluster_panel.commands.measure_stability", "",
        ("mapped",), "", "See how much of each cluster comes back when the map is made otherwise", group=6),
    Row("map_history", "What became of clusters…", "Map", "cluster_panel.commands.show_history", "", ("mapped",), "",
        "Read what became what whenever clusters were found anew, merged or split", group=6),
    Row("next_passage", "Next passage", "Read", "reader_panel.next_passage", "Alt+Down", ("current",), "right",
        "Read on in this document"),
    Row("previous_passage", "Previous passage", "Read", "reader_panel.previous_passage", "Alt+Up", ("current",),
        "left", "Read back in this document"),
    Row("search_like", "Search for passages like this", "Read", "search_like", "Ctrl+Shift+E", ("current",),
        "search", "Search for what is near this passage in meaning"),
    Row("open_original", "Open original", "Read", "reader_panel.open_original", "Ctrl+E", ("file",), "open",
        "Open the file in its own program", group=1),
    Row("why_cluster", "Why in this cluster?", "Read", "reader_panel.explain_cluster", "Ctrl+Shift+I", ("current",),
        "", "Shade what makes this passage near the centre of its cluster", group=1),
    Row("inspect", "What the model sees…", "Read", "inspect", "Ctrl+I", (), "inspect",
        "Tokens, pooling, [CLS], logits and probabilities of a text", True, 1, "Inspect"),
    Row("focus_corpora", "Go to corpora", "View", "focus_corpora", "Ctrl+1", group=1),
    Row("focus_results", "Go to results", "View", "focus_results", "Ctrl+2", group=1),
    Row("focus_map", "Go to map", "View", "focus_map", "Ctrl+3", group=1),
    Row("focus_clusters", "Go to clusters", "View", "focus_clusters", "Ctrl+4", group=1),
    Row("focus_reader", "Go to reader", "View", "focus_reader", "Ctrl+5", group=1),
    Row("focus_tags", "Go to tags", "View", "focus_tags", "Ctrl+6", group=1),
    Row("toggle_left", "Show or hide corpora", "View", "toggle_left", "Ctrl+B", group=2),
    Row("toggle_right", "Show or hide reader", "View", "toggle_right", "Ctrl+Shift+B", group=2),
    Row("reset_layout", "Reset layout", "View", "reset_layout", group=2),
    Row("theme_system", "Colours as the system", "View", "theme_system", group=3),
    Row("theme_light", "Light colours", "View", "theme_light", group=3),
    Row("theme_dark", "Dark colours", "View", "theme_dark", group=3),
    Row("palette", "All commands…", "Help", "show_palette", "Ctrl+K", (), "palette",
        "Find any command by its name", True, short="Commands"),
    Row("cancel_job", "Cancel what is running", "Help", "commands.cancel_job", "Ctrl+.", ("job",), "close",
        "Stop the job; what is done so far is kept"),
    Row("about", "About Asterism", "Help", "about", group=1),
)  # fmt: skip


class Actions(QObject):
    """Owns the window's actions; `self["id"]` is one of them."""

    def __init__(self, window: QObject) -> None:
        super().__init__(window)
        self._window = window
        self._by_id: dict[str, QAction] = {}
        for row in TABLE:
            action = QAction(row.text, window)
            action.setObjectName(row.id)
            action.setToolTip(tool_tip(row))
            action.setIconText(row.short or row.text.rstrip("…"))
            action.setStatusTip(row.tip)
            action.setCheckable(row.checkable)
            if row.shortcut:
                action.setShortcut(QKeySequence(row.shortcut))
            action.setData(row)
            action.triggered.connect(self._on_triggered)
            self._by_id[row.id] = action

    def __getitem__(self, action_id: str) -> QAction:
        return self._by_id[action_id]

    def all(self) -> tuple[QAction, ...]:
        """Return every action in the table's order."""
        return tuple(self._by_id.values())

    def enable(self, facts: Iterable[str]) -> None:
        """Enable what can be done now: the actions whose needs are all among `facts`."""
        holding = set(facts)
        for action in self._by_id.values():
            action.setEnabled(holding.issuperset(action.data().needs))

    def dress(self, tones: Tones) -> None:
        """Draw the icons in the theme's colours."""
        for action in self._by_id.values():
            if action.data().icon:
                action.setIcon(icon(action.data().icon, tones))

    def fill_menus(self, bar: QMenuBar) -> None:
        """Make the menus; a line stands between two groups."""
        for title in MENUS:
            menu = bar.addMenu(title)
            group = 0
            for row in (row for row in TABLE if row.menu == title):
                if row.group != group:
                    menu.addSeparator()
                    group = row.group
                menu.addAction(self[row.id])

    def fill_toolbar(self, bar: QToolBar) -> None:
        """Put the most used actions on the toolbar."""
        for row in TABLE:
            if row.toolbar:
                bar.addAction(self[row.id])

    def _on_triggered(self) -> None:
        row = self.sender().data()
        attrgetter(row.does)(self._window)()


def tool_tip(row: Row) -> str:
    """Return what an action does, with its shortcut as this platform writes it."""
    tip = row.tip or row.text.rstrip("…")
    if not row.shortcut:
        return tip
    return f"{tip} ({QKeySequence(row.shortcut).toString(QKeySequence.SequenceFormat.NativeText)})"
