"""The window's link to the engine process: requests down, results up, and a new engine when one dies."""

import atexit
import itertools
import multiprocessing
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from engine.progress import Progress
from engine.service import STOP, Reply, Request, serve

MAX_RESTARTS = 3
"""Deaths of the engine without one answer in between, before it is left alone."""

PATIENCE = 5.0
"""Seconds that the engine gets to end by itself."""

Handler = Callable[[Any], object]


@dataclass(eq=False)
class Job:
    """Long work under way: what the job bar shows and cancels."""

    title: str
    request: Request
    on_done: Handler | None
    on_error: Callable[[str], object] | None
    link: "EngineLink"
    progress: Progress = field(default_factory=lambda: Progress("Starting"))
    cancelled: bool = False
    resumed: int = 0

    def cancel(self) -> None:
        """Ask the engine to stop it at its next step; what was committed is kept."""
        self.link.cancel(self)


@dataclass(frozen=True)
class _Call:
    request: Request
    on_done: Handler | None
    on_error: Callable[[str], object] | None


class EngineLink(QObject):
    """Owns the engine process. Handlers run on the window's thread, results in the order the engine sent them."""

    state_changed = Signal(str)
    """"starting", "loading" (stored data is served, the models load), "ready", or "lost"."""
    restarted = Signal()
    """The engine died and a new one has taken its place; stored facts should be asked for again."""
    job_changed = Signal(object)
    """The job to show: the newest running one, or None."""
    job_progress = Signal(object)
    """A Progress of the job that is shown."""
    progressed = Signal(object, object)
    """A job, and its Progress; of every job."""
    failed = Signal(str)
    """A sentence for the error bar, when a request failed and brought no on_error of its own."""
    crashed = Signal(str)
    """A traceback: a bug of ours."""
    _arrived = Signal()

    def __init__(
        self,
        library: Path,
        device: str | None = None,
        encoder: str | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.state = "stopped"
        self.jobs: list[Job] = []
        self._arguments = (library, device, encoder)
        self._numbers = itertools.count(1)
        self._calls: dict[int, _Call] = {}
        self._newest: dict[str, int] = {}
        self._inbox: deque[tuple[int, Reply | None]] = deque()
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._listener: threading.Thread | None = None
        self._generation = 0
        self._deaths = 0
        self._arrived.connect(self._drain)

    @property
    def process_id(self) -> int:
        """Return the engine's process id, 0 when none runs."""
        return (self._process.pid or 0) if self._process else 0

    def open(self) -> None:
        """Start the engine process; returns at once."""
        context = multiprocessing.get_context("spawn")
        self._connection, far_end = context.Pipe()
        self._process = context.Process(
            target=serve, args=(far_end, *self._arguments), name="asterism-engine", daemon=False
        )
        self._process.start()
        far_end.close()
        self._generation += 1
        self._listener = threading.Thread(
            target=self._listen, args=(self._connection, self._generation), name="engine-link", daemon=True
        )
        self._listener.start()
        atexit.register(self.close)  # else Python would wait for the engine, and the engine for us
        self._set_state("starting")

    def close(self) -> None:
        """End the engine and wait for it; running jobs are cancelled, committed work is kept."""
        atexit.unregister(self.close)
        self._generation += 1
        self.jobs.clear()
        self._calls.clear()
        self._send(STOP)
        if self._process:
            self._process.join(PATIENCE)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()
            self._process = None
        if self._listener:
            self._listener.join()
            self._listener = None
        if self._connection:
            self._connection.close()
            self._connection = None
        self._set_state("stopped")

    def call(
        self,
        method: str,
        *args: Any,
        on_done: Handler | None = None,
        on_error: Callable[[str], object] | None = None,
        replaces: str = "",
        **kwargs: Any,
    ) -> None:
        """Ask for something short. A newer call with the same `replaces` silences the older one for good."""
        request = Request(next(self._numbers), method, args, kwargs, replaces)
        if replaces:
            self._calls.pop(self._newest.get(replaces, 0), None)
            self._newest[replaces] = request.id
        self._calls[request.id] = _Call(request, on_done, on_error)
        self._send(request)

    def start(
        self,
        title: str,
        method: str,
        *args: Any,
        on_done: Handler | None = None,
        on_error: Callable[[str], object] | None = None,
        **kwargs: Any,
    ) -> Job:
        """Start a long job; its handlers are known before it starts, so no result is lost."""
        job = Job(title, Request(next(self._numbers), method, args, kwargs), on_done, on_error, self)
        self.jobs.append(job)
        self._send(job.request)
        self.job_changed.emit(job)
        return job

    def cancel(self, job: Job) -> None:
        """Ask the engine to stop a job; it leaves the list when the engine says it has stopped."""
        if job in self.jobs and not job.cancelled:
            job.cancelled = True
            self._send(Request(job.request.id, job.request.method, cancel=True))

    def _send(self, request: Request) -> None:
        if self._connection is None:
            return  # asked again when a new engine is ready
        try:
            self._connection.send(request)
        except (BrokenPipeError, ConnectionResetError, OSError):
            return  # the listening thread sees the same and says so

    def _listen(self, connection: Connection, generation: int) -> None:
        """Run in a thread of its own: pass on what the engine says, None at its end."""
        reply: Reply | None = None
        while True:
            try:
                reply = connection.recv()
            except (EOFError, OSError):
                reply = None
            self._inbox.append((generation, reply))
            try:
                self._arrived.emit()
            except RuntimeError:  # the window is gone
                return
            if reply is None:
                return

    def _drain(self) -> None:
        while self._inbox:
            generation, reply = self._inbox.popleft()
            if generation != self._generation:
                continue
            if reply is None:
                self._on_lost()
            else:
                self._deaths = 0 if reply.kind == "result" else self._deaths
                self._on_reply(reply)

    def _on_reply(self, reply: Reply) -> None:
        if reply.id == 0:
            self._on_warm_up(reply)
            return
        job = next((job for job in self.jobs if job.request.id == reply.id), None)
        if reply.kind == "progress":  # of a call nobody sees it
            if job:
                job.progress = reply.payload
                self.progressed.emit(job, job.progress)
            if job and job is self.jobs[-1]:
                self.job_progress.emit(job.progress)
            return
        call: Job | _Call | None = job or self._calls.pop(reply.id, None)
        if job:
            self.jobs.remove(job)
            self.job_changed.emit(self.jobs[-1] if self.jobs else None)
        if call is None or (job and job.cancelled):
            return
        self._hand_over(call, reply)

    def _hand_over(self, call: "Job | _Call", reply: Reply) -> None:
        if reply.kind == "result" and call.on_done:
            call.on_done(reply.payload)
        elif reply.kind == "error":
            (call.on_error or self.failed.emit)(reply.payload)
        elif reply.kind == "bug":
            self.crashed.emit(reply.payload)

    def _on_warm_up(self, reply: Reply) -> None:
        if reply.kind == "ready":
            self._set_state("ready")
        elif reply.kind == "progress" and self.state == "starting":
            self._set_state("loading")
        elif reply.kind == "error":
            self._set_state("ready")
            self.failed.emit(reply.payload)
        elif reply.kind == "bug":
            self.crashed.emit(reply.payload)

    def _on_lost(self) -> None:
        """The engine died: start another, ask again for what was asked, and let each job continue once."""
        if self._process:
            self._process.join()
        self._deaths += 1
        self._set_state("lost")
        if self._deaths > MAX_RESTARTS:
            self._connection = None
            self.failed.emit(
                "The engine stopped again and again. Restart Asterism; nothing that was saved is lost."
            )
            return
        self.open()
        for call in tuple(self._calls.values()):
            self._send(call.request)
        for job in tuple(self.jobs):
            if job.cancelled or job.resumed:
                self.jobs.remove(job)
                if not job.cancelled:
                    (job.on_error or self.failed.emit)(
                        f"“{job.title}” stopped the engine twice and was given up."
                    )
            else:
                job.resumed += 1
                self._send(job.request)
        self.job_changed.emit(self.jobs[-1] if self.jobs else None)
        self.restarted.emit()

    def _set_state(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)
