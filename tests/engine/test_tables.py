import gzip
import json
import math

import pytest

from engine.reading.readers import Unreadable, read_file
from engine.reading.sources import format_of
from indexes.records import Locator, TableColumns


def read(path, **columns):
    return list(read_file(path, format_of(path.name), TableColumns(**columns)))


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def test_usual_columns_are_recognised_and_the_others_become_metadata(tmp_path):
    rows = read(write(tmp_path / "a.csv", "_id,Title,Text,label,year\nd1,Cats,They purr.,1,1999\n"))
    (row,) = rows
    assert (row.key, row.title, row.text, row.format) == ("d1", "Cats", "Cats\n\nThey purr.", "csv")
    assert row.metadata == {"label": "1", "year": "1999"}
    assert row.marks == ((0, Locator("row", "0")),)


def test_named_columns_go_before_the_usual_ones(tmp_path):
    path = write(tmp_path / "a.csv", "id,text,note,mood\nx,no,yes,glad\n")
    (row,) = read(path, id="mood", text="note", label="id")
    assert (row.key, row.text, row.metadata) == ("glad", "yes", {"text": "no", "label": "x"})


def test_a_named_column_that_is_missing_is_refused_with_those_there_are(tmp_path):
    with pytest.raises(Unreadable, match="no column named body: its columns are a, text"):
        read(write(tmp_path / "a.csv", "a,text\n1,2\n"), text="body")


def test_a_table_without_a_text_column_is_refused_with_those_there_are(tmp_path):
    with pytest.raises(Unreadable, match="columns height, width"):
        read(write(tmp_path / "a.csv", "height,width\n1,2\n"))


def test_without_ids_rows_are_numbered_from_0_and_empty_ones_count(tmp_path):
    rows = read(write(tmp_path / "a.csv", "text,x\none,1\n,2\nthree,3\n"))
    assert [(row.key, row.text, str(row.marks[0][1])) for row in rows] == [
        ("0", "one", "row 0"),
        ("2", "three", "row 2"),
    ]


def test_ids_that_are_there_twice_are_made_unique(tmp_path):
    rows = read(write(tmp_path / "a.csv", "id,text\n7,a\n7,b\n7,c\n,d\n"))
    assert [row.key for row in rows] == ["7", "7 (2)", "7 (3)", "3"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path, delimiter):
    lines = [["id", "text"], ["1", "so, it goes"], ["2", "more; or less"]]
    quoted = "\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)
    assert [row.text for row in read(write(tmp_path / "a.csv", quoted))] == ["so, it goes", "more; or less"]


def test_quotes_line_ends_and_marks_inside_fields_are_kept(tmp_path):
    path = write(tmp_path / "a.csv", '\ufeffid,text\r\n1,"say ""hi""\r\nand go"\r\n2,plain\r\n')
    assert [row.text for row in read(path)] == ['say "hi"\nand go', "plain"]


def test_a_row_that_is_too_long_keeps_its_rest_and_one_too_short_is_taken(tmp_path):
    path = write(tmp_path / "a.csv", "id,mood,text\n1,sad,well, no\n2,glad\n3,glad,yes\n")
    rows = read(path)
    assert [(row.key, row.text) for row in rows] == [("1", "well, no"), ("3", "yes")]


def test_a_single_quotation_mark_in_a_tsv_swallows_nothing(tmp_path):
    path = write(tmp_path / "a.tsv", 'id\ttext\n1\t"Odd start\n2\tinch: 5"\n3\t"Quoted" word\n')
    assert [row.text for row in read(path)] == ['"Odd start', 'inch: 5"', '"Quoted" word']


def test_a_quoted_tsv_is_read_as_one(tmp_path):
    path = write(tmp_path / "a.tsv", '"id"\t"text"\n"1"\t"two\nlines"\n')
    assert [row.text for row in read(path)] == ["two\nlines"]


def test_a_table_without_a_header_is_read_by_its_longest_column(tmp_path):
    path = write(tmp_path / "a.tsv", "1\tA fine film with a great cast\n0\tDull\n")
    rows = read(path)
    assert [row.text for row in rows] == ["A fine film with a great cast", "Dull"]
    assert rows[0].metadata == {"column 1": "1"}
    assert [row.text for row in read(path, text="column 1")] == ["1", "0"]


