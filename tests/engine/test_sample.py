"""The sample corpus that first start offers: whole, varied and free of near-copies."""

import csv
import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

SAMPLE = Path(__file__).parents[2] / "engine" / "sample"
KINDS = ("csv", "html", "jsonl", "md", "rst", "txt")


class SampleText(NamedTuple):
    name: str
    kind: str
    text: str


def test_there_are_at_least_150_texts() -> None:
    assert len(sample_texts()) >= 150


def test_every_kind_of_file_has_several_texts() -> None:
    counts = Counter(sample.kind for sample in sample_texts())
    assert sorted(counts) == list(KINDS)
    assert min(counts.values()) >= 5, counts


def test_every_text_is_short_but_more_than_a_line() -> None:
    lengths = {sample.name: len(words(sample.text)) for sample in sample_texts()}
    assert {name: length for name, length in lengths.items() if not 25 <= length <= 200} == {}


def test_no_text_stands_there_twice() -> None:
    copies = Counter(" ".join(words(sample.text)) for sample in sample_texts())
    assert [text for text, count in copies.items() if count > 1] == []


def test_no_two_texts_share_half_of_their_word_runs() -> None:
    runs = {sample.name: four_word_runs(sample.text) for sample in sample_texts()}
    alike = [
        (first, second)
        for first, second in combinations(runs, 2)
        if 2 * len(runs[first] & runs[second]) > min(len(runs[first]), len(runs[second]))
    ]
    assert alike == []


def test_rows_are_complete_with_their_own_id_and_a_date() -> None:
    for rows, columns in (
        (reviews(), {"id", "title", "text", "date", "place"}),
        (tickets(), {"id", "title", "text", "product", "date"}),
    ):
        assert all(set(row) == columns and all(value.strip() for value in row.values()) for row in rows)
        assert all(re.fullmatch(r"20\d\d-[01]\d-[0-3]\d", row["date"]) for row in rows)
        assert len({row["id"] for row in rows}) == len(rows)


def test_files_are_utf8_with_plain_line_ends() -> None:
    for path in SAMPLE.rglob("*.*"):
        content = path.read_bytes()
        assert content.decode("utf-8").endswith("\n"), path
        assert b"\r" not in content, path


@cache
def sample_texts() -> tuple[SampleText, ...]:
    return tuple(read_sample())


def read_sample() -> Iterator[SampleText]:
    for path in sorted(SAMPLE.rglob("*.*")):
        kind = path.suffix.removeprefix(".")
        if kind not in ("csv", "jsonl"):
            yield SampleText(str(path.relative_to(SAMPLE)), kind, plain(path.read_text("utf-8"), kind))
    for kind, rows in (("csv", reviews()), ("jsonl", tickets())):
        for row in rows:
            yield SampleText(row["id"], kind, row["text"])


def plain(content: str, kind: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", " ", content)) if kind == "html" else content


def reviews() -> list[dict[str, str]]:
    with (SAMPLE / "reviews.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def tickets() -> list[dict[str, str]]:
    return [json.loads(line) for line in (SAMPLE / "support.jsonl").read_text("utf-8").splitlines()]


def words(text: str) -> list[str]:
    return re.findall(r"\w+(?:['’]\w+)*", text.lower())


def four_word_runs(text: str) -> set[tuple[str, ...]]:
    listed = words(text)
    return set(zip(listed, listed[1:], listed[2:], listed[3:], strict=False))
