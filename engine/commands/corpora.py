"""The commands that load, list and remove: index, corpora, remove."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.commands.options import columns
from engine.commands.terminal import DONE, SKIPPED, Terminal, counted, list_skipped
from engine.pace import duration
from engine.reading.sources import source_from_path
from engine.records import CorpusInfo, IndexReport
from engine.workspace import Workspace
from indexes.errors import AsterismError, SourceError


def index(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    """Add sources to a corpus and bring it up to date, or preview that."""
    sources = [source_from_path(path, columns(options)) for path in options.sources]
    if options.preview:
        return _preview(workspace, terminal, options, sources)
    report: IndexReport = terminal.follow(workspace.index(options.corpus, sources, options.pooling))
    if options.json:
        terminal.json(report)
    else:
        terminal.print(
            f"{options.corpus}: {counted(report.documents, 'document')}, {counted(report.passages, 'passage')}; "
            f"{counted(report.files_read, 'file')} read, {report.files_unchanged} unchanged, "
            f"{report.files_removed} removed, {len(report.skipped)} skipped; "
            f"{counted(report.embedded, 'passage')} embedded in {report.seconds:.1f} s"
        )
    list_skipped(terminal, report.skipped)
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


def _agreed(options: argparse.Namespace, question: str) -> bool:
    if options.yes:
        return True
    if not sys.stdin.isatty():
        raise AsterismError(f"{question} Nothing was removed: say --yes to remove without being asked.")
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def _size(size: float) -> str:
    for unit in ("bytes", "KB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
