"""Step 5: from the one token, or from all of them, to the label."""

from engine.inspecting.records import Inspection, Trace
from gui.bars import ProbabilityBars
from gui.inspecting.page import Page
from gui.inspecting.token_chips import TokenChips
from gui.panel import Heading, muted
from gui.signed_bars import SignedBars
from gui.strips import ValueStrip
from gui.theme import GAP
from gui.wording import signed


class AnswerPage(Page):
    """Shows what the tagger's head reads, [CLS] through the pooler or tokens by weight, logits and probabilities."""

    def __init__(self) -> None:
        super().__init__("Pooler and head")
        self.tokens = TokenChips()
        self.pooled_said = muted()
        self.pooled = ValueStrip("Weighted sum")
        self.cls = ValueStrip("Last hidden state")
        self.pooler_said = muted()
        self.pooler = ValueStrip("Pooler output")
        self.logits_title = Heading("Logits")
        self.logits = muted()
        self.logit_bars = SignedBars("Logits")
        self.chances_title = Heading("Probabilities")
        self.temperature = muted()
        self.bars = ProbabilityBars()
        for group in (
            (self.tokens, self.pooled_said, self.pooled),
            (self.cls, self.pooler_said, self.pooler),
            (self.logits_title, self.logits, self.logit_bars),
            (self.chances_title, self.temperature, self.bars),
        ):
            self.column.addSpacing(GAP)
            for widget in group:
                self.column.addWidget(widget)
        self.column.addStretch(1)

    def show_text(self, seen: Inspection, trace: Trace | None) -> None:
        """Show how the tagger comes to its answer."""
        tagged = bool(seen.labels)
        for widget in (
            self.logits_title,
            self.logits,
            self.logit_bars,
            self.chances_title,
            self.temperature,
            self.bars,
        ):
            widget.setVisible(tagged)
        own = seen.tagger_trace
        state = own.states[-1] if own else seen.cls
        head = tagged and own is None and seen.pooler_output is None
        self.cls.setVisible(not head and not _weighs(own))
        self.cls.show_values(state)
        self._show_pooled(own)
        self.said.setText(_said(seen, own, head))
        self._show_pooler(seen, own)
        if tagged:
            self._show_answer(seen)

    def _show_pooled(self, own: Trace | None) -> None:
        weighed = own.weighed if own else None
        for widget in (self.tokens, self.pooled_said, self.pooled):
            widget.setVisible(weighed is not None)
        if own is None or weighed is None:
            return
        weights = weighed.weights
        self.tokens.show_tokens(
            own.tokens,
            (weights / weights.max()).tolist(),
            [f"weight {weight:.3f}" for weight in weights.tolist()],
        )
        self.pooled_said.setText(
            "The sum of the tokens' last hidden states, each by its weight; computed by hand, it differs by "
            f"{weighed.error:.0e} at most."
        )
        self.pooled.show_values(weighed.pooled)

    def _show_pooler(self, seen: Inspection, own: Trace | None) -> None:
        there = seen.pooler_output is not None
        self.pooler.setVisible(there)
        self.pooler_said.setVisible(there)
        if seen.pooler_output is None:
            return
        self.pooler.show_values(seen.pooler_output)
        checked = ""
        if own is not None and own.pooler_error is not None:
            checked = f" Computed by hand from the weights, it differs by {own.pooler_error:.0e} at most."
        self.pooler_said.setText(
            "The pooler multiplies it by a matrix, adds a bias and takes tanh, so that every number lies between −1 "
            f"and 1: tanh(W·h + b).{checked}"
        )

    def _show_answer(self, seen: Inspection) -> None:
        first = f", here for the first of {len(seen.windows)} windows" if len(seen.windows) > 1 else ""
        pairs = list(zip(seen.labels, seen.logits, strict=True))
        told = ", ".join(f"{label} {signed(logit)}" for label, logit in pairs)
        self.logits.setText(f"The head gives each label a number{first}: {told}.")
        self.logit_bars.show_rows(pairs)
        divided = ""
        if seen.temperature != 1:
            divided = (
                f"Divided by the temperature {seen.temperature:.2f}, which was measured to make them honest, "
            )
        way = (
            "the sigmoid of each is a chance of its own"
            if seen.multi_label
            else "their softmax is 1 together"
        )
        self.temperature.setText(
            f"{divided}{way if divided else way[0].upper() + way[1:]}; each is between 0 and 1."
        )
        self.bars.show_shares(seen.labels, seen.probabilities)


def _said(seen: Inspection, own: Trace | None, head: bool) -> str:
    if not seen.labels:
        return "No tagger is chosen: this is what one would read."
    if head:
        return (
            f"“{seen.tagger}” is a head over the embedding itself: it reads no [CLS], but the mean of all tokens that "
            "search compares."
        )
    if _weighs(own):
        return (
            f"The head of “{seen.tagger}” reads all tokens, each by a weight; together the weights are 1. The mouse on "
            "a token tells its own."
        )
    name = own.followed_name if own else "[CLS]"
    pooler = "" if seen.pooler_output is not None else " It has no pooler: the head reads that row as it is."
    return f"The tagger “{seen.tagger}” takes the row of {name} to stand for the whole text.{pooler}"


def _weighs(own: Trace | None) -> bool:
    """Say whether the head reads a weighted sum of all tokens."""
    return own is not None and own.weighed is not None
