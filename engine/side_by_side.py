"""Work for several cores: each piece on one thread, as many pieces at once as there are cores."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

P = TypeVar("P")
R = TypeVar("R")


def side_by_side(work: Callable[[P], R], pieces: Sequence[P], cores: int) -> Iterator[R]:
    """Yield what `work` makes of each piece, in their order; nothing runs between two results.

    Threads that shared a piece would wait for each other hundreds of times, above all on a busy machine.
    """
    cores = min(cores, len(pieces))
    if cores <= 1:
        for piece in pieces:
            with one_thread():
                done = work(piece)
            yield done
        return
    with ThreadPoolExecutor(cores) as pool:
        for start in range(0, len(pieces), cores):
            with one_thread():
                together = list(pool.map(_alone(work), pieces[start : start + cores]))
            yield from together


@contextmanager
def one_thread() -> Iterator[None]:
    """Have torch do one thing on one thread."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)  # also when it says 1: what torch and MKL each count may differ
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _alone(work: Callable[[P], R]) -> Callable[[P], R]:
    """Return the work as a thread of the pool does it: MKL counts its threads for each thread that calls it."""

    def alone(piece: P) -> R:
        with one_thread():
            return work(piece)

    return alone