def test_a_quotation_mark_that_never_closes_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.reading.tables._LONGEST_FIELD", 1000)
    path = write(tmp_path / "a.csv", 'id,text\n1,fine\n2,"open\n' + "3,more\n" * 1000)
    with pytest.raises(Unreadable, match="quotation mark is not closed"):
        read(path)


def test_another_encoding_is_recognised_even_when_it_shows_late(tmp_path):
    lines = ["plain words"] * 100_000 + ["Ein schöner Tag für Bücher über Käse, sagte der Bürgermeister"]
    path = write(tmp_path / "a.csv", "text\n" + "\n".join(lines), "latin-1")
    assert read(path)[-1].text == lines[-1]


def test_json_lines_keep_types_and_leave_out_what_is_broken(tmp_path):
    lines = [
        json.dumps({"text": "a", "n": 1, "tags": ["x", "y"], "none": None, "nan": math.nan}),
        "{broken",
        "[1, 2]",
        json.dumps({"text": "c\u2028d"}),
    ]
    rows = read(write(tmp_path / "a.jsonl", "\n".join(lines)))
    assert [(row.key, row.text) for row in rows] == [("0", "a"), ("3", "c\nd")]
    assert rows[0].metadata == {"n": 1, "tags": ["x", "y"]}


def test_json_lines_that_are_all_broken_are_refused(tmp_path):
    with pytest.raises(Unreadable, match="not JSON lines"):
        read(write(tmp_path / "a.jsonl", "no\njson\n"))


def test_a_list_of_objects_is_a_table_and_other_json_is_not(tmp_path):
    assert read(write(tmp_path / "a.json", '[{"text": "x"}]'))[0].text == "x"
    for text, reason in (('{"text": "x"}', "not a list"), ("[", "not valid JSON"), ("[" * 100_000, "JSON")):
        with pytest.raises(Unreadable, match=reason):
            read(write(tmp_path / "b.json", text))


def test_parquet_keeps_types(tmp_path):
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.table(
        {"doc_id": [5, 6], "body": ["first", None], "score": [0.5, math.nan], "raw": [b"\xff", b""]}
    )
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet")
    (row,) = read(tmp_path / "a.parquet")
    assert (row.key, row.text, row.metadata) == ("5", "first", {"score": 0.5, "raw": "\ufffd"})


def test_a_damaged_parquet_file_is_refused(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(Unreadable, match="not a valid Parquet"):
        read(tmp_path / "a.parquet")


def test_a_gzipped_table_is_read_and_a_cut_one_refused(tmp_path):
    whole = gzip.compress(b"text\n" + b"".join(b"row %d of the table\n" % n for n in range(1000)))
    (tmp_path / "a.csv.gz").write_bytes(whole)
    assert len(read(tmp_path / "a.csv.gz")) == 1000
    (tmp_path / "a.csv.gz").write_bytes(whole[:-100])
    with pytest.raises(Unreadable, match="incomplete gzip"):
        read(tmp_path / "a.csv.gz")


def test_without_a_title_the_first_words_stand_for_it(tmp_path):
    text = "The quick brown fox jumps over the lazy dog and over the even lazier cat again and again"
    (row,) = read(write(tmp_path / "a.jsonl", json.dumps({"text": text})))
    assert row.title == "The quick brown fox jumps over the lazy dog and over the even lazier cat again…"


def test_a_binary_file_called_csv_is_refused(tmp_path):
    (tmp_path / "a.csv").write_bytes(bytes(range(256)) * 10)
    with pytest.raises(Unreadable, match="binary"):
        read(tmp_path / "a.csv")


def test_metadata_can_always_be_written_as_json(tmp_path):
    (row,) = read(write(tmp_path / "a.jsonl", '{"text": "x", "odd": {"a": [1e999, "\\ud800"]}}'))
    assert json.loads(json.dumps(row.metadata, allow_nan=False)) == {"odd": {"a": [None, None]}}
