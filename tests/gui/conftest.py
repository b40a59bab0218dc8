"""What the window's tests share: a window over canned answers, and quiet about what an offscreen screen cannot do."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QSettings

from gui.app import open_window
from gui.main_window import MainWindow
from tests.gui.fakes import FakeLink

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform says what it lacks as a warning; any other Qt warning fails a test."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def link() -> FakeLink:
    return FakeLink()


@pytest.fixture
def opened(qapp, settings) -> Iterator[Callable[[FakeLink], MainWindow]]:
    """Open windows that are gone for good after the test: a closed one would still be dressed by every theme."""
    windows: list[MainWindow] = []

    def open_one(link: FakeLink, own_settings: QSettings = settings) -> MainWindow:
        windows.append(open_window(qapp, link, own_settings))
        return windows[-1]

    yield open_one
    for window in windows:
        window.close()
        window.theme.deleteLater()
        window.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def window(opened, link) -> MainWindow:
    """A window in which the corpus “Town papers” is open."""
    window = opened(link)
    window.resize(1400, 900)
    window.show()
    window.start()
    return window
