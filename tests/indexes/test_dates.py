"""Dates are read as people and programs write them, and a condition on dates asks for whole days."""

from datetime import date

import pytest

from indexes.dates import EVER, asked_days, day_of_file, days_of


def day(year: int, month: int, number: int) -> int:
    return date(year, month, number).toordinal()


@pytest.mark.parametrize(
    "text",
    [
        "2021-06-03",
        "2021-6-3",
        "2021/06/03",
        "2021.06.03",
        "20210603",
        "D:20210603120000+02'00'",
        "2021-06-03T10:20:30.5Z",
        "2021-06-03 10:20",
        "3 June 2021",
        "3rd June 2021",
        "June 3, 2021",
        "Jun 3 2021",
        "03-Jun-2021",
        "Thursday, June 3, 2021",
        "Thu, 03 Jun 2021 10:00:00 GMT",
        "3.6.2021",
        "2021年6月3日",
        1622721600,
        1622721600000.0,
    ],
)
def test_a_day_is_read_in_any_common_writing(text: object) -> None:
    assert days_of(text) == (day(2021, 6, 3), day(2021, 6, 3))


@pytest.mark.parametrize("text", ["2021-06", "June 2021", "jun. 2021", "2021/6", "2021年6月"])
def test_a_month_is_all_its_days(text: str) -> None:
    assert days_of(text) == (day(2021, 6, 1), day(2021, 6, 30))


@pytest.mark.parametrize("text", ["2020", 2020, 2020.0, "2020.0", " 2020 ", "2020年"])
def test_a_year_is_all_its_days(text: object) -> None:
    assert days_of(text) == (day(2020, 1, 1), day(2020, 12, 31))


def test_where_day_and_month_cannot_be_told_apart_only_the_year_counts() -> None:
    assert days_of("03/06/2021") == (day(2021, 1, 1), day(2021, 12, 31))
    assert days_of("13/06/2021") == days_of("06/13/2021") == (day(2021, 6, 13), day(2021, 6, 13))
    assert days_of("05/05/2021") == (day(2021, 5, 5), day(2021, 5, 5))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2021-13",
        "2021-02-30",
        "12",
        "10.5",
        "May 5",
        7,
        2021.5,
        True,
        None,
        "99999",
        "0",
        10**400,
        float("inf"),
    ],
)
def test_what_is_no_date_has_no_days(text: object) -> None:
    assert days_of(text) is None


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("2021", day(2021, 1, 1), day(2021, 12, 31)),
        ("2020-02", day(2020, 2, 1), day(2020, 2, 29)),
        ("2021-06-03", day(2021, 6, 3), day(2021, 6, 3)),
        ("2020..2022-06", day(2020, 1, 1), day(2022, 6, 30)),
        ("2022 .. 2020", day(2020, 1, 1), day(2022, 12, 31)),
        ("2020..", day(2020, 1, 1), EVER[1]),
        ("..2021-05", EVER[0], day(2021, 5, 31)),
        (">2020", day(2021, 1, 1), EVER[1]),
        (">=2020", day(2020, 1, 1), EVER[1]),
        ("<2020", EVER[0], day(2019, 12, 31)),
        ("<= 2020-02", EVER[0], day(2020, 2, 29)),
    ],
)
def test_a_condition_asks_for_whole_days(asked: str, first: int, last: int) -> None:
    assert asked_days(asked) == (first, last)


@pytest.mark.parametrize(
    "asked", ["", "..", "soon", ">", ">soon", "2020..soon", "2021-02-30", "20", "1..2..3"]
)
def test_a_condition_that_is_no_date_asks_for_nothing(asked: str) -> None:
    assert asked_days(asked) is None


def test_a_file_is_of_the_day_on_which_it_was_changed() -> None:
    assert day_of_file(1622721600 * 10**9) == (day(2021, 6, 3), day(2021, 6, 3))
    assert day_of_file(-1) is None
