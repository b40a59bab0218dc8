"""The reader: a killable child that parses hostile files under a limit of time and memory."""

import contextlib
import logging
import multiprocessing
import os
import signal
import struct
import sys
import threading
import time
import traceback
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING
from xml.parsers.expat import ExpatError

from engine.reading.readers import RawDocument, Unreadable, read_file
from indexes.records import TableColumns

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

log = logging.getLogger(__name__)

_BATCH_DOCUMENTS = 256
_BATCH_CHARACTERS = 1_000_000
_STARTING_TIME = 60.0
"""Seconds a child may take to start on a busy machine, besides the time for a file."""

_HEARTBEAT = 0.2

_MEMORY_EXIT = 77

_DAMAGE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BufferError,
    EOFError,
    ExpatError,
    ImportError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    Warning,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
"""What parsers raise on damaged files; anything else ends the child, which is answered as well."""


@dataclass(frozen=True, slots=True)
class _Request:
    path: str
    format: str
    columns: TableColumns
    seconds: float
    memory: int


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why a file gave no (more) documents; `detail` is the traceback of a parser's own error."""

    reason: str
    detail: str = ""
    last_words: bool = False


class Reader:
    """Owns the child, which starts with the first file, is killed when a file hangs or bursts it, and starts anew.

    Use it in a `with` block; the child also ends by itself when its parent does. `seconds` is how long a file may go
    without a next batch, `memory` how many bytes it may take (enforced on Linux, watched on macOS, not limited on
    Windows).
    """

    def __init__(self, seconds: float = 60.0, memory: int = 2 << 30) -> None:
        self._seconds = seconds
        self._memory = memory
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None

    def __enter__(self) -> "Reader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child, whatever it is doing."""
        if self._connection:
            self._connection.close()
        if self._process:
            self._process.kill()
            self._process.join()
            self._process.close()
        self._process = self._connection = None

    def read(
        self, path: str | Path, format: str, columns: TableColumns | None = None
    ) -> Iterator[list[RawDocument]]:
        """Yield the documents of a file in batches, of which the child is at most one ahead.

        While the next batch is awaited empty ones come, a few a second, so that whoever waits can do something else.
        Raises Unreadable, perhaps after some batches; then, or when the iterator is closed early, the next file
        can be read as usual.
        """
        connection = self._started()
        connection.send(_Request(str(path), format, columns or TableColumns(), self._seconds, self._memory))
        finished = False
        try:
            while True:
                yield from self._wait(connection)
                answer = self._next(connection)
                if answer is None:
                    break
                if isinstance(answer, _Refusal):
                    finished = not answer.last_words
                    if answer.detail:
                        log.info("Could not read %s:\n%s", path, answer.detail)
                    raise Unreadable(answer.reason)
                yield answer
            finished = True
        finally:
            if not finished:
                self.close()

    def _started(self) -> Connection:
        if self._process and self._connection and self._process.is_alive():
            return self._connection
        self.close()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), name="asterism-reader", daemon=True)
        self._process.start()
        theirs.close()
        self._connection = ours
        if not ours.poll(_STARTING_TIME):
            self.close()
            raise Unreadable("could not be read: the process that reads files does not start")
        with contextlib.suppress(EOFError):
            ours.recv()
        return ours

    def _wait(self, connection: Connection) -> Iterator[list[RawDocument]]:
        """Yield empty batches until the child answers or its time is up."""
        started = time.monotonic()
        while not connection.poll(_HEARTBEAT) and time.monotonic() - started < self._seconds:
            yield []

    def _next(self, connection: Connection) -> list[RawDocument] | _Refusal | None:
        """Return the next batch, None at the file's end, or why there is none."""
        if not connection.poll():
            return _Refusal(f"took more than {self._seconds:g} seconds to read", last_words=True)
        try:
            answer: list[RawDocument] | _Refusal | None = connection.recv()
        except (EOFError, OSError):
            return _Refusal(self._death(), last_words=True)
        return answer

    def _death(self) -> str:
        assert self._process is not None
        self._process.join(5.0)
        if self._process.exitcode == _MEMORY_EXIT:
            return _too_much(self._memory)
        return "made the program that reads such files crash: it is probably damaged"


def _too_much(memory: int) -> str:
    return f"needs more than {memory / (1 << 30):.3g} GB of memory to read"


# In the child.


def _serve(connection: Connection) -> None:
    """Answer requests until the parent closes its end of the pipe; the target of the spawned process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    _silence()
    watch = _Watch()
    threading.Thread(target=watch.run, daemon=True).start()
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        connection.send("ready")
        while True:
            _answer(connection, connection.recv(), watch)


def _answer(connection: Connection, request: _Request, watch: "_Watch") -> None:
    watch.limit(request.memory)
    batch: list[RawDocument] = []
    characters = 0
    try:
        for document in read_file(request.path, request.format, request.columns):
            batch.append(document)
            characters += len(document.text)
            if len(batch) >= _BATCH_DOCUMENTS or characters >= _BATCH_CHARACTERS:
                connection.send(batch)
                batch, characters = [], 0
    except Unreadable as error:
        connection.send(_Refusal(error.reason))
    except MemoryError:
        connection.send(_Refusal(_too_much(request.memory), last_words=True))
    except RecursionError:
        connection.send(_Refusal("is nested too deeply to read"))
    except (BrokenPipeError, ConnectionResetError):
        raise
    except _DAMAGE as error:
        reason = f"could not be read: it is damaged or unusual ({type(error).__name__})"
        connection.send(_Refusal(reason, traceback.format_exc()))
    else:
        if batch:
            connection.send(batch)
        connection.send(None)


def _silence() -> None:
    """Send what parsers print to nowhere: standard output is for results, standard error for progress."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    logging.disable()


class _Watch:
    """Ends the child when its parent is gone or, where the system sets no limit, when it takes too much memory."""

    def __init__(self) -> None:
        self._largest = 0

    def limit(self, memory: int) -> None:
        """Allow `memory` bytes more than are in use now."""
        if not _limit_address_space(memory):
            self._largest = _peak_memory() + memory

    def run(self) -> None:
        """Look twice a second until the parent is gone; the body of a thread."""
        parent = multiprocessing.parent_process()
        while parent is not None and not wait([parent.sentinel], timeout=0.5):
            if self._largest and _peak_memory() > self._largest:
                os._exit(_MEMORY_EXIT)
        os._exit(0)


def _limit_address_space(memory: int) -> bool:
    """Have the system refuse more than `memory` bytes from now on (Linux); False where it cannot."""
    if sys.platform != "linux":
        return False
    import resource

    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = used + memory
    resource.setrlimit(
        resource.RLIMIT_AS, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
    )
    return True


def _peak_memory() -> int:
    """Return the most bytes this process ever used (macOS); 0 where the system does not tell."""
    if sys.platform != "darwin":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
