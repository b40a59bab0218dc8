"""The stylesheet: what Fusion draws, made calmer; written from the colours of a scheme."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gui.theme import Tones

SHEET = """
QMainWindow, QDialog {{ background: {window}; }}
QWidget#panel {{ background: {surface}; }}
QLabel[role="muted"] {{ color: {muted}; }}
QLabel[role="error"] {{ color: {danger}; }}
QToolTip {{ background: {surface}; color: {text}; border: 1px solid {control}; padding: 4px 6px; }}

QLineEdit, QPlainTextEdit#input {{
    background: {surface}; border: 1px solid {control}; border-radius: 6px; padding: 5px 8px;
    selection-background-color: {accent}; selection-color: {on_accent};
}}
QLineEdit:focus, QPlainTextEdit#input:focus {{ border: 1px solid {accent}; }}
QComboBox {{
    background: {surface}; border: 1px solid {control}; border-radius: 6px; padding: 3px 8px; min-height: 20px;
}}
QComboBox:focus {{ border: 1px solid {accent}; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox::down-arrow {{ image: url("{arrow}"); width: 14px; height: 14px; }}
QComboBox QLineEdit {{ border: none; padding: 0; background: transparent; }}
QLineEdit:disabled {{ background: {window}; }}
QCheckBox::indicator {{
    width: 14px; height: 14px; background: {surface}; border: 1px solid {muted}; border-radius: 3px;
}}
QCheckBox::indicator:focus {{ border: 1px solid {accent}; }}
QCheckBox::indicator:checked {{ background: {accent}; border: 1px solid {accent}; image: url("{check}"); }}
QCheckBox::indicator:disabled {{ border: 1px solid {border}; }}

QPushButton {{
    background: {surface}; border: 1px solid {control}; border-radius: 6px; padding: 5px 14px; min-height: 18px;
}}
QPushButton:hover {{ background: {hover}; }}
QPushButton:pressed {{ background: {border}; }}
QPushButton:focus {{ border: 1px solid {accent}; }}
QPushButton:disabled {{ color: {disabled}; background: {window}; border-color: {border}; }}
QPushButton[primary="true"] {{
    background: {accent}; border: 1px solid {accent}; color: {on_accent}; font-weight: 600;
}}
QPushButton[primary="true"]:hover {{ background: {accent_hover}; }}
QPushButton[primary="true"]:focus {{ border: 1px solid {text}; }}
QPushButton[primary="true"]:disabled {{ background: {border}; border-color: {border}; color: {muted}; }}
QPushButton[link="true"] {{
    background: transparent; border: 1px solid transparent; color: {accent}; padding: 2px 0; text-align: left;
}}
QPushButton[link="true"]:hover {{ text-decoration: underline; }}
QPushButton[link="true"]:focus {{ border: 1px solid {accent}; }}
QPushButton[link="true"]:disabled {{ color: {disabled}; }}

QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 4px; }}
QToolButton:hover {{ background: {hover}; }}
QToolButton:pressed {{ background: {border}; }}
QToolButton:focus {{ border: 1px solid {accent}; }}
QToolButton::menu-indicator {{ image: none; }}
QToolButton[segment="true"] {{ border-radius: 5px; padding: 3px 7px; color: {muted}; }}
QToolButton[segment="true"]:checked {{
    background: {surface}; border: 1px solid {control}; color: {text}; font-weight: 600;
}}
QWidget#segments {{ background: {hover}; border-radius: 7px; }}

QListView, QTreeView, QTableView {{
    background: {surface}; border: none; outline: none;
    selection-background-color: {accent_soft}; selection-color: {text};
}}
QListView::item {{ padding: 5px 13px; border: none; }}
QTableView::item {{ padding: 4px 13px; border: none; }}
QListView::item:hover, QTableView::item:hover {{ background: {hover}; color: {text}; }}
QListView::item:selected, QTableView::item:selected {{ background: {accent_soft}; color: {text}; }}
QHeaderView {{ background: {surface}; }}
QHeaderView::section {{
    background: {surface}; color: {muted}; border: none; border-bottom: 1px solid {border}; padding: 4px 16px;
}}
QTextEdit#reading {{ background: {surface}; border: none; }}

QSplitter::handle {{ background: {border}; }}
QSplitter::handle:hover {{ background: {accent}; }}
QToolBar QToolButton {{ padding: 5px 4px 5px 6px; }}
QToolBar {{ background: {window}; border: none; border-bottom: 1px solid {border}; spacing: 4px; padding: 4px 8px; }}
QStatusBar {{ background: {window}; border-top: 1px solid {border}; color: {muted}; }}
QStatusBar::item {{ border: none; }}
QMenuBar {{ background: {window}; }}
QMenuBar::item {{ padding: 5px 10px; background: transparent; border-radius: 4px; }}
QMenuBar::item:selected {{ background: {hover}; }}
QMenu {{ background: {surface}; border: 1px solid {control}; padding: 4px; }}
QMenu::item {{ padding: 5px 24px 5px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {accent_soft}; color: {text}; }}
QMenu::item:disabled {{ color: {disabled}; }}
QMenu::icon {{ padding-left: 8px; }}
QMenu::separator {{ height: 1px; background: {border}; margin: 4px 8px; }}

QProgressBar {{ background: {border}; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 3px; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle {{ background: {control}; border-radius: 4px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 28px; }}
QScrollBar::handle:horizontal {{ min-width: 28px; }}
QScrollBar::handle:hover {{ background: {muted}; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
    background: none; border: none; height: 0; width: 0;
}}
QFrame#notice {{ background: {danger_soft}; border: none; border-bottom: 1px solid {danger}; }}
QFrame#notice[kind="note"] {{ background: {accent_soft}; border-bottom: 1px solid {accent}; }}
QFrame#notice QLabel {{ color: {text}; }}
QFrame#jobs {{ background: {window}; border: none; border-top: 1px solid {border}; }}
QFrame#line {{ background: {border}; border: none; max-height: 1px; min-height: 1px; }}
QLabel#chip {{ background: {hover}; color: {text}; border-radius: 4px; padding: 1px 6px; }}
"""


def stylesheet(tones: "Tones", arrow: str, check: str) -> str:
    """Return the application's stylesheet in the colours of a scheme; `arrow` and `check` are pictures' files."""
    colours = {name: getattr(tones, name) for name in tones.__slots__ if name != "dark"}
    return SHEET.format(arrow=arrow, check=check, disabled="#6b727c" if tones.dark else "#9a9ea5", **colours)
