"""The library: the folder that holds all corpora, taggers, encoders and caches of this machine."""

import json
import os
import re
import shutil
import unicodedata
import uuid
from pathlib import Path

from indexes.catalogue import Catalogue
from indexes.errors import AsterismError, CorpusError, LibraryError
from indexes.lock import write_lock


def default_library() -> Path:
    """Return ASTERISM_LIBRARY, else the platform's folder for a user's data."""
    named = os.environ.get("ASTERISM_LIBRARY")
    if named:
        return Path(named).expanduser()
    from platformdirs import user_data_path

    return user_data_path("Asterism", appauthor=False)


class Library:
    """Knows where things lie in a library folder; `open` makes the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.corpora_folder = self.folder / "corpora"
        self.taggers_folder = self.folder / "taggers"
        self.encoders_folder = self.folder / "encoders"
        self.numba_cache = self.folder / "cache" / "numba"
        self._reranker_file = self.folder / "reranker.json"

    @classmethod
    def open(cls, folder: Path) -> "Library":
        """Make the folder if need be and return its library; LibraryError when it cannot be written."""
        library = cls(folder)
        try:
            for part in (
                library.corpora_folder,
                library.taggers_folder,
                library.encoders_folder,
                library.numba_cache,
            ):
                part.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(
                f"The library {library.folder} cannot be used: {error.strerror}. "
                "Choose another folder with --library or ASTERISM_LIBRARY."
            ) from error
        return library

    def corpora(self) -> dict[str, Path]:
        """Return the folder of each corpus by its name, in alphabetical order; damaged ones by folder name."""
        found: dict[str, Path] = {}
        for folder in self.corpora_folder.iterdir():
            if (folder / "catalogue.db").is_file():
                found[_name_of(folder)] = folder
        return dict(sorted(found.items(), key=lambda item: item[0].casefold()))

    def folder_of(self, name: str) -> Path:
        """Return the folder of a corpus; CorpusError, naming those there are, when it does not exist."""
        corpora = self.corpora()
        if name not in corpora:
            there_are = ", ".join(f"“{other}”" for other in corpora) or "none yet"
            raise CorpusError(f"There is no corpus “{name}”. Corpora in this library: {there_are}.")
        return corpora[name]

    def create(self, name: str) -> Path:
        """Make an empty corpus and return its folder; CorpusError when the name is empty or taken."""
        name = name.strip()
        if not name:
            raise CorpusError("A corpus needs a name.")
        if name in self.corpora():
            raise CorpusError(f"There is already a corpus “{name}”. Choose another name.")
        folder = self._free_folder(name)
        folder.mkdir()
        Catalogue.create(folder / "catalogue.db", name).close()
        return folder

    def remove(self, name: str) -> None:
        """Delete a corpus with everything derived; its sources are not touched. CorpusBusy when in use."""
        folder = self.folder_of(name)
        with write_lock(folder):
            doomed = folder.with_name(f".{uuid.uuid4().hex}")
            try:
                folder.rename(doomed)
            except OSError as error:
                raise CorpusError(f"The corpus “{name}” cannot be removed: {error.strerror}.") from error
        shutil.rmtree(doomed, ignore_errors=True)

    def encoders(self) -> dict[str, Path]:
        """Return the folder of each encoder of the user's own by its name, in alphabetical order."""
        folders = (path for path in self.encoders_folder.iterdir() if (path / "config.json").is_file())
        return {folder.name: folder for folder in sorted(folders)}

    @property
    def reranker(self) -> Path | None:
        """The folder of the cross-encoder that the user chose; None when there is none or its note is damaged."""
        try:
            return Path(json.loads(self._reranker_file.read_text("utf-8"))["folder"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def set_reranker(self, folder: Path | None) -> None:
        """Remember a cross-encoder's folder, or that there is none; LibraryError when that cannot be written."""
        part = self._reranker_file.with_suffix(".part")
        try:
            if folder is None:
                self._reranker_file.unlink(missing_ok=True)
                return
            part.write_text(json.dumps({"folder": str(folder.absolute())}), "utf-8")
            os.replace(part, self._reranker_file)
        except OSError as error:
            raise LibraryError(
                f"The library {self.folder} cannot be written: {error.strerror}. "
                "Make room in it, or choose another folder with --library or ASTERISM_LIBRARY."
            ) from error

    def _free_folder(self, name: str) -> Path:
        """Return a new folder whose name resembles the corpus' on every file system."""
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "corpus"
        folder, number = self.corpora_folder / stem, 2
        while folder.exists():
            folder, number = self.corpora_folder / f"{stem}-{number}", number + 1
        return folder


def _name_of(folder: Path) -> str:
    try:
        with Catalogue.open(folder / "catalogue.db") as catalogue:
            return catalogue.name
    except AsterismError:
        return folder.name
