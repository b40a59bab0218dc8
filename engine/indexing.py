"""Loading: sources → files → documents → passages → embeddings, each batch committed, so that it can stop anywhere.

Nothing is done twice: a file with known size and time is not read, one with known content is not parsed, and a
passage whose text the encoder has seen is not embedded.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.corpus import Corpus
from engine.encoding.encoder import Encoder
from engine.progress import Progress, Steps
from engine.reading.passages import Splitter
from engine.reading.process import Reader
from engine.reading.readers import RawDocument, Unreadable
from engine.reading.sources import content_hash, document_key, find_files
from engine.records import FormatCount, IndexReport, Preview
from indexes.catalogue import Catalogue
from indexes.errors import SourceError
from indexes.records import Document, Skipped, Source, SourceFile

EMBEDDING_POOL = 1024
"""Passages sorted by length together, so that little of a batch is padding."""
SAMPLE_FILES = 24
SAMPLE_PASSAGES = 16
PART_CHARACTERS = 50_000
"""Characters of documents that are split and committed together."""
INDEX_INTERVAL = 5.0
"""Seconds between two updates of the indexes while loading, so that what is in can be searched."""


@dataclass
class _Tally:
    """What a load has done so far."""

    read: int = 0
    unchanged: int = 0
    removed: int = 0
    new_passages: int = 0
    embedded: int = 0
    skipped: list[Skipped] = field(default_factory=list)


def index_corpus(corpus: Corpus, encoder: Encoder, sources: Sequence[Source]) -> Steps[IndexReport]:
    """Add `sources` to a corpus and bring all its sources up to date; cancelling keeps every committed batch.

    A corpus that another encoder embedded, or one with another pooling, is embedded anew, and changes over when that is
    done; what the other made stays. Raises CorpusBusy when another process writes the corpus, SourceError when none of
    the sources exists.
    """
    started = time.monotonic()
    tally = _Tally()
    with corpus.writing() as catalogue:
        for source in sources:
            catalogue.add_source(source)
        catalogue.use_encoder(catalogue.latest_encoder() or encoder.id)
        yield from _read_sources(corpus, catalogue, encoder, tally)
        yield from _embed(corpus, catalogue, encoder, tally)
        catalogue.use_encoder(encoder.id)
        yield Progress("Finishing")
        corpus.keywords()
        yield from corpus.vectors_steps(encoder.id)
        report = IndexReport(
            files_read=tally.read,
            files_unchanged=tally.unchanged,
            files_removed=tally.removed,
            documents=catalogue.documents_count,
            passages=catalogue.passages_count,
            embedded=tally.embedded,
            reused=max(0, tally.new_passages - tally.embedded),
            skipped=tuple(tally.skipped),
            seconds=time.monotonic() - started,
        )
        _record(catalogue, encoder, report)
    return report


def preview_sources(corpus: Corpus | None, encoder: Encoder, sources: Sequence[Source]) -> Steps[Preview]:
    """Say what loading `sources` would mean: files by format, and passages, time and disk from a sample.

    `corpus` is None for one that is yet to be made.
    """
    known = _known_files(corpus.catalogue, sources) if corpus else {}
    changed: list[tuple[Source, SourceFile]] = []
    unchanged = 0
    for source in sources:
        for number, file in enumerate(find_files(source)):
            old = known.get((source.path, file.key))
            if old and (old.size, old.mtime_ns) == (file.size, file.mtime_ns):
                unchanged += 1
            else:
                changed.append((source, file))
            if number % 200 == 0:
                yield Progress("Looking for files", len(changed) + unchanged, 0, "files")
    sample = yield from _sample(encoder, [item for item in changed if item[1].format])
    passages = round(sample.passages_per_byte * sum(file.size for _, file in changed if file.format))
    return Preview(
        formats=_count_formats(file for _, file in changed if file.format),
        unsupported=_count_formats(
            replace(file, format=Path(file.path).suffix.lower() or "no suffix")
            for _, file in changed
            if not file.format
        ),
        unchanged_files=unchanged,
        passages=passages,
        seconds=passages * sample.seconds_per_passage,
        disk_bytes=round(passages * (sample.bytes_per_passage * 2 + encoder.dim * 6 + 200)),
    )


@dataclass(frozen=True, slots=True)
class _Changed:
    """A file that is new or looks different from when it was last seen; `old` is how it was."""

    source: Source
    file: SourceFile
    old: SourceFile | None


def _read_sources(corpus: Corpus, catalogue: Catalogue, encoder: Encoder, tally: _Tally) -> Steps[None]:
    """Bring documents and passages up to date with what the sources hold now."""
    if not catalogue.sources():
        raise SourceError("This corpus has no sources yet. Add a folder, files or a table to it.")
    changed: list[_Changed] = []
    for source in catalogue.sources():
        try:
            yield from _compare(catalogue, source, changed, tally)
        except SourceError as error:  # one source gone is no reason to leave the others; what was read stays
            tally.skipped.append(Skipped(source.path, str(error)))
    yield from _read_files(corpus, catalogue, encoder, changed, tally)


def _compare(catalogue: Catalogue, source: Source, changed: list[_Changed], tally: _Tally) -> Steps[None]:
    """Find what changed under a source, and drop the files that are gone."""
    known = catalogue.files(source.id)
    seen = set()
    for number, file in enumerate(find_files(source)):
        seen.add(file.key)
        old = known.get(file.key)
        if old and (old.size, old.mtime_ns, old.format) == (file.size, file.mtime_ns, file.format):
            _count_unchanged(old, tally)
        else:
            changed.append(_Changed(source, replace(file, source_id=source.id), old))
        if number % 200 == 0:
            yield Progress("Looking for files", number, 0, "files")
    gone = [old.id for key, old in known.items() if key not in seen]
    catalogue.remove_files(gone)
    tally.removed += len(gone)


def _read_files(
    corpus: Corpus, catalogue: Catalogue, encoder: Encoder, changed: Sequence[_Changed], tally: _Tally
) -> Steps[None]:
    splitter = Splitter(encoder.tokenizer_file, encoder.max_tokens)
    shown = time.monotonic()
    with Reader() as reader:
        for number, item in enumerate(changed):
            progress = Progress("Reading files", number, len(changed), "files")
            yield progress
            file = replace(item.file, content_hash=_hash_of(item.file))
            if item.old and _same_content(item.old, file):
                catalogue.touch_file(file)
                _count_unchanged(item.old, tally)
                continue
            for passages in _read_file(catalogue, reader, splitter, item.source, file, tally):
                tally.new_passages += passages
                yield progress
            if time.monotonic() - shown > INDEX_INTERVAL:
                corpus.keywords()
                shown = time.monotonic()
        yield Progress("Reading files", len(changed), len(changed), "files")


def _read_file(
    catalogue: Catalogue,
    reader: Reader,
    splitter: Splitter,
    source: Source,
    file: SourceFile,
    tally: _Tally,
) -> Iterator[int]:
    """Read one file into the catalogue, a commit a batch; yields how many passages each batch brought."""
    if file.skipped:
        _skip(catalogue, file, file.skipped, tally)
        return
    file_id = catalogue.begin_file(file)
    try:
        for batch in reader.read(file.path, file.format, source.columns):
            yield 0
            for part in _parts(batch):
                split = [(_document(raw, source, file), splitter.split(raw)) for raw in part]
                catalogue.add_documents(file_id, split)
                yield sum(len(spans) for _, spans in split)
    except Unreadable as error:
        _skip(catalogue, file, error.reason, tally)
        return
    catalogue.finish_file(file_id, file)
    tally.read += 1


def _parts(batch: Sequence[RawDocument]) -> Iterator[list[RawDocument]]:
    """Cut a batch into parts that are split and committed in a fraction of a second, so that searching stays live."""
    part: list[RawDocument] = []
    characters = 0
    for raw in batch:
        part.append(raw)
        characters += len(raw.text)
        if characters > PART_CHARACTERS:
            yield part
            part, characters = [], 0
    if part:
        yield part


def _same_content(old: SourceFile, new: SourceFile) -> bool:
    """Say whether a file that was finished before holds the same bytes, read in the same way."""
    return bool(new.content_hash) and (old.content_hash, old.format) == (new.content_hash, new.format)


def _document(raw: RawDocument, source: Source, file: SourceFile) -> Document:
    key = document_key(source, file, raw.key)
    return Document(key, raw.title, raw.text, raw.format, file.path, raw.metadata)


def _skip(catalogue: Catalogue, file: SourceFile, reason: str, tally: _Tally) -> None:
    catalogue.replace_file(replace(file, skipped=reason), ())
    tally.skipped.append(Skipped(file.path, reason))


def _count_unchanged(file: SourceFile, tally: _Tally) -> None:
    tally.unchanged += 1
    if file.skipped:
        tally.skipped.append(Skipped(file.path, file.skipped))


def _hash_of(file: SourceFile) -> bytes:
    try:
        return content_hash(Path(file.path)) if file.format else b""
    except OSError:
        return b""  # the reader meets the same trouble and says it in words


def _embed(corpus: Corpus, catalogue: Catalogue, encoder: Encoder, tally: _Tally) -> Steps[None]:
    """Embed every text that has no embedding yet, longest first within a pool, a commit a batch."""
    missing = catalogue.count_missing(encoder.id)
    if missing:
        yield Progress("Loading the model")
        encoder.load()
    done, started, shown = 0, time.monotonic(), time.monotonic()
    while pool := catalogue.missing_embeddings(encoder.id, EMBEDDING_POOL):
        hashes = [text_hash for text_hash, _ in pool]
        for rows, vectors in encoder.encode_batches([text for _, text in pool]):
            catalogue.add_embeddings(encoder.id, [hashes[row] for row in rows], vectors)
            done += len(rows)
            tally.embedded += len(rows)
            yield Progress("Embedding", done, missing, "passages")
            if time.monotonic() - shown > INDEX_INTERVAL:
                corpus.vectors(encoder.id)
                shown = time.monotonic()
    if done >= EMBEDDING_POOL // 4:
        catalogue.set_setting("passages_per_second", done / (time.monotonic() - started))


def _record(catalogue: Catalogue, encoder: Encoder, report: IndexReport) -> None:
    from importlib.metadata import version

    catalogue.add_run(
        kind="index",
        model=encoder.id,
        parameters={"max_tokens": encoder.max_tokens, "pooling": encoder.pooling},
        seed=0,
        versions={name: version(name) for name in ("torch", "transformers", "semantic-text-splitter")},
        counts={
            "files_read": report.files_read,
            "skipped": len(report.skipped),
            "passages": report.passages,
            "embedded": report.embedded,
        },
    )


@dataclass(frozen=True, slots=True)
class _Sample:
    passages_per_byte: float = 0.0
    bytes_per_passage: float = 0.0
    seconds_per_passage: float = 0.0


def _sample(encoder: Encoder, files: Sequence[tuple[Source, SourceFile]]) -> Steps[_Sample]:
    """Read, split and embed a little of what would be loaded, spread evenly over it."""
    splitter = Splitter(encoder.tokenizer_file, encoder.max_tokens)
    chosen = files[:: max(1, len(files) // SAMPLE_FILES)][:SAMPLE_FILES]
    sizes, passages, texts = 0.0, 0, []
    reading = time.monotonic()
    with Reader() as reader:
        for number, (source, file) in enumerate(chosen):
            yield Progress("Looking at a sample", number, len(chosen), "files")
            try:
                batch = next(filter(None, reader.read(file.path, file.format, source.columns)), [])
            except Unreadable:
                sizes += file.size
                continue
            for raw in batch:
                spans = splitter.split(raw)
                passages += len(spans)
                texts += [raw.text[span.start : span.end] for span in spans[:2]]
            sizes += _bytes_read(file, batch)
    if not passages or not sizes:
        return _Sample()
    reading = time.monotonic() - reading
    yield Progress("Measuring the encoder")
    encoder.load()
    some = texts[:: max(1, len(texts) // SAMPLE_PASSAGES)][:SAMPLE_PASSAGES]
    embedding = time.monotonic()
    encoder.encode(some)
    embedding = (time.monotonic() - embedding) / len(some)
    mean_bytes = sum(len(text.encode()) for text in some) / len(some)
    return _Sample(passages / sizes, mean_bytes, embedding + reading / passages)


def _bytes_read(file: SourceFile, batch: Sequence[RawDocument]) -> float:
    """Return how much of a file a first batch stands for: all of it, or of a table the share its rows fill."""
    if not any(raw.key for raw in batch):
        return float(file.size)
    packed = 0.4 if file.path.endswith((".gz", ".parquet")) else 1.0
    return min(float(file.size), packed * sum(len(raw.text.encode()) for raw in batch) + 1)


def _known_files(catalogue: Catalogue, sources: Sequence[Source]) -> dict[tuple[str, str], SourceFile]:
    paths = {source.path for source in sources}
    return {
        (stored.path, key): file
        for stored in catalogue.sources()
        if stored.path in paths
        for key, file in catalogue.files(stored.id).items()
    }


def _count_formats(files: Iterator[SourceFile]) -> tuple[FormatCount, ...]:
    counts: Counter[str] = Counter()
    sizes: defaultdict[str, int] = defaultdict(int)
    for file in files:
        counts[file.format] += 1
        sizes[file.format] += file.size
    return tuple(FormatCount(name, count, sizes[name]) for name, count in counts.most_common())
