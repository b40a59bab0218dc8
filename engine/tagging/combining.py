"""One answer out of the windows of a long text, or out of the passages of a document.

Plain: the mean of their probabilities, weighted by their tokens. Fitted, for a tagger whose tagger.json says how
(“combine”): the weighted mean of their log-probabilities (a logarithmic opinion pool: Genest and Zidek 1986,
https://doi.org/10.1214/ss/1177013825), where first, last and decided windows count more or less, and many windows
that agree are surer than one. It is fitted on labelled long texts that the tagger was not trained on.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

SMALLEST = 1e-6
"""Probability below which a window rules nothing out further."""


@dataclass(frozen=True, slots=True)
class Combiner:
    """How the probabilities of windows become a text's.

    A window counts exp(first + decided · d) times its tokens to the power of `tokens`, where `first` is for a text's
    first window only and d in [0, 1] is how decided the window is (1 minus its entropy over the highest). The last
    window gets `last` + `turn` · d on top: what a text says decidedly in the end is often what it comes to. The mean
    of the logarithms is multiplied by the number of windows, counted as their weights have it, to the power of
    `growth`; None takes the mean of the probabilities as they are.
    """

    first: float = 0.0
    last: float = 0.0
    turn: float = 0.0
    decided: float = 0.0
    tokens: float = 1.0
    growth: float | None = None

    def __call__(
        self,
        windows: NDArray[np.float32],
        weights: NDArray[np.float64],
        rows: NDArray[np.int64],
        n_texts: int,
        multi_label: bool = False,
    ) -> NDArray[np.float32]:
        """Return (n_texts, n_labels) float32, the probabilities of texts.

        windows (n_windows, n_labels) are the probabilities of windows in the order of the texts, weights (n_windows,)
        their tokens, rows (n_windows,) the text of each, rising; every text has one. Of several labels each is as
        likely as in the window where it is likeliest: a text has it when a part of it does.
        """
        if multi_label:
            highest = np.zeros((n_texts, windows.shape[1]), np.float32)
            np.maximum.at(highest, rows, windows)
            return highest
        shares = self._shares(windows, weights, rows, n_texts)
        said = windows.astype(np.float64)
        if self.growth is None:
            return _sums(said * shares[:, None], rows, n_texts).astype(np.float32)
        voices = 1 / np.bincount(rows, shares**2, n_texts)
        logs = _sums(np.log(np.maximum(said, SMALLEST)) * shares[:, None], rows, n_texts)
        logs *= (voices**self.growth)[:, None]
        powers = np.exp(logs - logs.max(1, keepdims=True))
        return np.asarray(powers / powers.sum(1, keepdims=True), np.float32)

    def _shares(
        self,
        windows: NDArray[np.float32],
        weights: NDArray[np.float64],
        rows: NDArray[np.int64],
        n_texts: int,
    ) -> NDArray[np.float64]:
        """Return what share of its text each window has, (n_windows,)."""
        first = np.diff(rows, prepend=-1) > 0
        last = np.diff(rows, append=n_texts) > 0
        many = (np.bincount(rows, minlength=n_texts) > 1)[rows]
        d = decidedness(windows)
        score = self.decided * d + self.first * (first & many) + (self.last + self.turn * d) * (last & many)
        counts = np.exp(score) * weights**self.tokens
        return counts / np.bincount(rows, counts, n_texts)[rows]


PLAIN = Combiner()
START = Combiner(tokens=1.0, growth=0.5)
"""Where fitting begins, and what it is drawn to when there is little to fit to."""


def fit_combiner(
    windows: NDArray[np.float32],
    weights: NDArray[np.float64],
    rows: NDArray[np.int64],
    gold: Sequence[int],
    counts: Sequence[float] | None = None,
) -> Combiner:
    """Return the combiner under which the gold labels are likeliest; arguments as a Combiner's and a Reading's.

    gold (n_texts,) are label numbers; the tagger chooses among the labels that occur there only, as sets of long
    texts seldom have neutral ones. `counts` says how much each text counts, 1 by default. Nelder–Mead over the six
    numbers with a small pull to START; the same readings give the same combiner.
    """
    from scipy.optimize import minimize

    wanted, truth = np.unique(np.asarray(gold), return_inverse=True)
    of_text = np.ones(len(truth)) if counts is None else np.asarray(counts, np.float64)
    start = np.array(astuple(START), np.float64)

    def loss(numbers: NDArray[np.float64]) -> float:
        made = Combiner(*numbers.tolist())(windows, weights, rows, len(truth)).astype(np.float64)[:, wanted]
        chances = made[np.arange(len(truth)), truth] / made.sum(1)
        missed = -np.log(np.maximum(chances, SMALLEST))
        return float((missed * of_text).sum() / of_text.sum() + 0.01 * ((numbers - start) ** 2).sum())

    found = minimize(loss, start, method="Nelder-Mead", options={"maxiter": 2000, "xatol": 1e-3})
    return Combiner(*(round(float(number), 3) for number in found.x))


def decidedness(probabilities: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return 1 minus the entropy of each row over the highest there can be, (n,) in [0, 1]."""
    said = np.maximum(probabilities.astype(np.float64), SMALLEST)
    entropy = -(said * np.log(said)).sum(1) / np.log(max(2, said.shape[1]))
    return np.clip(1 - entropy, 0, 1)  # type: ignore[no-any-return]


def _sums(values: NDArray[np.float64], rows: NDArray[np.int64], n_texts: int) -> NDArray[np.float64]:
    sums = np.zeros((n_texts, values.shape[1]), np.float64)
    np.add.at(sums, rows, values)
    return sums
