"""Columns to colour a map by: which there are, and what every passage is in each."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest

from indexes.catalogue import Catalogue
from indexes.errors import QueryError
from indexes.records import Source, SourceFile
from tests.indexes import making
from tests.indexes.making import document

NOON = 1622721600 * 10**9
"""2021-06-03 12:00 UTC, in ns."""
DAY = 86400 * 10**9


def put_file(
    catalogue: Catalogue,
    source: Source,
    key: str,
    metadata: Sequence[dict[str, object]],
    mtime_ns: int = NOON,
) -> None:
    """Store a file, with a document of one passage for each metadata."""
    path = source.path if source.kind == "table" else f"{source.path}/{key}"
    format = key.rpartition(".")[2]
    file = SourceFile(source.id, key, path, format, 10, mtime_ns, b"x")
    rows = [document(f"{key}{n}", "One.", metadata=one) for n, one in enumerate(metadata)]
    rows = [(making.Document(d.key, d.title, d.text, format, d.path, d.metadata), spans) for d, spans in rows]
    catalogue.replace_file(file, rows)


def folder(catalogue: Catalogue, *keys: str, at: str = "/home/me/notes") -> None:
    source = catalogue.add_source(Source("folder", at))
    for key in keys:
        put_file(catalogue, source, key, [{}])


def table(catalogue: Catalogue, rows: Sequence[dict[str, object]]) -> None:
    put_file(catalogue, catalogue.add_source(Source("table", "/data/films.csv")), "films.csv", rows)


def said(catalogue: Catalogue, column: str) -> list[str | None]:
    """Return the name of every passage in a category."""
    found = catalogue.map_column(column)
    assert found.kind == "category"
    return [None if one < 0 else found.names[one] for one in found.ids.tolist()]


def days(*texts: str) -> list[float]:
    return [(date.fromisoformat(text) - date(1970, 1, 1)).days if text else np.nan for text in texts]


# which columns there are


def test_an_empty_corpus_has_no_columns(catalogue: Catalogue) -> None:
    assert catalogue.map_columns() == ()


def test_what_is_the_same_for_all_tells_nothing(catalogue: Catalogue) -> None:
    folder(catalogue, "a.md", "b.md", "c.md")
    assert catalogue.map_columns() == ()


def test_own_columns_come_first_and_metadata_by_name(catalogue: Catalogue) -> None:
    table(
        catalogue,
        [
            {"zone": zone, "date": f"2021-0{n + 1}-01", "label": zone, "Area": n % 2}
            for n, zone in enumerate("abab")
        ],
    )
    folder(catalogue, "notes.md")
    assert catalogue.map_columns() == (
        ("folder", "category"),
        ("type", "category"),
        ("date", "date"),
        ("label", "category"),
        ("Area", "category"),
        ("zone", "category"),
    )


def test_kinds_are_found_out(catalogue: Catalogue) -> None:
    rows = [
        {
            "price": f"{n}.50",
            "stars": n % 5,
            "mixed": n if n % 10 else "none",
            "scattered": n if n % 2 else "none",
            "seen": f"{1 + n % 28} June 2021" if n % 20 else "soon",
            "code": 2000 + n % 7,
            "final": n % 2 == 0,
            "tags": ["tide", "sea"] if n % 2 else ["rain"],
            "title": f"Film {n}",
            "plot": "long words " * 10 + str(n % 3),
            "one": "same",
            "nested": {"a": n % 2},
            "empty": None,
        }
        for n in range(100)
    ]
    table(catalogue, rows)
    assert dict(catalogue.map_columns()) == {
        "code": "number",
        "final": "category",
        "mixed": "number",
        "price": "number",
        "seen": "date",
        "stars": "number",
        "tags": "category",
    }


def test_numbers_are_dates_only_in_a_column_that_says_so(catalogue: Catalogue) -> None:
    table(catalogue, [{"created": 1990 + n, "year": 1980 + n, "since": 2000 + n} for n in range(9)])
    assert catalogue.map_columns() == (("date", "date"), ("since", "number"), ("year", "date"))
    assert catalogue.map_column("date").values.tolist() == days(*(f"{1990 + n}-01-01" for n in range(9)))
    assert catalogue.map_column("year").values.tolist() == days(*(f"{1980 + n}-01-01" for n in range(9)))


def test_a_label_of_numbers_is_a_category(catalogue: Catalogue) -> None:
    table(catalogue, [{"label": n % 4} for n in range(10)])
    assert catalogue.map_columns() == (("label", "category"),)
    assert said(catalogue, "label") == ["0", "1", "2", "3", "0", "1", "2", "3", "0", "1"]


def test_a_name_written_in_two_ways_is_one_column(catalogue: Catalogue) -> None:
    table(catalogue, [{"Zone": "a"}, {"zone": "b"}, {"zone": "A"}])
    assert catalogue.map_columns() == (("zone", "category"),)
    assert said(catalogue, "zone") == ["A", "b", "A"]


def test_columns_of_metadata_with_the_names_of_our_own_are_not_meant(catalogue: Catalogue) -> None:
    table(catalogue, [{"folder": "x", "type": "y"}, {"folder": "z", "type": "w"}])
    assert catalogue.map_columns() == ()


def test_some_documents_of_many_decide(catalogue: Catalogue) -> None:
    table(catalogue, [{"side": "left" if n < 4000 else "right"} for n in range(5000)])
    assert catalogue.map_columns() == (("side", "category"),)


# what every passage is


def test_the_commonest_value_comes_first_and_the_rarest_are_other(catalogue: Catalogue) -> None:
    rows = [{"author": f"a{n:02}"} for n in range(45) for _ in range(2 + (n == 44))]
    table(catalogue, [*rows, {"author": ""}, {}])
    found = catalogue.map_column("author")
    assert found.names == ("a44", *(f"a{n:02}" for n in range(38)), "other")
    assert found.ids[:4].tolist() == [1, 1, 2, 2]
    assert found.ids[-5:].tolist() == [0, 0, 0, -1, -1]
    assert np.count_nonzero(found.ids == 39) == 2 * (45 - 39)
    assert found.ids.dtype == np.int32


def test_forty_values_are_all_named(catalogue: Catalogue) -> None:
    table(catalogue, [{"author": f"a{n:02}"} for n in range(40)])
    assert catalogue.map_column("author").names == tuple(f"a{n:02}" for n in range(40))


def test_of_a_list_the_first_counts(catalogue: Catalogue) -> None:
    table(
        catalogue,
        [{"genres": ["Drama", "Crime"]}, {"genres": []}, {"genres": "Crime"}, {"genres": [None, "Crime"]}],
    )
    assert said(catalogue, "genres") == ["Drama", None, "Crime", "Crime"]


def test_numbers_are_read_from_texts_too(catalogue: Catalogue) -> None:
    table(catalogue, [{"price": price} for price in ("9.50", 3, 4.5, None, *(["7"] * 20), "cheap", "inf")])
    values = catalogue.map_column("price").values
    assert values[:3].tolist() == [9.5, 3.0, 4.5]
    assert np.isnan(values[[3, -2, -1]]).all()
    assert values.dtype == np.float64


def test_dates_are_days_since_1970(catalogue: Catalogue) -> None:
    written = ("1970-01-01", "2021-06-03", "1843", "2020-02", "1969-12-31", "never")
    table(catalogue, [{"date": text} for text in written])
    values = catalogue.map_column("date").values
    assert values[:5].tolist() == [0.0, 18781.0, *days("1843-01-01", "2020-02-01"), -1.0]
    assert np.isnan(values[5])


def test_files_are_of_the_day_they_were_changed(catalogue: Catalogue) -> None:
    source = catalogue.add_source(Source("folder", "/home/me/notes"))
    put_file(catalogue, source, "a.md", [{}], NOON)
    put_file(catalogue, source, "b.md", [{}], NOON + 3 * DAY)
    assert catalogue.map_columns() == (("date", "date"),)
    assert catalogue.map_column("date").values.tolist() == days("2021-06-03", "2021-06-06")


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["letters/a.md", "letters/b.md", "logs/c.md", "d.md"], ["letters", "letters", "logs", "notes"]),
        (["all/of/x/a.md", "all/of/y/b.md"], ["x", "y"]),
        (["all/a.md", "all/x/b.md", "all/y/c.md"], ["all", "x", "y"]),
        (["x/1/a.md", "x/2/b.md", "y/3/c.md"], ["x/1", "x/2", "y/3"]),
        (["x/1/deep/a.md", "y/b.md"], ["x/1/deep", "y"]),
    ],
)
def test_folders_are_the_first_levels_that_tell_documents_apart(
    catalogue: Catalogue, keys: list[str], expected: list[str]
) -> None:
    folder(catalogue, *keys)
    assert catalogue.map_columns()[0] == ("folder", "category")
    assert said(catalogue, "folder") == expected


def test_folders_are_not_gone_down_to_when_there_are_many(catalogue: Catalogue) -> None:
    folder(catalogue, *(f"{top}/{number}/a.md" for top in "xy" for number in range(7)))
    assert said(catalogue, "folder") == ["x"] * 7 + ["y"] * 7


def test_several_sources_count_by_their_names(catalogue: Catalogue) -> None:
    folder(catalogue, "a.md", at="/home/me/notes")
    folder(catalogue, "b.md", at="/home/me/mail")
    table(catalogue, [{}, {}])
    assert said(catalogue, "folder") == ["notes", "mail", "films.csv", "films.csv"]


def test_types_are_formats(catalogue: Catalogue) -> None:
    folder(catalogue, "a.txt", "b.md", "c.md")
    assert catalogue.map_columns()[0] == ("type", "category")
    assert said(catalogue, "type") == ["txt", "md", "md"]
    assert catalogue.map_column("type").names == ("md", "txt")


def test_every_passage_has_what_its_document_has(catalogue: Catalogue) -> None:
    source = catalogue.add_source(Source("table", "/data/films.csv"))
    file = SourceFile(source.id, "films.csv", "/data/films.csv", "csv", 10, NOON, b"x")
    catalogue.replace_file(
        file,
        [
            document("1", "One. Two. Three.", metadata={"zone": "a"}),
            document("2", "", metadata={"zone": "b"}),
            document("3", "One. Two.", metadata={"zone": "b"}),
        ],
    )
    assert said(catalogue, "zone") == ["a", "a", "a", "b", "b"]


def test_an_unknown_column_is_a_sentence(catalogue: Catalogue) -> None:
    table(catalogue, [{"zone": "a"}])
    with pytest.raises(QueryError, match="No document of this corpus has a column called “colour”"):
        catalogue.map_column("colour")


def test_a_column_follows_what_changes(catalogue: Catalogue) -> None:
    table(catalogue, [{"zone": "a"}, {"zone": "b"}])
    assert said(catalogue, "zone") == ["a", "b"]
    table(catalogue, [{"zone": "c"}, {"zone": "b"}])
    assert said(catalogue, "zone") == ["c", "b"]
