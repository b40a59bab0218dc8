import gzip
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.reading.process import Reader
from engine.reading.readers import Unreadable
from indexes.records import TableColumns


@pytest.fixture
def text_file(tmp_path):
    (tmp_path / "a.txt").write_text("Some text.")
    return tmp_path / "a.txt"


@pytest.fixture
def table(tmp_path):
    (tmp_path / "a.csv").write_text("id,text\n" + "".join(f"{n},row {n}\n" for n in range(1000)))
    return tmp_path / "a.csv"


def read(reader, path, format):
    return [document for batch in reader.read(path, format) for document in batch]


def child():
    (child,) = multiprocessing.active_children()
    return child.pid


def test_documents_come_in_batches_and_in_order(table):
    with Reader() as reader:
        batches = list(reader.read(table, "csv", TableColumns(text="text")))
    assert [len(batch) for batch in batches] == [256, 256, 256, 232]
    assert [document.key for batch in batches for document in batch] == [str(n) for n in range(1000)]


def test_one_child_reads_many_files_and_is_gone_after_close(text_file, table):
    with Reader() as reader:
        read(reader, text_file, "txt")
        first = child()
        read(reader, table, "csv")
        assert child() == first
    assert not multiprocessing.active_children()


def test_a_refusal_is_passed_on_and_the_child_stays(tmp_path, text_file):
    (tmp_path / "empty.txt").touch()
    with Reader() as reader:
        read(reader, text_file, "txt")
        first = child()
        with pytest.raises(Unreadable) as refused:
            read(reader, tmp_path / "empty.txt", "txt")
        assert refused.value.reason == "is empty"
        assert child() == first
        assert read(reader, text_file, "txt")[0].text == "Some text."


def test_a_table_that_ends_in_the_middle_is_refused(tmp_path):
    rows = b"text\n" + b"".join(b"row %d, %d\n" % (n, hash(str(n))) for n in range(20_000))
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(rows)[:-20])
    with Reader() as reader:
        batches = reader.read(tmp_path / "cut.csv.gz", "csv")
        with pytest.raises(Unreadable, match="incomplete gzip"):
            list(batches)


def test_closing_a_table_early_ends_the_child_and_the_next_file_is_read(table, text_file):
    with Reader() as reader:
        batches = reader.read(table, "csv")
        next(batches)
        batches.close()
        assert not multiprocessing.active_children()
        assert read(reader, text_file, "txt")[0].text == "Some text."


def test_a_file_that_takes_too_long_is_refused_and_the_next_is_read(text_file):
    if not hasattr(signal, "SIGSTOP"):
        pytest.skip("a process cannot be stopped here")
    with Reader(seconds=1.0) as reader:
        read(reader, text_file, "txt")
        os.kill(child(), signal.SIGSTOP)
        with pytest.raises(Unreadable, match="took more than 1 seconds"):
            read(reader, text_file, "txt")
        assert read(reader, text_file, "txt")[0].text == "Some text."


def test_a_file_on_which_the_child_dies_is_refused_and_the_next_is_read(table, text_file):
    with Reader() as reader:
        batches = reader.read(table, "csv")
        next(batches)
        os.kill(child(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        with pytest.raises(Unreadable, match="crash"):
            list(batches)
        assert read(reader, text_file, "txt")[0].text == "Some text."


@pytest.mark.skipif(sys.platform != "linux", reason="the system limits memory only there")
def test_a_file_that_needs_too_much_memory_is_refused_and_the_next_is_read(tmp_path, text_file):
    (tmp_path / "big.txt").write_bytes(b"many words " * 10_000_000)
    with Reader(memory=1 << 27) as reader:
        with pytest.raises(Unreadable, match=r"needs more than 0\.125 GB of memory"):
            read(reader, tmp_path / "big.txt", "txt")
        assert read(reader, text_file, "txt")[0].text == "Some text."


def test_what_a_parser_raises_is_told_in_words(tmp_path, text_file):
    with Reader() as reader:
        with pytest.raises(Unreadable, match=r"damaged or unusual \(KeyError\)"):
            read(reader, text_file, "no such format")
        assert read(reader, text_file, "txt")[0].text == "Some text."


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_the_child_ends_when_its_parent_is_killed(text_file):
    program = (
        "import multiprocessing, sys, time\n"
        "from engine.reading.process import Reader\n"
        "if __name__ == '__main__':\n"
        "    reader = Reader()\n"
        f"    list(reader.read({str(text_file)!r}, 'txt'))\n"
        "    print(multiprocessing.active_children()[0].pid, flush=True)\n"
        "    time.sleep(600)\n"
    )
    script = text_file.with_name("parent.py")
    script.write_text(program)
    root = str(Path(__file__).parents[2])
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    for _ in range(200):
        if not _is_running(child):
            break
        time.sleep(0.05)
    assert not _is_running(child)


def _is_running(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z"  # a zombie has ended; nobody adopts it in some containers
    except FileNotFoundError:
        pass
    if sys.platform == "linux":
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
