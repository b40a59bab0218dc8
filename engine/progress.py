"""Long work as a generator that yields `Progress`; closing it cancels it."""

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TypeVar

R = TypeVar("R")

LOOK = 0.02
"""Seconds between two looks at work that is done beside."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: `done` of `total` units in the step named `step`; `total` 0 means not countable.

    `step` is a short noun phrase a user reads ("Reading files"); `unit` names what is counted ("passages"); `note`
    is a remark that changes from one report to the next ("loss 0.41"). `values` are numbers to draw as they come, by
    name: ("loss", 0.41), ("held-out macro-F1", 0.82); only those that are new.
    """

    step: str
    done: int = 0
    total: int = 0
    unit: str = ""
    note: str = ""
    values: tuple[tuple[str, float], ...] = ()


Steps = Generator[Progress, None, R]
"""Work in steps: yields `Progress`, returns R; may be closed at any yield, and then cleans up."""


def finish(steps: Steps[R]) -> R:
    """Run work to its end and return its result; for tests and scripts that show no progress."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]


def beside(step: str, work: Callable[[], R]) -> Steps[R]:
    """Do work in a thread of its own, so that what is asked meanwhile gets its answer; raises what it raises.

    For work that is one long call. It cannot be stopped: closed early, it goes on to its end and its result is lost.
    """
    pool = ThreadPoolExecutor(1, thread_name_prefix="beside")
    try:
        running = pool.submit(work)
        while not running.done():
            yield Progress(step)
            wait([running], LOOK)
        return running.result()
    finally:
        pool.shutdown(wait=False)
