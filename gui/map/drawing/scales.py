"""A continuous scale: which value gets which colour, and the round values that its legend shows."""

import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

TAILS = 1.0
"""Percent of the values at either end that share its colour, so that a few strange ones do not grey all others."""
MOST_TICKS = 6
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from `low` to `high`, those beyond at the ends; `ticks` are (place in [0, 1], text), places rising."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]

    def places(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where values lie between `low` and `high`, in [0, 1]; 0.5 where the scale has no extent."""
        if self.high <= self.low:
            return np.full(len(values), 0.5)
        shares: NDArray[np.float64] = np.clip((values - self.low) / (self.high - self.low), 0, 1)
        return shares


def scale_of(values: NDArray[np.float64], kind: str) -> Scale:
    """Return the scale of a column's values, NaN unknown; `kind` "number", or "date" in days since 1970-01-01."""
    known = values[np.isfinite(values)]
    if not len(known):
        return Scale(0.0, 0.0, ())
    low, high = (float(value) for value in np.percentile(known, (TAILS, 100 - TAILS)))
    if high <= low:
        low, high = float(known.min()), float(known.max())
    found = date_ticks(low, high) if kind == "date" else number_ticks(low, high)
    if high <= low:
        return Scale(low, high, ((0.5, found[0][1]),) if found else ())
    return Scale(low, high, tuple(((value - low) / (high - low), text) for value, text in found))


def number_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Return round numbers, 1, 2 or 5 times a power of ten apart, from low to high, with their texts."""
    if high <= low:
        return [(low, f"{low:,.6g}")]
    rough = (high - low) / (MOST_TICKS - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    if max(abs(low), abs(high)) >= 1e9 or decimals > 6:
        return [(place * step, f"{place * step:.4g}") for place in range(first, last + 1)]
    return [(place * step, f"{place * step:,.{decimals}f}") for place in range(first, last + 1)]


def date_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Return the starts of years, months or days between two days, with their texts; the coarsest that give three."""
    first, last = _day(low), _day(high)
    for months in (1200, 600, 240, 120, 60, 24, 12, 6, 3, 1):
        starts = _month_starts(first, last, months)
        if len(starts) >= 3:
            return [(float((day - EPOCH).days), _month_text(day, months)) for day in starts]
    step = max(1, math.ceil((high - low) / (MOST_TICKS - 1)))
    days = range(math.ceil(low), math.floor(high) + 1, step)
    return [(float(day), _day(day).isoformat()) for day in days] or [(low, first.isoformat())]


def _day(days: float) -> date:
    """Return a day, the nearest that a calendar knows."""
    earliest, latest = (date.min - EPOCH).days, (date.max - EPOCH).days
    return EPOCH + timedelta(days=min(max(math.floor(days), earliest), latest))


def _month_starts(first: date, last: date, months: int) -> list[date]:
    count = first.year * 12 + first.month - 1 + (first.day > 1)
    count = -(-count // months) * months
    starts: list[date] = []
    while count // 12 <= last.year and len(starts) < 100:
        day = date(max(count // 12, 1), count % 12 + 1, 1) if count // 12 <= date.max.year else date.max
        if day > last:
            break
        starts.append(day)
        count += months
    return starts


def _month_text(day: date, months: int) -> str:
    return f"{day.year}" if months % 12 == 0 else f"{day.year}-{day.month:02d}"
