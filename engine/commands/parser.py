"""The parser of the command line: which commands there are, and what each can be told."""

import argparse
from pathlib import Path
from typing import Any

Commands = Any
"""What argparse gives for adding commands to; its type has no public name."""


def parser(version: str) -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="asterism",
        description="Search, map and tag your own documents by meaning, on your own machine. "
        "Without a command the window opens.",
    )
    top.add_argument("--version", action="version", version=f"asterism {version}")
    common = _common_options()
    _add_common(top, defaults=True)
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    _add_corpora(commands, common)
    _add_search(commands, common)
    _add_map(commands, common)
    _add_tagging(commands, common)
    _add_taggers(commands, common)
    _add_models(commands, common)
    return top


def _add_corpora(commands: Commands, common: argparse.ArgumentParser) -> None:
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

    remove = commands.add_parser("remove", parents=[common], help="remove a corpus, or one source of it")
    remove.add_argument("target", metavar="NAME|SOURCE")
    _corpus(remove, required=False)
    remove.add_argument("--yes", action="store_true", help="do not ask")


def _add_search(commands: Commands, common: argparse.ArgumentParser) -> None:
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


def _add_map(commands: Commands, common: argparse.ArgumentParser) -> None:
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


def _add_tagging(commands: Commands, common: argparse.ArgumentParser) -> None:
    tag = commands.add_parser("tag", parents=[common], help="tag a text, a table or file, or a corpus")
    tag.add_argument("text", nargs="?")
    tag.add_argument(
        "--second", metavar="TEXT", default="", help="of a tagger that reads two: the other text"
    )
    tag.add_argument("--file", type=Path, help="a table or document to tag, one row a document")
    _corpus(tag, required=False)
    which = tag.add_mutually_exclusive_group()
    which.add_argument("--query", help="tag the documents this query finds")
    which.add_argument("--cluster", type=int, metavar="N", help="tag the documents of one cluster")
    which.add_argument("--all", action="store_true", help="tag every document")
    which.add_argument(
        "--totals", metavar="BY", help="of what is tagged: by cluster, folder, month or a column"
    )
    which.add_argument("--contrast", nargs=2, type=int, metavar="N", help="how two clusters differ in tags")
    which.add_argument("--passages", action="store_true", help="write what is tagged, one row a passage")
    which.add_argument(
        "--least-sure", action="store_true", help="list the passages whose labels would teach most"
    )
    which.add_argument(
        "--give", nargs="+", type=int, metavar="PASSAGE_ID", help="give passages the labels of --label"
    )
    tag.add_argument(
        "--label",
        action="append",
        metavar="LABEL",
        help="with --give; without any the given is taken back, with “” none of several holds",
    )
    tag.add_argument("-k", type=_positive, default=10, help="with --query, --least-sure: how many (10)")
    tag.add_argument("--tagger", default="sentiment", metavar="NAME")
    tag.add_argument("--out", type=Path, metavar="FILE", help="write .csv or .parquet")
    _columns(tag)
    tag.add_argument("--second-column", metavar="C", help="the table's column of second texts")


def _add_taggers(commands: Commands, common: argparse.ArgumentParser) -> None:
    train = commands.add_parser("train", parents=[common], help="make or teach a tagger of your own")
    train.add_argument("--file", type=Path, help="a table of labelled texts")
    train.add_argument("--name", help="the new tagger's name")
    train.add_argument("--dev-file", type=Path, help="labelled texts to measure on; else a part is held out")
    train.add_argument(
        "--route",
        choices=("head", "adapter", "model"),
        default="adapter",
        help="head: seconds, on embeddings as they are; adapter: minutes, LoRA over [CLS]; model: a whole model",
    )
    train.add_argument(
        "--base", type=Path, metavar="FOLDER", help="with --route model: the model to go on from"
    )
    train.add_argument(
        "--pooling",
        choices=("cls", "mean", "attention"),
        help="with --route adapter: what the head reads, [CLS] (the usual), the mean of all tokens, or tokens weighed",
    )
    train.add_argument("--multi-label", action="store_true", help="a text may have several labels, or none")
    train.add_argument("--epochs", type=_positive, default=3)
    train.add_argument("--seed", type=int, default=0)
    _corpus(train, required=False)
    train.add_argument(
        "--tagger", metavar="NAME", help="with --corpus: it learns from the labels you gave there"
    )
    train.add_argument("--undo", action="store_true", help="with --corpus: take its last lesson back")
    train.add_argument(
        "--next-sentence", action="store_true", help="with --corpus: tell the next sentence from another"
    )
    _columns(train)
    train.add_argument("--second-column", metavar="C", help="of pairs: the table's column of second texts")

    taggers = commands.add_parser("taggers", parents=[common], help="list taggers, or one in detail")
    taggers.add_argument("name", nargs="?")
    taggers.add_argument("--make", metavar="A,B,…", help="make a tagger NAME with these labels, to be taught")
    taggers.add_argument("--multi-label", action="store_true", help="with --make: several labels may hold")
    taggers.add_argument("--add-label", metavar="LABEL", help="to the tagger NAME, one of your own")
    taggers.add_argument("--rename-label", nargs=2, metavar=("OLD", "NEW"), help="also where you gave it")
    taggers.add_argument("--remove", action="store_true", help="remove the tagger NAME, one of your own")

    evaluate = commands.add_parser(
        "evaluate", parents=[common], help="measure searching a corpus, a tagger, or ways of pooling"
    )
    evaluate.add_argument(
        "what", nargs="?", choices=("pooling",), help="pooling: measure each way of pooling"
    )
    evaluate.add_argument("--stsb", type=Path, metavar="FILE", help="pooling: pairs with s1, s2 and score")
    evaluate.add_argument("--retrieval", type=Path, metavar="FOLDER", help="pooling: a set in BEIR's layout")
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
    evaluate.add_argument("--second-column", metavar="C", help="of pairs: the table's column of second texts")


def _add_models(commands: Commands, common: argparse.ArgumentParser) -> None:
    inspect = commands.add_parser("inspect", parents=[common], help="show what the model does with a text")
    inspect.add_argument("text")
    inspect.add_argument("--tagger", default="sentiment", metavar="NAME")
    inspect.add_argument("--second", metavar="TEXT", default="", help="of a tagger that reads two: the other")
    inspect.add_argument(
        "--attribute", nargs="?", const="", metavar="LABEL", help="what each token adds to a label's logit"
    )
    _corpus(inspect, required=False)
    inspect.add_argument(
        "--poolings", action="store_true", help="with --corpus: neighbours under each pooling"
    )
    inspect.add_argument("--guess", action="store_true", help="guess the word that stands as [MASK] in TEXT")

    adapt = commands.add_parser("adapt", parents=[common], help="adapt the encoder to a corpus' words")
    _corpus(adapt)
    adapt.add_argument("--name", default="", help="the new encoder's name")
    adapt.add_argument("--epochs", type=_positive, default=1)
    adapt.add_argument("--seed", type=int, default=0)


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
