"""The keyword index finds words in any form and script, takes any text as a query, and follows its catalogue."""

import math
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from indexes.catalogue import Catalogue
from indexes.keyword_index import KeywordIndex
from tests.indexes import making
from tests.indexes.making import document, put, put_texts

ROOT = Path(__file__).parents[2]


def found(index: KeywordIndex, query: str, k: int = 10) -> list[int]:
    return [passage_id for passage_id, _ in index.search(query, k)]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("run", "She was RUNNING late."),
        ("running", "They run."),
        ("cafe", "Das Café am Eck."),
        ("CAFÉ", "a small cafe."),
        ("cafe\u0301", "Das Café am Eck."),
        ("straße", "Eine Straße."),
        ("naive", "na\u00adive words with a soft hyphen."),
        ("offices", "the oﬃce with a ligature."),
        ("2024", "In 2024 it rained."),
        ("covid 19", "COVID-19 spread."),
        ("搜索", "这是一个搜索引擎。"),
        ("引擎", "这是一个搜索引擎。"),
        ("擎", "这是一个搜索引擎。"),
        ("東京", "私は東京に住んでいます。"),
        ("한국", "한국어를 배웁니다."),
        ("ﾄｳｷｮｳ", "トウキョウ"),
        ("ที่นี่", "พบกันที่นี่พรุ่งนี้"),
        ("ภาษา", "ฉันพูดภาษาไทย"),
        ("книги", "Большая Книги полка."),
        ("हिन्दी", "यह हिन्दी है"),
        ("who", "Who are you?"),
    ],
)
def test_a_query_finds_the_passage_and_marks_the_word(
    catalogue: Catalogue, tmp_path: Path, query: str, text: str
) -> None:
    put(catalogue, "a", document("a", text), document("b", "Something else entirely. 别的东西"))
    index = KeywordIndex.open(tmp_path, catalogue)
    (hit, *_) = index.search(query, 10)
    assert catalogue.passages([hit[0]])[0].text in text
    assert index.match_spans(text, query)
    index.close()


def test_marks_cover_exactly_the_matching_words(catalogue: Catalogue, tmp_path: Path) -> None:
    index = KeywordIndex.open(tmp_path, catalogue)

    def marked(text: str, query: str) -> list[str]:
        return [text[start:end] for start, end in index.match_spans(text, query)]

    assert marked("Running, the runner RUNS; overrun.", "run the mile") == ["Running", "RUNS"]
    assert marked("Cafe\u0301s and cafés", "café") == ["Cafe\u0301s", "cafés"]
    assert marked("全文搜索与向量搜索引擎", "搜索引擎") == ["搜索", "搜索引擎"]
    assert marked("พบกันที่นี่พรุ่งนี้", "ที่นี่") == ["ที่นี่", "นี้"]
    assert marked("ブラジルと日本", "ﾌﾞﾗｼﾞﾙ") == ["ブラジル"]
    assert marked("Use Python搜索 here", "python") == ["Python"]
    assert marked("To be or not to be", "to be") == ["To", "be", "to", "be"]
    assert marked("Nothing here", "🙂") == []
    assert marked("", "word") == []


def test_bm25_is_the_formula_of_the_book(catalogue: Catalogue, tmp_path: Path) -> None:
    """Okapi BM25, Robertson and Zaragoza 2009, with k1 = 1.2 and b = 0.75."""
    passages = ["cat dog", "cat cat cat bird", "fish fish fish fish fish fish"]
    put(catalogue, "a", *(document(str(n), text) for n, text in enumerate(passages)))
    index = KeywordIndex.open(tmp_path, catalogue)
    hits = dict(index.search("cat", 10))
    # The entry that says how far the index is counts as a fourth, empty passage.
    count, mean_length = 4, (2 + 4 + 6) / 4
    idf = math.log(1 + (count - 2 + 0.5) / (2 + 0.5))

    def bm25(frequency: int, length: int) -> float:
        return idf * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * length / mean_length))

    assert hits == pytest.approx({1: bm25(1, 2), 2: bm25(3, 4)}, rel=1e-5)
    index.close()


def test_words_of_the_title_are_found_and_rare_words_count_more(catalogue: Catalogue, tmp_path: Path) -> None:
    put(
        catalogue,
        "a",
        document("0", "apple pear", title="Zebra"),
        document("1", "apple"),
        document("2", "apple quince"),
        document("3", "apple"),
    )
    index = KeywordIndex.open(tmp_path, catalogue)
    assert found(index, "zebra") == [1]
    assert found(index, "apple quince")[0] == 3
    assert found(index, "apple", k=2) == [2, 4], "the two shortest, equal ones by id"
    index.close()


