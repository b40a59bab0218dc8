"""What a Workspace can be asked about tags and the models that give them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.opened import Opened
from engine.progress import Progress, Steps
from engine.records import (
    DocumentTag,
    Inspection,
    TaggerInfo,
    TextTag,
)
from engine.tagging import known_taggers
from engine.tagging.tagger import SENTIMENT
from indexes.records import Skipped, Source, Tags


class TaggingCalls(Opened):
    """Tags texts, trains and measures taggers, shows what a model does."""

    def taggers(self) -> list[TaggerInfo]:
        """Return the taggers there are: the one that comes with Asterism, then the user's own."""
        folders = known_taggers.tagger_folders(self.library.taggers_folder)
        return [known_taggers.tagger_info(folder) for folder in folders.values()]

    def tag_text(self, text: str, tagger: str = SENTIMENT) -> TextTag:
        """Tag one text; a long one in windows, combined."""
        from engine.tagging.tagging import text_tag

        chosen = self.tagger(tagger)
        return text_tag(chosen.labels, chosen.probabilities([text])[0])

    def tag_passages(self, name: str, passage_ids: Sequence[int], tagger: str = SENTIMENT) -> Steps[Tags]:
        """Tag passages, store the tags, and return all stored tags of that tagger."""
        from engine.tagging import tagging

        yield Progress("Loading the tagger")
        return (
            yield from tagging.tag_passages(
                self._corpus(name), self.tagger(tagger), self._tagger_id(tagger), passage_ids
            )
        )

    def tag_all(self, name: str, tagger: str = SENTIMENT) -> Steps[Tags]:
        """Tag every passage of a corpus."""
        ids = self._corpus(name).catalogue.passage_table().passage_ids
        return (yield from self.tag_passages(name, ids.tolist(), tagger))

    def tag_documents(
        self, name: str, document_ids: Sequence[int], tagger: str = SENTIMENT
    ) -> Steps[list[DocumentTag]]:
        """Tag whole documents and store their passages' tags."""
        from engine.tagging import tagging

        yield Progress("Loading the tagger")
        return (
            yield from tagging.tag_documents(
                self._corpus(name), self.tagger(tagger), self._tagger_id(tagger), document_ids
            )
        )

    def tag_file(
        self, source: Source, tagger: str = SENTIMENT
    ) -> Steps[tuple[list[DocumentTag], tuple[Skipped, ...]]]:
        """Tag the documents of a file or folder without loading them into a corpus."""
        from engine.tagging import tagging

        yield Progress("Loading the tagger")
        return (yield from tagging.tag_source(self.tagger(tagger), source))

    def tags(self, name: str, tagger: str = SENTIMENT) -> Tags:
        """Return the stored tags of a tagger; loads no model."""
        return self._corpus(name).catalogue.tags(self._tagger_id(tagger))

    def train(
        self, source: Source, name: str, dev: Source | None = None, epochs: float = 3, seed: int = 0
    ) -> Steps[TaggerInfo]:
        """Fine-tune a tagger of the user's own on a labelled table and keep it in the library.

        Without `dev` a tenth is held out to measure on. Raises ModelError when the name is taken or unusable,
        TooSmall when there are too few texts.
        """
        from engine.tagging import training

        folder = known_taggers.new_folder(name, self.library.taggers_folder)
        examples = yield from training.read_examples(source)
        if dev is None:
            examples, held_out = training.hold_out(examples, seed)
        else:
            held_out = yield from training.read_examples(dev)
        labels = training.label_order(examples)
        description = {"name": name, "origin": f"trained on {Path(source.path).name}"}
        settings = training.Settings(epochs=epochs, seed=seed)
        yield from training.train_tagger(
            folder,
            self.encoder(),
            examples,
            held_out,
            labels=labels,
            settings=settings,
            description=description,
        )
        self._taggers.pop(name, None)
        return known_taggers.tagger_info(folder)

    def evaluate_tagger(
        self, source: Source, tagger: str = SENTIMENT, meanings: Mapping[str, str] | None = None
    ) -> Steps[dict[str, float]]:
        """Measure a tagger on a labelled table; `meanings` maps the table's labels to the tagger's."""
        from engine.tagging import tagger_measures, training

        examples = yield from training.read_examples(source)
        return (yield from tagger_measures.evaluate(self.tagger(tagger), examples, meanings))

    def inspect(self, text: str, tagger: str = SENTIMENT) -> Inspection:
        """Say what the encoder, and a tagger if named, do with a text."""
        from engine.tagging.inspecting import inspect

        return inspect(text, self.encoder(), self.tagger(tagger) if tagger else None)
