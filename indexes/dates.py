"""Dates: the days that a writing of a date may mean, and those that a condition on dates asks for.

A day is its ordinal number (`datetime.date.toordinal`); a year alone is all of its days.
"""

import calendar
import re
from datetime import UTC, date, datetime
from functools import lru_cache

Days = tuple[int, int]
"""The first and the last day."""

EVER: Days = (date.min.toordinal(), date.max.toordinal())

# Of text in lower case.
_YEAR_FIRST = re.compile(
    r"(\d{4})(?:\.0|年)?(?:(?:[-/]|(?<=年)|\.(?=\d\d?\.))(\d{1,2})(?:[-/.月](\d{1,2}))?)?(?![\d.])[月日]?(?:[t\s].*)?"
)
_DIGITS = re.compile(r"(?:d:)?([12]\d{3})([01]\d)([0-3]\d)(?:[t\s]?\d.*)?")
_DAY_OR_MONTH_FIRST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[,\s].*)?")
_NAMED = re.compile(
    r"(?:[a-z]+,?\s+)??(?:(\d{1,2})(?:st|nd|rd|th)?\.?[\s-]+)?([a-z]{3,9})\.?(?:[\s-]+(\d{1,2})(?:st|nd|rd|th)?,?(?=\s))?"
    r"(?:,?[\s-]+)(\d{4})(?:[,\s].*)?"
)
_MONTHS = {name.casefold()[:3]: number for number, name in enumerate(calendar.month_name) if name}
_ASKED = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")
_COMPARED = re.compile(r"(>=|<=|>|<)\s*(.+)")
_SECONDS = (10**9, 10**10)
"""Numbers in this range are seconds since 1970, a thousand times as large ones milliseconds."""


def asked_days(value: str) -> Days | None:
    """Return the days that a condition asks for; None for nonsense.

    2021, 2021-06, 2021-06-03; from..to with either end open; >, >=, < and <= before a date.
    """
    value = value.strip()
    if compared := _COMPARED.fullmatch(value):
        return _compared(compared[1], _asked(compared[2]))
    if ".." not in value:
        return _asked(value)
    begin, end = (part.strip() for part in value.split("..", 1))
    first, last = (_asked(part) if part else EVER for part in (begin, end))
    if not (begin or end) or first is None or last is None:
        return None
    if begin and end and first[0] > last[1]:
        first, last = last, first
    return first[0], last[1]


@lru_cache(maxsize=1 << 16)
def written_days(text: str) -> Days | None:
    """Return the days that a date as people and programs write it may mean; None when it is none.

    Of 03/06/2021 it cannot be told which is the month: only its year counts.
    """
    text = " ".join(text.split()).casefold()
    if found := _DIGITS.fullmatch(text) or _YEAR_FIRST.fullmatch(text):
        return _days(*found.groups())
    if found := _DAY_OR_MONTH_FIRST.fullmatch(text):
        first, sign, second, year = found.groups()
        if sign == "." or int(first) > 12 or first == second:
            return _days(year, second, first)
        return _days(year, first, second) if int(second) > 12 else _days(year)
    if found := _NAMED.fullmatch(text):
        before, month, after, year = found.groups()
        number = _MONTHS.get(month[:3]) if _names_month(month) else None
        return _days(year, str(number), before or after) if number else None
    return None


def days_of(value: object) -> Days | None:
    """Return the days that a value of a date column may mean; None when it is no date."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        if not abs(value) < 1000 * _SECONDS[1]:
            return None
        for scale in (1, 1000):
            if _SECONDS[0] <= value / scale < _SECONDS[1]:
                return (datetime.fromtimestamp(value / scale, UTC).date().toordinal(),) * 2
        return written_days(f"{value:.0f}") if value == int(value) else None
    return written_days(str(value)[:40])


def day_of_file(mtime_ns: int) -> Days | None:
    """Return the day, here, on which a file was last changed; None when that is not known."""
    if mtime_ns <= 0:
        return None
    return (datetime.fromtimestamp(mtime_ns / 1e9).date().toordinal(),) * 2


def _names_month(word: str) -> bool:
    return any(name and name.casefold().startswith(word) for name in calendar.month_name) or word == "sept"


def _asked(value: str) -> Days | None:
    found = _ASKED.fullmatch(value.strip())
    return _days(*found.groups()) if found else None


def _compared(sign: str, days: Days | None) -> Days | None:
    if days is None:
        return None
    first, last = days
    return {
        ">": (last + 1, EVER[1]),
        ">=": (first, EVER[1]),
        "<": (EVER[0], first - 1),
        "<=": (EVER[0], last),
    }[sign]


def _days(year: str, month: str | None = None, day: str | None = None) -> Days | None:
    try:
        first = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    if day:
        return (first.toordinal(),) * 2
    length = calendar.monthrange(first.year, first.month)[1] if month else 365 + calendar.isleap(first.year)
    return first.toordinal(), first.toordinal() + length - 1
