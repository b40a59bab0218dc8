"""The keyword index finds words in any form and script, takes any text as a query, and follows its catalogue."""

import math
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import tantivy

from indexes.catalogue import Catalogue
from indexes.documents import PART
from indexes.keyword_index import KeywordIndex
from indexes.records import Locator, Span
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


@pytest.mark.parametrize("few", [1, 30, 300, 2999])
def test_of_many_passages_the_best_allowed_ones_are_found(
    catalogue: Catalogue, tmp_path: Path, few: int
) -> None:
    texts = (f"apple {'pear ' * (n % 40)} word{n}" for n in range(3000))
    put(catalogue, "a", *(document(f"{n}", text) for n, text in enumerate(texts)))
    index = KeywordIndex.open(tmp_path, catalogue)
    allowed = np.random.default_rng(0).permutation(3000)[:few] + 1
    everything = index.search("apple", 3000)
    assert len(everything) == 3000
    kept = set(allowed.tolist())
    expected = [score for passage_id, score in everything if passage_id in kept][:5]
    found = index.search("apple", 5, allowed)
    assert [score for _, score in found] == pytest.approx(expected)
    assert {passage_id for passage_id, _ in found} <= kept
    index.close()


def test_allowed_passages_without_the_word_are_not_found_however_many(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    put(catalogue, "a", *(document(f"{n}", "apple" if n % 2 else "pear") for n in range(2000)))
    index = KeywordIndex.open(tmp_path, catalogue)
    pears = np.arange(1, 2000, 2)
    assert index.search("apple", 3, pears) == []
    assert [i for i, _ in index.search("apple", 3, np.append(pears, 1000))] == [1000]
    index.close()


HELD: list[tuple[str, str, bool]] = [
    ("running", "He was Running late.", True),
    ("running", "They run.", False),
    ("running", "An overrunning train.", False),
    ("to be or not to be", "To be, or not\nto be: that is the question.", True),
    ("to be or not to be", "To be or to be not.", False),
    ("not to be", "To be or not to be", True),
    ("cafe", "Das Café am Eck", True),
    ("Café", "a cafe\u0301", True),
    ("straße", "STRASSE", True),
    ("naïve", "na\u00adive", True),
    ("C++", "I write C++ at night", True),
    ("c++", "C++11 came late", True),
    ("C++", "I write C at night", False),
    ("C++", "C + +", False),
    ("C#", "C++ is no C", False),
    (".NET", "on .NET and the net", True),
    (".NET", "on the net", False),
    ("10.5 %", "It rose by 10.5 % again", True),
    ("10.5 %", "It rose by 10.5%", True),
    ("10.5 %", "It rose by 10 5 %", False),
    ("10.5", "110.5", False),
    ("10.5", "10.55", False),
    ("e-mail", "Send an e\u2011mail", True),
    ("e-mail", "Send e mail", False),
    ("don't", "I don’t know", True),
    ("don't", "I don t know", False),
    ("AT&T", "Call at&t now", True),
    ("AT&T", "look at T", False),
    ("snake_case", "a snake_case name", True),
    ("snake_case", "a snake case", False),
    ("snake", "a snake_case name", True),
    ("++", "i++;", True),
    ("++", "i + 1", False),
    ("🙂", "Well 🙂", True),
    ("🙂", "Well 🙃", False),
    ("“quoted words”", 'He said "quoted words" twice', True),
    ("well -- then", "well -- then", True),
    ("搜索引擎", "这是一个搜索引擎。", True),
    ("搜索引擎", "这是一个搜索\n引擎。", True),
    ("搜索引擎", "全文搜索。引擎坏了", False),
    ("搜索引擎", "引擎搜索", False),
    ("索引", "搜索引擎", True),
    ("擎", "搜索引擎", True),
    ("用Python", "我用Python写", True),
    ("python", "我用Python写", True),
    ("ブラジル", "ﾌﾞﾗｼﾞﾙ", True),
    ("हिन्दी", "यह हिन्दी है", True),
    ("हिन्द", "यह हिन्दी है", False),
    ("שלום עולם", "אמר: שלום, עולם!", True),
    ("the", "The end", True),
    ("1", "½ a cup", True),
    ("½", "1⁄2 a cup", True),
    ("a\u00a0b\t c", "x a b c y", True),
    ("\x00", "a \x00 b", True),
    ("\ud800", "nothing", False),
    ('a" OR "b', "a b", False),
    ("exact:words", "exact words", False),
]


def test_exact_words_are_held_where_they_stand_and_marked_there(catalogue: Catalogue, tmp_path: Path) -> None:
    whole = [(document(f"{n}", text)[0], text) for n, (_, text, _) in enumerate(HELD)]
    put(catalogue, "a", *((one, [Span(0, len(text), Locator(), b"0" * 16)]) for one, text in whole))
    index = KeywordIndex.open(tmp_path, catalogue)
    passages = catalogue.passages(catalogue.passage_ids().tolist())
    for number, (phrase, text, held) in enumerate(HELD):
        ids = index.passages_with(phrase).tolist()
        assert (number + 1 in ids) == held, (phrase, text)
        marked = [p.id for p in passages if index.match_spans(p.text, "", [phrase])]
        assert ids == marked, phrase
    index.close()


def test_marks_of_exact_words_cover_them_and_nothing_else(catalogue: Catalogue, tmp_path: Path) -> None:
    index = KeywordIndex.open(tmp_path, catalogue)

    def marked(text: str, query: str, *phrases: str) -> list[str]:
        return [text[start:end] for start, end in index.match_spans(text, query, phrases)]

    assert marked("To be, or not to be: to be.", "", "to be or not to be") == ["To be, or not to be"]
    assert marked("C, C++ and “C++”", "", "c++") == ["C++", "C++"]
    assert marked("Cafe\u0301s – and cafés; caféteria", "", "cafés") == ["Cafe\u0301s", "cafés"]
    assert marked("x 10.5 %, 10.5%", "", "10.5 %") == ["10.5 %", "10.5%"]
    assert marked("Ferries ran to the harbour", "ferry", "the harbour") == ["Ferries", "the harbour"]
    assert marked("全文搜索引擎", "", "搜索") == ["搜索"]
    assert marked("Straße, strasse", "", "STRASSE") == ["Straße", "strasse"]
    assert marked("nothing", "", "", " ", "\u200b") == []
    index.close()


def test_exact_words_of_most_passages_are_found_in_all_of_them(catalogue: Catalogue, tmp_path: Path) -> None:
    put(catalogue, "a", *(document(f"{n}", "the end" if n % 10 else "nothing") for n in range(100)))
    index = KeywordIndex.open(tmp_path, catalogue)
    with_it = [n + 1 for n in range(100) if n % 10]
    assert index.passages_with("the").tolist() == index.passages_with("the end").tolist() == with_it
    assert index.passages_with_word("ends").tolist() == with_it
    put_texts(catalogue, b="The end of all.")
    index.update(catalogue)
    assert index.passages_with("the").tolist() == [*with_it, 101]
    catalogue.remove_files([1])
    index.update(catalogue)
    assert index.passages_with("the").tolist() == [101]
    index.close()


def test_a_word_is_found_in_any_form_and_in_titles_but_exact_words_only_in_texts(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    put(
        catalogue,
        "a",
        document("0", "They ran; running is fun", title="Harbour"),
        document("1", "A run"),
        document("2", "The e-mail"),
        document("3", "An e mail to harbours"),
        document("4", "全文搜索"),
        document("5", "Why not?"),
    )
    index = KeywordIndex.open(tmp_path, catalogue)

    def ids(word: str) -> list[int]:
        return index.passages_with_word(word).tolist()

    assert ids("runs") == [1, 2]
    assert ids("harbour") == [1, 4]
    assert index.passages_with("harbour").tolist() == []
    assert (ids("e-mail"), ids("搜索"), ids("搜引")) == ([3], [5], [])
    assert ids("not") == [6], "a stop word is a word"
    assert ids("nowhere") == ids("") == ids("++") == ids("\ud800") == []
    index.close()


def test_a_phrase_of_ten_thousand_words_or_with_an_endless_one_is_no_error(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    long, endless = " ".join(f"w{n}" for n in range(10_000)), "x" * 300
    put(catalogue, "a", document("0", long), document("1", f"an {endless} word"), document("2", "an word"))
    index = KeywordIndex.open(tmp_path, catalogue)
    assert index.passages_with(long).tolist() == [1]
    assert index.passages_with(f"{long} more").tolist() == []
    assert index.passages_with(f"an {endless}").tolist() == [2]
    assert index.passages_with(f"an {endless} other").tolist() == []
    assert index.passages_with(endless).tolist() == [2]
    index.close()


def test_exact_words_may_stand_across_the_parts_of_a_long_text(catalogue: Catalogue, tmp_path: Path) -> None:
    text = "x " * (PART // 2 - 2) + "don't know and more"
    whole = Span(2, len(text), Locator(), b"0" * 16)
    put(catalogue, "a", (document("0", text)[0], [whole]))
    index = KeywordIndex.open(tmp_path, catalogue)
    assert index.passages_with("don't know").tolist() == [1]
    assert index.passages_with("don't more").tolist() == []
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


def test_an_index_of_an_older_format_is_made_anew(catalogue: Catalogue, tmp_path: Path) -> None:
    put_texts(catalogue, a="An apple.")
    (tmp_path / "keywords").mkdir()
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", indexed=True, fast=True)
    builder.add_text_field("text")
    tantivy.Index(builder.build(), str(tmp_path / "keywords"))
    index = KeywordIndex.open(tmp_path, catalogue)
    assert (found(index, "apple"), index.passages_with("an apple").tolist(), len(index)) == ([1], [1], 1)
    index.close()
    assert len(KeywordIndex.open(tmp_path, catalogue)) == 1


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
