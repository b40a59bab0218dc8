"""Sources, files, documents and passages: what is put in comes out, and keeps its ids."""

from pathlib import Path

import numpy as np
import pytest

from indexes.catalogue import Catalogue
from indexes.documents import PART
from indexes.errors import CorpusError
from indexes.records import Locator, Source, TableColumns
from tests.indexes.making import document, file, put, put_texts, texts


def test_a_catalogue_remembers_its_name_and_settings(tmp_path: Path) -> None:
    with Catalogue.create(tmp_path / "catalogue.db", "Letters äöü 中文") as catalogue:
        catalogue.set_setting("speed", {"passages": 31.5})
        uid = catalogue.uid
    with Catalogue.open(tmp_path / "catalogue.db") as catalogue:
        assert catalogue.name == "Letters äöü 中文"
        assert catalogue.setting("speed") == {"passages": 31.5}
        assert catalogue.setting("never set") is None
        assert catalogue.uid == uid


def test_a_source_is_stored_once_and_its_columns_can_change(catalogue: Catalogue) -> None:
    first = catalogue.add_source(Source("table", "/t.csv"))
    other = catalogue.add_source(Source("table", "/u.csv"))
    again = catalogue.add_source(Source("table", "/t.csv", TableColumns(text="body")))
    assert again.id == first.id != other.id
    assert catalogue.sources() == [Source("table", "/t.csv", TableColumns(text="body"), first.id), other]


def test_passages_come_back_with_all_that_a_list_shows(catalogue: Catalogue) -> None:
    put(catalogue, "a/b.txt", document("a/b.txt", "One sheep. Two goats.", title="Animals"))
    second, first = catalogue.passages([2, 1])
    assert (first.text, first.start, first.end, first.locator) == ("One sheep.", 0, 10, Locator("page", "1"))
    assert (second.text, second.start, second.end, second.locator) == (
        "Two goats.",
        11,
        21,
        Locator("page", "2"),
    )
    assert first.document_id == second.document_id
    assert (first.document_key, first.title, first.path, first.format) == (
        "a/b.txt",
        "Animals",
        "/notes/a/b.txt",
        "txt",
    )


