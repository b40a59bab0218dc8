"""The command that measures: searching a corpus, a tagger, ways of pooling."""

import argparse
from collections.abc import Sequence

from engine.commands.options import columns, pairs
from engine.commands.terminal import DONE, Terminal
from engine.encoding.records import PoolingMeasures
from engine.reading.sources import source_from_path
from engine.records import SearchMeasures
from engine.tagging.records import TagReport
from engine.tagging.tagger_measures import as_measures
from engine.workspace import Workspace


def evaluate(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    """Measure searching a corpus, a tagger on a table of labelled texts, or ways of pooling."""
    if options.what == "pooling":
        return _evaluate_pooling(workspace, terminal, options)
    if bool(options.corpus) == bool(options.file):
        return terminal.usage("evaluate needs --corpus NAME (searching) or --file FILE (a tagger).")
    if options.corpus:
        return _evaluate_search(workspace, terminal, options)
    return _evaluate_tagger(workspace, terminal, options)


def _evaluate_search(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    if options.fit:
        terminal.print(terminal.follow(workspace.fit_search(options.corpus)))
        return DONE
    if bool(options.queries) != bool(options.judgements):
        return terminal.usage("evaluate --corpus needs both --queries and --judgements, or neither.")
    measured: Sequence[SearchMeasures] = terminal.follow(
        workspace.evaluate_search(options.corpus, options.queries, options.judgements)
    )
    if options.json:
        terminal.json(measured)
        return DONE
    terminal.table(
        [
            ("mode", "queries", "nDCG@10", "MRR", "Recall@100"),
            *(
                (one.mode, one.queries, f"{one.ndcg:.3f}", f"{one.mrr:.3f}", f"{one.recall:.3f}")
                for one in measured
            ),
        ]
    )
    return DONE


def _evaluate_tagger(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    """Measure a tagger on a table of labelled texts."""
    source = source_from_path(options.file, columns(options))
    names = dict(pairs(options.map_labels.split(","))) if options.map_labels else {}
    report: TagReport = terminal.follow(workspace.evaluate_tagger(source, options.tagger, names))
    if options.json:
        terminal.json(as_measures(report) | {"report": report})
        return DONE
    terminal.table(
        (name, f"{value:.4f}" if name != "texts" else f"{value:.0f}")
        for name, value in as_measures(report).items()
    )
    terminal.print(f"always the commonest label: {report.majority:.4f}")
    if len(report.coverage) > 1:
        said = ", ".join(f"{share:.0%} {accuracy:.3f}" for share, accuracy in report.coverage)
        terminal.print(f"accuracy on the surest: {said}")
    if report.caution:
        terminal.print(report.caution)
    return DONE


def _evaluate_pooling(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    measured: Sequence[PoolingMeasures] = terminal.follow(
        workspace.evaluate_poolings(options.stsb, options.retrieval, options.corpus or "")
    )
    if options.json:
        terminal.json(measured)
        return DONE
    terminal.table(
        [
            ("pooling", "Spearman", "nDCG@10", "MRR", "own nDCG@10", "own MRR"),
            *(
                (
                    one.pooling,
                    *(
                        "–" if value is None else f"{value:.3f}"
                        for value in (one.similarity, one.ndcg, one.mrr, one.own_ndcg, one.own_mrr)
                    ),
                )
                for one in measured
            ),
        ]
    )
    return DONE
