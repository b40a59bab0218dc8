"""Asterism: search, map and tag your own documents by meaning, on your own machine.

Parses the command line; with no command it opens the window.
"""

import argparse
import sys
from pathlib import Path

VERSION = "0.1.0"


def main(arguments: list[str] | None = None) -> int:
    """Run one command, or the window; returns the exit status (0 done, 1 the world, 2 usage, 3 skipped, 130)."""
    from engine.threads import calm_threads

    calm_threads()  # before anything computes
    options = parser().parse_args(arguments)
    from engine.library import default_library

    options.library = options.library or default_library()
    if options.command is None:
        return open_window(options)
    from engine.commands.run import run

    return run(options)


def open_window(options: argparse.Namespace) -> int:
    """Open the window, or say in a sentence what the desktop lacks for it."""
    from gui.desktop import obstacle

    missing = obstacle()
    if missing:
        print(missing, file=sys.stderr)
        return 1
    from gui.app import run

    return run(options.library, device=options.device, encoder=options.encoder)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="asterism",
        description="Search, map and tag your own documents by meaning, on your own machine. "
        "Without a command the window opens.",
    )
    top.add_argument("--version", action="version", version=f"asterism {VERSION}")
    common = _common_options()
    _add_common(top, defaults=True)
    commands = top.add_subparsers(dest="command", metavar="COMMAND")

    index = commands.add_parser(
        "index", parents=[common], help="add folders, files or tables to a corpus, or bring it up to date"
    )
    index.add_argument("sources", nargs="*", type=Path, metavar="SOURCE", help="none: all sources it has")
    _corpus(index)
    _columns(index)
    index.add_argument(
        "--pooling", default="", metavar="NAME", help="embed by mean (as usual), max, cls, pooler, …; lasts"
    )
    index.add_argument("--preview", action="store_true", help="say what it would mean and stop")

    corpora = commands.add_parser("corpora", parents=[common], help="list corpora, or one in detail")
    corpora.add_argument("name", nargs="?")

    search = commands.add_parser(
        "search",
        parents=[common],
        help="search a corpus by meaning and words",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_grammar(),
    )
    search.add_argument(
        "query", nargs="?", help="a query line; see below. After -- it may begin with a minus"
    )
    _corpus(search)
    search.add_argument("-k", type=_positive, default=10, help="how many documents (10)")
    search.add_argument("--mode", choices=("hybrid", "dense", "keyword"), default="hybrid")
    search.add_argument("--format", action="append", metavar="FORMAT", help="only documents of this format")
    search.add_argument("--path", metavar="FOLDER", help="only documents in this folder")
    search.add_argument(
        "--where", action="append", metavar="COLUMN=VALUE", help="only documents with this metadata"
    )
    search.add_argument("--why", action="store_true", help="say what each word adds to a score")
    search.add_argument("--ignore-marks", action="store_true", help="do not follow the marks of this query")
    search.add_argument("--reranker", metavar="FOLDER", help="re-order the hits by this cross-encoder")
    search.add_argument(
        "--queries", type=Path, metavar="FILE", help="jsonl[.gz] of plain queries with _id and text"
    )
    search.add_argument("--run", type=Path, metavar="OUT", help="write a TREC run by document")

    judge = commands.add_parser("judge", parents=[common], help="mark hits of a query as good or not")
    judge.add_argument("query", nargs="?", help="none: list the queries with marks")
    _corpus(judge)
    judge.add_argument("--good", action="append", type=int, metavar="PASSAGE_ID")
    judge.add_argument("--bad", action="append", type=int, metavar="PASSAGE_ID")
    judge.add_argument("--forget", action="store_true", help="take back the marks of the query first")

    make_map = commands.add_parser("map", parents=[common], help="build or rebuild the map")
    _corpus(make_map)
    make_map.add_argument("--seed", type=int, default=0)
    make_map.add_argument("--fast", action="store_true", help="use all cores; not repeatable")
    make_map.add_argument(
        "--aligned", action="store_true", help="keep what stays where it is on the map there is"
    )
    make_map.add_argument(
        "--min-cluster-size", type=_positive, metavar="N", help="smaller groups are no clusters"
    )
    make_map.add_argument("--out", type=Path, metavar="FILE", help="write the points as .csv or .parquet")
    make_map.add_argument(
        "--page", type=Path, metavar="FILE", help="write the map as one self-contained .html"
    )
    make_map.add_argument("--trust", action="store_true", help="measure how faithful the picture is")

    clusters = commands.add_parser(
        "clusters", parents=[common], help="list the clusters of the map, or change them"
    )
    _corpus(clusters)
    clusters.add_argument("--tree", action="store_true", help="list them as the outline does")
    clusters.add_argument(
        "--divide", nargs=2, type=int, metavar="N", help="say which words divide two clusters"
    )
    clusters.add_argument(
        "--preview", action="store_true", help="say how many there would be with other smallest sizes"
    )
    clusters.add_argument("--min-cluster-size", type=_positive, metavar="N", help="find them again, same map")
    clusters.add_argument("--merge", nargs="+", type=int, metavar="N", help="make one cluster of several")
    clusters.add_argument("--split", type=int, metavar="N", help="make clusters of the parts of one")
    clusters.add_argument("--undo", action="store_true", help="take the last merge or split back")
    clusters.add_argument(
        "--rename", nargs=2, metavar=("N", "NAME"), help="an empty name brings the keywords back"
    )
    clusters.add_argument(
        "--reach",
        type=float,
        metavar="R",
        help="0…1: the share of noise shown with its nearest cluster; -1…0: how weak members become noise",
    )
    clusters.add_argument(
        "--stability", action="store_true", help="measure how much of each survives another run"
    )
    clusters.add_argument("--history", action="store_true", help="say what became what")

    tag = commands.add_parser("tag", parents=[common], help="tag a text, a table or file, or a corpus")
    tag.add_argument("text", nargs="?")
    tag.add_argument("--file", type=Path, help="a table or document to tag, one row a document")
    _corpus(tag, required=False)
    which = tag.add_mutually_exclusive_group()
    which.add_argument("--query", help="tag the documents this query finds")
    which.add_argument("--cluster", type=int, metavar="N", help="tag the documents of one cluster")
    which.add_argument("--all", action="store_true", help="tag every document")
    tag.add_argument("-k", type=_positive, default=10, help="with --query: how many documents (10)")
    tag.add_argument("--tagger", default="sentiment", metavar="NAME")
    tag.add_argument("--out", type=Path, metavar="FILE", help="write .csv or .parquet")
    _columns(tag)

    train = commands.add_parser("train", parents=[common], help="fine-tune a tagger of your own")
    train.add_argument("--file", type=Path, required=True, help="a table of labelled texts")
    train.add_argument("--name", required=True, help="the tagger's name")
    train.add_argument("--dev-file", type=Path, help="labelled texts to measure on; else a part is held out")
    train.add_argument("--epochs", type=_positive, default=3)
    train.add_argument("--seed", type=int, default=0)
    _columns(train)

    commands.add_parser("taggers", parents=[common], help="list taggers")

    evaluate = commands.add_parser(
        "evaluate", parents=[common], help="measure searching a corpus, or a tagger on labelled texts"
    )
    _corpus(evaluate, required=False)
    evaluate.add_argument(
        "--queries", type=Path, metavar="FILE", help="with --judgements: not on your own marks"
    )
    evaluate.add_argument(
        "--judgements", type=Path, metavar="FILE", help="tsv of query id, document id, grade"
    )
    evaluate.add_argument("--fit", action="store_true", help="choose the weight of meaning on your marks")
    evaluate.add_argument("--file", type=Path, help="a table of labelled texts")
    evaluate.add_argument("--tagger", default="sentiment", metavar="NAME")
    evaluate.add_argument(
        "--map-labels",
        metavar="A=B,…",
        help="what the table's labels mean: 0=negative,1=positive; labels left out are not considered",
    )
    _columns(evaluate)

    inspect = commands.add_parser("inspect", parents=[common], help="show what the model does with a text")
    inspect.add_argument("text")
    inspect.add_argument("--tagger", default="sentiment", metavar="NAME")

    remove = commands.add_parser("remove", parents=[common], help="remove a corpus, or one source of it")
    remove.add_argument("target", metavar="NAME|SOURCE")
    _corpus(remove, required=False)
    remove.add_argument("--yes", action="store_true", help="do not ask")
    return top


