"""The commands that tag texts and show models: tag, train, taggers, inspect."""

import argparse
from collections.abc import Sequence
from typing import Any

from engine.commands.options import columns
from engine.commands.terminal import DONE, SKIPPED, Terminal, list_skipped
from engine.exporting import write_table
from engine.reading.sources import source_from_path
from engine.records import DocumentTag
from engine.workspace import Workspace
from indexes.errors import AsterismError


def tag(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    """Tag a text, the documents of a file, or those of a corpus."""
    if sum(bool(way) for way in (options.text, options.file, options.corpus)) != 1:
        return terminal.usage("tag needs one of TEXT, --file FILE or --corpus NAME.")
    if options.text:
        return _tag_text(workspace, terminal, options)
    if options.file:
        work = workspace.tag_file(source_from_path(options.file, columns(options)), options.tagger)
        tagged, skipped = terminal.follow(work)
    else:
        ids = _documents_to_tag(workspace, options)
        if ids is None:
            return terminal.usage("tag --corpus needs one of --query, --cluster or --all.")
        tagged, skipped = terminal.follow(workspace.tag_documents(options.corpus, ids, options.tagger)), ()
    _report_tags(terminal, options, tagged)
    list_skipped(terminal, skipped)
    return SKIPPED if skipped else DONE


def train(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    """Fine-tune a tagger of the user's own."""
    info = terminal.follow(
        workspace.train(
            source_from_path(options.file, columns(options)),
            options.name,
            dev=source_from_path(options.dev_file, columns(options)) if options.dev_file else None,
            epochs=options.epochs,
            seed=options.seed,
        )
    )
    if options.json:
        terminal.json(info)
    else:
        measured = ", ".join(f"{name} {value:.3f}" for name, value in info.measured.items())
        terminal.print(f"{info.name}: {', '.join(info.labels)}; {measured}")
    return DONE


def taggers(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    """List the taggers."""
    infos = workspace.taggers()
    if options.json:
        terminal.json(infos)
    else:
        for info in infos:
            terminal.print(f"{info.name}: {', '.join(info.labels)}")
            terminal.print(f"    on {info.base}; {info.origin}")
            for name, value in info.measured.items():
                terminal.print(f"    {name}: {value:.3f}")
    return DONE


def inspect(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    """Show what the model does with a text."""
    seen = workspace.inspect(options.text, options.tagger)
    if options.json:
        terminal.json(seen)
        return DONE
    terminal.print(f"encoder           {seen.encoder}")
    cut = "  (cut: the text is longer than the model reads at once)" if seen.truncated else ""
    terminal.print(f"tokens            {len(seen.tokens)}{cut}")
    terminal.table(
        ("", token.id, token.token, "special" if token.special else f"{token.start}–{token.end}")
        for token in seen.tokens
    )
    terminal.print(f"token embeddings  {seen.token_embeddings_shape[0]} × {seen.token_embeddings_shape[1]}")
    terminal.print(f"pooling           {seen.pooling}, length before scaling {seen.norm_before:.4f}")
    terminal.print(f"embedding         {_first(seen.embedding)}")
    terminal.print(f"[CLS]             {_first(seen.cls)}")
    if seen.pooler_output is not None:
        terminal.print(f"pooler output     {_first(seen.pooler_output)}")
    if seen.labels:
        terminal.print(f"tagger            {seen.tagger}")
        terminal.table(
            ("", label, f"logit {logit:+.3f}", f"probability {probability:.3f}")
            for label, logit, probability in zip(seen.labels, seen.logits, seen.probabilities, strict=True)
        )
    return DONE


def _tag_text(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    tagged = workspace.tag_text(options.text, options.tagger)
    if options.out:
        write_table(options.out, _tag_columns([DocumentTag("0", "", tagged)]))
    if options.json:
        terminal.json({"label": tagged.label, "probability": tagged.probability}
                      | dict(zip(tagged.labels, tagged.probabilities, strict=True)))  # fmt: skip
    else:
        terminal.print(f"{tagged.label}  {tagged.probability:.3f}")
        terminal.table(
            ("", label, f"{p:.3f}") for label, p in zip(tagged.labels, tagged.probabilities, strict=True)
        )
    return DONE


def _documents_to_tag(workspace: Workspace, options: argparse.Namespace) -> list[int] | None:
    if options.all:
        return workspace.document_ids(options.corpus)
    if options.query:
        result = workspace.search(options.corpus, options.query, options.k)
        return [document.hits[0].passage.document_id for document in result.documents]
    if options.cluster is not None:
        made = workspace.map(options.corpus)
        if made is None:
            raise AsterismError(f"The corpus “{options.corpus}” has no map yet, so it has no clusters.")
        return sorted(set(made.document_ids[made.cluster_ids == options.cluster].tolist()))
    return None


def _report_tags(terminal: Terminal, options: argparse.Namespace, tagged: Sequence[DocumentTag]) -> None:
    columns = _tag_columns(tagged)
    if options.out:
        write_table(options.out, columns)
    if options.json:
        terminal.json([dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)])
        return
    if not options.out:
        for document in tagged:
            terminal.print(
                f"{document.tag.label:<9} {document.tag.probability:.3f}  {document.document_key}  {document.title}"
            )
    totals = {label: 0 for document in tagged[:1] for label in document.tag.labels}
    for document in tagged:
        totals[document.tag.label] += 1
    terminal.print(", ".join(f"{label} {count}" for label, count in totals.items()) or "Nothing to tag.")


def _tag_columns(tagged: Sequence[DocumentTag]) -> dict[str, list[Any]]:
    labels = tagged[0].tag.labels if tagged else ()
    columns: dict[str, list[Any]] = {
        "document_id": [document.document_key for document in tagged],
        "label": [document.tag.label for document in tagged],
        "probability": [document.tag.probability for document in tagged],
    }
    for number, label in enumerate(labels):
        columns[label] = [document.tag.probabilities[number] for document in tagged]
    return columns


def _first(vector: Any) -> str:
    return f"{len(vector)} numbers: " + " ".join(f"{value:+.4f}" for value in vector[:6]) + " …"
