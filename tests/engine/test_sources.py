import gzip
import os
import sys

import pytest

from engine.reading.sources import (
    content_hash,
    document_key,
    find_files,
    format_of,
    source_from_path,
    suffix_of,
)
from indexes.errors import SourceError
from indexes.records import Source, SourceFile, TableColumns


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("a.txt", "txt"),
        ("README", "txt"),
        ("a.MD", "md"),
        ("a.html", "html"),
        ("a.docx", "docx"),
        ("a.csv.gz", "csv"),
        ("a.JSONL.GZ", "jsonl"),
        ("a.txt.gz", "txt"),
        ("a.pdf.gz", ""),
        ("a.tar.gz", ""),
        ("a.gz", ""),
        ("a.pptx", ""),
    ],
)
def test_the_name_tells_the_format(name, format):
    assert format_of(name) == format


def test_a_compressed_file_has_a_double_suffix():
    assert suffix_of("x.Tar.GZ") == ".tar.gz"


def test_a_path_becomes_a_folder_a_table_or_a_file(tmp_path):
    (tmp_path / "a.csv").write_text("x")
    (tmp_path / "a.txt").write_text("x")
    columns = TableColumns(text="x")
    assert source_from_path(tmp_path) == Source("folder", str(tmp_path))
    assert source_from_path(tmp_path / "a.csv", columns) == Source("table", str(tmp_path / "a.csv"), columns)
    assert source_from_path(str(tmp_path / "a.txt")).kind == "file"


def test_a_path_to_nothing_is_refused_with_its_name(tmp_path):
    with pytest.raises(SourceError, match=r"no file or folder at .*missing"):
        source_from_path(tmp_path / "missing")


def test_a_folder_gives_its_files_in_order_with_keys_relative_to_it(tmp_path):
    for name in (
        "b.txt",
        "a/c.md",
        "a/b/d.csv",
        ".git/config",
        ".hidden.txt",
        "~$open.docx",
        "node_modules/x.md",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text")
    files = list(find_files(Source("folder", str(tmp_path), id=7)))
    assert [file.key for file in files] == ["a/b/d.csv", "a/c.md", "b.txt"]
    assert [file.format for file in files] == ["csv", "md", "txt"]
    assert files[2].path == str(tmp_path / "b.txt")
    assert (files[2].size, files[2].source_id, files[2].skipped) == (4, 7, "")
    assert files[2].mtime_ns == os.stat(tmp_path / "b.txt").st_mtime_ns


def test_files_of_other_formats_come_with_the_reason_why_they_are_not_read(tmp_path):
    (tmp_path / "talk.pptx").write_bytes(b"x")
    (file,) = find_files(Source("folder", str(tmp_path)))
    assert (file.format, file.skipped) == ("", ".pptx files are not read yet")


def test_a_single_file_has_its_name_as_key(tmp_path):
    (tmp_path / "a.txt").write_text("text")
    (file,) = find_files(Source("file", str(tmp_path / "a.txt")))
    assert file.key == "a.txt"


def test_a_source_that_is_gone_is_an_error(tmp_path):
    for kind in ("folder", "file", "table"):
        with pytest.raises(SourceError, match="not there any more"):
            list(find_files(Source(kind, str(tmp_path / "gone"))))


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_links_that_lead_in_circles_end_and_those_to_nothing_are_skipped(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.txt").write_text("text")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "broken.txt").symlink_to(tmp_path / "nothing")
    files = {file.key: file.skipped for file in find_files(Source("folder", str(tmp_path)))}
    assert files == {"a/x.txt": "", "broken.txt": "is a link to a file that is not there"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_skipped_and_never_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    (file,) = find_files(Source("folder", str(tmp_path)))
    assert file.skipped == "is not an ordinary file"


@pytest.mark.skipif(sys.platform != "linux", reason="only there a name may be no text")
def test_a_name_that_is_no_text_is_skipped_under_a_name_that_can_be_stored(tmp_path):
    with open(os.fsencode(tmp_path) + b"/\xff.txt", "w") as file:
        file.write("text")
    (found,) = find_files(Source("folder", str(tmp_path)))
    assert found.key.encode() == b"\xef\xbf\xbd.txt"
    assert "not valid text" in found.skipped


def test_rows_keep_their_key_in_a_table_of_its_own_and_get_the_files_key_in_a_folder():
    file = SourceFile(1, "data/reviews.csv", "/x/data/reviews.csv", "csv", 1, 1)
    assert document_key(Source("table", "/x/data/reviews.csv"), file, "17") == "17"
    assert document_key(Source("folder", "/x"), file, "17") == "data/reviews.csv#17"
    assert document_key(Source("folder", "/x"), file, "") == "data/reviews.csv"


def test_the_content_hash_is_half_a_sha256(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert (
        content_hash(tmp_path / "a").hex() == "ba7816bf8f01cfea414140de5dae2223"
    )  # FIPS 180-2, appendix B.1


def test_a_gzipped_table_is_a_table(tmp_path):
    with gzip.open(tmp_path / "a.tsv.gz", "wt") as file:
        file.write("text\n")
    assert source_from_path(tmp_path / "a.tsv.gz").kind == "table"