def _grammar() -> str:
    """Return what a query line can say, as a table."""
    from engine.search.queries import GRAMMAR

    width = max(len(example) for example, _ in GRAMMAR)
    rows = "\n".join(f"  {example.ljust(width)}  {does}" for example, does in GRAMMAR)
    return f"A query line can say:\n{rows}".replace("%", "%%")


def _common_options() -> argparse.ArgumentParser:
    """Return the options that stand before or after the command, without defaults that would hide the former."""
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    _add_common(common, defaults=False)
    return common


def _add_common(target: argparse.ArgumentParser, defaults: bool) -> None:
    unset = None if defaults else argparse.SUPPRESS
    off = False if defaults else argparse.SUPPRESS
    target.add_argument("--library", type=Path, default=unset, metavar="DIR", help="where corpora are kept")
    target.add_argument("--json", action="store_true", default=off, help="one JSON document on stdout")
    target.add_argument("--quiet", action="store_true", default=off, help="no progress, no notes")
    target.add_argument("--device", choices=("cpu", "cuda", "mps"), default=unset)
    target.add_argument("--encoder", default=unset, metavar="FOLDER", help="a sentence-transformers folder")


def _corpus(command: argparse.ArgumentParser, required: bool = True) -> None:
    command.add_argument("--corpus", required=required, metavar="NAME")


def _columns(command: argparse.ArgumentParser) -> None:
    for column in ("id", "title", "text", "label"):
        command.add_argument(f"--{column}-column", metavar="C", help=f"the table's {column} column")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


if __name__ == "__main__":
    sys.exit(main())
