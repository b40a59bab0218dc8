"""The map worker: a resident process that makes maps, and that can be killed in the middle of one."""

import logging
import multiprocessing
import os
import signal
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

import numpy as np

from engine.map.mapping import MapResult, make_map
from engine.map.neighbours import Vectors
from engine.progress import Progress, Steps
from indexes.errors import AsterismError, LibraryError

log = logging.getLogger(__name__)

POLL = 0.02
"""Seconds to wait for the child before giving the caller its turn again; a search never waits longer."""

REPORT_INTERVAL = 0.1
KILLED = -9
WRITE_BLOCK = 16_384


@dataclass(frozen=True, slots=True)
class _Order:
    """What the child shall do: map the vectors in the file `path`, or, without one, get ready."""

    path: Path | None = None
    rows: int = 0
    seed: int = 0
    fast: bool = False
    min_cluster_size: int | None = None


class MapWorker:
    """Owns the child process. `cache` is a folder for numba's compiled code and, briefly, for vectors.

    One map at a time; not to be shared between threads. It starts by itself at need, ends by `close` or with
    this process, whatever ends this process.
    """

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None

    @property
    def pid(self) -> int | None:
        """Return the child's process id while it lives."""
        return self._process.pid if self._process and self._process.is_alive() else None

    def start(self) -> None:
        """Start the child, unless it runs; returns at once."""
        if self.pid is not None:
            return
        self.close()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self._cache), name="asterism-map", daemon=True)
        process.start()
        theirs.close()
        self._process, self._connection = process, ours

    def warm_up(self) -> None:
        """Let the child import and compile what a map needs; returns at once."""
        self.start()
        with suppress(BrokenPipeError, ConnectionResetError):
            self._pipe().send(_Order())

    def make(
        self, vectors: Vectors, seed: int = 0, fast: bool = False, min_cluster_size: int | None = None
    ) -> Steps[MapResult]:
        """Make a map of `vectors` (n, dim), float32 or float16, unit length; see `mapping.make_map`.

        Closing the steps kills the child; the next map starts a new one. Raises LibraryError when the vectors
        cannot be handed over, and AsterismError when the child dies.
        """
        self.start()
        path = yield from _write(vectors, self._cache)
        finished = False
        try:
            self._send(_Order(path, len(vectors), seed, fast, min_cluster_size))
            result = yield from self._await_result()
            finished = True
            return result
        finally:
            if not finished:
                self.close()
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """End the child at once, whatever it is doing."""
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
        self._process = self._connection = None

    def _await_result(self) -> Steps[MapResult]:
        progress = Progress("Preparing the map")
        while True:
            message = self._receive()
            if isinstance(message, MapResult):
                return message
            progress = message or progress
            yield progress

    def _send(self, order: _Order) -> None:
        try:
            self._pipe().send(order)
        except (BrokenPipeError, ConnectionResetError):
            raise self._death() from None

    def _receive(self) -> Any:
        """Return the child's next message, None when it has nothing to say now."""
        assert self._process is not None
        try:
            ready = wait([self._pipe(), self._process.sentinel], POLL)
            if self._pipe() in ready:
                return self._pipe().recv()
        except (EOFError, ConnectionResetError):
            raise self._death() from None
        if ready:
            raise self._death()
        return None

    def _pipe(self) -> Connection:
        assert self._connection is not None
        return self._connection

    def _death(self) -> AsterismError:
        """Say that the child died, and if a code tells it, of what."""
        assert self._process is not None
        self._process.join(1.0)
        code = self._process.exitcode
        log.error("the map worker ended with exit code %s", code)
        why = " The system may have run out of memory." if code == KILLED else ""
        return AsterismError(f"The map could not be made: its process ended unexpectedly.{why} Try again.")


def _write(vectors: Vectors, folder: Path) -> Steps[Path]:
    """Write the vectors to a file of their own in `folder`, a block at a time."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="map-", suffix=".npy", dir=folder)
        path = Path(name)
    except OSError as error:
        raise _no_room(folder, error) from error
    written = False
    try:
        with os.fdopen(handle, "wb") as file:
            header = {"descr": vectors.dtype.str, "fortran_order": False, "shape": vectors.shape}
            np.lib.format.write_array_header_1_0(file, header)
            for first in range(0, len(vectors), WRITE_BLOCK):
                file.write(np.ascontiguousarray(vectors[first : first + WRITE_BLOCK]).tobytes())
                yield Progress("Preparing the map", first, len(vectors), "passages")
        written = True
        return path
    except OSError as error:
        raise _no_room(folder, error) from error
    finally:
        if not written:
            path.unlink(missing_ok=True)


def _no_room(folder: Path, error: OSError) -> LibraryError:
    return LibraryError(
        f"The map could not be made: {folder} cannot be written ({error.strerror or error}). "
        "Free some space or check the folder's permissions."
    )


def _serve(connection: Connection, cache: Path) -> None:
    """Carry out orders until the other end closes; the target of the child process.

    An exception ends the child, with its traceback on stderr; the parent sees the end and says so.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _set_environment(cache)
    from engine.map.layout import keep_compiled

    keep_compiled()
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            order = connection.recv()
            if order.path is None:
                _warm_up()
            else:
                connection.send(_make(order, connection))


def _end_with_parent() -> None:
    """Wait for the end of the parent, also when it is killed, and follow it."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(0)


def _set_environment(cache: Path) -> None:
    """Set what must be set before numba is imported, and step behind the window and the engine."""
    with suppress(OSError):  # without a cache it compiles each time
        cache.mkdir(parents=True, exist_ok=True)
        os.environ["NUMBA_CACHE_DIR"] = str(cache)
    if hasattr(os, "nice"):
        os.nice(5)


def _warm_up() -> None:
    """Make a small map: that imports, and compiles or loads, all that a large one needs."""
    vectors = np.random.default_rng(0).normal(size=(64, 16)).astype(np.float32)
    make_map(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def _make(order: _Order, connection: Connection) -> MapResult:
    assert order.path is not None
    vectors = np.load(order.path, mmap_mode="r" if order.rows else None)
    with suppress(
        OSError
    ):  # mapped, it needs no name: nothing is left behind whatever happens (not on Windows)
        order.path.unlink()
    return make_map(
        vectors,
        order.seed,
        order.fast,
        order.min_cluster_size,
        threads=max(1, (os.cpu_count() or 1) - 1),
        report=_Reporter(connection),
    )


class _Reporter:
    """Sends progress to the parent, not more often than a person could read it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._step = ""
        self._sent = 0.0

    def __call__(self, progress: Progress) -> None:
        """Send `progress` if it begins a step, ends one, or the last is old enough."""
        now = time.monotonic()
        ends = 0 < progress.total == progress.done
        if progress.step != self._step or ends or now - self._sent >= REPORT_INTERVAL:
            self._connection.send(progress)
            self._step, self._sent = progress.step, now
