"""A packed tagger whose products are of 8-bit integers: where the processor has such products, in half the time.

A product's inputs are mapped to 0…255 by a range fixed beforehand, its weights to -127…127 by output (Jacob et al.
2018, https://arxiv.org/abs/1712.05877). A few channels of a BERT reach ten times as far as all others and would leave
these a handful of steps, so what is far out is divided between inputs and weights (SmoothQuant, Xiao et al. 2023,
https://arxiv.org/abs/2211.10438), and after the activation, where that cannot be, the sixteen furthest channels stay in
float32 (Dettmers et al. 2022, https://arxiv.org/abs/2208.07339). The ranges are those met on a few sentences.
"""

import logging
import time
from collections.abc import Sequence
from typing import Self

import torch
from torch import Tensor
from torch.nn import functional

from engine.encoding.packed import Linear, Part
from engine.side_by_side import one_thread
from engine.tagging.packed_tagger import PackedCls, PackedTagger

log = logging.getLogger(__name__)

SENTENCES = (
    "The room was clean, the staff were kind, and breakfast was worth getting up for.",
    "I waited 45 minutes on the phone & nobody could tell me where my parcel was!!!",
    "ok",
    "What time does the library open on Sundays?",
    "@anna haha that's sooo true 😂 #monday https://example.org/a1b2",
    "In 2019, revenue rose by 12.5 % to $3.4 million (2018: $3.0 million).",
    "We introduce a method for estimating the parameters of sparse graphical models from incomplete observations.",
    "He never wrote back. She kept the letters anyway, in a box under the stairs, tied with blue string.",
    "NOT what I ordered... colour is wrong, size is wrong, and it smells of glue :(",
    "Boil the potatoes until soft; drain, mash, and add butter, salt, pepper - serve hot.",
    "Although the first act drags, the film finds its feet and ends with a scene that nobody will forget.",
    "def add(a, b): return a + b  # see issue #42",
    "Dr. Meyer's patients (aged 60-75) reported less pain after six weeks; two withdrew from the trial.",
    "Das Wetter war schlecht, aber die Reise hat uns trotzdem gut gefallen.",
    "The committee will meet on Tuesday to discuss the budget, the roof and the new bylaws.",
    "Worst. Flight. Ever. Delayed twice, lost luggage, and not a single apology from anyone at the desk.",
    "a warm , funny , and quietly devastating portrait of a family that has run out of things to say",
    "Thank you so much for your help yesterday, it means the world to us.",
    "Prices start at €9.99/month, cancel any time.",
    "The battery lasts about two days, the screen is bright, the speakers are average at best.",
    "NASA said on Friday that the launch had been moved to no earlier than 14 March because of high winds.",
    "我们昨天去了博物馆。",
    "It is neither the best nor the worst book on the subject, but it is certainly the longest one.",
    "Section 4.2 applies to contracts signed after 1 July; earlier contracts remain subject to the former rules.",
)
"""Texts of many kinds, of our own, on which ranges are met and both ways are compared."""
PRECISE_CHANNELS = 16
"""Of the feed-forward part's middle, those that stay in float32 in each block."""
INPUTS_SHARE = 0.6
"""How much of what is far out in the inputs is moved into the weights: SmoothQuant's α."""
ROWS_STEP = 64
"""Rows are padded to a multiple of it: a number of rows not met before has a product's code made anew."""
CLOSE_ENOUGH = 0.05
"""How far a sentence's probabilities may be, on average, from those in float32."""
FAST_ENOUGH = 0.8
"""The share of float32's time that it may take."""


def in_eight_bits(tagger: PackedTagger, token_ids: Sequence[Sequence[int]]) -> PackedTagger | None:
    """Return the tagger in 8 bits, its ranges met on the texts `token_ids`; None where that does not pay.

    That is where the processor or the build of torch lacks the products, where it is hardly faster, and where its
    answers are not close to the tagger's own.
    """
    try:
        with torch.inference_mode(), one_thread():
            watched = _Watched.like(tagger.bert)
            tagger.over(watched)(token_ids)
            made = tagger.over(_EightBitCls.of_ranges(tagger.bert, watched.met))
            apart = float((made(token_ids).softmax(1) - tagger(token_ids).softmax(1)).abs().mean())
            share = _seconds(made, token_ids) / _seconds(tagger, token_ids)
    except (AttributeError, RuntimeError) as error:  # torch has no such operator, or none for this processor
        log.info("No products of 8-bit integers here: %s", error)
        return None
    log.info("In 8 bits: %.0f %% of the time, probabilities %.4f apart", 100 * share, apart)
    return made if apart <= CLOSE_ENOUGH and share <= FAST_ENOUGH else None


Ranges = dict[tuple[int, Part], tuple[Tensor, Tensor]]
"""For each product the least and the greatest input met in each channel, (dim,) each, 0 between them."""


class _Watched(PackedCls):
    """PackedCls that remembers what its products are given: `met`."""

    met: Ranges

    @classmethod
    def like(cls, other: PackedCls) -> Self:
        """Return one that has met nothing yet."""
        made = super().like(other)
        made.met = {}
        return made

    def _product(self, number: int, part: Part, rows: Tensor) -> Tensor:
        zero = torch.zeros(rows.shape[1])
        low, high = self.met.get((number, part), (zero, zero))
        self.met[number, part] = torch.minimum(low, rows.amin(0)), torch.maximum(high, rows.amax(0))
        return super()._product(number, part, rows)


