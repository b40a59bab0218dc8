"""The table of actions: every one reachable, unique and doing what it says."""

from collections import Counter
from operator import attrgetter

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from gui.actions import FACTS, MENUS, TABLE
from gui.command_palette import CommandPalette


def test_ids_and_shortcuts_are_unique():
    assert not [found for found, times in Counter(row.id for row in TABLE).items() if times > 1]
    keys = Counter(QKeySequence(row.shortcut).toString() for row in TABLE if row.shortcut)
    assert not [found for found, times in keys.items() if times > 1]


def test_every_shortcut_is_one_that_qt_understands():
    assert [row.id for row in TABLE if row.shortcut and QKeySequence(row.shortcut).isEmpty()] == []


def test_every_action_leads_to_a_method_of_the_window_and_knows_its_needs(window):
    for row in TABLE:
        assert callable(attrgetter(row.does)(window)), row.id
        assert set(row.needs) <= set(FACTS), row.id
        assert row.menu in MENUS, row.id


def test_every_action_is_reachable_in_a_menu(window):
    in_menus = {
        action.objectName() for menu in window.menuBar().actions() for action in menu.menu().actions()
    }
    assert {row.id for row in TABLE} <= in_menus


def test_actions_are_enabled_by_what_holds(window):
    table = window.actions_table
    assert not table["tag_selection"].isEnabled()
    window.session.set_selection({1, 2}, "lasso")
    assert table["tag_selection"].isEnabled()
    window.session.set_corpus(None)
    assert not table["update_corpus"].isEnabled()
    assert table["add_folder"].isEnabled()


def test_a_tool_tip_ends_with_the_shortcut(window):
    assert window.actions_table["palette"].toolTip().startswith("Find any command by its name (")


def test_the_palette_finds_an_action_by_part_of_its_name_and_triggers_it(qtbot, window):
    window.show_palette()
    palette = window.findChild(CommandPalette)
    qtbot.keyClicks(palette.line, "dark col")
    assert [action.objectName() for action in palette.rows.rows] == ["theme_dark"]
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert window.theme.mode == "dark"
    window.theme.apply("light")


def test_the_palette_leaves_out_what_cannot_be_done_now(qtbot, window):
    window.show_palette()
    palette = window.findChild(CommandPalette)
    assert "tag_selection" not in [action.objectName() for action in palette.rows.rows]
    palette.close()
