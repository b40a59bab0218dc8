"""The command that tags: a text, a table, a corpus; and what is tagged, in totals and contrasts."""

import argparse
from collections.abc import Sequence
from typing import Any

from engine.commands.options import columns
from engine.commands.terminal import DONE, SKIPPED, Terminal, counted, list_skipped
from engine.exporting import write_table
from engine.reading.sources import source_from_path
from engine.tagging.records import DocumentTag, TagTotal
from engine.workspace import Workspace
from indexes.errors import AsterismError


def tag(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    """Tag a text, the documents of a file, or those of a corpus; or tell of the tags that a corpus has."""
    if sum(bool(way) for way in (options.text, options.file, options.corpus)) != 1:
        return terminal.usage("tag needs one of TEXT, --file FILE or --corpus NAME.")
    if options.text:
        return _tag_text(workspace, terminal, options)
    if options.file:
        work = workspace.tag_file(source_from_path(options.file, columns(options)), options.tagger)
        tagged, skipped = terminal.follow(work)
        _report_tags(terminal, options, tagged)
        list_skipped(terminal, skipped)
        return SKIPPED if skipped else DONE
    for chosen, told in (
        (options.totals, _totals),
        (options.contrast, _contrast),
        (options.passages, _passages),
        (options.least_sure, _least_sure),
        (options.give, _give),
    ):
        if chosen:
            return told(workspace, terminal, options)
    ids = _documents_to_tag(workspace, options)
    if ids is None:
        return terminal.usage(
            "tag --corpus needs one of --query, --cluster, --all, --totals, --contrast, --passages, "
            "--least-sure or --give."
        )
    _report_tags(
        terminal, options, terminal.follow(workspace.tag_documents(options.corpus, ids, options.tagger))
    )
    return DONE


def _tag_text(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    tagged = workspace.tag_text(options.text, options.tagger, second=options.second)
    if options.out:
        write_table(options.out, _tag_columns([DocumentTag("0", "", tagged)]))
    if options.json:
        sentences = [
            {"text": options.text[one.start : one.end], "label": one.label}
            | dict(zip(tagged.labels, one.probabilities, strict=True))
            for one in tagged.sentences
        ]
        terminal.json({"label": tagged.label, "probability": tagged.probability, "state": tagged.state}
                      | dict(zip(tagged.labels, tagged.probabilities, strict=True))
                      | {"sentences": sentences})  # fmt: skip
        return DONE
    terminal.print(f"{tagged.label}  {tagged.probability:.3f}  {tagged.state}")
    terminal.table(
        ("", label, f"{p:.3f}") for label, p in zip(tagged.labels, tagged.probabilities, strict=True)
    )
    if len(tagged.sentences) > 1:
        terminal.table(
            ("", one.label, f"{max(one.probabilities):.3f}", options.text[one.start : one.end])
            for one in tagged.sentences
        )
    return DONE


def _totals(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    totals = workspace.tag_totals(options.corpus, options.totals, options.tagger)
    if options.json:
        terminal.json(totals)
        return DONE
    terminal.table(
        [
            (totals.by, *totals.labels, "unsure", "tagged"),
            *(_total_row(group) for group in (*totals.groups, totals.whole)),
        ]
    )
    return DONE


def _total_row(total: TagTotal) -> tuple[Any, ...]:
    return (total.group or "all", *total.counts, total.unsure, total.tagged)


def _contrast(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    first, second = options.contrast
    contrast = workspace.tag_contrast(options.corpus, first, second, options.tagger)
    if options.json:
        terminal.json(contrast)
        return DONE
    terminal.print(f"{contrast.first.group} ({contrast.first.tagged} tagged)")
    terminal.print(f"against {contrast.second.group} ({contrast.second.tagged} tagged)")
    rows = zip(contrast.labels, contrast.difference, contrast.low, contrast.high, strict=True)
    terminal.table(
        ("", label, f"{difference:+.3f}", f"95 %: {low:+.3f} … {high:+.3f}")
        for label, difference, low, high in rows
    )
    return DONE


def _passages(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    if not options.out:
        return terminal.usage("tag --passages needs --out FILE.")
    rows = workspace.export_tags(options.corpus, options.out, options.tagger)
    terminal.print(f"{counted(rows, 'passage')} → {options.out}")
    return DONE


def _least_sure(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    ids = workspace.least_sure(options.corpus, options.tagger, options.k)
    passages = workspace.passages(options.corpus, list(ids))
    if options.json:
        terminal.json(passages)
        return DONE
    terminal.table((passage.id, passage.title, " ".join(passage.text.split())[:100]) for passage in passages)
    return DONE


def _give(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    workspace.label_passages(options.corpus, options.give, tuple(options.label or ()), options.tagger)
    given = workspace.given_labels(options.corpus, options.tagger)
    if options.json:
        terminal.json([{"passage_id": passage_id, "labels": labels} for passage_id, labels in given])
    else:
        terminal.print(f"Labels of yours in “{options.corpus}”: {len(given):,}")
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
    return columns | {"state": [str(document.tag.state) for document in tagged]}
