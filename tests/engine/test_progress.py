"""Work done beside: it reports while it runs, gives its result, and raises what it raises."""

import threading

import pytest

from engine.progress import Progress, beside, finish


def test_work_beside_reports_until_it_is_done() -> None:
    go_on = threading.Event()
    steps = beside("Counting", lambda: go_on.wait(60))

    assert [next(steps), next(steps)] == [Progress("Counting"), Progress("Counting")]
    go_on.set()
    assert finish(steps) is True


def test_work_beside_raises_what_it_raises() -> None:
    with pytest.raises(ZeroDivisionError):
        finish(beside("Counting", lambda: 1 // 0))
