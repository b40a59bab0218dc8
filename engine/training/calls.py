"""What a Workspace can be asked about training: taggers from tables, from given labels, from a corpus' sentences."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.opened import Opened
from engine.progress import Steps
from engine.tagging import known_taggers
from engine.tagging.records import BY_COSINE, HeadPooling, TaggerInfo, TaggerKind
from engine.tagging.tagger_files import read_description
from engine.tagging.tagger_measures import LabelledText
from engine.teaching.teaching import known_labels
from engine.training.routes import FEW_A_LABEL, POOLINGS, ROUTES
from indexes.errors import ModelError, TooSmall
from indexes.given_labels import tagger_name
from indexes.records import NONE, Source


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a tagger is to become: where it goes, and how it is trained; `start` is one to go on from."""

    folder: Path
    route: TaggerKind
    base: Path | None
    multi_label: bool
    epochs: float
    seed: int
    start: Path | None = None
    pooling: HeadPooling = HeadPooling.CLS


class TrainingCalls(Opened):
    """Makes taggers from labelled texts, by one of three routes (routes.py)."""

    def train(
        self,
        source: Source,
        name: str,
        dev: Source | None = None,
        route: str = TaggerKind.ADAPTER,
        base: str | None = None,
        multi_label: bool = False,
        epochs: float = 3,
        seed: int = 0,
        pooling: str = HeadPooling.CLS,
    ) -> Steps[TaggerInfo]:
        """Train a tagger of the user's own on a labelled table, of texts or of pairs, and keep it in the library.

        It is measured on the table `dev`, else on a part that is held out. `base` is the folder of the model that
        the route “model” trains, the encoder's by default; `pooling` is what the head over adapters reads, one of
        HeadPooling. Closed early, the best state so far is kept, once there
        is one. A tagger of the same name is replaced when the new one is whole. Raises ModelError when the name, the
        route or the base cannot be used, SourceError or TooSmall when nothing can be learned from the table.
        """
        from engine.training.examples import check_known, check_labels, label_order
        from engine.training.tables import read_examples

        file = Path(source.path).name
        wish = _Wish(
            known_taggers.new_folder(name, self.library.taggers_folder),
            _route(route, base),
            Path(base).expanduser() if base else None,
            multi_label,
            epochs,
            seed,
            pooling=_pooling(pooling, route),
        )
        texts = yield from read_examples(source, multi_label=multi_label)
        check_labels(texts, file, multi_label=multi_label)
        held: list[LabelledText] = []
        if dev is not None:
            held = yield from read_examples(dev, multi_label=multi_label)
            check_known(held, label_order(texts), Path(dev.path).name)
        return (yield from self._make(wish, texts, held, {"origin": f"trained on {file}"}))

    def train_on_given(
        self,
        name: str,
        tagger: str,
        new_name: str = "",
        route: str = TaggerKind.ADAPTER,
        pooling: str = "",
    ) -> Steps[TaggerInfo]:
        """Train on the passages of a corpus that the user gave labels of a tagger to.

        An adapter tagger with the same encoder goes on from what it knows, unless the head is to read by another
        `pooling` (“”: as it does now). Without `new_name` a tagger of the user's
        own is replaced, and one that comes with Asterism gets a companion, “my sentiment”. Raises as `train`.
        """
        from engine.training.examples import check_labels

        folder = known_taggers.find_tagger(tagger, self.library.taggers_folder)
        info = known_taggers.tagger_info(folder)
        if info.pair:
            raise ModelError(
                f"“{info.name}” reads pairs of texts, and passages are single ones. Train it from a table."
            )
        chosen = _route(route, None)
        wanted = _pooling(pooling or HeadPooling.CLS, route)
        reads = info.pooling if not pooling and info.kind is chosen is TaggerKind.ADAPTER else wanted
        given = self._given(name, info, tagger)
        where = f"the passages of “{name}” that you labelled"
        check_labels(given, where, multi_label=info.multi_label)
        shipped = folder in known_taggers.shipped_folders().values()
        if not new_name:
            new_name = f"my {info.name}" if shipped else info.name
        wish = _Wish(
            known_taggers.new_folder(new_name, self.library.taggers_folder),
            chosen,
            folder if chosen is TaggerKind.MODEL and info.kind is TaggerKind.MODEL else None,
            info.multi_label,
            epochs=3,
            seed=0,
            start=folder
            if chosen is TaggerKind.ADAPTER and reads is info.pooling and self._goes_on(folder, info)
            else None,
            pooling=reads,
        )
        described: dict[str, Any] = {"origin": f"trained on {len(given):,} labels given in “{name}”"}
        if wish.start:
            described["origin"] += f", from “{info.name}” on"
        return (yield from self._make(wish, given, [], described))

    def train_next_sentence(self, name: str, new_name: str) -> Steps[TaggerInfo]:
        """Train a pair tagger that says whether one sentence follows another, on the sentences of a corpus.

        Half of the pairs are neighbours, the others come from elsewhere; measured on documents it has not seen,
        beside what the cosine of the two sentences tells alone. Raises TooSmall when there are too few sentences.
        """
        from engine.training import next_sentences

        wish = _Wish(
            known_taggers.new_folder(new_name, self.library.taggers_folder),
            TaggerKind.ADAPTER,
            None,
            multi_label=False,
            epochs=2,
            seed=0,
        )
        made = yield from next_sentences.pairs(self._corpus(name).catalogue, wish.seed)
        told = yield from next_sentences.told_by_cosine(made, self.encoder())
        described = {
            "origin": f"trained on {len(made.train):,} pairs of sentences of “{name}”",
            "also_measured": {BY_COSINE: round(told, 4)},
        }
        return (yield from self._make(wish, made.train, made.held, described))

    def _make(
        self,
        wish: _Wish,
        texts: Sequence[LabelledText],
        held: Sequence[LabelledText],
        described: dict[str, Any],
    ) -> Steps[TaggerInfo]:
        """Train by the route wished for, and say what came of it; an opened tagger of that name is let go."""
        if wish.route is TaggerKind.HEAD and any(example.second for example in texts):
            raise ModelError(
                "A head on embeddings tells single texts apart, and these are pairs. Train adapters (route adapter)."
            )
        described = {"name": wish.folder.name} | described
        try:
            if wish.route is TaggerKind.HEAD:
                yield from self._make_head(wish, texts, held, described)
            else:
                yield from self._fine_tune(wish, texts, held, described)
        finally:
            self._taggers.pop(wish.folder.name, None)
        return known_taggers.tagger_info(wish.folder)

    def _fine_tune(
        self,
        wish: _Wish,
        texts: Sequence[LabelledText],
        held: Sequence[LabelledText],
        described: dict[str, Any],
    ) -> Steps[None]:
        from engine.encoding.encoder import choose_device
        from engine.training import training
        from engine.training.examples import check_known, label_order, parts

        train, dev, test = parts(texts, held, wish.seed)
        labels = label_order(texts)
        if wish.route is TaggerKind.MODEL:
            settings = training.model_settings(len(train), wish.epochs, wish.seed)
            yield from training.train_model(
                wish.folder,
                wish.base or self.encoder().folder,
                choose_device(self._device),
                train,
                dev,
                labels=labels,
                settings=settings,
                description=described,
                test=test,
                multi_label=wish.multi_label,
            )
            return
        settings = replace(
            training.adapter_settings(len(train), wish.epochs, wish.seed), pooling=wish.pooling
        )
        if len(texts) < FEW_A_LABEL * len(labels) and not wish.start and not texts[0].second:
            described = described | {
                "advice": "With so few texts a label a head often does better: train one too."
            }
        if wish.start:
            known = read_description(wish.start)
            labels = tuple(known["labels"])
            check_known(texts, labels, "What you labelled")
            before = yield from self._measured_before(wish.start, test or dev, labels)
            described = described | {"also_measured": before, "combine": known.get("combine", {})}
            settings = replace(settings, learning_rate=2e-4, top_layers=int(known["top_layers"]),
                               rank=int(known["rank"]), alpha=int(known["alpha"]))  # fmt: skip
        yield from training.train_tagger(
            wish.folder,
            self.encoder(),
            train,
            dev,
            labels=labels,
            settings=settings,
            description=described,
            start=wish.start,
            test=test,
            multi_label=wish.multi_label,
        )

    def _measured_before(
        self, start: Path, texts: Sequence[LabelledText], labels: Sequence[str]
    ) -> Steps[dict[str, float]]:
        """Return how the tagger to go on from does on the texts that will measure the new one."""
        from engine.encoding.encoder import choose_device
        from engine.tagging.tagger import Tagger
        from engine.tagging.tagger_measures import evaluate

        tagger = Tagger.open(start, choose_device(self._device), self.encoder())
        made = yield from evaluate(tagger, texts, {label: label for label in labels})
        return {
            "held-out accuracy before": round(made.accuracy, 4),
            "held-out macro-F1 before": round(made.macro_f1, 4),
        }

    def _make_head(
        self,
        wish: _Wish,
        texts: Sequence[LabelledText],
        held: Sequence[LabelledText],
        described: dict[str, Any],
    ) -> Steps[None]:
        from engine.training.examples import label_order
        from engine.training.head_training import train_head

        yield from train_head(
            wish.folder,
            self.encoder(),
            texts,
            held,
            labels=label_order(texts),
            description=described,
            multi_label=wish.multi_label,
        )

    def _given(self, name: str, info: TaggerInfo, tagger: str) -> list[LabelledText]:
        """Return the passages that the user gave labels to; TooSmall when there are none."""
        catalogue = self._corpus(name).catalogue
        given = known_labels(catalogue.given_labels(tagger_name(self._tagger_id(tagger))), info)
        if not given:
            raise TooSmall(f"You have given no passage of “{name}” a label of “{tagger}” yet.")
        return [
            LabelledText(passage.text, (*given[passage.id], NONE)[0], "", given[passage.id][1:])
            for passage in catalogue.passages(sorted(given))
        ]

    def _goes_on(self, folder: Path, info: TaggerInfo) -> bool:
        """Say whether training can begin with a tagger's adapters: they are there, and over this encoder."""
        from engine.tagging.tagger_files import weights_digest

        if info.kind is not TaggerKind.ADAPTER or not info.taught:
            return False
        return bool(read_description(folder).get("base_sha256") == weights_digest(self.encoder().folder))


def _pooling(pooling: str, route: str) -> HeadPooling:
    try:
        chosen = HeadPooling(pooling)
    except ValueError:
        ways = ", ".join(POOLINGS)
        raise ModelError(
            f"There is no pooling “{pooling}” for a head to read by. There is: {ways}."
        ) from None
    if chosen is not HeadPooling.CLS and route != TaggerKind.ADAPTER:
        raise ModelError(
            "What a head reads is chosen with the route “adapter” only; the others read as they do."
        )
    return chosen


def _route(route: str, base: str | None) -> TaggerKind:
    try:
        chosen = TaggerKind(route)
    except ValueError:
        ways = ", ".join(kind.value for kind in ROUTES)
        raise ModelError(f"There is no route “{route}” to train by. There is: {ways}.") from None
    if base and chosen is not TaggerKind.MODEL:
        raise ModelError("A base model is trained by the route “model” only; the others use the encoder.")
    return chosen
