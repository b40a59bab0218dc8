"""The engine process: serves one Workspace over a pipe, one loop, jobs in turns and short calls in between.

Messages are the tuples below; both ends are this program, so they travel by multiprocessing's own pickling.
"""

import logging
import os
import signal
import time
import traceback
from collections.abc import Generator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from engine.progress import Progress
from engine.threads import calm_threads
from indexes.errors import AsterismError

if TYPE_CHECKING:
    from engine.workspace import Workspace

log = logging.getLogger(__name__)

PROGRESS_INTERVAL = 0.1
"""Seconds between two progress reports of one step: more often, nobody could read it."""

IDLE_POLL = 3600.0


@dataclass(frozen=True, slots=True)
class Request:
    """A wish of the window: call a Workspace method, or cancel the job that request `id` started.

    A newer request with the same non-empty `replaces` makes an older, unserved one pointless: it is dropped.
    """

    id: int
    method: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    replaces: str = ""
    cancel: bool = False


STOP = Request(-1, "stop")
"""The last request: cancel what runs and end."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of request `id`; `payload` is the result, a Progress, or a sentence (error), a traceback (bug).

    kind "ready" (id 0) says that the models are loaded; "dropped" that a newer request took its place.
    """

    id: int
    kind: Literal["result", "progress", "error", "bug", "cancelled", "dropped", "ready"]
    payload: Any = None


def serve(connection: Connection, library: Path, device: str | None, encoder: str | None) -> None:
    """Run the engine until the window closes its end of the pipe; the target of the spawned process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    calm_threads()
    from engine.workspace import Workspace

    with Workspace(library, device=device, encoder=encoder) as workspace:
        service = Service(connection, workspace)
        service.start(Request(0, "warm_up"))
        service.run()
    logging.shutdown()
    os._exit(0)  # at once: else Python would wait for a thread that is still loading the models


@dataclass
class _Job:
    request: Request
    steps: Generator[Progress, None, Any]
    step: str = ""
    reported: float = 0.0


class Service:
    """Owns the engine's end of the pipe and the running jobs."""

    def __init__(self, connection: Connection, workspace: "Workspace") -> None:
        self._connection = connection
        self._workspace = workspace
        self._jobs: list[_Job] = []

    def run(self) -> None:
        """Serve until told to stop, or the other end closes; then cancel what runs."""
        try:
            while True:
                for request in self._drain(block=not self._jobs):
                    if request == STOP:
                        return
                    self.start(request)
                for job in tuple(self._jobs):
                    self._advance(job)
        except (EOFError, BrokenPipeError, ConnectionResetError):
            pass
        finally:
            for job in self._jobs:
                job.steps.close()

    def start(self, request: Request) -> None:
        """Answer a short call at once; put long work among the jobs."""
        if request.cancel:
            self._cancel(request.id)
            return
        try:
            result = getattr(self._workspace, request.method)(*request.args, **request.kwargs)
        except Exception as error:  # the job runner: everything a request can raise goes back to who asked
            self._fail(request, error)
            return
        if isinstance(result, Generator):
            self._jobs.append(_Job(request, result))
        else:
            self._send(Reply(request.id, "result", result))

    def _drain(self, block: bool) -> list[Request]:
        """Take all waiting requests, leaving out those that a newer one replaces; wait for one when idle."""
        waiting: list[Request] = []
        while self._connection.poll(IDLE_POLL if block and not waiting else 0):
            waiting.append(self._connection.recv())
        newest = {request.replaces: request.id for request in waiting if request.replaces}
        kept = []
        for request in waiting:
            if request.replaces and newest[request.replaces] != request.id:
                self._send(Reply(request.id, "dropped"))
            else:
                kept.append(request)
        return kept

    def _advance(self, job: _Job) -> None:
        """Run one step of a job and say what came of it."""
        try:
            progress = next(job.steps)
        except StopIteration as stop:
            self._jobs.remove(job)
            kind: Literal["ready", "result"] = "ready" if job.request.id == 0 else "result"
            self._send(Reply(job.request.id, kind, stop.value))
        except Exception as error:  # the job runner: what a step can raise goes back to who started the job
            self._jobs.remove(job)
            self._fail(job.request, error)
        else:
            self._report(job, progress)

    def _report(self, job: _Job, progress: Progress) -> None:
        now = time.monotonic()
        if progress.step != job.step or progress.values or now - job.reported >= PROGRESS_INTERVAL:
            job.step, job.reported = progress.step, now
            self._send(Reply(job.request.id, "progress", progress))

    def _cancel(self, request_id: int) -> None:
        for job in tuple(self._jobs):
            if job.request.id == request_id:
                self._jobs.remove(job)
                job.steps.close()
                self._send(Reply(request_id, "cancelled"))

    def _fail(self, request: Request, error: Exception) -> None:
        if isinstance(error, AsterismError):
            self._send(Reply(request.id, "error", str(error)))
        else:
            log.error("request %s failed", request.method, exc_info=error)
            self._send(Reply(request.id, "bug", "".join(traceback.format_exception(error))))

    def _send(self, reply: Reply) -> None:
        self._connection.send(reply)
