"""Time in even pieces of the calendar: days, weeks, months, quarters, years, decades, centuries. Days since 1970."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UNITS = ("day", "week", "month", "quarter", "year", "decade", "century")
MONTHS = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}
EPOCH_YEAR = 1970
MONTH_NAMES = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


@dataclass(frozen=True, eq=False)
class Periods:
    """Time cut at `edges` (m + 1,) int64 days since 1970-01-01, rising; period i goes from edge i to edge i + 1."""

    unit: str
    edges: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.edges) - 1

    @classmethod
    def over(cls, days: NDArray[np.float64], most: int) -> "Periods":
        """Return the finest periods that hold all days (n,), NaN for unknown, and are at most `most`; maybe none."""
        known = days[np.isfinite(days)]
        if not len(known):
            return cls("day", np.zeros(1, np.int64))
        first, last = int(np.floor(known.min())), int(np.floor(known.max()))
        for unit in UNITS:
            edges = _edges(unit, first, last)
            if len(edges) - 1 <= most:
                break
        return cls(unit, edges)

    def places(self, days: NDArray[np.float64]) -> NDArray[np.int16]:
        """Return (n,) in which period each day lies, -1 where the day is unknown."""
        places = np.searchsorted(self.edges, days, side="right").astype(np.int16) - np.int16(1)
        places[~np.isfinite(days)] = -1
        return places

    def said(self, first: int, after: int) -> str:
        """Return the time from period `first` up to but not with `after`: "2019", "Mar 2019 – Feb 2020"."""
        begin, end = int(self.edges[first]), int(self.edges[after]) - 1
        texts = [self.name(begin), self.name(end)]
        return texts[0] if texts[0] == texts[1] else " – ".join(texts)

    def name(self, day: int) -> str:
        """Return a day as exactly as these periods are told apart: "14 Mar 2019", "Mar 2019", "2019"."""
        date = np.datetime64(day, "D")
        year = str(date.astype("datetime64[Y]"))
        if self.unit in ("year", "decade", "century"):
            return year
        month = f"{MONTH_NAMES[_month(day) % 12]} {year}"
        return month if self.unit in ("month", "quarter") else f"{_day_of_month(day)} {month}"

    def ticks(self) -> list[tuple[int, str]]:
        """Return (edge, text) for the edges at which something begins that one counts time by."""
        shown = []
        for place, day in enumerate(self.edges[:-1].tolist()):
            year, month = EPOCH_YEAR + _month(day) // 12, _month(day) % 12
            fresh = place == 0 or _month(day) != _month(int(self.edges[place - 1]))
            if self.unit in ("year", "decade", "century") or (self.unit in MONTHS and month == 0):
                shown.append((place, str(year)))
            elif self.unit not in MONTHS and fresh:
                shown.append((place, f"{MONTH_NAMES[month]} {year}"))
        return shown or [(0, self.name(int(self.edges[0])))]


def _edges(unit: str, first: int, last: int) -> NDArray[np.int64]:
    if unit == "day":
        return np.arange(first, last + 2, dtype=np.int64)
    if unit == "week":
        monday = first - (first + 3) % 7  # 1970-01-01 was a Thursday
        return np.arange(monday, last + 8, 7, dtype=np.int64)
    step = MONTHS[unit]
    offset = EPOCH_YEAR * 12  # so that quarters, decades and centuries begin where people begin them
    begin = (_month(first) + offset) // step * step - offset
    end = _month(last) + 1
    months = np.arange(begin, end + step, step, dtype=np.int64)
    months = months[: int(np.searchsorted(months, end)) + 1]
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _month(day: int) -> int:
    return int(np.datetime64(day, "D").astype("datetime64[M]").astype(np.int64))


def _day_of_month(day: int) -> int:
    date = np.datetime64(day, "D")
    return int((date - date.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64)) + 1