def test_common_words_count_only_where_there_are_no_others(catalogue: Catalogue, tmp_path: Path) -> None:
    put(catalogue, "a", document("0", "What is the point of it"), document("1", "A lighthouse"))
    index = KeywordIndex.open(tmp_path, catalogue)
    assert found(index, "what is a lighthouse") == [2]
    assert found(index, "what is it") == [1]
    assert index.terms("What is a Lighthouse?") == ["lighthous"]
    index.close()


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   ",
        "🙂🙂",
        "\0",
        "\x01\x02",
        "\ud800",
        '"',
        "a AND",
        "title:x",
        "(",
        "+-*?~^",
        "[a TO b]",
        "\\",
        "／",
        "́",
        "\u200b",
    ],
)
def test_any_text_is_a_query_and_never_an_error(catalogue: Catalogue, tmp_path: Path, query: str) -> None:
    put_texts(catalogue, note="Nothing of the kind.")
    index = KeywordIndex.open(tmp_path, catalogue)
    assert index.search(query, 5) == []
    assert index.match_spans("Nothing of the kind.", query) == []
    index.close()


def test_of_a_query_of_ten_thousand_words_the_rare_ones_count(catalogue: Catalogue, tmp_path: Path) -> None:
    put(
        catalogue,
        "a",
        *(document(f"{n}", f"common{n % 100} words") for n in range(400)),
        document("x", "needle"),
    )
    index = KeywordIndex.open(tmp_path, catalogue)
    query = " ".join([f"common{n} unknown{n}" for n in range(5000)] + ["needle"])
    assert found(index, query)[0] == 401
    index.close()


