"""What the command line writes where."""

import io
import json
from collections.abc import Generator

import numpy as np
import pytest

from engine.commands.terminal import Terminal, plain
from engine.progress import Progress
from indexes.records import Locator, Skipped


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def steps() -> Generator[Progress, None, str]:
    yield Progress("Reading files", 0, 2, "files")
    yield Progress("Reading files", 1, 2, "files")
    yield Progress("Embedding", 1, 1, "passages")
    return "done"


def test_progress_goes_to_stderr_and_the_result_comes_back() -> None:
    out, err = io.StringIO(), io.StringIO()

    assert Terminal(out=out, err=err).follow(steps()) == "done"
    assert out.getvalue() == ""
    assert err.getvalue() == "Reading files …\nEmbedding …\n"


def test_a_terminal_gets_a_live_bar_that_is_wiped_at_the_end() -> None:
    err = Tty()
    Terminal(out=io.StringIO(), err=err).follow(steps())

    assert "0 of 2 files" in err.getvalue()
    assert err.getvalue().endswith("\r\x1b[K")


def test_quiet_says_nothing_but_the_result() -> None:
    err = io.StringIO()
    terminal = Terminal(quiet=True, out=io.StringIO(), err=err)
    terminal.follow(steps())
    terminal.note("a remark")

    assert err.getvalue() == ""


def test_an_interrupt_closes_the_work() -> None:
    closed = []

    def interrupted() -> Generator[Progress, None, None]:
        try:
            yield Progress("Embedding")
            raise KeyboardInterrupt
        finally:
            closed.append(True)

    with pytest.raises(KeyboardInterrupt):
        Terminal(quiet=True).follow(interrupted())
    assert closed == [True]


def test_records_and_arrays_become_json() -> None:
    value = {
        "skipped": (Skipped("a.pdf", "is empty"),),
        "xy": np.array([[1.5, 2]], np.float32),
        3: Locator("page", "3"),
    }
    out = io.StringIO()
    Terminal(out=out).json(value)

    assert json.loads(out.getvalue()) == {
        "skipped": [{"path": "a.pdf", "reason": "is empty"}],
        "xy": [[1.5, 2.0]],
        "3": {"kind": "page", "value": "3"},
    }
    assert plain(b"\x01\xff") == "01ff"


def test_table_columns_are_aligned() -> None:
    out = io.StringIO()
    Terminal(out=out).table([("a", 1, "x"), ("long", 22, "")])

    assert out.getvalue() == "a     1   x\nlong  22\n"
