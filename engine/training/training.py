"""Training: a tagger made from labelled texts, by adapters over the encoder, as a head, or as a whole model.

Adapters are LoRA (Hu et al. 2021, https://arxiv.org/abs/2106.09685) with a head over the encoder's [CLS], or over all
of its tokens: one base encoder serves every such tagger, and only what was trained is kept.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.encoding.encoder import Encoder
from engine.progress import Progress, Steps
from engine.tagging.records import TaggerKind, TagReport
from engine.tagging.tagger import Tagger
from engine.tagging.tagger_files import (
    classification_model,
    load_tensors,
    read_description,
    weights_digest,
    whole_or_nothing,
    with_adapters,
    write_description,
    write_tensors,
)
from engine.tagging.tagger_measures import LabelledText, as_measures, fit_temperature, report
from engine.training.base_models import open_base
from engine.training.examples import gold
from engine.training.fitting import Best, Learner, chances, fit
from engine.training.fitting import Settings as Settings
from indexes.errors import ModelError

if TYPE_CHECKING:
    import torch

log = logging.getLogger(__name__)

FORMAT = 2
"""Of tagger.json."""

ENOUGH_TO_CALIBRATE = 100
"""Texts that a temperature is fitted on; fewer say too little."""

CHOSEN_BY_THESE = (
    "The same texts chose the best state of the training, so it may do a little less well on others."
)

WHOLE_MODEL = Settings(learning_rate=5e-5, warm_up=0.06, max_tokens=256)
"""How a whole model is trained, of any size."""

ENOUGH_READ = 3000
"""Texts to be read in all; fewer are read again."""

MOST_EPOCHS = 30.0

SMALL_BATCH = 16
"""Texts in a batch where there are few."""


def adapter_settings(texts: int, epochs: float, seed: int) -> Settings:
    """Return how adapters are trained on so many texts."""
    return _enough(Settings(epochs=epochs, seed=seed, max_tokens=256), texts)


def model_settings(texts: int, epochs: float, seed: int) -> Settings:
    """Return how a whole model is trained on so many texts: every weight moves, so each by little."""
    return _enough(replace(WHOLE_MODEL, epochs=epochs, seed=seed), texts)


def _enough(settings: Settings, texts: int) -> Settings:
    """Have few texts read more often and in smaller batches, so that there are steps enough to learn in."""
    if texts >= ENOUGH_READ:
        return settings
    often = min(MOST_EPOCHS, ENOUGH_READ / texts)
    return replace(settings, epochs=max(settings.epochs, often), most_texts=SMALL_BATCH)


def train_tagger(
    folder: Path,
    encoder: Encoder,
    examples: Sequence[LabelledText],
    dev: Sequence[LabelledText],
    *,
    labels: Sequence[str],
    settings: Settings,
    description: dict[str, Any],
    start: Path | None = None,
    test: Sequence[LabelledText] = (),
    multi_label: bool = False,
) -> Steps[dict[str, float]]:
    """Train adapters on `examples`, keep what does best on `dev`, write the tagger and return its measures.

    They are measured on `test`, for which a temperature is fitted on `dev`; without it on `dev`, which chose them.
    The same examples, settings and versions give the same weights on one machine. Closed early, it keeps the best
    state so far, or leaves things as they were when there is none yet. `description` is added to tagger.json: name,
    origin, what it was trained on. `start` is the folder of a tagger to go on from: over the same blocks and by
    the same pooling, with adapters of the same rank or a lower one.
    """
    import torch
    from peft import get_peft_model_state_dict

    yield Progress("Loading the model")
    encoder.load()
    torch.manual_seed(settings.seed)
    model = classification_model(
        encoder.folder, len(labels), settings.pooling, attention_probs_dropout_prob=0.0
    )
    model = with_adapters(model, rank=settings.rank, alpha=settings.alpha, top_layers=settings.top_layers).to(
        encoder.device
    )
    if start:
        _go_on_from(model, encoder, labels, settings, start)
    written = {
        "kind": TaggerKind.ADAPTER.value,
        "base": encoder.name if encoder.name == "all-MiniLM-L6-v2" else str(encoder.folder),
        "base_sha256": weights_digest(encoder.folder),
        "rank": settings.rank,
        "alpha": settings.alpha,
        "top_layers": settings.top_layers,
        "pooling": settings.pooling,
    } | description
    learner = Learner(
        model,
        encoder.tokenizer,
        encoder.device,
        encoder.max_tokens,
        get_peft_model_state_dict,
        multi_label,
    )
    training = _Training(folder, learner, list(labels), settings, written, write_tensors)
    return (yield from training.run(examples, dev, test))


def train_model(
    folder: Path,
    base: Path,
    device: str,
    examples: Sequence[LabelledText],
    dev: Sequence[LabelledText],
    *,
    labels: Sequence[str],
    settings: Settings = WHOLE_MODEL,
    description: dict[str, Any],
    test: Sequence[LabelledText] = (),
    multi_label: bool = False,
) -> Steps[dict[str, float]]:
    """Train all weights of the model in the folder `base`, BERT-like or GPT-2-like, with a head for `labels`.

    Writes a transformers folder (safetensors, tokenizer, config.json with the labels' names) with tagger.json; else
    as `train_tagger`. Raises ModelError when the folder holds no model that can be trained so.
    """
    import torch

    yield Progress("Loading the model")
    torch.manual_seed(settings.seed)
    pairs = any(example.second for example in examples)
    opened = open_base(base, labels, pairs=pairs, multi_label=multi_label)
    model = opened.model.to(device)

    def write(part: Path, weights: "dict[str, torch.Tensor]") -> None:
        model.load_state_dict(weights)
        model.save_pretrained(part, safe_serialization=True)
        opened.tokenizer.save_pretrained(part)

    written = {"kind": TaggerKind.MODEL.value, "base": base.name} | description
    learner = Learner(
        model, opened.tokenizer, device, opened.max_tokens, lambda model: model.state_dict(), multi_label
    )
    training = _Training(folder, learner, list(labels), settings, written, write)
    return (yield from training.run(examples, dev, test))


@dataclass(frozen=True, slots=True)
class _Training:
    """One training of a model: where its tagger goes, and how its weights are written there."""

    folder: Path
    learner: Learner
    labels: list[str]
    settings: Settings
    written: dict[str, Any]
    write: "Callable[[Path, dict[str, torch.Tensor]], None]"

    def run(
        self,
        examples: Sequence[LabelledText],
        dev: Sequence[LabelledText],
        test: Sequence[LabelledText],
    ) -> Steps[dict[str, float]]:
        """Train, write and measure; closed early, write the best state so far with what is known of it."""
        best = Best()
        try:
            yield from fit(self.learner, examples, dev, self.labels, self.settings, best)
            with whole_or_nothing(self.folder) as part:
                said = self._write_weights(part, examples, dev, best, calibrate=bool(test))
                measured = yield from self._measure(part, test or dev)
                if not test:
                    measured = _with_caution(measured, CHOSEN_BY_THESE)
                write_description(part, said | measures(measured, said))
        except (GeneratorExit, KeyboardInterrupt):
            if best.weights:
                self._keep(examples, dev, best, calibrate=bool(test))
            raise
        return dict(measures(measured, said)["measured"])

    def _write_weights(
        self,
        part: Path,
        examples: Sequence[LabelledText],
        dev: Sequence[LabelledText],
        best: Best,
        *,
        calibrate: bool,
    ) -> dict[str, Any]:
        """Write weights and tagger.json, as yet without measures, and return what tagger.json says."""
        self.write(part, best.weights)
        truth = gold(dev, self.labels, multi_label=self.learner.multi_label)
        fits = calibrate and len(dev) >= ENOUGH_TO_CALIBRATE
        said = {
            "format": FORMAT,
            "labels": self.labels,
            "max_tokens": min(self.settings.max_tokens, self.learner.max_tokens),
            "temperature": fit_temperature(best.logits, truth) if fits else 1.0,
            "multi_label": self.learner.multi_label,
            "pair": any(example.second for example in examples),
            "unsure_below": 0.5,
            "settings": asdict(self.settings),
            "texts": dict(Counter(label for example in examples for label in example.labels)),
            "best_batch": [best.at, best.batches],
            "cut": best.cut,
            "versions": _versions(),
        } | self.written
        if best.cut:
            texts = "text" if best.cut == 1 else "texts"
            said = _with_origin(said, f"of {best.cut:,} long {texts} only the beginning was learned from")
        write_description(part, said)
        return said

    def _measure(self, part: Path, texts: Sequence[LabelledText]) -> Steps[TagReport]:
        """Measure the tagger as it was written, which is what its users get."""
        tagger = Tagger.open(part, self.learner.device)
        seconds = [example.second for example in texts] if tagger.pair else None
        tagging = tagger.tag_steps([example.text for example in texts], seconds)
        while True:
            try:
                progress = next(tagging)
            except StopIteration as stop:
                probabilities = stop.value
                break
            yield replace(progress, step="Measuring")
        truth = gold(texts, self.labels, multi_label=self.learner.multi_label)
        return report(probabilities, truth, self.labels, multi_label=self.learner.multi_label)

    def _keep(
        self, examples: Sequence[LabelledText], dev: Sequence[LabelledText], best: Best, *, calibrate: bool
    ) -> None:
        """Write the best state of a training that was stopped; it has no time left to be measured anew."""
        stopped = f"stopped early at batch {best.done} of {best.batches}"
        try:
            with whole_or_nothing(self.folder) as part:
                said = self._write_weights(part, examples, dev, best, calibrate=calibrate)
                multi_label = self.learner.multi_label
                told = chances(best.logits / said["temperature"], multi_label=multi_label)
                truth = gold(dev, self.labels, multi_label=multi_label)
                measured = report(told, truth, self.labels, multi_label=multi_label)
                measured = _with_caution(measured, CHOSEN_BY_THESE)
                said = _with_origin(said, stopped) | {"stopped": stopped}
                write_description(part, said | measures(measured, said))
        except ModelError as error:
            log.warning("%s", error)  # who cancels waits for no answer


def measures(measured: TagReport, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what tagger.json says of a report, beside what else was measured and advised."""
    named = {f"held-out {name}": round(value, 4) for name, value in as_measures(measured).items()}
    measured = _with_caution(measured, said.get("advice", ""))
    return {"measured": named | said.get("also_measured", {}), "report": asdict(measured)}


def _with_origin(said: Mapping[str, Any], more: str) -> dict[str, Any]:
    return {**said, "origin": "; ".join(filter(None, (str(said.get("origin", "")), more)))}


def _with_caution(measured: TagReport, more: str) -> TagReport:
    return replace(measured, caution=f"{measured.caution} {more}".strip())


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("torch", "transformers", "peft")}


def _go_on_from(model: Any, encoder: Encoder, labels: Sequence[str], settings: Settings, start: Path) -> None:
    """Load a tagger's weights; adapters of a lower rank grow into wider ones that do the very same at first.

    Of an adapter B·A the rows added to A are as fresh as a new adapter's, and the columns added to B are zero.
    """
    import torch
    from peft import get_peft_model_state_dict

    known = read_description(start)
    rank, alpha = int(known["rank"]), int(known["alpha"])
    if (rank, alpha) == (settings.rank, settings.alpha):
        load_tensors(model, start)
        return
    narrow = with_adapters(
        classification_model(encoder.folder, len(labels), settings.pooling),
        rank=rank,
        alpha=alpha,
        top_layers=settings.top_layers,
    )
    load_tensors(narrow, start)
    wide = get_peft_model_state_dict(model)
    with torch.no_grad():
        for name, tensor in get_peft_model_state_dict(narrow).items():
            if "lora_A" in name:
                wide[name][:rank] = tensor
            elif "lora_B" in name:
                wide[name].zero_()[:, :rank] = tensor * (alpha / rank) / (settings.alpha / settings.rank)
            else:
                wide[name].copy_(tensor)
