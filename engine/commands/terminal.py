"""The terminal: progress on stderr, results on stdout as text or as one JSON document."""

import dataclasses
import json
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

import numpy as np

from engine.pace import Pace, time_left
from engine.progress import Progress, R, Steps
from indexes.records import Skipped

DONE, FAILED, USAGE, SKIPPED, INTERRUPTED = 0, 1, 2, 3, 130
"""What a command exits with."""

BAR_WIDTH = 24
REDRAW = 0.1
"""Seconds between two drawings of the bar."""


class Terminal:
    """Shows what a command does: a live bar where stderr is a terminal, a line a step where it is a file."""

    def __init__(self, quiet: bool = False, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self._quiet = quiet
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._live = self._err.isatty()
        self._step = ""
        self._drawn = 0.0
        self._pace = Pace()

    def follow(self, steps: Steps[R]) -> R:
        """Run work to its end, showing its progress; an interrupt closes it, which keeps what was committed."""
        try:
            while True:
                try:
                    self._show(next(steps))
                except StopIteration as stop:
                    return stop.value  # type: ignore[no-any-return]
        finally:
            steps.close()
            self._clear()

    def print(self, text: str = "") -> None:
        """Write one line of results."""
        print(text, file=self._out)

    def json(self, value: Any) -> None:
        """Write a result as one JSON document."""
        json.dump(plain(value), self._out, ensure_ascii=False, indent=2)
        print(file=self._out)

    def note(self, text: str) -> None:
        """Write a remark to stderr, unless quiet."""
        if not self._quiet:
            print(text, file=self._err)

    def usage(self, sentence: str) -> int:
        """Say what the command needs, also when quiet, and return the exit status of wrong usage."""
        print(sentence, file=self._err)
        return USAGE

    def table(self, rows: Iterable[Sequence[Any]]) -> None:
        """Write rows with their columns aligned, the last one as long as it is."""
        cells = [[str(cell) for cell in row] for row in rows]
        widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))] if cells else []
        for row in cells:
            padded = [cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)]
            self.print("  ".join([*padded, row[-1]]).rstrip())

    def _show(self, progress: Progress) -> None:
        if self._quiet:
            return
        now = time.monotonic()
        self._pace.add(progress.step, progress.done, progress.total, now)
        if not self._live:
            if progress.step != self._step:
                print(f"{progress.step} …", file=self._err)
        elif progress.step != self._step or now - self._drawn >= REDRAW:
            print(f"\r\x1b[K{self._line(progress)}", end="", file=self._err, flush=True)
            self._drawn = now
        self._step = progress.step

    def _line(self, progress: Progress) -> str:
        parts = [progress.step]
        if progress.total:
            filled = BAR_WIDTH * progress.done // progress.total
            parts.append("█" * filled + "░" * (BAR_WIDTH - filled))
            parts.append(f"{progress.done:,} of {progress.total:,} {progress.unit}")
        elif progress.done:
            parts.append(f"{progress.done:,} {progress.unit}")
        if self._pace.rate:
            parts.append(f"{self._pace.rate:,.0f}/s")
        if self._pace.seconds_left is not None:
            parts.append(time_left(self._pace.seconds_left))
        parts.append(progress.note)
        return "  ".join(part for part in parts if part)

    def _clear(self) -> None:
        if self._live and not self._quiet:
            print("\r\x1b[K", end="", file=self._err, flush=True)


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: “1 file”, “2,000 files”."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def plain(value: Any) -> Any:
    """Return a record, array or path as what JSON knows."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, bytes):
        return value.hex()
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def list_skipped(terminal: Terminal, skipped: Sequence[Skipped]) -> None:
    """Note the files that were skipped, and why."""
    if skipped:
        terminal.note(f"Skipped {counted(len(skipped), 'file')}:")
        for item in skipped:
            terminal.note(f"  {item.path}: {item.reason}")
