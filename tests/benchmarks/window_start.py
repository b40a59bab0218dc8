"""Cold start: from the start of the process to a window that has painted, against an empty Qt window.

Run it with `python -m tests.benchmarks.window_start`; every start is a fresh process.
"""

import os
import subprocess
import sys
import tempfile
import time

from tests.benchmarks.report import median, print_table

STARTS = 7

OURS = """
import sys
from pathlib import Path
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from gui.app import open_window
from gui.engine_link import EngineLink
application = QApplication([])
library = Path(sys.argv[1])
settings = QSettings(str(library / "window.ini"), QSettings.Format.IniFormat)
window = open_window(application, EngineLink(library), settings)
window.show()
application.processEvents()
print("shown", flush=True)
import os
os._exit(0)
"""

PLAIN = """
from PySide6.QtWidgets import QApplication, QMainWindow
application = QApplication([])
window = QMainWindow()
window.resize(1200, 800)
window.show()
application.processEvents()
print("shown", flush=True)
import os
os._exit(0)
"""


def main() -> None:
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    taken: dict[str, list[float]] = {"Asterism": [], "an empty Qt window": []}
    with tempfile.TemporaryDirectory() as library:
        for _ in range(STARTS):
            taken["Asterism"].append(_start(OURS, library))
            taken["an empty Qt window"].append(_start(PLAIN, library))
    base = median(taken["an empty Qt window"])
    print_table(
        f"From process start to a painted window, {STARTS} starts in turns, seconds",
        ("window", "median", "slowest", "ratio"),
        [
            (name, f"{median(times):.2f}", f"{max(times):.2f}", f"{median(times) / base:.2f}")
            for name, times in taken.items()
        ],
    )


def _start(program: str, library: str) -> float:
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", program, library], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    taken = time.perf_counter() - started
    process.wait()
    if line.strip() != "shown":
        raise SystemExit("the window did not open")
    return taken


if __name__ == "__main__":
    main()
