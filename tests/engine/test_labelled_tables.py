"""Labelled texts out of tables, and what is said of tables that nothing can be learned from."""

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from engine.progress import finish
from engine.tagging.tagger_measures import LabelledText
from engine.training import tables
from engine.training.examples import check_known, check_labels, gold, hold_out, label_order, parts
from engine.training.tables import read_examples
from indexes.errors import ModelError, SourceError, TooSmall
from indexes.records import Source, TableColumns
from tests.engine.reading_here import ReaderHere


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "Reader", ReaderHere)


def table(folder: Path, content: str, /, name: str = "moods.csv", **columns: str) -> Source:
    (folder / name).write_text(content, "utf-8")
    return Source("table", str(folder / name), TableColumns(**columns))


def lines(folder: Path, *rows: dict[str, Any], name: str = "moods.jsonl", **columns: str) -> Source:
    return table(folder, "".join(json.dumps(row) + "\n" for row in rows), name, **columns)


def test_examples_are_the_rows_of_a_table_that_have_a_label(tmp_path: Path) -> None:
    source = table(tmp_path, "text,label\nthe bread was good,glad\nthe river,\nthe storm was bad,sorry\n")
    running = read_examples(source)
    units = {next(running).unit}
    examples = finish(running)

    assert examples == [
        LabelledText("the bread was good", "glad"),
        LabelledText("the storm was bad", "sorry"),
    ]
    assert units == {"texts"}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", ["moods.csv.gz", "moods.tsv", "moods.jsonl.gz", "moods.parquet"])
def test_every_kind_of_table_gives_the_same_examples(tmp_path: Path, name: str) -> None:
    path, rows = tmp_path / name, [("the bread", "1"), ("the storm", "0")]
    if name.endswith("parquet"):
        import pyarrow
        import pyarrow.parquet

        columns = {"text": [text for text, _ in rows], "label": [float(label) for _, label in rows]}
        pyarrow.parquet.write_table(pyarrow.table(columns), path)
    elif "jsonl" in name:
        with gzip.open(path, "wt") as file:
            file.writelines(json.dumps({"text": text, "label": int(label)}) + "\n" for text, label in rows)
    elif name.endswith("gz"):
        with gzip.open(path, "wt") as file:
            file.write("text,label\n" + "".join(f"{text},{label}\n" for text, label in rows))
    else:
        path.write_text("text\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label in rows))

    assert finish(read_examples(Source("table", str(path)))) == [LabelledText(*row) for row in rows]


@pytest.mark.usefixtures("here")
def test_several_labels_come_as_a_list_or_in_one_cell(tmp_path: Path) -> None:
    rows = [
        ("a", ["fun", "long"]),
        ("b", "long; fun;"),
        ("c", "fun|dull"),
        ("d", []),
        ("e", "red, green"),
        ("f", None),
    ]
    source = lines(tmp_path, *({"text": text, "labels": labels} for text, labels in rows))
    labels = {example.text: example.labels for example in finish(read_examples(source, multi_label=True))}

    assert labels == {
        "a": ("fun", "long"),
        "b": ("long", "fun"),
        "c": ("fun", "dull"),
        "d": (),  # none of the labels holds
        "e": ("red, green",),  # a label may have a comma in it
    }  # and f has no label yet


@pytest.mark.usefixtures("here")
def test_a_list_of_labels_where_one_is_wanted_is_told(tmp_path: Path) -> None:
    source = lines(tmp_path, {"text": "a", "label": ["fun"]}, {"text": "b", "label": ["fun", "long"]})

    with pytest.raises(SourceError, match=r"several labels or none \(fun, long, for one\)"):
        finish(read_examples(source))


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("premise,hypothesis,label", {}),
        ("Question,Answer,label", {}),
        ("question,text,label", {}),
        ("sentence1,sentence2,gold_label", {}),
        ("s1,s2,label", {}),
        ("text_a,text_b,class", {}),
        ("left,right,label", {"text": "left", "second": "right"}),
        ("question,passage,label", {"text": "question", "second": "passage"}),
    ],
)
def test_two_columns_of_texts_are_pairs(tmp_path: Path, header: str, columns: dict[str, str]) -> None:
    source = table(tmp_path, f"{header}\nwho sings,the bird sings,yes\nwho runs,,no\n", **columns)

    assert finish(read_examples(source)) == [LabelledText("who sings", "yes", "the bird sings")]


@pytest.mark.usefixtures("here")
def test_a_named_text_column_or_who_reads_no_pairs_makes_single_texts_of_pairs(tmp_path: Path) -> None:
    source = table(tmp_path, "question,answer,label\nwho sings,the bird,yes\n", text="answer")

    assert finish(read_examples(source)) == [LabelledText("the bird", "yes")]
    source = table(tmp_path, "question,text,label\nwho sings,the bird,yes\n")
    assert finish(read_examples(source, pairs=False)) == [LabelledText("the bird", "yes")]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("text", "columns", "said"),
    [
        ("text,size\na bird,3\n", {}, r"besides its texts it has the columns size"),
        ("text\na bird\n", {}, r"besides its texts it has no other column"),
        ("text,label\na bird,\n", {}, r"besides its texts it has no other column with anything in it"),
        ("text,mood\na bird,\n", {"label": "mood"}, r"its column “mood” is empty"),
        ("text,label\na bird,x\n", {"label": "mood"}, r"no column named mood: its columns are text, label"),
        ("text,label\na bird,x\n", {"text": "body"}, r"no column named body: its columns are text, label"),
        ("text,label\na bird,x\n", {"second": "reply"}, r"no column named reply beside its texts: it has"),
        ("size,label\n3,x\n", {}, r"has no column with a usual name for text: name one of its columns size, label"),
        ("", {}, r"is empty"),
    ],
)  # fmt: skip
def test_a_table_without_the_columns_is_told_which_it_has(
    tmp_path: Path, text: str, columns: dict[str, str], said: str
) -> None:
    with pytest.raises(SourceError, match=said):
        finish(read_examples(table(tmp_path, text, **columns)))


