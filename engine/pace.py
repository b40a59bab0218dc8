"""How fast a job goes and how long it will still take, said only when it can be said honestly."""

from collections import deque

WINDOW = 20.0
"""Seconds of the recent past that the rate is measured over."""

PATIENCE = 3.0
"""Seconds before a rate is worth saying."""


class Pace:
    """Measures one step of a job; time is given in seconds by the caller."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, int]] = deque()
        self._step = ""
        self._began = 0.0
        self._left: float | None = None
        self._left_at = 0.0
        self.total = 0

    def add(self, step: str, done: int, total: int, now: float) -> None:
        """Note how far the job is; another step, or one that fell back, starts the measurement anew."""
        if step != self._step or (self._points and done < self._points[-1][1]) or not self._points:
            self._points.clear()
            self._step, self._began, self._left = step, now, None
        self._points.append((now, done))
        self.total = total
        while len(self._points) > 2 and now - self._points[1][0] > WINDOW:
            self._points.popleft()
        self._smooth(now)

    @property
    def rate(self) -> float:
        """Return units a second over the recent past; 0 until enough was seen."""
        (first, done_first), (last, done_last) = self._points[0], self._points[-1]
        if last - self._began < PATIENCE or last <= first:
            return 0.0
        return (done_last - done_first) / (last - first)

    @property
    def seconds_left(self) -> float | None:
        """Return the smoothed time left in seconds, None while it cannot be said."""
        return self._left

    def _smooth(self, now: float) -> None:
        """Let the old estimate run down with the clock, and move it a fifth of the way to the new one."""
        if not self._points or not self.total or self.rate <= 0:
            return
        fresh = max(0.0, (self.total - self._points[-1][1]) / self.rate)
        if self._left is None:
            self._left = fresh
        else:
            self._left = max(0.0, self._left - (now - self._left_at))
            self._left += (fresh - self._left) / 5
        self._left_at = now


def time_left(seconds: float) -> str:
    """Return what is left as a person would say it."""
    return f"{duration(seconds)} left"


def duration(seconds: float) -> str:
    """Return a time as a person would say it, coarse and never falsely exact: "a few seconds", "about 4 minutes"."""
    if seconds < 5:
        return "a few seconds"
    if seconds < 55:
        return f"about {max(1, round(seconds / 5)) * 5} seconds"
    if seconds < 90:
        return "about a minute"
    if seconds < 55 * 60:
        return f"about {round(seconds / 60)} minutes"
    hours = round(seconds / 3600, 1)
    return "about an hour" if hours < 1.25 else f"about {hours:g} hours"
