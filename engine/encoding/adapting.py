"""Adapting: an encoder that has gone on learning on a corpus, kept only where that does no harm.

First it learns to guess masked words of the corpus (Gururangan et al. 2020, Don't stop pretraining,
https://arxiv.org/abs/2004.10964), which spoils it for comparing texts. Then similarity is restored: the two halves of
a passage are drawn together and apart from others' (Izacard et al. 2021, https://arxiv.org/abs/2112.09118; a short one
is its own pair under dropout: Gao et al. 2021, SimCSE, https://arxiv.org/abs/2104.08821), while the cosines between
passages stay near those of the encoder as it was (Park et al. 2019, Relational knowledge distillation,
https://arxiv.org/abs/1904.05068).
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.encoding.adapted_files import masked_word_model, new_encoder, settle, word_head, write_encoder
from engine.encoding.adapting_measures import Gold, Measured, measure
from engine.encoding.encoder import Encoder
from engine.encoding.masking import Vocabulary, mask_tokens
from engine.encoding.pooling import pool, pooler_of
from engine.encoding.records import AdaptReport, BeforeAfter
from engine.progress import Progress, Steps
from indexes.errors import TooSmall

if TYPE_CHECKING:
    import torch
    from torch import Tensor

FEWEST = 200
"""Passages below which there is nothing to learn from."""
SLACK = 0.005
"""What the correlation on graded pairs may lose: less than chance makes of 1,500 pairs."""


@dataclass(frozen=True, slots=True)
class AdaptSettings:
    """How to adapt. Of at most `most` passages the first `max_tokens` tokens are read, `token_budget` in a batch.

    The head that guesses words learns alone for `head_steps` or one epoch, whichever is more: before it knows words,
    what the model learns by it is worth little. Then the whole model learns for `epochs` at the `learning_rate`, then
    similarity is restored for `restoring_epochs`, in which `nearness` weighs the cosines of before. `temperature`
    divides cosines where halves are told from others'.
    """

    epochs: int = 1
    seed: int = 0
    most: int = 2000
    max_tokens: int = 128
    token_budget: int = 1400
    head_steps: int = 400
    head_rate: float = 3e-3
    learning_rate: float = 2e-5
    restoring_epochs: int = 1
    nearness: float = 100.0
    temperature: float = 0.05
    halved_from: int = 24


def adapt(
    encoder: Encoder, folder: Path, gold: Gold, settings: AdaptSettings | None = None
) -> Steps[AdaptReport]:
    """Adapt an encoder to `gold.learned`, measure it before and after, and write it to `folder` if it may be kept.

    It is kept if what the user judged does not find less, else (too few queries) if held-out texts do not; and graded
    pairs, if given, are not told apart worse. Else nothing is left, nor when this is closed early. The same input,
    settings and versions give the same encoder on one machine. Raises TooSmall for fewer than 200 passages, ModelError
    when the model cannot guess words or the disk does not let us.
    """
    started = time.monotonic()
    settings = settings or AdaptSettings()
    if len(gold.learned) < FEWEST:
        raise TooSmall(
            f"There are {len(gold.learned)} passages to learn from, and adapting an encoder needs {FEWEST} or more. "
            "Load more documents first."
        )
    with new_encoder(folder) as part:
        yield Progress("Loading the model")
        encoder.load()
        training = _Training.begin(encoder, gold, settings)
        yield from training.learn_head()
        loss_before = yield from training.word_loss()
        yield from training.learn_words()
        yield from training.restore_similarity()
        loss_after = yield from training.word_loss()
        yield Progress("Writing the encoder")
        write_encoder(part, training.model, encoder)
        before = yield from measure(encoder, gold, "Measuring the encoder as it was")
        after = yield from measure(
            Encoder.open(part, encoder.device, encoder.pooling), gold, "Measuring the adapted encoder"
        )
        report = _report(folder, gold, before, after)
        report = replace(report, word_loss=(loss_before, loss_after), seconds=time.monotonic() - started)
        if report.kept:
            settle(part, folder, report)
    return report


@dataclass(slots=True)
class _Training:
    """A model with a head that guesses words, and what it learns from: token ids of texts, [CLS] first."""

    model: Any
    encoder: Encoder
    vocabulary: Vocabulary
    learned: list[list[int]]
    held_out: list[list[int]]
    settings: AdaptSettings
    chance: np.random.Generator

    @classmethod
    def begin(cls, encoder: Encoder, gold: Gold, settings: AdaptSettings) -> "_Training":
        """Open the encoder's model anew, with a head that knows only how frequent each word is."""
        import torch

        torch.manual_seed(settings.seed)
        chance = np.random.default_rng(settings.seed)
        model = masked_word_model(encoder.folder).to(encoder.device)
        tokenizer = encoder.tokenizer
        some = chance.permutation(len(gold.learned))[: settings.most]
        limit = min(settings.max_tokens, encoder.max_tokens)
        learned = _read(tokenizer, [gold.learned[row] for row in some], limit)
        held_out = _read(tokenizer, gold.held_out, limit)
        size = model.get_input_embeddings().weight.shape[0]
        vocabulary = Vocabulary(tokenizer.mask_token_id, frozenset(tokenizer.all_special_ids), size)
        counts = np.bincount(np.concatenate([np.array(ids) for ids in learned]), minlength=size) + 1.0
        frequent = torch.from_numpy(np.log(counts / counts.sum())).float()
        for name, parameter in word_head(model).named_parameters():
            if name.endswith("bias") and parameter.shape == frequent.shape:
                parameter.data.copy_(frequent)
        return cls(model, encoder, vocabulary, learned, held_out, settings, chance)

    def learn_head(self) -> Steps[None]:
        """Let the new head alone learn to guess words, from the encoder as it is."""
        tied = self.model.get_input_embeddings().weight
        self.model.requires_grad_(False).eval()
        trained = [weight for weight in word_head(self.model).parameters() if weight is not tied]
        for weight in trained:
            weight.requires_grad_(True)
        settings = self.settings
        batches = list(self._batches(1))
        while len(batches) < settings.head_steps:
            batches += self._batches(1)
        yield from self._guess("Learning the words", trained, batches, settings.head_rate)

    def learn_words(self) -> Steps[None]:
        """Let the whole model learn to guess words."""
        self.model.requires_grad_(True).train()
        settings = self.settings
        batches = list(self._batches(settings.epochs))
        yield from self._guess(
            "Adapting to the words", list(self.model.parameters()), batches, settings.learning_rate
        )

    def restore_similarity(self) -> Steps[None]:
        """Let the model learn which halves belong together, and keep the cosines of before."""
        import torch

        settings = self.settings
        self.model.requires_grad_(True).train()
        base = self.model.base_model
        trained = [weight for weight in base.parameters() if weight.requires_grad]
        batches = list(self._batches(settings.restoring_epochs, pairs=True))
        optimiser = torch.optim.AdamW(trained, lr=settings.learning_rate, weight_decay=0.01)
        for number, rows in enumerate(batches, start=1):
            _slow_down(optimiser, settings.learning_rate, number, len(batches))
            loss = self._restoring_loss([self.learned[row] for row in rows])
            _step(optimiser, loss, trained)
            yield _reached("Restoring similarity", number, len(batches), loss)

    def word_loss(self) -> Steps[float]:
        """Return the mean cross-entropy of masked words of the held-out texts, the same words each time."""
        import torch

        self.model.eval()
        chance = np.random.default_rng(self.settings.seed)
        lengths = [len(ids) for ids in self.held_out]
        total, words = 0.0, 0
        batches = list(
            _cut(sorted(range(len(lengths)), key=lengths.__getitem__), lengths, self.settings.token_budget)
        )
        for number, rows in enumerate(batches):
            yield Progress("Guessing held-out words", number, len(batches), "batches")
            with torch.inference_mode():
                loss, count = self._guessing_loss([self.held_out[row] for row in rows], chance)
            total, words = total + float(loss) * count, words + count
        return total / max(1, words)

    def _guess(
        self, step: str, trained: "list[Tensor]", batches: Sequence[list[int]], rate: float
    ) -> Steps[None]:
        import torch

        optimiser = torch.optim.AdamW(trained, lr=rate, weight_decay=0.01)
        for number, rows in enumerate(batches, start=1):
            _slow_down(optimiser, rate, number, len(batches))
            loss, _ = self._guessing_loss([self.learned[row] for row in rows], self.chance)
            _step(optimiser, loss, trained)
            yield _reached(step, number, len(batches), loss)

    def _guessing_loss(self, texts: Sequence[list[int]], chance: np.random.Generator) -> "tuple[Tensor, int]":
        """Return the mean cross-entropy of the masked words of a batch, and how many they are."""
        import torch

        masked = [mask_tokens(np.array(ids), self.vocabulary, chance) for ids in texts]
        states, mask = self._states([shown.tolist() for shown, _ in masked])
        guessed = torch.zeros_like(mask, dtype=torch.bool)
        for row, (_, own) in enumerate(masked):
            guessed[row, : len(own)] = torch.from_numpy(own)
        words = np.concatenate([np.array(ids)[own] for ids, (_, own) in zip(texts, masked, strict=True)])
        logits = word_head(self.model)(states[guessed]).float()
        target = torch.from_numpy(words).to(logits.device)
        return torch.nn.functional.cross_entropy(logits, target), len(words)

    def _restoring_loss(self, texts: Sequence[list[int]]) -> "Tensor":
        """Return the loss of telling halves from others', and of the cosines that moved; see the top of the file."""
        import torch
        from torch.nn import functional

        teacher = self.encoder.with_pooling(self._pooling)
        whole = self._embeddings(texts)
        known = torch.from_numpy(teacher.encode_ids(list(texts))).to(whole.device)
        halves = [_halves(ids, self.settings.halved_from) for ids in texts]
        first = self._embeddings([first for first, _ in halves])
        second = self._embeddings([second for _, second in halves])
        cosines = first @ second.T / self.settings.temperature
        own = torch.arange(len(texts), device=cosines.device)
        together = (functional.cross_entropy(cosines, own) + functional.cross_entropy(cosines.T, own)) / 2
        moved = functional.mse_loss(whole @ whole.T, known @ known.T)
        return together + self.settings.nearness * moved

    def _embeddings(self, texts: Sequence[list[int]]) -> "Tensor":
        """Return (n, dim), unit length, as the encoder pools."""
        import torch

        states, mask = self._states(texts)
        pooled = pool(self._pooling, [states], mask, pooler_of(self.model.base_model))
        return torch.nn.functional.normalize(pooled, dim=1)

    @property
    def _pooling(self) -> str:
        """The encoder's pooling; the mean for those that need what a model that guesses words has not."""
        return "mean" if self.encoder.pooling in ("pooler", "last four layers") else self.encoder.pooling

    def _states(self, texts: Sequence[list[int]]) -> "tuple[Tensor, Tensor]":
        """Return the last hidden states (b, t, dim) float32 and the mask (b, t)."""
        batch = self.encoder.tokenizer.pad(
            {"input_ids": list(texts)}, return_tensors="pt", padding_side="right"
        ).to(self.encoder.device)
        mask = batch["attention_mask"]
        return self.model.base_model(
            input_ids=batch["input_ids"], attention_mask=mask
        ).last_hidden_state, mask

    def _batches(self, epochs: int, pairs: bool = False) -> Iterator[list[int]]:
        """Yield rows of texts of like length, batches in a random order; with `pairs` none of one text."""
        lengths = [len(ids) for ids in self.learned]
        for _ in range(epochs):
            noise = self.chance.random(len(lengths))
            order = sorted(range(len(lengths)), key=lambda row: (lengths[row], noise[row]))
            batches = [rows for rows in _cut(order, lengths, self.settings.token_budget) if len(rows) > pairs]
            for place in self.chance.permutation(len(batches)):
                yield batches[place]


