"""The look: two palettes that follow the system, one stylesheet, spacing and fonts."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTemporaryDir, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from gui.icons import pixmap
from gui.stylesheet import stylesheet

GAP = 8
"""Pixels between things that belong together; twice that between things that do not."""

MODES = ("system", "light", "dark")


@dataclass(frozen=True, slots=True)
class Tones:
    """The colours of one scheme as #rrggbb; text on its ground keeps at least 4.5 : 1."""

    dark: bool
    window: str
    surface: str
    hover: str
    border: str
    control: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    on_accent: str
    accent_soft: str
    mark: str
    mark_soft: str
    danger: str
    danger_soft: str
    good: str


LIGHT = Tones(
    dark=False,
    window="#f5f4f1",
    surface="#ffffff",
    hover="#efede8",
    border="#e2dfd8",
    control="#cbc7be",
    text="#1f2329",
    muted="#5d646e",
    accent="#2c5cc5",
    accent_hover="#234da8",
    on_accent="#ffffff",
    accent_soft="#e6edfb",
    mark="#ffe08a",
    mark_soft="#fff6d9",
    danger="#a8281c",
    danger_soft="#fbeae7",
    good="#2f7a4d",
)

DARK = Tones(
    dark=True,
    window="#16181c",
    surface="#1e2126",
    hover="#292d34",
    border="#30353d",
    control="#48505b",
    text="#e6e8eb",
    muted="#a1a9b4",
    accent="#8fb3ff",
    accent_hover="#a9c5ff",
    on_accent="#0f1420",
    accent_soft="#26344f",
    mark="#6b5411",
    mark_soft="#2f2a1c",
    danger="#ff9d91",
    danger_soft="#3a2422",
    good="#7fd3a0",
)


def tones(palette: QPalette) -> Tones:
    """Return the colours that belong to a widget's palette."""
    return DARK if palette.color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


class Theme(QObject):
    """Owns the application's look and follows the system until the user chooses."""

    changed = Signal()

    def __init__(self, application: QApplication, mode: str = "system") -> None:
        super().__init__(application)
        self._application = application
        self._pictures = QTemporaryDir()
        self.mode = mode
        application.styleHints().colorSchemeChanged.connect(self._on_system_change)

    def apply(self, mode: str = "") -> None:
        """Dress the application in `mode` ("system", "light", "dark"), or again in the present one."""
        self.mode = mode or self.mode
        self.colour()
        self.dress()

    def colour(self) -> None:
        """Give the application its colours and font, which widgets ask for while they are made."""
        self._application.setStyle("Fusion")
        self._application.setPalette(palette_of(self._chosen()))
        self._application.setFont(base_font(self._application.font()))

    def dress(self) -> None:
        """Give it the stylesheet; best when all widgets are there, as it dresses a widget anew at every move."""
        chosen = self._chosen()
        arrow = self._picture("down", chosen.muted, chosen)
        check = self._picture("check", chosen.on_accent, chosen)
        self._application.setStyleSheet(stylesheet(chosen, arrow, check))
        self.changed.emit()

    def _chosen(self) -> Tones:
        return DARK if self._wants_dark() else LIGHT

    def _wants_dark(self) -> bool:
        if self.mode == "system":
            return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return self.mode == "dark"

    def _picture(self, icon: str, colour: str, chosen: Tones) -> str:
        """Draw an icon for the stylesheet, which can only take it from a file; "" when it cannot."""
        if not self._pictures.isValid():
            return ""
        name = f"{icon}-{'dark' if chosen.dark else 'light'}"
        for scale, suffix in ((1, ""), (2, "@2x")):
            pixmap(icon, colour, 14, scale).save(self._pictures.filePath(f"{name}{suffix}.png"))
        return self._pictures.filePath(f"{name}.png")

    def _on_system_change(self) -> None:
        if self.mode == "system":
            self.apply()


def palette_of(chosen: Tones) -> QPalette:
    """Return the Qt palette of a scheme, disabled colours included."""
    palette = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, chosen.window),
        (role.WindowText, chosen.text),
        (role.Base, chosen.surface),
        (role.AlternateBase, chosen.hover),
        (role.Text, chosen.text),
        (role.Button, chosen.surface),
        (role.ButtonText, chosen.text),
        (role.BrightText, chosen.danger),
        (role.Highlight, chosen.accent),
        (role.HighlightedText, chosen.on_accent),
        (role.Accent, chosen.accent),
        (role.Link, chosen.accent),
        (role.LinkVisited, chosen.accent),
        (role.ToolTipBase, chosen.surface),
        (role.ToolTipText, chosen.text),
        (role.PlaceholderText, chosen.muted),
        (role.Light, chosen.surface),
        (role.Midlight, chosen.hover),
        (role.Mid, chosen.control),
        (role.Dark, chosen.control),
        (role.Shadow, chosen.border),
    ):
        palette.setColor(which, QColor(colour))
    faded = QColor(chosen.muted)
    faded.setAlphaF(0.6)
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, faded)
    return palette


def base_font(font: QFont) -> QFont:
    """Return the system's font, never smaller than a person reads with ease."""
    larger = QFont(font)
    if larger.pointSizeF() < 10:
        larger.setPointSizeF(10)
    return larger


def scaled(font: QFont, factor: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return `font` at `factor` of its size and with a weight."""
    result = QFont(font)
    result.setPointSizeF(max(1.0, font.pointSizeF() * factor))
    result.setWeight(weight)
    return result
