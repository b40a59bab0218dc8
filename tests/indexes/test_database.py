"""The file itself: versions, damage, full disks and killed writers end in a sentence or in nothing lost."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from indexes import schema
from indexes.catalogue import Catalogue
from indexes.errors import CorpusBusy, CorpusError
from tests.indexes import making

ROOT = Path(__file__).parents[2]


def test_a_second_corpus_in_one_place_is_refused(tmp_path: Path) -> None:
    making.new(tmp_path).close()
    with pytest.raises(CorpusError, match="already a corpus"):
        making.new(tmp_path)


def test_a_missing_or_empty_file_is_no_corpus(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    with pytest.raises(CorpusError, match="no corpus"):
        Catalogue.open(path)
    path.touch()
    with pytest.raises(CorpusError, match="no corpus"):
        Catalogue.open(path)
    Catalogue.create(path, "after a start that was cut off").close()


def test_a_file_of_a_newer_asterism_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    making.new(tmp_path).close()
    path = tmp_path / "catalogue.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    for write in (False, True):
        with pytest.raises(CorpusError, match="newer Asterism"):
            Catalogue.open(path, write=write)
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (999,)
    connection.close()


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "catalogue.db")
    connection.execute("CREATE TABLE recipes (name)")
    connection.close()
    with pytest.raises(CorpusError, match="not a catalogue"):
        Catalogue.open(tmp_path / "catalogue.db")


def test_a_file_that_is_no_database_is_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "catalogue.db").write_bytes(b"This was a catalogue once. " * 500)
    for write in (False, True):
        with pytest.raises(CorpusError, match="damaged"):
            Catalogue.open(tmp_path / "catalogue.db", write=write)


def test_a_file_with_overwritten_pages_is_called_damaged_when_they_are_met(tmp_path: Path) -> None:
    with making.new(tmp_path) as catalogue:
        making.put(catalogue, "a", *(making.document(str(n), f"Row {n}. " * 20) for n in range(300)))
    path = tmp_path / "catalogue.db"
    data = bytearray(path.read_bytes())
    data[8192:] = b"\x99" * (len(data) - 8192)
    path.write_bytes(data)
    with pytest.raises(CorpusError, match="damaged"), Catalogue.open(path) as catalogue:
        making.texts(catalogue)


def test_migrations_run_in_order_and_each_at_once_or_not_at_all() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    first = "CREATE TABLE a (x); INSERT INTO a VALUES (1)"
    broken = "INSERT INTO a VALUES (2); INSERT INTO missing VALUES (1)"
    with pytest.raises(sqlite3.OperationalError, match="missing"):
        schema.migrate(connection, [first, broken])
    assert connection.execute("SELECT x FROM a").fetchall() == [(1,)]
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    schema.migrate(connection, [first, "UPDATE a SET x = x * 10", "UPDATE a SET x = x + 5"])
    assert connection.execute("SELECT x FROM a").fetchall() == [(15,)]
    assert connection.execute("PRAGMA user_version").fetchone() == (3,)
    connection.close()


def test_an_older_file_is_brought_up_to_date_even_when_it_is_only_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    making.new(tmp_path).close()
    newer = (*schema.MIGRATIONS, "INSERT INTO settings VALUES ('migrated', 'true')")
    monkeypatch.setattr(schema, "MIGRATIONS", newer)
    monkeypatch.setattr(schema.migrate, "__defaults__", (newer,))
    with Catalogue.open(tmp_path / "catalogue.db") as catalogue:
        assert catalogue.setting("migrated") is True


def test_a_full_disk_is_a_sentence_and_keeps_what_was_committed(catalogue: Catalogue) -> None:
    making.put_texts(catalogue, a="One.")
    connection = catalogue._database._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(CorpusError, match="disk is full"):
        making.put_texts(catalogue, b="Two. " * 20_000)
    assert making.texts(catalogue) == ["One."]


def test_a_catalogue_opened_for_reading_refuses_to_write_in_a_sentence(tmp_path: Path) -> None:
    making.new(tmp_path).close()
    with (
        Catalogue.open(tmp_path / "catalogue.db") as catalogue,
        pytest.raises(CorpusError, match="cannot be read or"),
    ):
        catalogue.set_setting("a", 1)


def test_a_second_writer_is_told_to_wait(tmp_path: Path) -> None:
    with making.new(tmp_path) as one, Catalogue.open(tmp_path / "catalogue.db", write=True) as two:
        two._database._connection.execute("PRAGMA busy_timeout = 0")
        with one._database.writing(), pytest.raises(CorpusBusy, match="Wait"):
            two.set_setting("a", 1)


WRITER = """
import sys
from pathlib import Path
import numpy as np
from indexes.catalogue import Catalogue
from indexes.records import Source
from tests.indexes.making import document, file, text_hash

catalogue = Catalogue.create(Path(sys.argv[1]), "Killed")
table = file(catalogue.add_source(Source("table", "/t")), "t.csv")
file_id = catalogue.begin_file(table)
for batch in range(1_000_000):
    rows = [document(f"{batch}-{n}", f"Row {n} of batch {batch}.") for n in range(50)]
    catalogue.add_documents(file_id, rows)
    hashes = [text_hash(row.text) for row, _ in rows]
    catalogue.add_embeddings("e", hashes, np.full((50, 8), batch % 100, np.float32))
    print(batch, flush=True)
"""


@pytest.mark.parametrize("batches", [1, 3, 10])
def test_a_writer_killed_at_any_moment_loses_at_most_the_batch_it_was_writing(
    tmp_path: Path, batches: int
) -> None:
    path = tmp_path / "catalogue.db"
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        try:
            for _ in range(batches):
                child.stdout.readline()
        finally:
            child.kill()
        said = batches + len(child.stdout.read().splitlines())
    with Catalogue.open(path, write=True) as catalogue:
        connection = catalogue._database._connection
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        count = catalogue.passages_count
        assert count in (50 * said, 50 * (said + 1))
        assert making.texts(catalogue) == [f"Row {n % 50} of batch {n // 50}." for n in range(count)]
        assert catalogue.count_missing("e") in (0, 50)
        assert catalogue.files(1)["t.csv"].size == -1
        making.put_texts(catalogue, after="Writing goes on.")