def _read(tokenizer: Any, texts: Sequence[str], limit: int) -> list[list[int]]:
    return list(tokenizer(list(texts), truncation=True, max_length=limit)["input_ids"])


def _halves(ids: list[int], least: int) -> tuple[list[int], list[int]]:
    """Return the two halves of a text of `least` tokens or more, each between [CLS] and [SEP]; else it twice."""
    if len(ids) < least:
        return ids, ids
    middle = len(ids) // 2
    return [*ids[:middle], ids[-1]], [ids[0], *ids[middle:]]


def _cut(order: Sequence[int], lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Yield stretches of `order`, rising in length, of at most `budget` tokens counted as if padded."""
    rows: list[int] = []
    for row in order:
        if rows and (len(rows) + 1) * lengths[row] > budget:
            yield rows
            rows = []
        rows.append(row)
    if rows:
        yield rows


def _slow_down(optimiser: "torch.optim.Optimizer", rate: float, number: int, total: int) -> None:
    """Set the rate of step `number`: rising over the first tenth, then falling to 0."""
    done = number / total
    for group in optimiser.param_groups:
        group["lr"] = rate * min(done / 0.1, (1 - done) / 0.9 + 1 / total)


def _step(optimiser: "torch.optim.Optimizer", loss: "Tensor", trained: "list[Tensor]") -> None:
    import torch

    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(trained, 1.0)
    optimiser.step()


def _reached(step: str, number: int, total: int, loss: "Tensor") -> Progress:
    value = float(loss.detach())
    return Progress(step, number, total, "batches", f"loss {value:.3f}", (("loss", value),))


def _report(folder: Path, gold: Gold, before: Measured, after: Measured) -> AdaptReport:
    """Say what came of it; `word_loss` and `seconds` are for the caller to fill in."""
    ndcg = _both(before.ndcg, after.ndcg)
    alike = _both(before.similarity, after.similarity)
    agreement = before.agreement, after.agreement
    decisive = (
        (f"finding held-out texts ({gold.agreement_by})", agreement)
        if ndcg is None
        else ("nDCG@10 on your judgements", ndcg)
    )
    fallen = [
        f"{what} fell from {was:.3f} to {now:.3f}"
        for (what, (was, now)), slack in (
            (decisive, 0.0),
            *([(("the similarity of graded pairs", alike), SLACK)] if alike else []),
        )
        if now < was - slack
    ]
    kept = not fallen
    name = folder.name
    said = (
        f"The encoder “{name}” is kept: load a corpus with it by --encoder “{name}”."
        if kept
        else f"The adapted encoder was thrown away: {' and '.join(fallen)}."
    )
    return AdaptReport(
        name=name if kept else "",
        kept=kept,
        folder=str(folder) if kept else "",
        passages=len(gold.learned),
        held_out=len(gold.held_out),
        word_loss=(0.0, 0.0),
        agreement=agreement,
        agreement_by=gold.agreement_by,
        ndcg=ndcg,
        queries=gold.queries,
        similarity=alike,
        seconds=0.0,
        said=said,
    )


def _both(before: float | None, after: float | None) -> BeforeAfter | None:
    return (before, after) if before is not None and after is not None else None
