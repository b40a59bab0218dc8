"""Time in pieces of the calendar: where they begin, what they are called, and in which a day lies."""

from datetime import date

import numpy as np
import pytest

from gui.map.calendar import Periods

EPOCH = date(1970, 1, 1)


def days(*texts: str) -> np.ndarray:
    return np.array(
        [np.nan if not text else (date.fromisoformat(text) - EPOCH).days for text in texts], dtype=np.float64
    )


def begins(periods: Periods) -> list[str]:
    return [str(np.datetime64(int(day), "D")) for day in periods.edges]


def test_a_few_days_are_days():
    periods = Periods.over(days("2024-02-27", "2024-03-01"), 10)
    assert (periods.unit, len(periods)) == ("day", 4)  # 2024 has a 29 February
    assert begins(periods) == ["2024-02-27", "2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02"]


def test_weeks_begin_on_mondays():
    periods = Periods.over(days("2024-03-06", "2024-03-20"), 5)  # a Wednesday, two weeks
    assert periods.unit == "week"
    assert begins(periods) == ["2024-03-04", "2024-03-11", "2024-03-18", "2024-03-25"]


@pytest.mark.parametrize(
    ("first", "last", "most", "unit", "expected"),
    [
        ("2023-11-30", "2024-01-01", 4, "month", ["2023-11-01", "2023-12-01", "2024-01-01", "2024-02-01"]),
        ("2023-02-10", "2023-12-31", 4, "quarter",
         ["2023-01-01", "2023-04-01", "2023-07-01", "2023-10-01", "2024-01-01"]),
        ("1999-12-31", "2001-01-01", 3, "year", ["1999-01-01", "2000-01-01", "2001-01-01", "2002-01-01"]),
        ("1969-12-31", "1985-05-05", 3, "decade", ["1960-01-01", "1970-01-01", "1980-01-01", "1990-01-01"]),
        ("1450-01-01", "1999-01-01", 9, "century",
         ["1400-01-01", "1500-01-01", "1600-01-01", "1700-01-01", "1800-01-01", "1900-01-01", "2000-01-01"]),
    ],
)  # fmt: skip
def test_longer_times_are_cut_where_people_cut_them(first, last, most, unit, expected):
    periods = Periods.over(days(first, last), most)
    assert (periods.unit, begins(periods)) == (unit, expected)


def test_every_day_lies_in_its_period_and_the_unknown_in_none():
    periods = Periods.over(days("2019-01-01", "2019-12-31"), 12)
    assert periods.places(days("2019-01-31", "2019-02-01", "", "2019-12-31")).tolist() == [0, 1, -1, 11]


def test_periods_are_called_as_exactly_as_they_are_told_apart():
    months = Periods.over(days("2019-03-05", "2020-02-28"), 20)
    assert months.said(0, len(months)) == "Mar 2019 – Feb 2020"
    assert months.said(1, 2) == "Apr 2019"
    years = Periods.over(days("2001-03-05", "2019-02-28"), 20)
    assert years.said(0, 1) == "2001"
    dates = Periods.over(days("2024-02-27", "2024-03-01"), 10)
    assert dates.said(2, 4) == "29 Feb 2024 – 1 Mar 2024"


def test_ticks_stand_where_something_begins():
    months = Periods.over(days("2019-11-05", "2021-02-28"), 20)
    assert months.ticks() == [(2, "2020"), (14, "2021")]
    dates = Periods.over(days("2024-02-27", "2024-03-02"), 10)
    assert dates.ticks() == [(0, "Feb 2024"), (3, "Mar 2024")]


def test_no_day_known_is_no_period():
    assert len(Periods.over(days("", ""), 10)) == 0
    assert Periods.over(np.zeros(0), 10).places(days("")).tolist() == [-1]
