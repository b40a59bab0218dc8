"""What can go wrong in the world, each as a sentence to a person.

AsterismError
├── LibraryError         the library folder cannot be used
├── CorpusError          a corpus is missing, damaged, or of a newer Asterism
│   └── CorpusBusy       another process is writing it
├── SourceError          a source cannot be read at all
├── ModelError           an encoder or a tagger cannot be loaded or trained
├── QueryError           a condition of a query makes no sense
└── TooSmall             too few passages for what was asked

One bad item among many is not an error but a `Skipped` record (records.py), and cancelling is no error at all.
"""


class AsterismError(Exception):
    """The user or the world; `str(error)` says what happened, to what, and what to do now."""


class LibraryError(AsterismError):
    """The library folder cannot be read or written."""


class CorpusError(AsterismError):
    """A corpus does not exist, is damaged, or was written by a newer Asterism."""


class CorpusBusy(CorpusError):
    """Another process holds the corpus for writing."""


class SourceError(AsterismError):
    """A folder, file or table does not exist or cannot be used as a source."""


class ModelError(AsterismError):
    """An encoder or a tagger cannot be found, loaded or trained."""


class QueryError(AsterismError):
    """A condition of a query makes no sense, or not in this corpus."""


class TooSmall(AsterismError):
    """There is too little for what was asked: too few passages, texts or marks."""
