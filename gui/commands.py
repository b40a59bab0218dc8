"""What a person can do to corpora: each command a few lines, all work asked of the engine."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QInputDialog, QWidget

from engine.encoding.records import EncoderId
from engine.map.records import MapData
from engine.progress import Progress
from engine.records import CorpusInfo, IndexReport
from gui.actions import Actions
from gui.engine_link import EngineLink
from gui.jobs import MAPS, loading, map_job
from gui.notices import Notices, ask_name, confirm
from gui.session import Session
from gui.wording import count, place
from indexes.records import Source

if TYPE_CHECKING:
    from gui.corpus.load_dialog import LoadDialog

SAMPLE = "Sample"

REFRESH = 2000
"""Milliseconds between two looks at a corpus that is being loaded."""


class Commands(QObject):
    """Carries out the actions that change data, and keeps the session true to the engine."""

    corpus_opened = Signal(str)
    documents_changed = Signal()

    def __init__(
        self, window: QWidget, link: EngineLink, session: Session, notices: Notices, actions: Actions
    ) -> None:
        super().__init__(window)
        self._window = window
        self._link = link
        self._session = session
        self._notices = notices
        self._actions = actions
        self._refresh = QTimer(self, interval=REFRESH, singleShot=True)
        self._refresh.timeout.connect(self._look_again)
        link.job_progress.connect(self._on_progress)
        link.restarted.connect(self._on_restarted)
        session.corpus_changed.connect(self._load_stored)

    def start(self, last_corpus: str = "") -> None:
        """Ask for the corpora and open the one that was open last, else the first."""
        self._link.call("corpora", on_done=partial(self._on_corpora, last_corpus), replaces="corpora")

    def open_corpus(self, name: str) -> None:
        """Open another corpus."""
        known = {corpus.name: corpus for corpus in self._session.corpora}
        if name in known and name != self._session.corpus_name:
            self._session.set_corpus(known[name])
            self.corpus_opened.emit(name)

    def new_corpus(self) -> None:
        """Ask for a name and make an empty corpus."""
        name = ask_name(self._window, "New corpus", "Name of the new corpus:")
        if name:
            self._link.call("create", name, on_done=self._on_created)

    def add_folder(self) -> None:
        """Choose a folder and preview what loading it would mean."""
        folder = QFileDialog.getExistingDirectory(self._window, "Add a folder")
        if folder:
            self.add_paths([Path(folder)])

    def add_files(self) -> None:
        """Choose files or tables and preview what loading them would mean."""
        files, _ = QFileDialog.getOpenFileNames(self._window, "Add files or tables")
        if files:
            self.add_paths([Path(file) for file in files])

    def add_paths(self, paths: list[Path]) -> "LoadDialog | None":
        """Preview what loading paths would mean; the load begins when the user says so."""
        from gui.corpus.load_dialog import LoadDialog
        from gui.corpus.sources import sources_from

        sources = sources_from(paths)
        if not sources:
            self._notices.error("None of what was dropped is a file or folder that can be read.")
            return None
        session = self._session
        dialog = LoadDialog(self._link, sources, session.corpora, session.corpus_name, self._window)
        dialog.chosen.connect(self.index)
        dialog.open()
        return dialog

    def load_sample(self) -> None:
        """Load the corpus that comes with Asterism."""
        self._link.start(
            "Loading the sample corpus", "load_sample", on_done=partial(self._on_indexed, SAMPLE)
        )
        self._on_load_started()

    def update(self) -> None:
        """Read what is new or changed in the sources of the open corpus."""
        self.index(self._session.corpus_name, ())

    def index(self, name: str, sources: tuple[Source, ...], pooling: str = "") -> None:
        """Load sources into a corpus, then make its map; a new one is pooled as usual, or in the way named."""
        what = place(sources[0].path) if len(sources) == 1 else count(len(sources), "source")
        title = f"Loading {what} into “{name}”" if sources else f"Updating “{name}”"
        self._link.start(title, "index", name, sources, pooling, on_done=partial(self._on_indexed, name))
        self._on_load_started()

    def choose_encoder(self) -> None:
        """Ask which encoder is to embed the open corpus, and let it; the list comes from the engine."""
        self._link.call("encoders", on_done=self._on_encoders, replaces="choose_encoder")

    def embed_with(self, name: str, encoder: str) -> None:
        """Embed all of a corpus anew with an encoder, then make its map from scratch: no place on it holds."""
        title = f"Embedding “{name}” anew with “{encoder}”"
        self._link.start(
            title, "index", name, (), "", encoder, on_done=partial(self._on_embedded, name, encoder)
        )
        self._on_load_started()

    def remove_corpus(self) -> None:
        """Delete the open corpus, after asking."""
        name = self._session.corpus_name
        question = (
            "Its index, map and tags are deleted. The files it was made from stay where they are, "
            "and can be loaded again."
        )
        if name and confirm(self._window, f"Remove the corpus “{name}”?", question, "Remove corpus"):
            self._session.set_corpus(None)
            self._link.call("remove", name, on_done=self._on_removed)

    def remove_source(self, source: Source) -> None:
        """Take a source out of the open corpus, after asking."""
        question = (
            "Its documents leave the corpus, with their tags. The files themselves stay where they are:\n"
            f"{source.path}"
        )
        if confirm(self._window, f"Remove the source “{place(source.path)}”?", question, "Remove source"):
            name = self._session.corpus_name
            self._link.call("remove_source", name, source.id, on_done=self._on_source_removed)

    def build_map(self) -> None:
        """Make the open corpus' map, or bring it up to date: what stays in the corpus stays about where it was."""
        self._make_map(self._session.corpus_name, aligned=self._session.map is not None)

    def build_map_afresh(self) -> None:
        """Make the map as if there had been none; the same corpus gives the same map."""
        self._make_map(self._session.corpus_name)

    def build_map_fast(self) -> None:
        """Make the map with all cores; every run differs a little."""
        self._make_map(self._session.corpus_name, fast=True)

    def clear_selection(self) -> None:
        """Select nothing."""
        self._session.set_selection((), "")

    def cancel_job(self) -> None:
        """Stop what is running; what is done so far is kept."""
        if self._link.jobs:
            self._link.jobs[-1].cancel()

    def facts(self) -> set[str]:
        """Return which facts hold that actions need."""
        session = self._session
        corpus = session.corpus
        holding = {
            "corpus": corpus is not None,
            "documents": corpus is not None and corpus.passages > 0,
            "mappable": corpus is not None
            and corpus.embedded > 0
            and map_job(self._link.jobs, corpus.name) is None,
            "mapped": session.map is not None and len(session.map.passage_ids) > 0,
            "skipped": corpus is not None and bool(corpus.skipped),
            "hits": bool(session.hit_scores),
            "selection": bool(session.selection),
            "current": bool(session.current),
            "job": bool(self._link.jobs),
        }
        return {fact for fact, holds in holding.items() if holds}

    def refresh(self, name: str = "") -> None:
        """Ask for the corpora again; open `name` if it is not yet open."""
        self._link.call("corpora", on_done=partial(self._on_corpora, name), replaces="corpora")

    def _make_map(
        self,
        name: str,
        fast: bool = False,
        aligned: bool = False,
        on_error: Callable[[str], object] | None = None,
    ) -> None:
        self._link.start(
            f"Making the map of “{name}”",
            MAPS,
            name,
            fast=fast,
            aligned=aligned,
            on_done=partial(self._on_map, name),
            on_error=on_error,
        )

    def _load_stored(self) -> None:
        """Ask for the map that the newly opened corpus has stored."""
        name = self._session.corpus_name
        if name:
            self._link.call("map", name, on_done=partial(self._on_map, name), replaces="map")

    def _on_load_started(self) -> None:
        """Look at the corpus now and then, and let the map get ready: it follows the load."""
        self._refresh.start()
        self._link.call("prepare_map")

    def _on_corpora(self, wanted: str, corpora: list[CorpusInfo]) -> None:
        self._session.set_corpora(corpora)
        by_name = {corpus.name: corpus for corpus in corpora}
        chosen = by_name.get(wanted) or by_name.get(self._session.corpus_name)
        if chosen is None and corpora:
            chosen = corpora[0]
        self._session.set_corpus(chosen)
        if chosen:
            self.corpus_opened.emit(chosen.name)

    def _on_created(self, corpus: CorpusInfo) -> None:
        self.refresh(corpus.name)

    def _on_removed(self, _nothing: object) -> None:
        self.refresh()

    def _on_source_removed(self, corpus: CorpusInfo) -> None:
        self.refresh(corpus.name)
        self._load_stored()
        self.documents_changed.emit()

    def _on_indexed(self, name: str, report: IndexReport) -> None:
        self.refresh(name)
        self._notices.note(said(name, report), self._actions["show_skipped"] if report.skipped else None)
        if not report.passages:
            return
        changed = report.files_read or report.files_removed
        if changed:
            self.documents_changed.emit()
        if not self._has_map(name):
            self._make_map(name, on_error=self._notices.note)  # nobody asked: no error
        elif changed:  # what is new has been placed on it; nothing on it has moved
            self._link.call("map", name, on_done=partial(self._on_map, name), replaces="map")

    def _on_encoders(self, names: tuple[str, ...]) -> None:
        corpus = self._session.corpus
        if corpus is None:
            return
        now = EncoderId.of(corpus.encoder).name
        encoder, chosen = QInputDialog.getItem(
            self._window,
            "Embed anew",
            f"The encoder that is to embed “{corpus.name}”. All its passages are embedded again, and its map is made "
            "from scratch; tags and labels stay.",
            names,
            names.index(now) if now in names else 0,
            editable=False,
        )
        if chosen and encoder != now:
            self.embed_with(corpus.name, encoder)

    def _on_embedded(self, name: str, encoder: str, report: IndexReport) -> None:
        self.refresh(name)
        self._notices.note(f"“{name}” is embedded by “{encoder}” now: {count(report.passages, 'passage')}.")
        self.documents_changed.emit()
        if report.passages:
            self._make_map(name, on_error=self._notices.note)

    def _has_map(self, name: str) -> bool:
        """Whether a corpus had a map with points before it was loaded."""
        session = self._session
        if name == session.corpus_name:
            return session.map is not None and len(session.map.passage_ids) > 0
        return any(corpus.has_map for corpus in session.corpora if corpus.name == name)

    def _on_map(self, name: str, map_data: MapData | None) -> None:
        if name == self._session.corpus_name:
            self._session.set_map(map_data)

    def _on_progress(self, _progress: Progress) -> None:
        if not self._refresh.isActive():
            self._refresh.start()

    def _look_again(self) -> None:
        """While a corpus is being loaded, show how far it is: what is in can be searched already."""
        if loading(self._link.jobs):
            self.refresh(self._session.corpus_name)

    def _on_restarted(self) -> None:
        going_on = " What was running goes on from there." if self._link.jobs else ""
        self._notices.note(
            f"The engine stopped and was started again; nothing that was saved is lost.{going_on}"
        )
        self.refresh(self._session.corpus_name)


def said(name: str, report: IndexReport) -> str:
    """Return what a load did, as a sentence or two."""
    if not report.files_read and not report.files_removed:
        first = f"“{name}” is up to date: nothing has changed in {count(report.files_unchanged, 'file')}."
    else:
        first = (
            f"“{name}” now holds {count(report.documents, 'document')}, {count(report.passages, 'passage')}."
        )
        if report.files_removed:
            first += f" {count(report.files_removed, 'file')} that had gone left it."
    if report.skipped:
        were = "was" if len(report.skipped) == 1 else "were"
        first += f" {count(len(report.skipped), 'file')} {were} skipped."
    return first
