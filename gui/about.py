"""What Asterism is, in one small dialog."""

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from gui.panel import muted
from gui.theme import GAP, scaled


def show_about(parent: QWidget) -> None:
    """Open the dialog."""
    dialog = QDialog(parent)
    dialog.setWindowTitle("About Asterism")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(3 * GAP, 3 * GAP, 3 * GAP, 2 * GAP)
    column.setSpacing(GAP)
    title = QLabel(f"Asterism {own_version()}")
    title.setFont(scaled(dialog.font(), 1.4, QFont.Weight.DemiBold))
    column.addWidget(title)
    column.addWidget(QLabel("Search, map and tag your own documents by meaning, on your own machine."))
    column.addWidget(muted(f"Apache License 2.0. Made with Qt {qVersion()}."))
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    column.addSpacing(GAP)
    column.addWidget(buttons)
    dialog.open()


def own_version() -> str:
    """Return the installed version, "" when run from a plain checkout."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("asterism")
    except PackageNotFoundError:
        return ""
