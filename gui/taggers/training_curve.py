"""What is known of a training while it goes on: the loss of each batch, and what was measured on held-out texts."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.progress import Progress

LOSS, HELD_OUT_LOSS, HELD_OUT_F1 = "loss", "held-out loss", "held-out macro-F1"
"""The names that the numbers have in `Progress.values`."""

WINDOW = 25
"""Batches that the running mean is taken over: enough to see through the chance of single batches."""


@dataclass
class TrainingCurve:
    """Points (x, y) in the order in which they came; x counts `unit`s, of `total` (0 when unknown)."""

    losses: list[tuple[float, float]] = field(default_factory=list)
    held_out_losses: list[tuple[float, float]] = field(default_factory=list)
    scores: list[tuple[float, float]] = field(default_factory=list)
    total: float = 0
    unit: str = "batches"
    _before: float = 0
    _step: str = ""

    def add(self, progress: Progress) -> bool:
        """Take the numbers of a report, and return whether there were any.

        What is measured in another step than the losses stands at the last batch.
        """
        values = dict(progress.values)
        if LOSS in values:
            self._step_on(progress)
            self.losses.append((self._x(progress), values[LOSS]))
        here = self._x(progress) if progress.total and progress.step == self._step else self.last
        for name, points in ((HELD_OUT_LOSS, self.held_out_losses), (HELD_OUT_F1, self.scores)):
            if name in values:
                points.append((here, values[name]))
        return bool(values)

    @property
    def last(self) -> float:
        """Return the x of the last batch, 0 before the first."""
        return self.losses[-1][0] if self.losses else 0.0

    @property
    def end(self) -> float:
        """Return the x at which the axis ends."""
        return max(self.total, self.last, self.scores[-1][0] if self.scores else 0.0, 1.0)

    @property
    def best(self) -> tuple[float, float] | None:
        """Return the first of the highest held-out scores, which is what is kept."""
        return max(self.scores, key=lambda point: point[1]) if self.scores else None

    def running_mean(self) -> NDArray[np.float64]:
        """Return (n, 2): each batch's x, and the mean loss of the batches up to it, the last few only."""
        if not self.losses:
            return np.zeros((0, 2))
        points = np.array(self.losses)
        sums = np.concatenate(([0.0], np.cumsum(points[:, 1])))
        ends = np.arange(1, len(points) + 1)
        begins = np.maximum(ends - WINDOW, 0)
        return np.stack([points[:, 0], (sums[ends] - sums[begins]) / (ends - begins)], axis=1)

    def _x(self, progress: Progress) -> float:
        return self._before + progress.done if progress.total else float(len(self.losses) + 1)

    def _step_on(self, progress: Progress) -> None:
        """Go on behind what was, where a step counts from the start again."""
        if progress.total and self.losses and self._before + progress.done < self.last:
            self._before = self.last
        self._step = progress.step
        self.total = max(self.total, self._before + progress.total)
        self.unit = progress.unit or self.unit
