"""The map worker: a resident process for the map's heavy computing, which can be killed in the middle of it."""

import logging
import multiprocessing
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.map.mapping import MapResult, make_map
from engine.map.neighbours import Vectors
from engine.progress import Progress, Steps
from indexes.errors import AsterismError, LibraryError

log = logging.getLogger(__name__)

R = TypeVar("R")

POLL = 0.02
"""Seconds to wait for the child before giving the caller its turn again; a search never waits longer."""

THREADS = max(1, (os.cpu_count() or 1) - 1)
"""Threads that tasks may use: a core is left to the window."""

REPORT_INTERVAL = 0.1
KILLED = -9
WRITE_BLOCK = 16_384


@dataclass(frozen=True, slots=True)
class _File:
    """An array handed over in a file, which the receiver deletes; `rows` 0 says that it cannot be mapped."""

    path: Path
    rows: int


@dataclass(frozen=True, slots=True)
class _Order:
    """What the child shall do: a task with its arguments, or, without one, get ready."""

    task: Callable[..., Any] | None = None
    arguments: tuple[Any, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Result:
    """What a task returned, or what it said that a person should know."""

    value: Any = None
    error: AsterismError | None = None


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
        self,
        vectors: Vectors,
        seed: int = 0,
        fast: bool = False,
        min_cluster_size: int | None = None,
        start: NDArray[np.float32] | None = None,
    ) -> Steps[MapResult]:
        """Make a map of `vectors` (n, dim), float32 or float16, unit length; see `mapping.make_map`."""
        return (
            yield from self.run(
                make_map,
                vectors,
                seed=seed,
                fast=fast,
                min_cluster_size=min_cluster_size,
                start=start,
                threads=THREADS,
            )
        )

    def run(self, task: Callable[..., R], *arguments: Any, **settings: Any) -> Steps[R]:
        """Let the child call `task(*arguments, **settings, report=…)` and return what it returns.

        `task` is a function of a module; arrays among its arguments and settings are handed over in files and arrive
        read-only. `report` takes a Progress. Closing the steps kills the child; the next task starts a new one. Raises
        the AsterismError that the task raises, LibraryError when arrays cannot be handed over, and AsterismError when
        the child dies.
        """
        self.start()
        files: list[Path] = []
        finished = False
        try:
            handed: list[Any] = []
            for argument in (*arguments, *settings.values()):
                if isinstance(argument, np.ndarray):
                    files.append((yield from _write(argument, self._cache)))
                    argument = _File(files[-1], argument.size)
                handed.append(argument)
            named = dict(zip(settings, handed[len(arguments) :], strict=True))
            self._send(_Order(task, tuple(handed[: len(arguments)]), named))
            result = yield from self._await_result()
            finished = True
            if result.error is not None:
                raise result.error
            return result.value  # type: ignore[no-any-return]
        finally:
            if not finished:
                self.close()
            for path in files:
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

    def _await_result(self) -> Steps[_Result]:
        progress = Progress("Preparing the map")
        while True:
            message = self._receive()
            if isinstance(message, _Result):
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


def _write(array: NDArray[Any], folder: Path) -> Steps[Path]:
    """Write an array to a file of its own in `folder`, a block at a time."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="map-", suffix=".npy", dir=folder)
        path = Path(name)
    except OSError as error:
        raise _no_room(folder, error) from error
    written = False
    try:
        with os.fdopen(handle, "wb") as file:
            header = {"descr": array.dtype.str, "fortran_order": False, "shape": array.shape}
            np.lib.format.write_array_header_1_0(file, header)
            for first in range(0, len(array), WRITE_BLOCK):
                file.write(np.ascontiguousarray(array[first : first + WRITE_BLOCK]).tobytes())
                yield Progress("Preparing the map", first, len(array), "passages")
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

    An AsterismError goes to the parent. Any other exception ends the child, with its traceback on stderr; the parent
    sees the end and says so.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _set_environment(cache)
    from engine.map.layout import keep_compiled

    keep_compiled()
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            order = connection.recv()
            if order.task is None:
                _warm_up()
            else:
                connection.send(_carry_out(order, order.task, _Reporter(connection)))


def _carry_out(order: _Order, task: Callable[..., Any], report: "_Reporter") -> _Result:
    arguments = [_read(argument) for argument in order.arguments]
    settings = {name: _read(argument) for name, argument in order.settings.items()}
    try:
        return _Result(task(*arguments, **settings, report=report))
    except AsterismError as error:
        return _Result(error=error)


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


def _read(argument: Any) -> Any:
    """Return an argument as it was given: an array from its file, anything else as it is."""
    if not isinstance(argument, _File):
        return argument
    array = np.load(argument.path, mmap_mode="r" if argument.rows else None)
    with suppress(
        OSError
    ):  # mapped, it needs no name: nothing is left behind whatever happens (not on Windows)
        argument.path.unlink()
    return array


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
