"""Judgements: kept by query line, found again after re-indexing, and marked while another job writes."""

import sqlite3
from pathlib import Path

import pytest

from indexes import schema
from indexes.catalogue import Catalogue
from indexes.errors import CorpusError
from indexes.lock import write_lock
from indexes.records import Source
from tests.indexes.making import document, file, new, put, put_texts

FILE = "catalogue.db"


def test_a_grade_is_kept_by_query_and_replaced_by_the_next(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two. Three.")
    catalogue.judge("sea storms", 3, 1)
    catalogue.judge("sea storms", 1, 0)
    catalogue.judge("bread", 1, 1)
    assert catalogue.judgements("sea storms") == {3: 1, 1: 0}
    catalogue.judge("sea storms", 3, 0)
    assert catalogue.judgements("sea storms") == {1: 0, 3: 0}
    assert catalogue.judgements("bread") == {1: 1}
    assert catalogue.judgements("never asked") == {}
    assert catalogue.all_judgements() == [("bread", 1, 1), ("sea storms", 1, 0), ("sea storms", 3, 0)]


def test_white_space_does_not_tell_two_queries_apart(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One.")
    catalogue.judge("  sea \t storms\n", 1, 1)
    assert catalogue.judgements("sea storms") == catalogue.judgements(" sea  storms") == {1: 1}
    assert catalogue.all_judgements() == [("sea storms", 1, 1)]


@pytest.mark.parametrize("query", ["", "a\0b", "lone \ud800 surrogate", "🐦", "كتاب", "word " * 10_000])
def test_any_line_can_be_judged(catalogue: Catalogue, query: str) -> None:
    put_texts(catalogue, a="One.")
    catalogue.judge(query, 1, 1)
    assert catalogue.judgements(query) == {1: 1}
    assert len(catalogue.all_judgements()) == 1


def test_a_grade_can_be_taken_back_and_a_query_cleared(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two.")
    catalogue.judge("one", 1, 1)
    catalogue.judge("one", 2, 0)
    catalogue.judge("two", 2, 1)
    catalogue.judge("one", 1, None)
    assert catalogue.judgements("one") == {2: 0}
    catalogue.judge("one", 1, None)
    catalogue.clear_judgements(" one ")
    assert catalogue.all_judgements() == [("two", 2, 1)]


def test_other_grades_and_passages_that_never_were_are_refused(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One.")
    with pytest.raises(ValueError, match="not 2"):
        catalogue.judge("one", 1, 2)
    with pytest.raises(CorpusError, match="no longer in the corpus"):
        catalogue.judge("one", 17, 1)
    assert catalogue.all_judgements() == []


def test_a_judgement_stays_with_a_passage_that_did_not_change(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two. Three.")
    catalogue.judge("q", 2, 1)
    put_texts(catalogue, a="Zero. Two. Four.")
    assert [passage.text for passage in catalogue.passages([2])] == ["Two."]
    assert catalogue.judgements("q") == {2: 1}


def test_a_judgement_finds_its_text_again_under_another_id(catalogue: Catalogue) -> None:
    put(catalogue, "a", document("a", "One. Two.", title="Old title"))
    catalogue.judge("q", 2, 1)
    put(catalogue, "a", document("a", "One. Two.", title="New title"))  # gives new ids
    assert catalogue.passage_ids().tolist() == [3, 4]
    assert catalogue.judgements("q") == {4: 1}
    catalogue.judge("q", 4, 0)
    assert catalogue.all_judgements() == [("q", 4, 0)]
    catalogue.judge("q", 4, None)
    assert catalogue.judgements("q") == {}


def test_the_same_text_in_the_same_document_is_preferred_to_one_elsewhere(catalogue: Catalogue) -> None:
    put(catalogue, "a", document("other", "Two."), document("mine", "Two."))
    catalogue.judge("q", 2, 1)
    put(catalogue, "a", document("other", "Two."), document("mine", "Two.", title="New"))
    assert catalogue.passage_ids().tolist() == [1, 3]
    assert catalogue.judgements("q") == {3: 1}


def test_a_judgement_follows_its_text_into_a_renamed_file(catalogue: Catalogue) -> None:
    put(catalogue, "old.txt", document("old.txt", "One. Two."))
    catalogue.judge("q", 2, 1)
    put(catalogue, "new.txt", document("new.txt", "One. Two."))
    catalogue.remove_files([1])
    assert catalogue.judgements("q") == {4: 1}


def test_removing_a_passage_is_no_error_and_its_judgement_waits_for_the_text(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two.")
    catalogue.judge("q", 2, 1)
    catalogue.judge("q", 1, 0)
    put_texts(catalogue, a="One.")
    assert catalogue.judgements("q") == {1: 0}
    assert catalogue.all_judgements() == [("q", 1, 0)]
    put_texts(catalogue, a="One. Two.")
    assert catalogue.judgements("q") == {3: 1, 1: 0}


def test_of_two_judgements_that_meet_in_one_passage_the_newer_holds(catalogue: Catalogue) -> None:
    put(catalogue, "a", document("a", "Same. Same."))
    catalogue.judge("q", 1, 0)
    catalogue.judge("q", 2, 1)
    put(catalogue, "a", document("a", "Same.", title="New"))
    assert catalogue.judgements("q") == {3: 1}
    assert catalogue.all_judgements() == [("q", 3, 1)]


def test_hits_can_be_marked_while_a_job_holds_the_corpus_for_writing(tmp_path: Path) -> None:
    with new(tmp_path) as indexing, write_lock(tmp_path):
        put_texts(indexing, a="One. Two.")
        begun = indexing.begin_file(file(indexing.add_source(Source("folder", "/notes")), "b"))
        with Catalogue.open(tmp_path / FILE, write=True) as marking:
            marking.judge("one", 1, 1)
        indexing.add_documents(begun, [document("b", "Three.")])
        with Catalogue.open(tmp_path / FILE) as reading:
            assert reading.judgements("one") == {1: 1}
            assert reading.passages_count == 3


def test_a_catalogue_of_the_first_version_gets_judgements_when_it_is_opened(tmp_path: Path) -> None:
    _first_version(tmp_path / FILE)
    with Catalogue.open(tmp_path / FILE, write=True) as catalogue:
        assert catalogue.name == "Old"
        assert catalogue.all_judgements() == []
        put_texts(catalogue, a="One.")
        catalogue.judge("one", 1, 1)
        assert catalogue.judgements("one") == {1: 1}


def test_a_catalogue_of_the_first_version_can_be_read_and_has_no_judgements(tmp_path: Path) -> None:
    _first_version(tmp_path / FILE)
    with Catalogue.open(tmp_path / FILE) as catalogue:
        assert (catalogue.name, catalogue.judgements("one"), catalogue.all_judgements()) == ("Old", {}, [])


def test_two_that_bring_one_file_up_to_date_at_once_do_not_collide(tmp_path: Path) -> None:
    _first_version(tmp_path / FILE)
    slower = sqlite3.connect(tmp_path / FILE, isolation_level=None)

    def be_overtaken(statement: str) -> None:
        slower.set_trace_callback(None)
        Catalogue.open(tmp_path / FILE).close()

    slower.execute("PRAGMA user_version").fetchone()
    slower.set_trace_callback(lambda statement: be_overtaken(statement) if "BEGIN" in statement else None)
    schema.migrate(slower)
    assert slower.execute("PRAGMA user_version").fetchone() == (len(schema.MIGRATIONS),)
    assert slower.execute("SELECT count(*) FROM judgements").fetchone() == (0,)
    slower.close()


def _first_version(path: Path) -> None:
    """Write a catalogue as the first Asterism made it."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    schema.migrate(connection, schema.MIGRATIONS[:1])
    connection.execute("INSERT INTO settings VALUES ('name', '\"Old\"')")
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    connection.close()
