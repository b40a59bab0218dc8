"""The time brush: bars of time, a range chosen by hand and keys, and the map showing only that."""

from datetime import date

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.map.records import MapColumn
from gui.map.time_strip import TimeStrip
from tests.gui.map_desk import LEFT, NONE, Desk, open_desk
from tests.gui.map_samples import a_map

EPOCH = date(1970, 1, 1)
SHIFT = Qt.KeyboardModifier.ShiftModifier


def days(*texts: str) -> np.ndarray:
    known = [np.nan if not text else (date.fromisoformat(text) - EPOCH).days for text in texts]
    return np.array(known, dtype=np.float64)


YEARS = days("2018-05-01", "2018-07-01", "2019-03-01", "", "2019-12-31", "2090-01-01")
"""A period a year, 2018 to 2090: rows 0 and 1 in the first, 2 and 4 in the second, 5 in the last, 3 in none."""


@pytest.fixture
def strip(qtbot: QtBot) -> TimeStrip:
    strip = TimeStrip()
    qtbot.addWidget(strip)
    strip.resize(16 + 73 * 10, strip.sizeHint().height())  # ten pixels a year
    strip.show()
    strip.show_days(YEARS)
    return strip


def year(number: float) -> QPoint:
    return QPoint(round(8 + (number - 2018) * 10), 15)


def drag(strip: TimeStrip, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(strip, LEFT, NONE, start)
    QTest.mouseMove(strip, (start + end) / 2)
    QTest.mouseMove(strip, end)
    QTest.mouseRelease(strip, LEFT, NONE, end)


def test_a_drag_chooses_a_range_of_rows(strip: TimeStrip):
    assert strip.rows() is None
    drag(strip, year(2019.5), year(2021.5))
    assert strip.said() == "2019 – 2021"
    assert strip.rows().tolist() == [2, 4]
    drag(strip, year(2030.5), year(2017.0))
    assert strip.said() == "2018 – 2030"
    assert strip.rows().tolist() == [0, 1, 2, 4]


def test_a_click_chooses_one_period(strip: TimeStrip):
    QTest.mouseClick(strip, LEFT, NONE, year(2018.5))
    assert (strip.said(), strip.rows().tolist()) == ("2018", [0, 1])


def test_a_range_is_moved_in_its_middle_and_changed_at_its_ends(strip: TimeStrip):
    strip.choose((2, 5))
    drag(strip, year(2021.5), year(2031.5))
    assert strip.chosen == (12, 15)
    drag(strip, year(2033), year(2040))
    assert strip.chosen == (12, 22)
    drag(strip, year(2030), year(2035))
    assert strip.chosen == (17, 22)
    drag(strip, year(2037.5), year(2200))  # no further than there is time
    assert strip.chosen == (68, 73)


def test_keys_move_a_range_grow_it_and_give_it_up(strip: TimeStrip, qtbot: QtBot):
    QTest.keyClick(strip, Qt.Key.Key_Right)
    assert strip.chosen == (0, 1)
    QTest.keyClick(strip, Qt.Key.Key_Right, SHIFT)
    QTest.keyClick(strip, Qt.Key.Key_Right)
    assert strip.chosen == (1, 3)
    QTest.keyClick(strip, Qt.Key.Key_Left, SHIFT)
    QTest.keyClick(strip, Qt.Key.Key_Left, SHIFT)
    assert strip.chosen == (1, 2)
    QTest.keyClick(strip, Qt.Key.Key_End)
    assert strip.chosen == (72, 73)
    with qtbot.waitSignal(strip.select_wanted):
        QTest.keyClick(strip, Qt.Key.Key_Return)
    QTest.keyClick(strip, Qt.Key.Key_Escape)
    assert strip.chosen is None


def test_a_screen_reader_hears_the_range_and_what_is_hidden(strip: TimeStrip):
    strip.choose((0, 2))
    assert strip.accessibleDescription().startswith(
        "2018 – 2019: 4 passages; 1 passage without a date hidden. Arrow keys move the range"
    )


def test_other_days_give_the_range_up(strip: TimeStrip):
    strip.choose((0, 2))
    strip.show_days(days("2020-01-01", "2020-01-03"))
    assert (strip.chosen, len(strip.periods)) == (None, 3)
    strip.show_days(np.zeros(0))
    strip.choose((0, 1))  # nothing to choose from
    assert strip.chosen is None
    strip.grab()


# on the map


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    desk = open_desk(qtbot)
    desk.show(a_map([(float(number), 0.0) for number in range(4)]))
    return desk


def dated(*texts: str) -> MapColumn:
    return MapColumn("date", "date", np.array([10, 20, 30], np.int64), values=days(*texts))


def test_the_timeline_appears_when_documents_have_dates_and_shows_only_its_range(desk: Desk):
    timeline = desk.panel.timeline
    assert timeline.isHidden()
    desk.answer("map_columns", (("folder", "category"), ("date", "date")))
    assert desk.asked("map_column")[-1][0] == ("Letters", "date")
    desk.answer("map_column", dated("2018-05-01", "2020-07-01", "2020-07-09"))
    assert timeline.isVisible()
    shown = desk.spy("show_only")
    timeline.strip.choose((len(timeline.strip.periods) - 1, len(timeline.strip.periods)))
    assert shown[-1][0].tolist() == [1, 2]
    QTest.mouseClick(timeline.select, LEFT)
    assert (desk.session.selection, desk.session.selection_origin) == ({20, 30}, "Jul 2020")
    QTest.mouseClick(timeline.clear, LEFT)
    assert shown[-1] == (None,)


def test_without_dates_or_with_one_day_only_there_is_no_timeline(desk: Desk):
    desk.answer("map_columns", (("folder", "category"),))
    assert desk.asked("map_column") == []
    desk.answer("map_columns", (("date", "date"),))
    desk.answer("map_column", dated("2018-05-01", "2018-05-01", ""))
    assert desk.panel.timeline.isHidden()


def test_a_timeline_that_is_switched_off_shows_all_times(desk: Desk):
    desk.answer("map_columns", (("date", "date"),))
    desk.answer("map_column", dated("2018-05-01", "2020-07-01", ""))
    desk.panel.timeline.strip.choose((0, 1))
    shown = desk.spy("show_only")
    desk.actions["map_timeline"].setChecked(False)
    desk.panel.switches.apply()
    assert desk.panel.timeline.isHidden()
    assert shown == [(None,)]
    desk.actions["map_timeline"].setChecked(True)
    desk.panel.switches.apply()
    assert desk.panel.timeline.isVisible()
