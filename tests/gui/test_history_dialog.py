"""The history of clusters, in words."""

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from engine.map.records import ChangeLog, ClusterChange
from gui.clusters.history_dialog import HistoryDialog, change_said, changes_said, when, written
from gui.panel import EmptyState

HISTORY = (
    ChangeLog("2026-11-21T13:05:00", "“Tide” and “Harbour” merged", (
        ClusterChange("merged", ("Tide", "Harbour"), ("Sea",), 120),
        ClusterChange("kept", ("bread", "garden"), ("bread", "garden"), 900),
    )),
    ChangeLog("2026-11-20T08:11:00", "map made anew", ()),
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("merged", ("Tide", "Harbour"), ("Sea",), 120),
            "“Tide” and “Harbour” became “Sea”: 120 passages shared.",
        ),
        (("split", ("Sea",), ("a", "b", "c"), 1), "“Sea” became “a”, “b” and “c”: 1 passage shared."),
        (("renamed", ("x, y",), ("y, z",), 9), "“x, y” is now called “y, z”."),
        (("grew", ("Sea",), ("Sea",), 1200), "“Sea” grew: 1,200 passages shared."),
        (("shrank", ("Sea",), ("Tide",), 12), "“Sea” became “Tide”: 12 passages shared."),
        (("new", (), ("Sea",), 0), "“Sea” is new."),
        (("gone", ("Sea",), (), 0), "“Sea” is gone."),
    ],
)
def test_every_kind_of_change_is_a_sentence(change: tuple, said: str):
    assert change_said(ClusterChange(*change)) == said


def test_what_stayed_is_only_counted_at_the_end():
    assert changes_said(HISTORY[0].changes) == [
        "“Tide” and “Harbour” became “Sea”: 120 passages shared.",
        "2 clusters stayed as they were.",
    ]
    assert changes_said((ClusterChange("kept", ("a",), ("a",), 3),)) == ["1 cluster stayed as it was."]
    assert changes_said(()) == ["Nothing changed."]


def test_times_are_said_as_of_this_place():
    assert when("2026-11-21T13:05:00") == "21 November 2026, 13:05"
    assert re.fullmatch(r"2[01] November 2026, \d\d:05", when("2026-11-21T03:05:00+00:00"))
    assert when("once upon a time") == "once upon a time"


def test_the_newest_comes_first_and_all_can_be_copied(qtbot: QtBot):
    dialog = HistoryDialog(HISTORY)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.text.toPlainText().splitlines() == [
        "“Tide” and “Harbour” merged  21 November 2026, 13:05",
        "“Tide” and “Harbour” became “Sea”: 120 passages shared.",
        "2 clusters stayed as they were.",
        "Map made anew  20 November 2026, 08:11",
        "Nothing changed.",
    ]
    dialog.copy.click()
    assert QGuiApplication.clipboard().text() == written(HISTORY)
    assert written(HISTORY).startswith("21 November 2026, 13:05: “Tide” and “Harbour” merged\n– “Tide”")


def test_without_a_history_the_dialog_says_what_will_stand_here(qtbot: QtBot):
    dialog = HistoryDialog(())
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.findChild(EmptyState).title.text() == "Nothing has changed yet"
