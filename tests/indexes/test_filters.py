"""Conditions leave the passages that are as they say, and facets tell what there is to choose from."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from indexes.catalogue import Catalogue
from indexes.errors import QueryError
from indexes.records import Cluster, Condition, Facets, Projection, Source, SourceFile
from tests.indexes import making
from tests.indexes.making import document

NOON = 1622721600 * 10**9
"""2021-06-03 12:00 UTC, in ns."""
YEAR = 365 * 86400 * 10**9

NOTES: list[tuple[str, str, int, dict[str, object]]] = [
    ("letters/ada.md", "md", NOON, {"author": "Ada Lovelace", "date": "3 June 1843", "tags": ["tide", "Harbour"]}),
    ("letters/2020/grace.txt", "txt", NOON, {"author": "Grace"}),
    ("Letters/2020/Café.pdf", "pdf", NOON - YEAR, {"date": "when it rained", "ä \"b\"": "Ö"}),
    ("harbour notes.docx", "docx", NOON, {"date": None, "Author": "ada lovelace", "final": True}),
]  # fmt: skip
ROWS: list[dict[str, object]] = [
    {"rating": 5, "date": "2019-02-11", "label": "positive", "price": "9.50"},
    {"rating": 4.0, "date": "2020", "label": "negative", "price": "20"},
    {"rating": "3", "date": "11.02.2019", "label": "Positive", "price": "cheap"},
    {"rating": None, "seen": "2020-05-01"},
]


@pytest.fixture
def corpus(catalogue: Catalogue) -> Catalogue:
    """Passages 1 to 4 are the notes, of which the last is also 5; 6 to 9 the rows of a table."""
    notes = catalogue.add_source(Source("folder", "/home/me/notes"))
    for key, format, mtime_ns, metadata in NOTES:
        file = SourceFile(notes.id, key, f"/home/me/notes/{key}", format, 10, mtime_ns, b"x")
        text = "One. Two." if format == "docx" else "One."
        whole = making.document(key, text, metadata=metadata)
        catalogue.replace_file(file, [(_of_format(whole[0], format), whole[1])])
    table = catalogue.add_source(Source("table", "/data/films.csv"))
    file = SourceFile(table.id, "films.csv", "/data/films.csv", "csv", 10, NOON, b"x")
    rows = [document(str(n), "Row.", metadata=row) for n, row in enumerate(ROWS)]
    catalogue.replace_file(file, [(_of_format(one, "csv"), spans) for one, spans in rows])
    return catalogue


def _of_format(one: making.Document, format: str) -> making.Document:
    return making.Document(one.key, one.title, one.text, format, one.path, one.metadata)


def ids(corpus: Catalogue, *conditions: str) -> list[int]:
    """Return the passages that are as conditions say, each written field:value, with a minus when excluded."""
    asked = []
    for condition in conditions:
        field, value = condition.removeprefix("-").split(":", 1)
        asked.append(Condition(field, value, condition.startswith("-")))
    return corpus.passage_ids_where(asked).tolist()


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("type:pdf", [3]),
        ("type:.PDF", [3]),
        ("type:*.md", [1]),
        ("type:markdown", [1]),
        ("type:Word", [4, 5]),
        ("type:text", [2]),
        ("type:spreadsheets", [6, 7, 8, 9]),
        ("type:exe", []),
        ("folder:letters", [1, 2, 3]),
        ("folder:LETTERS/2020/", [2, 3]),
        ("folder:letters\\2020", [2, 3]),
        ("folder:2020", [2, 3]),
        ("folder:letter", []),
        ("folder:letter*", [1, 2, 3]),
        ("folder:2020/letters", []),
        ("folder:notes", [1, 2, 3, 4, 5]),
        ("folder:notes/letters", [1, 2, 3]),
        ("folder:me", []),
        ("folder:harbour  notes.docx", [4, 5]),
        ("folder:/home/me", [1, 2, 3, 4, 5]),
        ("folder:/home/me/notes/letters", [1, 2, 3]),
        ("folder:/home/m", []),
        ("folder:films.csv", [6, 7, 8, 9]),
        ("date:1843", [1]),
        ("date:1843-06", [1]),
        ("date:1843-06-04", []),
        ("date:2021", [2, 4, 5]),
        ("date:2021-06-03", [2, 4, 5]),
        ("date:2019-02-11", [6, 8]),
        ("date:2019..2020", [6, 7, 8]),
        ("date:<2020", [1, 6, 8]),
        ("date:<=2020", [1, 6, 7, 8]),
        ("date:>2020", [2, 4, 5]),
        ("date:2020-05", [7]),
        ("date:..2000", [1]),
        ("label:positive", [6, 8]),
        ("label:pos*", [6, 8]),
        ("author:ada lovelace", [1, 4, 5]),
        ("AUTHOR:Ada  Lovelace", [1, 4, 5]),
        ("author:ada", []),
        ("author:ada*", [1, 4, 5]),
        ("author:*", [1, 2, 4, 5]),
        ("tags:harbour", [1]),
        ("tags:harb", []),
        ("final:true", [4, 5]),
        ('ä "b":ö', [3]),
        ("rating:5", [6]),
        ("rating:4", [7]),
        ("rating:3.0", [8]),
        ("rating:>3", [6, 7]),
        ("rating:>=3", [6, 7, 8]),
        ("rating:<4", [8]),
        ("rating:3..4", [7, 8]),
        ("rating:..4", [7, 8]),
        ("price:>9", [6, 7]),
        ("price:cheap", [8]),
        ("seen:2020..2021", [9]),
        ("seen:>2020-05", []),
        ("seen:>=2020-05", [9]),
    ],
)
def test_a_condition_leaves_what_is_as_it_says(
    corpus: Catalogue, condition: str, expected: list[int]
) -> None:
    assert ids(corpus, condition) == expected
    everything = corpus.passage_ids().tolist()
    assert ids(corpus, f"-{condition}") == [i for i in everything if i not in expected]


def test_values_of_one_field_are_alternatives_and_different_fields_must_all_hold(corpus: Catalogue) -> None:
    assert ids(corpus, "type:pdf", "type:md") == [1, 3]
    assert ids(corpus, "type:pdf", "Type:md", "folder:2020") == [3]
    assert ids(corpus, "folder:letters", "-type:pdf", "-type:md") == [2]
    assert ids(corpus) == list(range(1, 10))


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        ("date:soon", "“soon” is no date"),
        ("colour:red", "No document of this corpus has a field called “colour”"),
        ("cluster:1", "no map yet"),
        ("folder:/", "needs a name"),
    ],
)
def test_a_condition_that_makes_no_sense_is_answered_with_a_sentence(
    corpus: Catalogue, condition: str, sentence: str
) -> None:
    with pytest.raises(QueryError, match=sentence):
        ids(corpus, condition)


def test_conditions_of_an_empty_corpus_leave_nothing(catalogue: Catalogue) -> None:
    assert ids(catalogue, "type:pdf", "folder:a", "date:2021", "label:x") == []
    assert (catalogue.known_fields(), catalogue.facets()) == ((), Facets())


def save_map(catalogue: Catalogue, cluster_ids: list[int], *names: str) -> None:
    run_id = catalogue.add_run("map", "model", {}, 0, {}, {})
    count = len(cluster_ids)
    projection = Projection(
        run_id,
        np.arange(1, count + 1),
        np.zeros((count, 2), np.float32),
        np.array(cluster_ids, np.int32),
        np.ones(count, np.float32),
        {},
    )
    clusters = [Cluster(n, cluster_ids.count(n), (), name, ()) for n, name in enumerate(names)]
    catalogue.save_map(projection, clusters)


def test_a_cluster_of_the_latest_map_goes_by_number_name_or_part_of_its_name(corpus: Catalogue) -> None:
    save_map(corpus, [0] * 9, "old")
    save_map(corpus, [0, 1, -1, 0, 1, 2, 2, 7], "Space, orbit", "Tide", "Spaces", "a", "b", "c", "d", "2020")
    assert ids(corpus, "cluster:0") == ids(corpus, "cluster:space,  ORBIT") == [1, 4]
    assert ids(corpus, "cluster:tid") == [2, 5]
    assert ids(corpus, "cluster:space") == [1, 4, 6, 7]
    assert ids(corpus, "cluster:spaces") == [6, 7]
    assert ids(corpus, "cluster:2020") == [8]
    assert ids(corpus, "cluster:noise") == ids(corpus, "cluster:-1") == [3]
    assert ids(corpus, "-cluster:noise") == [1, 2, 4, 5, 6, 7, 8, 9]
    with pytest.raises(QueryError, match="no cluster called “old”"):
        ids(corpus, "cluster:old")


def test_a_label_is_a_tag_of_any_tagger_or_a_value_of_the_label_column(corpus: Catalogue) -> None:
    labels = np.array([[0.1, 0.9], [0.9, 0.1]], np.float32)
    corpus.add_tags("mood", ["negative", "positive"], np.array([1, 4]), np.array([1, 0], np.int32), labels)
    corpus.add_tags("other", ["Positive", "x"], np.array([4, 5]), np.array([0, 1], np.int32), labels)
    assert ids(corpus, "label:positive") == [1, 4, 6, 8]
    assert ids(corpus, "label:X") == [5]
    assert corpus.facets().labels == (("Positive", 4), ("negative", 2), ("x", 1))


def test_facets_count_documents(corpus: Catalogue) -> None:
    facets = corpus.facets()
    assert facets.formats == (("csv", 4), ("docx", 1), ("md", 1), ("pdf", 1), ("txt", 1))
    assert facets.folders == (
        ("notes", 4),
        ("letters", 3),
        ("Letters/2020", 2),
    )
    assert facets.columns == (
        ("author", (("Ada Lovelace", 2), ("Grace", 1))),
        ("final", (("true", 1),)),
        ("price", (("20", 1), ("9.50", 1), ("cheap", 1))),
        ("rating", (("3", 1), ("4", 1), ("5", 1))),
        ("seen", (("2020-05-01", 1),)),
        ("tags", (("Harbour", 1), ("tide", 1))),
        ('ä "b"', (("Ö", 1),)),
    )
    assert facets.labels == (("Positive", 2), ("negative", 1))
    assert facets.clusters == ()
    assert facets.dates == ("1843-06-03", "2021-06-03")


def test_of_a_column_the_commonest_values_are_offered_and_none_where_all_differ(catalogue: Catalogue) -> None:
    rows = [
        {"url": f"https://example.org/{n}", "kind": f"k{n % 30}" if n < 60 else "k7", "said": "word " * 30}
        for n in range(100)
    ]
    making.put(catalogue, "t", *(document(str(n), "Row.", metadata=row) for n, row in enumerate(rows)))
    columns = dict(catalogue.facets().columns)
    assert (columns["url"], columns["said"]) == ((), ())
    assert (len(columns["kind"]), columns["kind"][:2]) == (20, (("k7", 42), ("k0", 2)))
    assert catalogue.known_fields() == ("kind", "said", "url")


def test_facets_and_conditions_follow_the_documents(corpus: Catalogue) -> None:
    save_map(corpus, [0] * 5 + [1] * 3, "Sea", "Land")
    assert corpus.facets().clusters == (("Sea", 4), ("Land", 3))  # one has two passages
    corpus.rename_cluster(0, "Ocean")
    assert corpus.facets().clusters == (("Ocean", 4), ("Land", 3))
    table = corpus.files(2)["films.csv"]
    row = document("0", "Row.", metadata={"rating": 1, "stars": "*****"})
    corpus.replace_file(table, [(_of_format(row[0], "csv"), row[1])])
    assert (ids(corpus, "rating:1"), ids(corpus, "stars:*****")) == ([6], [6])
    assert corpus.facets().formats[0] == ("csv", 1)
    again = document("0", "Row.", metadata={"rating": 2})
    corpus.replace_file(table, [(_of_format(again[0], "csv"), again[1])])
    assert (ids(corpus, "rating:1"), ids(corpus, "rating:2")) == ([], [6])
    assert "stars" not in corpus.known_fields()
    corpus.touch_file(SourceFile(1, "letters/2020/grace.txt", "/x", "txt", 10, NOON - 3 * YEAR))
    assert ids(corpus, "date:2018") == [2]


def test_another_process_sees_new_documents_at_once(tmp_path: Path) -> None:
    with making.new(tmp_path) as writer, Catalogue.open(tmp_path / "catalogue.db") as reader:
        making.put(writer, "a", document("a", "One.", metadata={"year": 1990}))
        assert (ids(reader, "year:1990"), reader.known_fields()) == ([1], ("year",))
        making.put(writer, "b", document("b", "Two.", metadata={"year": 1990, "x": 1}))
        assert (ids(reader, "year:1990"), reader.known_fields()) == ([1, 2], ("x", "year"))


def test_a_document_without_passages_is_in_nobodys_way(catalogue: Catalogue) -> None:
    making.put(catalogue, "a", document("a", "One.", metadata={"x": 1}))
    assert ids(catalogue, "x:1") == [1]
    making.put(catalogue, "b", (document("b", "", metadata={"x": 1})[0], []))
    assert ids(catalogue, "x:1") == [1]
    assert catalogue.facets().columns == (("x", (("1", 2),)),)


def asked_twice(catalogue: Catalogue) -> Iterator[list[int]]:
    for name in "abcdefghijkl":
        yield ids(catalogue, f"{name}:1")


def test_more_columns_than_are_kept_are_read_again(catalogue: Catalogue) -> None:
    making.put(catalogue, "t", *(document(c, "Row.", metadata={c: 1}) for c in "abcdefghijkl"))
    assert list(asked_twice(catalogue)) == list(asked_twice(catalogue)) == [[n] for n in range(1, 13)]