class _EightBitCls(PackedCls):
    """PackedCls with 8-bit products."""

    _products: dict[tuple[int, Part], "_Product"]
    _feed_forwards: list["_FeedForward"]

    @classmethod
    def of_ranges(cls, bert: PackedCls, ranges: Ranges) -> "_EightBitCls":
        made = cls.like(bert)
        made._products = {
            (number, part): _Product(getattr(layer, part), *ranges[number, part])
            for number, layer in enumerate(made._layers)
            for part in ("attend", "mix")
        }
        made._feed_forwards = [
            _FeedForward(layer.widen, layer.narrow, ranges[number, "widen"], ranges[number, "narrow"])
            for number, layer in enumerate(made._layers)
        ]
        return made

    def _product(self, number: int, part: Part, rows: Tensor) -> Tensor:
        return self._products[number, part](rows)

    def _fed_forward(self, number: int, states: Tensor) -> Tensor:
        return self._feed_forwards[number](states)


class _FeedForward:
    """Both products of a block's feed-forward part: what is between them is never anything but bytes.

    But for the channels between them that reach furthest: these are made once more, in float32.
    """

    def __init__(
        self, widen: Linear, narrow: Linear, before: tuple[Tensor, Tensor], between: tuple[Tensor, Tensor]
    ) -> None:
        low, high = (ends.clone() for ends in between)
        furthest = torch.maximum(-low, high).topk(min(PRECISE_CHANNELS, len(low))).indices
        bias, weight = narrow
        rest = weight.clone()
        low[furthest] = high[furthest] = rest[furthest] = 0
        self._widen = _Product(widen, *before)
        self._narrow = _Product((bias, rest), low, high, divide=False)
        self._to_furthest = widen[0][furthest], widen[1][:, furthest].contiguous()
        self._from_furthest = weight[furthest].contiguous()

    def __call__(self, states: Tensor) -> Tensor:
        bias, weight = self._to_furthest
        furthest = functional.gelu(torch.addmm(bias, states, weight))
        between = self._widen.activated(self._widen.as_bytes(states), self._narrow)
        return self._narrow.of_bytes(between)[: len(states)].addmm_(furthest, self._from_furthest)


class _Product:
    """inputs @ weight + bias, of 8-bit integers: an input x is the byte x / (`scale` · divisor) + `zero`.

    With `divide` each input channel has a divisor of its own, which its weights are multiplied by.
    """

    def __init__(self, linear: Linear, low: Tensor, high: Tensor, *, divide: bool = True) -> None:
        bias, weight = linear
        divisor = _divisor(torch.maximum(-low, high), weight) if divide else torch.ones(len(weight))
        least, most = float((low / divisor).min()), float((high / divisor).max())
        self.scale = max(most - least, 1e-6) / 255
        self.zero = round(-least / self.scale)
        self._steps = 1 / (self.scale * divisor)
        self._half = torch.tensor(self.zero + 0.5)  # turning to bytes cuts off what is behind the point
        turned = (weight * divisor[:, None]).t()
        self._weight_scales = turned.abs().amax(1).clamp_min(1e-9) / 127
        self._weight_zeros = torch.zeros(len(turned), dtype=torch.int64)
        whole = (turned / self._weight_scales[:, None]).round().to(torch.int8).contiguous()
        self._weight = torch.ops.onednn.qlinear_prepack(whole, None)
        self._bias = bias.contiguous()

    def __call__(self, inputs: Tensor) -> Tensor:
        """Return (rows, out) float32 of inputs (rows, in) float32."""
        return self.of_bytes(self.as_bytes(inputs))[: len(inputs)]

    def as_bytes(self, inputs: Tensor) -> Tensor:
        """Return inputs (rows, in) as uint8, with rows of no meaning up to a multiple of ROWS_STEP."""
        rows, width = inputs.shape
        padded = torch.empty((-(-rows // ROWS_STEP) * ROWS_STEP, width), dtype=torch.uint8)
        padded[:rows] = torch.addcmul(self._half, inputs, self._steps).clamp_(0, 255)
        return padded

    def of_bytes(self, inputs: Tensor) -> Tensor:
        """Return (rows, out) float32."""
        return self._multiplied(inputs, 1.0, 0, torch.float32, "none", "")

    def activated(self, inputs: Tensor, following: "_Product") -> Tensor:
        """Return gelu of the product as the bytes (rows, out) that `following` takes."""
        return self._multiplied(inputs, following.scale, following.zero, torch.uint8, "gelu", "none")

    def _multiplied(
        self, inputs: Tensor, scale: float, zero: int, kind: torch.dtype, then: str, manner: str
    ) -> Tensor:
        weight = self._weight, self._weight_scales, self._weight_zeros, self._bias
        return torch.ops.onednn.qlinear_pointwise(  # type: ignore[no-any-return]
            inputs, self.scale, self.zero, *weight, scale, zero, kind, then, [], manner
        )


def _divisor(reach: Tensor, weight: Tensor) -> Tensor:
    """Return what each input channel (in,) is divided by, given how far it and its weights reach; 1 in the middle."""
    divisor = reach.clamp_min(1e-3) ** INPUTS_SHARE / weight.abs().amax(1).clamp_min(1e-5) ** (
        1 - INPUTS_SHARE
    )
    return divisor / divisor.median()


def _seconds(tagger: PackedTagger, token_ids: Sequence[Sequence[int]]) -> float:
    """Return the least processor time of three that reading the texts took this thread."""
    taken = []
    for _ in range(3):
        started = time.thread_time()
        tagger(token_ids)
        taken.append(time.thread_time() - started)
    return min(taken)
