"""The whole path through the Workspace, with a small random encoder: load, change, search, cancel, remove."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from engine import indexing
from engine.progress import finish
from engine.reading.sources import source_from_path
from engine.records import Condition, SearchResult
from engine.workspace import Workspace
from indexes.errors import CorpusError, SourceError
from indexes.records import TableColumns
from tests.tiny_models import tiny_sbert


@pytest.fixture(scope="module")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_sbert(tmp_path_factory.mktemp("encoder") / "tiny")


@pytest.fixture
def workspace(tmp_path: Path, encoder_folder: Path) -> Iterator[Workspace]:
    with Workspace(tmp_path / "library", device="cpu", encoder=str(encoder_folder)) as opened:
        yield opened


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "river.txt").write_text("The river was slow and the bird was happy.\n\nWe sat by the water.")
    (folder / "bread.md").write_text("# Bread\n\nGood bread in the school garden.\n")
    (folder / "train.html").write_text("<h1>Train</h1><p>The red train was fast.</p>")
    return folder


def touch_later(path: Path) -> None:
    """Give a file a new time without waiting for the clock."""
    stat = path.stat()
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 5_000_000_000))


def keys(result: SearchResult) -> list[str]:
    return [document.hits[0].passage.document_key for document in result.documents]


def test_a_folder_becomes_documents_passages_and_embeddings(workspace: Workspace, notes: Path) -> None:
    report = finish(workspace.index("Notes", [source_from_path(notes)]))
    info = workspace.corpus("Notes")

    assert (report.files_read, report.documents, report.skipped) == (3, 3, ())
    assert report.embedded == report.passages == info.passages == info.embedded
    assert info.coverage == 1
    assert info.formats == {"txt": 1, "md": 1, "html": 1}


def test_an_unchanged_folder_is_neither_read_nor_embedded_again(workspace: Workspace, notes: Path) -> None:
    finish(workspace.index("Notes", [source_from_path(notes)]))
    again = finish(workspace.index("Notes"))

    assert (again.files_read, again.files_unchanged, again.embedded) == (0, 3, 0)


def test_a_touched_file_with_the_same_content_is_not_read_again(workspace: Workspace, notes: Path) -> None:
    finish(workspace.index("Notes", [source_from_path(notes)]))
    touch_later(notes / "river.txt")

    assert finish(workspace.index("Notes")).files_read == 0


def test_a_changed_file_is_replaced_and_only_its_new_text_is_embedded(
    workspace: Workspace, notes: Path
) -> None:
    finish(workspace.index("Notes", [source_from_path(notes)]))
    (notes / "bread.md").write_text("# Bread\n\nBad storm, no bread.\n")
    touch_later(notes / "bread.md")
    report = finish(workspace.index("Notes"))

    assert (report.files_read, report.embedded, report.documents) == (1, 1, 3)
    assert keys(workspace.search("Notes", "garden", mode="keyword")) == []
    assert keys(workspace.search("Notes", "storm", mode="keyword")) == ["bread.md"]


@pytest.mark.parametrize("mode", ["dense", "keyword", "hybrid"])
def test_a_deleted_file_vanishes_from_results(workspace: Workspace, notes: Path, mode: str) -> None:
    finish(workspace.index("Notes", [source_from_path(notes)]))
    assert "river.txt" in keys(workspace.search("Notes", "river bird", mode=mode))
    (notes / "river.txt").unlink()
    report = finish(workspace.index("Notes"))

    assert (report.files_removed, report.documents) == (1, 2)
    assert "river.txt" not in keys(workspace.search("Notes", "river bird", mode=mode))


def test_text_that_comes_back_is_not_embedded_again(workspace: Workspace, notes: Path) -> None:
    finish(workspace.index("Notes", [source_from_path(notes)]))
    text = (notes / "river.txt").read_text()
    (notes / "river.txt").unlink()
    finish(workspace.index("Notes"))
    (notes / "river-again.txt").write_text(text)

    report = finish(workspace.index("Notes"))
    assert (report.files_read, report.embedded, report.documents) == (1, 0, 3)


def test_files_that_cannot_be_read_are_listed_with_a_reason_and_the_rest_goes_on(
    workspace: Workspace, notes: Path
) -> None:
    (notes / "empty.txt").write_text("")
    (notes / "broken.pdf").write_bytes(b"%PDF-1.4 nothing behind it")
    (notes / "slides.pptx").write_bytes(b"PK\x03\x04")
    report = finish(workspace.index("Notes", [source_from_path(notes)]))

    reasons = {Path(skipped.path).name: skipped.reason for skipped in report.skipped}
    assert set(reasons) == {"empty.txt", "broken.pdf", "slides.pptx"}
    assert reasons["empty.txt"] == "is empty"
    assert report.documents == 3
    assert {Path(skipped.path).name for skipped in workspace.corpus("Notes").skipped} == set(reasons)


def test_skipped_files_are_still_listed_when_nothing_changed(workspace: Workspace, notes: Path) -> None:
    (notes / "empty.txt").write_text("")
    finish(workspace.index("Notes", [source_from_path(notes)]))

    assert [skipped.reason for skipped in finish(workspace.index("Notes")).skipped] == ["is empty"]


def test_cancelling_keeps_every_committed_batch_and_the_next_run_continues(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.encoding.encoder.TOKEN_BUDGET", 32)
    table = tmp_path / "rows.csv"
    table.write_text("id,text\n" + "".join(f"r{n},the river {'bird ' * (n % 9)}{n}\n" for n in range(40)))
    work = workspace.index("Rows", [source_from_path(table)])
    for progress in work:
        if progress.step == "Embedding" and progress.done >= 10:
            break
    work.close()
    kept = workspace.corpus("Rows").embedded

    report = finish(workspace.index("Rows"))
    assert 10 <= kept < 40
    assert report.embedded == 40 - kept
    assert workspace.corpus("Rows").coverage == 1


def test_cancelling_while_reading_keeps_files_that_were_read(workspace: Workspace, notes: Path) -> None:
    work = workspace.index("Notes", [source_from_path(notes)])
    for progress in work:
        if progress.step == "Reading files" and progress.done == 2:
            break
    work.close()

    assert workspace.corpus("Notes").documents == 2
    assert finish(workspace.index("Notes")).files_read == 1


def test_rows_of_a_table_are_documents_with_their_own_ids(workspace: Workspace, tmp_path: Path) -> None:
    table = tmp_path / "reviews.csv"
    table.write_text("code,review,place\na1,Good bread and music,mill\nb2,The slow red train,station\n")
    columns = TableColumns(id="code", text="review")
    finish(workspace.index("Reviews", [source_from_path(table, columns)]))

    assert keys(workspace.search("Reviews", "train", mode="keyword")) == ["b2"]
    found = workspace.search(
        "Reviews", "train bread", mode="keyword", conditions=[Condition("place", "mill")]
    )
    assert keys(found) == ["a1"]


def test_filters_restrict_every_mode(workspace: Workspace, notes: Path) -> None:
    finish(workspace.index("Notes", [source_from_path(notes)]))
    for mode in ("dense", "keyword", "hybrid"):
        only_html = workspace.search(
            "Notes", "the train bread", mode=mode, conditions=[Condition("type", "html")]
        )
        not_html = workspace.search("Notes", "the train bread -type:html", mode=mode)
        assert keys(only_html) == ["train.html"]
        assert "train.html" not in keys(not_html)


def test_scores_are_cosines_with_the_query(workspace: Workspace, notes: Path) -> None:
    finish(workspace.index("Notes", [source_from_path(notes)]))
    query = "slow water"
    vector = workspace.encoder().encode([query])[0]
    for document in workspace.search("Notes", query, mode="dense").documents:
        for hit in document.hits:
            expected = float(vector @ workspace.encoder().encode([hit.passage.text])[0])
            assert hit.score == pytest.approx(expected, abs=2e-3)


def test_words_of_the_query_are_marked_in_the_snippet(workspace: Workspace, notes: Path) -> None:
    finish(workspace.index("Notes", [source_from_path(notes)]))
    snippet = workspace.search("Notes", "happy BIRDS", mode="keyword").documents[0].hits[0].snippet

    assert [snippet.text[start:end] for start, end in snippet.marks] == ["bird", "happy"]


def test_any_query_gets_an_answer(workspace: Workspace, notes: Path) -> None:
    finish(workspace.index("Notes", [source_from_path(notes)]))
    for query in ("", "   ", "x", "🙂🙂", "河", "שלום", "\x00\x07", "AND OR ( [ ^ ~ *", "word " * 10_000):
        for mode in ("dense", "keyword", "hybrid"):
            assert len(workspace.search("Notes", query, mode=mode).documents) <= 3


def test_an_empty_corpus_answers_with_nothing(workspace: Workspace) -> None:
    workspace.create("Empty")

    assert workspace.search("Empty", "river").documents == ()
    assert workspace.map("Empty") is None
    assert workspace.corpus("Empty").coverage == 1


def test_neighbours_are_the_nearest_other_passages(workspace: Workspace, notes: Path) -> None:
    finish(workspace.index("Notes", [source_from_path(notes)]))
    first = workspace.search("Notes", "river", mode="dense").documents[0].hits[0].passage
    near = workspace.neighbours("Notes", first.id, k=2)

    vectors = workspace.encoder().encode([first.text, *(hit.passage.text for hit in near)])
    assert first.id not in [hit.passage.id for hit in near]
    assert [hit.score for hit in near] == sorted((hit.score for hit in near), reverse=True)
    np.testing.assert_allclose(vectors[1:] @ vectors[0], [hit.score for hit in near], atol=2e-3)


def test_runs_rank_documents_by_key_for_each_query(workspace: Workspace, notes: Path) -> None:
    finish(workspace.index("Notes", [source_from_path(notes)]))
    run = finish(workspace.rank("Notes", [("q1", "red train"), ("q2", "good bread")], 2, "keyword"))

    assert run["q1"][0][0] == "train.html"
    assert run["q2"][0][0] == "bread.md"
    assert all(len(ranking) <= 2 for ranking in run.values())


def test_a_preview_counts_without_loading(workspace: Workspace, notes: Path) -> None:
    (notes / "slides.pptx").write_bytes(b"PK")
    workspace.create("Notes")
    preview = finish(workspace.preview("Notes", [source_from_path(notes)]))

    assert {count.format: count.files for count in preview.formats} == {"txt": 1, "md": 1, "html": 1}
    assert [(count.format, count.files) for count in preview.unsupported] == [(".pptx", 1)]
    assert 2 <= preview.passages <= 8
    assert preview.seconds > 0
    assert workspace.corpus("Notes").documents == 0


def test_a_removed_source_takes_its_documents_along(
    workspace: Workspace, notes: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.txt"
    other.write_text("The storm was bad.")
    finish(workspace.index("Notes", [source_from_path(notes), source_from_path(other)]))
    source = next(s for s in workspace.corpus("Notes").sources if s.kind == "folder")

    info = workspace.remove_source("Notes", source.id)
    assert info.documents == 1
    assert keys(workspace.search("Notes", "river storm", mode="keyword")) == ["other.txt"]
    assert _embeddings_kept(workspace, "Notes") == info.passages


def test_a_source_that_is_gone_is_reported_and_its_documents_stay(workspace: Workspace, notes: Path) -> None:
    finish(workspace.index("Notes", [source_from_path(notes)]))
    notes.rename(notes.with_name("moved"))
    report = finish(workspace.index("Notes"))

    assert "not there any more" in report.skipped[0].reason
    assert report.documents == 3


def test_other_columns_of_a_table_make_it_be_read_again(workspace: Workspace, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("id,text,body\n1,river,train\n")
    finish(workspace.index("T", [source_from_path(table, TableColumns(text="text"))]))
    finish(workspace.index("T", [source_from_path(table, TableColumns(text="body"))]))

    assert keys(workspace.search("T", "train", mode="keyword")) == ["1"]
    assert keys(workspace.search("T", "river", mode="keyword")) == []


def test_names_of_corpora_may_be_anything_but_empty_or_taken(workspace: Workspace) -> None:
    for name in ("Протоколы 2024", "a/b\\c", "..", "con", "日本語"):
        assert workspace.create(name).name == name
    assert {info.name for info in workspace.corpora()} == {"Протоколы 2024", "a/b\\c", "..", "con", "日本語"}
    with pytest.raises(CorpusError, match="already a corpus"):
        workspace.create("con")
    with pytest.raises(CorpusError, match="needs a name"):
        workspace.create("  ")


def test_an_unknown_corpus_is_named_with_those_there_are(workspace: Workspace) -> None:
    workspace.create("Minutes")
    with pytest.raises(CorpusError, match=r"no corpus “Minute”.*“Minutes”"):
        workspace.search("Minute", "x")


def test_a_removed_corpus_is_gone_and_its_sources_stay(workspace: Workspace, notes: Path) -> None:
    finish(workspace.index("Notes", [source_from_path(notes)]))
    workspace.remove("Notes")

    assert workspace.corpora() == []
    assert (notes / "river.txt").exists()
    assert list(workspace.library.corpora_folder.iterdir()) == []


def test_bringing_a_corpus_without_sources_up_to_date_says_what_to_do(workspace: Workspace) -> None:
    workspace.create("Empty")
    with pytest.raises(SourceError, match="Add a folder"):
        finish(workspace.index("Empty"))


def test_what_is_read_can_be_searched_by_words_before_it_is_embedded(
    workspace: Workspace, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "INDEX_INTERVAL", 0.0)
    work = workspace.index("Notes", [source_from_path(notes)])
    for progress in work:
        if progress.step == "Embedding":
            break
    found = keys(workspace.search("Notes", "train", mode="keyword"))
    work.close()

    assert found == ["train.html"]


def _embeddings_kept(workspace: Workspace, name: str) -> int:
    """How many embeddings the file of a corpus holds, used or not."""
    with closing(sqlite3.connect(workspace.library.folder_of(name) / "catalogue.db")) as db:
        return int(db.execute("SELECT count(*) FROM embeddings").fetchone()[0])