def test_only_allowed_passages_are_found_with_their_usual_scores(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    put(catalogue, "a", *(document(f"{n}", "apple " * (n + 1)) for n in range(6)))
    index = KeywordIndex.open(tmp_path, catalogue)
    usual = dict(index.search("apple", 10))
    some = index.search("apple", 10, allowed=[2, 5, 99])
    assert {i for i, _ in some} == {2, 5}
    assert dict(some) == pytest.approx({i: usual[i] for i in (2, 5)})
    assert index.search("apple", 10, allowed=[]) == []
    index.close()


def test_an_open_index_follows_texts_that_come_change_and_go(catalogue: Catalogue, tmp_path: Path) -> None:
    index = KeywordIndex.open(tmp_path, catalogue)
    assert (len(index), found(index, "apple")) == (0, [])
    put_texts(catalogue, a="An apple. A pear.")
    assert index.update(catalogue)
    assert not index.update(catalogue)
    assert (len(index), found(index, "apple")) == (2, [1])
    put_texts(catalogue, a="A quince. A pear.", b="Another apple.")
    index.update(catalogue)
    assert (len(index), found(index, "apple"), found(index, "quince"), found(index, "pear")) == (
        3,
        [4],
        [3],
        [2],
    )
    catalogue.remove_source(1)
    index.update(catalogue)
    assert (len(index), found(index, "apple")) == (0, [])
    index.close()


def test_an_index_is_not_made_again_when_it_is_up_to_date(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_texts(catalogue, a="An apple.")
    KeywordIndex.open(tmp_path, catalogue).close()
    put_texts(catalogue, b="A second apple.")
    given: list[int] = []
    iterate = catalogue.iterate_passages
    monkeypatch.setattr(
        catalogue, "iterate_passages", lambda after, batch: (given.append(after), iterate(after, batch))[1]
    )
    index = KeywordIndex.open(tmp_path, catalogue)
    assert (given, found(index, "apple")) == ([1], [1, 2])
    index.close()


def damage(folder: Path, how: str) -> None:
    if how == "gone":
        shutil.rmtree(folder)
        return
    for path in folder.iterdir():
        if how == "meta" and path.name != "meta.json":
            continue
        data = path.read_bytes()
        if how == "some files gone" and path.suffix == ".idx":
            path.unlink()
        elif how in ("noise", "meta"):
            path.write_bytes(b"\x99" * max(len(data), 10))
        elif how == "cut":
            path.write_bytes(data[: len(data) // 2])
        elif how == "flipped" and path.suffix in (".idx", ".term", ".fast"):
            path.write_bytes(bytes([data[0] ^ 0x55]) + data[1:])
        elif how == "empty":
            path.write_bytes(b"")


@pytest.mark.parametrize("how", ["gone", "some files gone", "noise", "meta", "cut", "flipped", "empty"])
def test_a_damaged_index_is_made_anew(catalogue: Catalogue, tmp_path: Path, how: str) -> None:
    put_texts(catalogue, a="An apple.", b="A pear.")
    KeywordIndex.open(tmp_path, catalogue).close()
    damage(tmp_path / "keywords", how)
    index = KeywordIndex.open(tmp_path, catalogue)
    assert (found(index, "apple"), found(index, "pear"), len(index)) == ([1], [2], 2)
    index.close()


def test_an_index_of_another_corpus_is_not_used(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        with making.new(tmp_path / name) as catalogue:
            put_texts(catalogue, a=f"Words of {name}.")
            KeywordIndex.open(tmp_path / name, catalogue).close()
    shutil.rmtree(tmp_path / "two" / "keywords")
    shutil.copytree(tmp_path / "one" / "keywords", tmp_path / "two" / "keywords")
    with Catalogue.open(tmp_path / "two" / "catalogue.db") as catalogue:
        index = KeywordIndex.open(tmp_path / "two", catalogue)
        assert (found(index, "one"), found(index, "two"), len(index)) == ([], [1], 1)
        index.close()


def test_a_folder_that_cannot_be_written_is_searched_from_memory(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    put_texts(catalogue, a="An apple.")
    (tmp_path / "keywords").write_text("a file where the folder should be")
    index = KeywordIndex.open(tmp_path, catalogue)
    assert found(index, "apple") == [1]
    index.close()


def test_two_open_indexes_of_one_corpus_do_not_disturb_each_other(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    put_texts(catalogue, a="An apple.")
    one, two = KeywordIndex.open(tmp_path, catalogue), KeywordIndex.open(tmp_path, catalogue)
    put_texts(catalogue, b="Another apple.")
    one.update(catalogue)
    assert (found(one, "apple"), found(two, "apple")) == ([1, 2], [1])
    two.update(catalogue)
    assert (found(two, "apple"), len(two)) == ([1, 2], 2)
    one.close()
    two.close()


FULL_DISK = """
import resource, sys
from pathlib import Path
from indexes.catalogue import Catalogue
from indexes.keyword_index import KeywordIndex
from tests.indexes.making import document, put

with Catalogue.create(Path(sys.argv[1]) / "catalogue.db", "Full") as catalogue:
    put(catalogue, "a", document("a", "An apple."))
    index = KeywordIndex.open(Path(sys.argv[1]), catalogue)
    many = (document(f"{n}", " ".join(f"{n}w{m}" for m in range(50))) for n in range(1000))
    put(catalogue, "b", *many)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
    print(index.update(catalogue), len(index), index.search("apple", 5) != [])
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print(index.update(catalogue), len(index), index.search("apple", 5) != [])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit to the size of files")
def test_an_index_that_cannot_be_written_is_searched_as_it_is(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["False 1 True", "True 1001 True"]


WRITER = """
import sys
from pathlib import Path
from indexes.catalogue import Catalogue
from indexes.keyword_index import KeywordIndex
from tests.indexes.making import document, put

folder = Path(sys.argv[1])
catalogue = Catalogue.create(folder / "catalogue.db", "Killed")
index = KeywordIndex.open(folder, catalogue)
for n in range(1_000_000):
    put(catalogue, f"{n}", *(document(f"{n} {m}", f"apple number{n}") for m in range(20)))
    index.update(catalogue)
    print(n, flush=True)
"""


def test_an_index_whose_writer_was_killed_holds_every_passage_once(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as child:
        try:
            assert child.stdout is not None
            for _ in range(4):
                child.stdout.readline()
        finally:
            child.kill()
    with Catalogue.open(tmp_path / "catalogue.db", write=True) as catalogue:
        index = KeywordIndex.open(tmp_path, catalogue)
        count = catalogue.passages_count
        assert count >= 80
        assert (len(index), sorted(found(index, "apple", k=2 * count))) == (count, list(range(1, count + 1)))
        index.close()


def test_no_thread_outlives_an_update(catalogue: Catalogue, tmp_path: Path) -> None:
    before = threading.active_count()
    index = KeywordIndex.open(tmp_path, catalogue)
    put_texts(catalogue, a="An apple.")
    index.update(catalogue)
    tasks = Path("/proc/self/task")
    if tasks.is_dir():
        names = [path.read_text().strip() for path in tasks.glob("*/comm")]
        assert not [
            name for name in names if name.startswith(("merge_thread", "segment_updater", "thrd-tantivy"))
        ]
    index.close()
    assert threading.active_count() == before