def test_passages_that_are_gone_are_left_out_and_the_rest_keep_the_order_asked(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two. Three.")
    assert [p.text for p in catalogue.passages([3, 99, 1, 3])] == ["Three.", "One.", "Three."]
    assert catalogue.passages([]) == []


def test_a_document_comes_back_with_text_and_metadata(catalogue: Catalogue) -> None:
    metadata = {"author": "Ada", "year": 1843, "tags": ["a", "b"], "missing": None}
    put(
        catalogue,
        "t.csv",
        document("row 7", "Some text.", title="T", metadata=metadata, path="/elsewhere/t.csv"),
    )
    (stored,) = catalogue.documents(catalogue.document_ids().tolist())
    assert (stored.key, stored.title, stored.text, stored.path) == (
        "row 7",
        "T",
        "Some text.",
        "/elsewhere/t.csv",
    )
    assert stored.metadata == metadata
    assert catalogue.document(stored.id) == stored
    assert catalogue.documents([stored.id], with_text=False)[0].text == ""
    with pytest.raises(CorpusError, match="no longer in the corpus"):
        catalogue.document(stored.id + 1)


def test_metadata_that_json_has_no_word_for_becomes_text_or_null(catalogue: Catalogue) -> None:
    metadata = {"nan": float("nan"), "deep": [float("inf")], "path": Path("x"), "n": 1.5}
    put(catalogue, "t", document("t", "Text.", metadata=metadata))
    assert catalogue.document(1).metadata == {"nan": None, "deep": [None], "path": "x", "n": 1.5}


def test_a_passage_of_a_huge_document_is_exactly_its_characters(catalogue: Catalogue) -> None:
    sentences = [f"Sentence {n} über 中文 🙂 {'x' * (n % 97)}." for n in range(3000)]
    text = " ".join(sentences)
    assert len(text) > 4 * PART
    put(catalogue, "huge", document("huge", text))
    assert texts(catalogue) == sentences
    assert catalogue.document(1).text == text
    assert [p.text for p in catalogue.passages_of(1)][-1] == sentences[-1]


def test_a_passage_may_span_many_parts_of_its_document(catalogue: Catalogue) -> None:
    text = "".join(chr(ord("a") + n % 26) for n in range(3 * PART + 5))
    put(catalogue, "long", document("long", text))
    assert texts(catalogue) == [text]


def test_what_utf8_cannot_hold_is_replaced_one_for_one(catalogue: Catalogue) -> None:
    put(catalogue, "odd", document("odd", "a\0b\ud800c. End.", title="t\udfff"))
    assert texts(catalogue) == ["a\ufffdb\ufffdc.", "End."]
    assert catalogue.document(1).title == "t\ufffd"


def test_a_file_name_that_is_no_unicode_stays_what_it_was(catalogue: Catalogue) -> None:
    name = b"caf\xe9.txt".decode("utf-8", "surrogateescape")
    put(catalogue, name, document(name, "Text."))
    put(catalogue, name, document(name, "Text."))
    assert list(catalogue.files(1)) == [name]
    assert catalogue.files(1)[name].path == f"/notes/{name}"
    assert (catalogue.document(1).key, catalogue.document(1).path) == (name, f"/notes/{name}")


def test_reading_an_unchanged_file_again_changes_nothing(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two.", b="Three.")
    before = catalogue.mark, catalogue.passages([1, 2, 3])
    put_texts(catalogue, a="One. Two.", b="Three.")
    assert (catalogue.mark, catalogue.passages([1, 2, 3])) == before


def test_rows_appended_to_a_table_leave_the_other_rows_their_ids(catalogue: Catalogue) -> None:
    rows = [document(str(n), f"Row {n}.") for n in range(3)]
    put(catalogue, "t.csv", *rows)
    put(catalogue, "t.csv", document("new", "At the top."), *rows)
    assert [p.text for p in catalogue.passages([1, 2, 3, 4])] == ["Row 0.", "Row 1.", "Row 2.", "At the top."]
    assert catalogue.documents_count == 4


def test_a_changed_document_keeps_the_ids_of_the_passages_that_did_not_change(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two. Three.")
    generation = catalogue.mark
    put_texts(catalogue, a="Zero. Three. One.")
    assert [(p.id, p.text) for p in catalogue.passages_of(1)] == [(4, "Zero."), (3, "Three."), (1, "One.")]
    assert catalogue.passages([2]) == []
    assert catalogue.document(1).text == "Zero. Three. One."
    assert catalogue.mark != generation


def test_a_new_title_gives_new_passages_because_words_of_titles_are_searched(catalogue: Catalogue) -> None:
    put(catalogue, "a", document("a", "One.", title="Old"))
    put(catalogue, "a", document("a", "One.", title="New"))
    assert [p.id for p in catalogue.passages_of(1)] == [2]


def test_two_rows_with_one_id_and_one_text_are_two_documents(catalogue: Catalogue) -> None:
    twins = [document("7", "Same."), document("7", "Same."), document("7", "Other.")]
    for _ in range(2):
        put(catalogue, "t.csv", *twins)
        assert [d.text for d in catalogue.documents([1, 2, 3])] == ["Same.", "Same.", "Other."]
    put(catalogue, "t.csv", *twins[1:])
    assert catalogue.documents_count == 2


def test_an_id_is_never_given_twice(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One.")
    catalogue.remove_files([1])
    put_texts(catalogue, a="Two.")
    assert [(p.id, p.document_id) for p in catalogue.passages_of(2)] == [(2, 2)]


def test_a_table_read_in_batches_drops_the_rows_that_did_not_come_again(catalogue: Catalogue) -> None:
    table = file(catalogue.add_source(Source("table", "/t")), "t.csv")
    rows = [document(str(n), f"Row {n}.") for n in range(4)]
    put(catalogue, "other", document("x", "Untouched."))
    file_id = catalogue.begin_file(table)
    catalogue.add_documents(file_id, rows[:2])
    catalogue.add_documents(file_id, rows[2:])
    catalogue.finish_file(file_id, table)
    assert catalogue.begin_file(table) == file_id
    catalogue.add_documents(file_id, rows[1:3])
    assert texts(catalogue) == ["Untouched.", "Row 0.", "Row 1.", "Row 2.", "Row 3."]
    catalogue.finish_file(file_id, table)
    assert texts(catalogue) == ["Untouched.", "Row 1.", "Row 2."]


def test_a_file_begun_and_not_finished_counts_as_unread(catalogue: Catalogue) -> None:
    source = catalogue.add_source(Source("folder", "/notes"))
    put_texts(catalogue, a="One.")
    stored = catalogue.files(source.id)["a"]
    assert (stored.size, stored.mtime_ns, stored.content_hash) == (10, 20, b"content")
    catalogue.begin_file(file(source, "a"))
    stored = catalogue.files(source.id)["a"]
    assert (stored.size, stored.mtime_ns, stored.content_hash) == (-1, -1, b"")


def test_a_skipped_file_keeps_its_reason_and_loses_its_documents(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One.", b="Two.")
    source = catalogue.sources()[0]
    catalogue.replace_file(file(source, "a", skipped="is locked by a password"), ())
    assert [(f.key, f.skipped) for f in catalogue.skipped_files()] == [("a", "is locked by a password")]
    assert texts(catalogue) == ["Two."]
    put_texts(catalogue, a="One again.")
    assert catalogue.skipped_files() == []


def test_touching_a_file_changes_its_time_and_nothing_else(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One.")
    source, generation = catalogue.sources()[0], catalogue.mark
    catalogue.touch_file(file(source, "a", mtime_ns=99))
    stored = catalogue.files(source.id)["a"]
    assert (stored.mtime_ns, stored.content_hash, catalogue.mark) == (99, b"content", generation)


def test_removing_a_source_removes_all_that_came_from_it_and_only_that(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two.")
    other = catalogue.add_source(Source("folder", "/other"))
    catalogue.replace_file(file(other, "c"), [document("c", "Three.")])
    catalogue.remove_source(catalogue.sources()[0].id)
    assert (texts(catalogue), catalogue.sources()) == (["Three."], [other])
    assert (catalogue.files_count, catalogue.documents_count, catalogue.passages_count) == (1, 1, 1)
    assert catalogue._database._connection.execute("SELECT count(*) FROM texts").fetchone() == (1,)


def test_the_passage_table_follows_the_catalogue(catalogue: Catalogue) -> None:
    assert catalogue.passage_table().passage_ids.shape == (0,)
    put_texts(catalogue, a="One. Two.", b="Three.")
    table = catalogue.passage_table()
    assert table.passage_ids.tolist() == [1, 2, 3]
    assert table.document_ids.tolist() == [1, 1, 2]
    assert [table.formats[i] for i in table.format_ids] == ["txt"] * 3
    catalogue.remove_files([1])
    assert catalogue.passage_table().passage_ids.tolist() == [3]


def test_small_questions_about_documents_have_answers(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two.", b="Three.")
    assert catalogue.document_ids_of([3, 1, 99]) == {3: 2, 1: 1}
    assert catalogue.document_keys([2, 1]) == {1: "a", 2: "b"}
    assert catalogue.passage_counts([2, 1, 99]) == [1, 2, 0]
    assert catalogue.format_counts() == {"txt": 2}


def test_passages_are_iterated_in_order_whatever_the_batch(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two.", b="Three. Four. Five.")
    everything = [
        (1, "a", "One."),
        (2, "a", "Two."),
        (3, "b", "Three."),
        (4, "b", "Four."),
        (5, "b", "Five."),
    ]
    for size in (1, 2, 5, 100):
        assert [row for batch in catalogue.iterate_passages(batch=size) for row in batch] == everything
    assert [row for batch in catalogue.iterate_passages(after_id=3) for row in batch] == everything[3:]


def test_texts_of_chosen_passages_come_by_id_whatever_the_batch(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two.", b=f"{'x' * PART} and more. Four.")
    for size in (1, 2, 100):
        batches = catalogue.iterate_texts(np.array([1, 3, 4, 99]), batch=size)
        assert [row for batch in batches for row in batch] == [
            (1, "One."),
            (3, f"{'x' * PART} and more."),
            (4, "Four."),
        ]


def test_an_error_in_the_middle_of_a_batch_leaves_nothing_of_it(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One.")
    broken = (document("a", "New.")[0], [None])
    with pytest.raises(AttributeError):
        put(catalogue, "a", document("b", "Two."), broken)  # type: ignore[arg-type]
    assert texts(catalogue) == ["One."]
    assert catalogue.files(1)["a"].size == 10


def test_a_reader_sees_what_a_writer_commits_but_one_state_inside_a_snapshot(tmp_path: Path) -> None:
    with (
        Catalogue.create(tmp_path / "catalogue.db", "N") as writer,
        Catalogue.open(tmp_path / "catalogue.db") as reader,
    ):
        put_texts(writer, a="One.")
        assert reader.passages_count == 1
        with reader.snapshot():
            assert reader.passages_count == 1
            put_texts(writer, b="Two.")
            assert reader.passages_count == 1
        assert reader.passages_count == 2
