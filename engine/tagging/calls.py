"""What a Workspace can be asked about tags."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.opened import Opened
from engine.progress import Progress, Steps
from engine.tagging import known_taggers
from engine.tagging.records import (
    NLI,
    SENTIMENT,
    Comparison,
    DocumentTag,
    SentenceTag,
    TagContrast,
    TaggerInfo,
    TagReport,
    TagTotals,
    TextTag,
)
from indexes.records import Skipped, Source, Tags


class TaggingCalls(Opened):
    """Tags texts, passages and documents, tells of their tags, and measures taggers."""

    def taggers(self) -> list[TaggerInfo]:
        """Return the taggers there are: those that come with Asterism, then the user's own."""
        return known_taggers.all_infos(self.library.taggers_folder)

    def tagger_info(self, tagger: str) -> TaggerInfo:
        """Return what is known of one tagger, named by name or folder. Raises ModelError."""
        return known_taggers.tagger_info(known_taggers.find_tagger(tagger, self.library.taggers_folder))

    def tag_text(self, text: str, tagger: str = SENTIMENT, second: str = "") -> TextTag:
        """Tag one text, or two for a pair tagger; a long one in windows, combined, and its sentences too."""
        from engine.tagging import tagging

        return tagging.tag_text(self.tagger(tagger), text, second)

    def sentence_tags(self, name: str, passage_id: int, tagger: str = SENTIMENT) -> tuple[SentenceTag, ...]:
        """Tag each sentence of a passage; none when the passage is gone."""
        from engine.tagging import tagging

        passages = self._corpus(name).catalogue.passages([passage_id])
        return tagging.sentence_tags(self.tagger(tagger), passages[0].text) if passages else ()

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

    def tags(self, name: str, tagger: str = SENTIMENT, passage_ids: Sequence[int] | None = None) -> Tags:
        """Return the stored tags of a tagger, and the labels that the user gave; loads no model.

        All of them, or those of `passage_ids`.
        """
        info = self.tagger_info(tagger)
        return self._corpus(name).catalogue.tags(
            self._tagger_id(tagger), info.labels, multi_label=info.multi_label, passage_ids=passage_ids
        )

    def tag_totals(
        self, name: str, by: str, tagger: str = SENTIMENT, unsure_below: float | None = None
    ) -> TagTotals:
        """Return the tags by "cluster", "folder", "month" or a metadata column. Raises CorpusError."""
        from engine.tagging import totals

        below = self.tagger_info(tagger).unsure_below if unsure_below is None else unsure_below
        return totals.tag_totals(self._corpus(name).catalogue, self.tags(name, tagger), by, below)

    def tag_contrast(
        self,
        name: str,
        cluster_id: int,
        other: int,
        tagger: str = SENTIMENT,
        unsure_below: float | None = None,
    ) -> TagContrast:
        """Return how two clusters of the map differ in their tags. Raises CorpusError."""
        from engine.tagging import contrast

        below = self.tagger_info(tagger).unsure_below if unsure_below is None else unsure_below
        return contrast.tag_contrast(
            self._corpus(name).catalogue, self.tags(name, tagger), cluster_id, other, below
        )

    def export_tags(
        self, name: str, path: str | Path, tagger: str = SENTIMENT, unsure_below: float | None = None
    ) -> int:
        """Write the stored tags as .csv or .parquet, a row a passage, and return how many. Raises ExportError."""
        from engine.tagging import tag_export

        below = self.tagger_info(tagger).unsure_below if unsure_below is None else unsure_below
        return tag_export.export_tags(
            Path(path), self._corpus(name).catalogue, self.tags(name, tagger), below
        )

    def evaluate_tagger(
        self, source: Source, tagger: str = SENTIMENT, meanings: Mapping[str, str] | None = None
    ) -> Steps[TagReport]:
        """Measure a tagger on a labelled table; `meanings` maps the table's labels to the tagger's."""
        from engine.tagging import tagger_measures
        from engine.training import tables

        chosen = self.tagger(tagger)
        examples = yield from tables.read_examples(source, multi_label=chosen.multi_label, pairs=chosen.pair)
        return (yield from tagger_measures.evaluate(chosen, examples, meanings))

    def compare_texts(self, first: str, second: str, tagger: str = NLI) -> Comparison:
        """Return what two texts are to each other: their cosine, and what a pair tagger says both ways round."""
        from engine.tagging import comparing

        return comparing.compare_texts(self.encoder(), self.tagger(tagger) if tagger else None, first, second)
