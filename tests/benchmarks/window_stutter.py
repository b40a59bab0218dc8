"""How long the window keeps a hand waiting while a map is made: the longest gap between two turns of its event loop.

Run it with `python -m tests.benchmarks.window_stutter [N]` (5,000 passages by default). It is the real window,
offscreen, with a real engine process. The texts are the sample corpus' words in new orders, and the encoder is a tiny
random one, so that nearly all the time goes to the map. Meanwhile a hand zooms and pushes the map on show every 50 ms.
A gap counts from one beat of a timer of 5 ms to the next; the goal is 100 ms. Where other programs, or the engine on
a machine with few cores, take the processor, gaps are longer than the window's own work, so that is told beside them:
the processor time of the window's thread from one beat to the next.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, QPointF, QSettings, Qt, QTimer
from PySide6.QtWidgets import QApplication

from gui.app import open_window
from gui.engine_link import EngineLink
from gui.main_window import MainWindow
from indexes.records import Source
from tests.benchmarks.report import percentile, print_table
from tests.benchmarks.texts import passages
from tests.tiny_models import tiny_sbert

BEAT = 5
"""Milliseconds between two beats of a window that has nothing to do."""
HAND = 50
"""Milliseconds between two movements of the hand."""
AFTER = 3000
"""Milliseconds after a step in which what follows from it still counts."""
PATIENCE = 900.0
"""Seconds a step may take before it is given up."""


class Pulse(QObject):
    """Beats as often as the event loop lets it, and remembers how long it had to wait."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self, interval=BEAT, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._last = self._worked = 0.0
        self.gaps: list[float] = []
        self.work: list[float] = []

    def start(self) -> None:
        """Begin to count anew."""
        self.gaps.clear()
        self.work.clear()
        self._last, self._worked = time.perf_counter(), time.thread_time()
        self._timer.start()

    def stop(self) -> None:
        """Count no longer."""
        self._timer.stop()

    def _beat(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        self.gaps.append(1000 * (now - self._last))
        self.work.append(1000 * (worked - self._worked))
        self._last, self._worked = now, worked


class Hand(QObject):
    """Zooms and pushes the map on show, now and then."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._view = window.map_panel.view
        self._turn = 0
        self._timer = QTimer(self, interval=HAND)
        self._timer.timeout.connect(self._move)
        self._timer.start()

    def _move(self) -> None:
        if self._view.figure is None:
            return
        self._turn += 1
        at = QPointF(self._view.width() * 0.4, self._view.height() * 0.6)
        self._view.zoom(1.12 if self._turn % 40 < 20 else 1 / 1.12, at)
        self._view.update()


def main(count: int = 5_000) -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "library"
        library.mkdir()
        table = Path(folder) / "texts.jsonl"
        lines = [json.dumps({"title": f"Text {n}", "text": text}) for n, text in enumerate(passages(count))]
        table.write_text("\n".join(lines), encoding="utf-8")
        (Path(folder) / "encoder").mkdir()
        encoder = tiny_sbert(Path(folder) / "encoder")
        link = EngineLink(library, device="cpu", encoder=str(encoder))
        settings = QSettings(str(library / "window.ini"), QSettings.Format.IniFormat)
        window = open_window(application, link, settings)
        window.resize(1440, 900)
        window.show()
        link.open()
        window.start()
        try:
            rows = _measure(window, table)
        finally:
            window.close()
            link.close()
    print_table(
        f"{count:,} passages: milliseconds between two turns of the window's event loop",
        ("while", "seconds", "longest gap", "99 % below", "longest own work", "99 % below"),
        rows,
    )


def _measure(window: MainWindow, table: Path) -> list[tuple[str, ...]]:
    pulse, hand = Pulse(), Hand(window)
    steps: tuple[tuple[str, Callable[[], object]], ...] = (
        (
            "texts are loaded and the first map is made",
            lambda: window.commands.index("Texts", _source(table)),
        ),
        ("the map is made anew", window.commands.build_map),
        ("nothing is done but moving the map", lambda: None),
    )
    rows = []
    _wait(lambda: window.link.state == "ready")
    for name, start in steps:
        pulse.start()
        started = time.perf_counter()
        start()
        _wait(lambda: not window.link.jobs)
        pulse.stop()
        rows.append(_row(name, time.perf_counter() - started, pulse))
    hand.deleteLater()
    return rows


def _source(table: Path) -> tuple[Source, ...]:
    return (Source("table", str(table)),)


def _wait(done: Callable[[], bool]) -> None:
    """Let the event loop run until something is so, and some seconds longer, so that what follows from it counts."""
    loop, end = QEventLoop(), time.perf_counter() + PATIENCE
    look = QTimer(interval=20)

    def see() -> None:
        if done() or time.perf_counter() > end:
            QTimer.singleShot(AFTER, loop.quit)
            look.stop()

    look.timeout.connect(see)
    look.start()
    loop.exec()


def _row(name: str, seconds: float, pulse: Pulse) -> tuple[str, ...]:
    gaps, work = pulse.gaps, pulse.work
    longest = (max(gaps), percentile(gaps, 0.99), max(work), percentile(work, 0.99))
    return (name, f"{seconds:.1f}", *(f"{value:.0f}" for value in longest))


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
