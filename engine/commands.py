"""The commands of the command line: each calls the Workspace and prints what it answers."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.command_options import columns
from engine.exporting import write_table
from engine.pace import duration
from engine.reading.sources import source_from_path
from engine.records import CorpusInfo, DocumentTag, IndexReport, MapData
from engine.search_commands import evaluate, judge, search
from engine.terminal import DONE, FAILED, INTERRUPTED, SKIPPED, Terminal, counted
from engine.workspace import Workspace
from indexes.errors import AsterismError, SourceError
from indexes.records import Skipped


def run(options: argparse.Namespace) -> int:
    """Run the command that `options` names and return its exit status."""
    terminal = Terminal(quiet=options.quiet)
    try:
        with Workspace(options.library, device=options.device, encoder=options.encoder) as workspace:
            return COMMANDS[options.command](workspace, terminal, options)
    except AsterismError as error:
        print(error, file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("Interrupted. What was committed is kept.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output, `head` perhaps, has seen enough
        sys.stderr.close()
        return DONE


def index(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    """Add sources to a corpus and bring it up to date, or preview that."""
    sources = [source_from_path(path, columns(options)) for path in options.sources]
    if options.preview:
        return _preview(workspace, terminal, options, sources)
    report: IndexReport = terminal.follow(workspace.index(options.corpus, sources))
    if options.json:
        terminal.json(report)
    else:
        terminal.print(
            f"{options.corpus}: {counted(report.documents, 'document')}, {counted(report.passages, 'passage')}; "
            f"{counted(report.files_read, 'file')} read, {report.files_unchanged} unchanged, "
            f"{report.files_removed} removed, {len(report.skipped)} skipped; "
            f"{counted(report.embedded, 'passage')} embedded in {report.seconds:.1f} s"
        )
    _list_skipped(terminal, report.skipped)
    return SKIPPED if report.skipped else DONE


def corpora(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    """List the corpora, or one with its sources and skipped files."""
    if options.name:
        info = workspace.corpus(options.name)
        if options.json:
            terminal.json(info)
        else:
            _describe(terminal, info)
        return DONE
    infos = workspace.corpora()
    if options.json:
        terminal.json(infos)
    elif infos:
        terminal.table(
            (info.name, counted(info.documents, "document"), counted(info.passages, "passage"),
             f"{info.coverage:.0%} embedded", "map" if info.has_map else "no map")
            for info in infos
        )  # fmt: skip
    else:
        terminal.note("There is no corpus yet. Make one with: asterism index FOLDER --corpus NAME")
    return DONE


def make_map(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    """Build the map, and export its points where asked."""
    made: MapData = terminal.follow(workspace.build_map(options.corpus, seed=options.seed, fast=options.fast))
    if options.out:
        write_table(options.out, _point_columns(workspace, options.corpus, made))
    noise = float((made.cluster_ids == -1).mean()) if len(made.cluster_ids) else 0.0
    if options.json:
        summary = {"points": len(made.passage_ids), "clusters": made.clusters, "noise": noise}
        terminal.json(summary | {"parameters": made.parameters, "note": made.note})
        return DONE
    if made.note:
        terminal.note(made.note)
    terminal.print(
        f"{counted(len(made.passage_ids), 'point')}, {counted(len(made.clusters), 'cluster')}, {noise:.0%} noise"
    )
    return DONE


def clusters(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    """List the clusters of the stored map, or say what divides two of them."""
    if options.divide:
        return _divide(workspace, terminal, options)
    made = workspace.map(options.corpus)
    if made is None:
        raise AsterismError(
            f"The corpus “{options.corpus}” has no map yet. Make one with: asterism map --corpus {options.corpus}"
        )
    if options.json:
        terminal.json(made.clusters)
        return DONE
    for cluster in made.clusters:
        terminal.print(f"{cluster.id:>4}  {cluster.size:>6}  {cluster.name}")
        terminal.print(f"{'':14}{', '.join(cluster.keywords)}")
        for passage in workspace.passages(options.corpus, cluster.exemplars[:2]):
            terminal.print(f"{'':14}· {passage.title}: {_one_line(passage.text, 90)}")
    noise = int((made.cluster_ids == -1).sum())
    terminal.print(f"{-1:>4}  {noise:>6}  noise")
    return DONE


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
    _list_skipped(terminal, skipped)
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


def remove(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    """Remove a corpus, or one source of a corpus, after asking."""
    if options.corpus:
        wanted = str(Path(options.target).expanduser().absolute())
        info = workspace.corpus(options.corpus)
        found = [source for source in info.sources if source.path in (wanted, options.target)]
        if not found:
            there_are = ", ".join(source.path for source in info.sources) or "none"
            raise SourceError(f"“{options.corpus}” has no source {options.target}. Its sources: {there_are}.")
        if _agreed(options, f"Remove the source {found[0].path} from “{options.corpus}”?"):
            workspace.remove_source(options.corpus, found[0].id)
            terminal.note(f"Removed {found[0].path} from “{options.corpus}”. The files themselves stay.")
        return DONE
    info = workspace.corpus(options.target)
    if _agreed(options, f"Remove the corpus “{info.name}” with {counted(info.documents, 'document')}?"):
        workspace.remove(info.name)
        terminal.note(f"Removed “{info.name}”. Its sources stay.")
    return DONE


COMMANDS = {
    "index": index,
    "corpora": corpora,
    "search": search,
    "judge": judge,
    "map": make_map,
    "clusters": clusters,
    "tag": tag,
    "train": train,
    "taggers": taggers,
    "evaluate": evaluate,
    "inspect": inspect,
    "remove": remove,
}


def _divide(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    one, other = options.divide
    sides = terminal.follow(workspace.divide_clusters(options.corpus, one, other))
    if options.json:
        terminal.json([dict(words) for words in sides])
        return DONE
    for cluster_id, words in zip(options.divide, sides, strict=True):
        terminal.print(f"towards {cluster_id}: {', '.join(f'{word} {share:.3f}' for word, share in words)}")
    return DONE


def _preview(
    workspace: Workspace, terminal: Terminal, options: argparse.Namespace, sources: Sequence[Any]
) -> int:
    preview = terminal.follow(workspace.preview(options.corpus, sources))
    if options.json:
        terminal.json(preview)
        return DONE
    terminal.table(
        (count.format, counted(count.files, "file"), _size(count.bytes)) for count in preview.formats
    )
    for count in preview.unsupported:
        terminal.print(f"not read yet: {count.format}, {counted(count.files, 'file')}")
    terminal.print(
        f"about {preview.passages:,} passages, {duration(preview.seconds)}, {_size(preview.disk_bytes)} on disk; "
        f"{counted(preview.unchanged_files, 'file')} unchanged"
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


def _point_columns(workspace: Workspace, corpus: str, made: MapData) -> dict[str, Any]:
    keys = workspace.document_keys(corpus, made.document_ids.tolist())
    names = {cluster.id: cluster.name for cluster in made.clusters}
    return {
        "document_id": keys,
        "passage_id": made.passage_ids,
        "x": made.xy[:, 0],
        "y": made.xy[:, 1],
        "cluster_id": made.cluster_ids,
        "strength": made.strengths,
        "cluster_name": [names.get(int(cluster), "noise") for cluster in made.cluster_ids],
    }


def _describe(terminal: Terminal, info: CorpusInfo) -> None:
    terminal.print(info.name)
    terminal.print(
        f"  {counted(info.files, 'file')}, {counted(info.documents, 'document')}, {counted(info.passages, 'passage')}, "
        f"{info.coverage:.0%} embedded, {_size(info.bytes_on_disk)}"
    )
    for source in info.sources:
        terminal.print(f"  source  {source.kind}  {source.path}")
    terminal.print(
        f"  formats  {', '.join(f'{name} {count}' for name, count in info.formats.items()) or 'none'}"
    )
    terminal.print(f"  encoder  {info.encoder or 'none yet'}")
    terminal.print(f"  skipped  {len(info.skipped)}")
    for skipped in info.skipped:
        terminal.print(f"    {skipped.path}: {skipped.reason}")


def _list_skipped(terminal: Terminal, skipped: Sequence[Skipped]) -> None:
    if skipped:
        terminal.note(f"Skipped {counted(len(skipped), 'file')}:")
        for item in skipped:
            terminal.note(f"  {item.path}: {item.reason}")


def _agreed(options: argparse.Namespace, question: str) -> bool:
    if options.yes:
        return True
    if not sys.stdin.isatty():
        raise AsterismError(f"{question} Nothing was removed: say --yes to remove without being asked.")
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def _first(vector: Any) -> str:
    return f"{len(vector)} numbers: " + " ".join(f"{value:+.4f}" for value in vector[:6]) + " …"


def _one_line(text: str, length: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1].rstrip() + "…"


def _size(size: float) -> str:
    for unit in ("bytes", "KB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
