"""The commands that search: search, judge."""

import argparse
import sys
from collections.abc import Mapping, Sequence

from engine.commands.options import conditions
from engine.commands.terminal import DONE, Terminal, counted
from engine.records import Attribution, DocumentHits, Hit, SearchResult
from engine.search.trec import read_queries, write_run
from engine.workspace import Workspace

SHOWN_WORDS = 6


def search(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    """Answer one query line, or write the run of many queries."""
    if options.queries:
        return _search_many(workspace, terminal, options)
    if not options.query:
        return terminal.usage("search needs a QUERY, or --queries FILE with --run OUT.")
    result = workspace.search(
        options.corpus,
        options.query,
        options.k,
        options.mode,
        conditions(options),
        follow=not options.ignore_marks,
    )
    if options.reranker:
        result = terminal.follow(workspace.rerank(options.corpus, options.query, result, options.reranker))
    why: tuple[Attribution, ...] = ()
    if options.why and options.mode != "keyword":
        shown = [hit.passage.id for document in result.documents for hit in document.hits]
        why = workspace.explain(options.corpus, options.query, shown, follow=not options.ignore_marks)
    if options.json:
        terminal.json({"result": result, "why": why} if options.why else result)
        return DONE
    if result.note:
        terminal.note(result.note)
    if result.followed:
        good = sum(grade for _, grade in result.judged)
        terminal.note(f"Follows your marks: {good} good, {len(result.judged) - good} not.")
    _print_hits(terminal, result, {one.passage_id: one for one in why})
    return DONE


def judge(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    """Mark hits of a query line as good or not, or list the marks."""
    if options.forget:
        workspace.clear_judgements(options.corpus, options.query or "")
    marks = [
        (passage_id, grade)
        for grade, ids in ((1, options.good), (0, options.bad))
        for passage_id in ids or ()
    ]
    if not options.query:
        if marks:
            return terminal.usage("judge needs the QUERY that the hits were found by.")
        queries = workspace.judged_queries(options.corpus)
        if options.json:
            terminal.json([{"query": query, "good": good, "bad": bad} for query, good, bad in queries])
        else:
            terminal.table((query, f"{good} good", f"{bad} not") for query, good, bad in queries)
        return DONE
    held: dict[int, int] = workspace.judgements(options.corpus, options.query)
    for passage_id, grade in marks:
        held = workspace.judge(options.corpus, options.query, passage_id, grade)
    if options.json:
        terminal.json(held)
    else:
        good = sum(held.values())
        terminal.print(f"{options.query}: {good} good, {len(held) - good} not")
    return DONE


def _search_many(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    if not options.run:
        return terminal.usage("search --queries needs --run OUT, the file to write.")
    queries = read_queries(options.queries)
    found = terminal.follow(workspace.rank(options.corpus, queries, options.k, options.mode))
    write_run(options.run, found, f"asterism-{options.mode}")
    if options.json:
        terminal.json({"queries": len(found), "mode": options.mode, "run": options.run})
    else:
        terminal.print(f"{counted(len(found), 'query', 'queries')} → {options.run}")
    return DONE


def _print_hits(terminal: Terminal, result: SearchResult, why: Mapping[int, Attribution]) -> None:
    if not result.documents:
        terminal.note("Nothing found.")
    if result.above_chance == 0 and result.documents:
        terminal.note("Nothing here is near your query. What follows is no nearer than chance.")
    for document in result.documents:
        if result.above_chance and document.rank == result.above_chance + 1:
            terminal.print("     ── below this, no better than chance ──")
        _print_document(terminal, document, result.mode == "keyword", why)


def _print_document(
    terminal: Terminal, document: DocumentHits, keyword: bool, why: Mapping[int, Attribution]
) -> None:
    first = document.hits[0].passage
    terminal.print(f"{document.rank:>3}. {first.title}  [{first.document_key}]")
    for hit in document.hits:
        place = f"{hit.passage.locator}  " if str(hit.passage.locator) else ""
        relevance = "" if keyword else f"{hit.relevance:>4.0%}  "
        terminal.print(
            f"     {relevance}{hit.score:.3f}  {place}{_marked(hit.snippet.text, hit.snippet.marks)}{_alike(hit)}"
        )
        if hit.passage.id in why:
            terminal.print(f"{'':12}{_because(hit, why[hit.passage.id])}")
    if document.more:
        terminal.print(f"{'':12}and {counted(document.more, 'more passage')} of this document")


def _alike(hit: Hit) -> str:
    return f"  (and {len(hit.alike)} like it)" if hit.alike else ""


def _because(hit: Hit, attribution: Attribution) -> str:
    """Return what adds most to a score, largest first: “0.412 = ferry +0.110, pier +0.080, …, [CLS] [SEP] +0.010”."""
    strongest = attribution.strongest(hit.passage.text, SHOWN_WORDS)
    words = [f"{word} {share:+.3f}" for word, share in strongest]
    return f"{attribution.score:.3f} = {', '.join(words)}, …, [CLS] [SEP] {attribution.special:+.3f}"


def _marked(text: str, marks: Sequence[tuple[int, int]]) -> str:
    """Return text with its marked words in bold where stdout is a terminal, between asterisks elsewhere."""
    before, after = ("\x1b[1m", "\x1b[0m") if sys.stdout.isatty() else ("*", "*")
    for start, end in sorted(marks, reverse=True):
        text = f"{text[:start]}{before}{text[start:end]}{after}{text[end:]}"
    return text