def test_what_is_no_table_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is not a table"):
        finish(read_examples(Source("file", str(tmp_path / "moods.pdf"))))


def several(*labels: str, each: int = 6) -> list[LabelledText]:
    return [LabelledText(f"{label} {n}", label) for label in labels for n in range(each)]


@pytest.mark.parametrize(
    ("examples", "error", "said"),
    [
        (several("glad"), TooSmall, r"All 6 texts of moods.csv have the label “glad”"),
        (several(*map(str, range(201))), SourceError, r"have 201 different labels.*at most 200"),
        (several(*map(str, range(10_000)), each=1), SourceError, r"10,000 texts of moods.csv have 10,000 different"),
        (several(*"abcdefgh", each=1), SourceError, r"name or number of each text"),
        (several("1", "2", "glad"), SourceError, r"are numbers \(1, 2\) and others words \(glad\)"),
        (several("glad", "x" * 81), SourceError, r"as long as texts"),
        ([*several("glad", "sorry"), *several("odd", each=4)], TooSmall, r"at least 5 texts.*“odd” has 4\."),
    ],
)  # fmt: skip
def test_labels_that_nothing_can_be_learned_from_are_told(
    examples: list[LabelledText], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        check_labels(examples, "moods.csv")


def test_labels_that_can_be_learned_pass() -> None:
    check_labels(several("glad", "sorry"), "moods.csv")
    check_labels(several("-1", "0", "2.5"), "moods.csv")
    check_labels(
        several("glad") + several("", each=5), "moods.csv", multi_label=True
    )  # one that holds or not


def test_a_label_that_always_holds_cannot_be_learned() -> None:
    always = [LabelledText(f"{n}", "long", "", ("fun",) if n % 2 else ()) for n in range(20)]

    with pytest.raises(TooSmall, match="“long” holds for nearly all"):
        check_labels(always, "moods.csv", multi_label=True)


def test_labels_to_measure_on_must_be_known() -> None:
    with pytest.raises(SourceError, match=r"dev.csv has labels .*: angry\. Those have: glad, sorry"):
        check_known(several("glad", "angry"), ("glad", "sorry"), "dev.csv")


@pytest.mark.parametrize(
    ("labels", "order"),
    [
        (("positive", "negative", "neutral"), ("negative", "neutral", "positive")),
        (("10", "2", "-1"), ("-1", "2", "10")),
        (("1.5", "1"), ("1", "1.5")),
        (("world", "business"), ("business", "world")),
    ],
)
def test_labels_stand_in_an_order_a_person_expects(labels: tuple[str, ...], order: tuple[str, ...]) -> None:
    assert label_order([LabelledText("text", label) for label in labels]) == order


def test_gold_are_numbers_or_a_column_a_label() -> None:
    assert gold([LabelledText("a", "y"), LabelledText("b", "x")], ("x", "y")).tolist() == [1, 0]
    both = [LabelledText("a", "y", "", ("x",)), LabelledText("b", ""), LabelledText("c", "x")]
    assert gold(both, ("x", "y"), multi_label=True).tolist() == [[1, 1], [0, 0], [1, 0]]


def test_a_tenth_of_each_label_is_held_out_and_a_fifth_of_few_texts() -> None:
    many = [LabelledText(str(n), "a" if n < 600 else "b") for n in range(1000)]
    few = many[500:700]  # 100 of each
    for examples, wanted in ((many, {"a": 60, "b": 40}), (few, {"a": 20, "b": 20})):
        train, held = hold_out(examples, seed=3)

        assert Counter(example.label for example in held) == wanted
        assert sorted(e.text for e in [*train, *held]) == sorted(e.text for e in examples)
        assert (train, held) == hold_out(examples, seed=3)


def test_equal_texts_and_pairs_of_one_text_stay_on_one_side() -> None:
    pairs = [LabelledText(f"question {n // 3}", "ab"[n % 2], f"answer {n}") for n in range(300)]
    train, held = hold_out(pairs, seed=1)

    assert 40 <= len(held) <= 60
    assert not {pair.text for pair in train} & {pair.text for pair in held}


def test_of_many_held_out_texts_one_half_only_measures() -> None:
    many = [LabelledText(str(n), "ab"[n % 2]) for n in range(2000)]
    train, choosing, measuring = parts(many, [], seed=0)
    assert (len(train), len(choosing), len(measuring)) == (1800, 100, 100)

    train, choosing, measuring = parts(many[:500], [], seed=0)
    assert (len(train), len(choosing), len(measuring)) == (450, 50, 0)

    train, choosing, measuring = parts(many[:500], many[500:510], seed=0)
    assert (len(train), len(choosing), measuring) == (450, 50, many[500:510])
