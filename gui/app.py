"""The application: from the command line's word to a window on the screen."""

import logging
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QSettings, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from gui.corpus.welcome import emblem
from gui.engine_link import EngineLink
from gui.main_window import MainWindow
from gui.session import Session
from gui.theme import MODES, Theme

log = logging.getLogger(__name__)

LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def run(
    library: Path, argv: Sequence[str] = (), device: str | None = None, encoder: str | None = None
) -> int:
    """Open the window on a library and return the exit status; `argv` are Qt's own arguments."""
    qInstallMessageHandler(_on_qt_message)
    application = QApplication.instance() or QApplication([sys.argv[0], *argv])
    application.setApplicationName("Asterism")
    application.setApplicationDisplayName("Asterism")
    application.setDesktopFileName("asterism")
    application.setWindowIcon(QIcon(emblem(128, 128, 1, dark=False)))
    link = EngineLink(library, device=device, encoder=encoder)
    window = open_window(
        application, link, QSettings(str(library / "window.ini"), QSettings.Format.IniFormat)
    )
    sys.excepthook = _Confessor(window)
    window.show()
    link.open()
    window.start()
    try:
        return application.exec()
    finally:
        link.close()


def open_window(application: QApplication, link: EngineLink, settings: QSettings) -> MainWindow:
    """Build the window, dressed and with its remembered layout, around a link that need not be open yet."""
    mode = str(settings.value("theme", "system"))
    theme = Theme(application, mode if mode in MODES else "system")
    theme.colour()
    window = MainWindow(link, Session(), theme, settings)
    theme.dress()
    return window


class _Confessor:
    """Takes what nobody caught: logs it, and owns up in one dialog."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        log.critical("uncaught", exc_info=(kind, error, trace))
        self._window.show_bug("".join(traceback.format_exception(kind, error, trace)))


def _on_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    logging.getLogger("qt").log(LEVELS.get(kind, logging.WARNING), "%s (%s)", message, context.category)
