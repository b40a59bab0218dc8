import gzip
import io
import zipfile

import pytest

from engine.reading.decoding import clean, encoding_of
from engine.reading.readers import READERS, Unreadable, read_file
from engine.reading.sources import FORMATS, TABLES, find_files, format_of, source_from_path


def read(path):
    (document,) = read_file(path, format_of(path.name))
    return document


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def headings(document):
    """Every mark as (its locator in words, the line of the text that it points to)."""
    return [(str(locator), document.text[offset:].split("\n")[0]) for offset, locator in document.marks]


def test_every_format_has_a_reader():
    assert set(FORMATS.values()) == set(READERS)
    assert set(READERS) >= TABLES


# Plain text and encodings.

GERMAN = "Die Würde des Menschen ist unantastbar. Sie zu achten und zu schützen ist Verpflichtung. Für jeden Bürger."
RUSSIAN = (
    "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и совестью."
)
CHINESE = "人人生而自由, 在尊严和权利上一律平等。他们赋有理性和良心, 并应以兄弟关系的精神相对待。" * 3
JAPANESE = "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。" * 3


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "utf-8"),
        (GERMAN, "utf-8-sig"),
        (GERMAN, "latin-1"),
        (GERMAN, "utf-16"),
        (GERMAN, "utf-16-le"),
        (GERMAN, "utf-16-be"),
        (GERMAN, "utf-32"),
        (GERMAN, "utf-32-be"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "utf-16-le"),
        (CHINESE, "gb18030"),
        (CHINESE, "utf-16-be"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (JAPANESE, "iso2022_jp"),
    ],
)
def test_any_encoding_gives_the_same_text(tmp_path, text, encoding):
    assert read(write(tmp_path / "a.txt", text, encoding)).text == text


def test_utf8_with_a_little_damage_stays_utf8(tmp_path):
    (tmp_path / "a.txt").write_bytes((GERMAN * 50).encode() + b"\xff")
    assert read(tmp_path / "a.txt").text == GERMAN * 50 + "\ufffd"


def test_western_text_is_windows_rather_than_something_exotic():
    assert encoding_of("naïve café – “quoted” – façade, déjà vu, crème brûlée".encode("cp1252")) in (
        "cp1252",
        "cp1250",
    )


def test_every_kind_of_line_end_becomes_one():
    assert clean("a\r\nb\rc\u2028d\x0be\u2029f\x85g") == "a\nb\nc\nd\ne\n\nf\ng"


def test_what_is_no_text_is_taken_out_of_it():
    assert clean("a\x00b\x07c\ud800d\ufeffe\x1bf\ufffeg\tß") == "abcdefg\tß"


def test_a_binary_file_called_txt_is_refused(tmp_path):
    (tmp_path / "a.txt").write_bytes(bytes(range(256)) * 20)
    with pytest.raises(Unreadable, match="looks like a binary file"):
        read(tmp_path / "a.txt")


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.pdf", "a.docx", "a.csv", "a.html", "a.parquet"])
def test_an_empty_file_is_refused_as_such(tmp_path, name):
    (tmp_path / name).touch()
    with pytest.raises(Unreadable, match=r"^is empty$"):
        read(tmp_path / name)


def test_a_file_of_white_space_has_no_text(tmp_path):
    with pytest.raises(Unreadable, match="has no text"):
        read(write(tmp_path / "a.txt", " \n\t\n"))


def test_a_file_that_is_gone_is_told(tmp_path):
    with pytest.raises(Unreadable, match="not there any more"):
        read(tmp_path / "a.txt")


def test_gzipped_text_is_unpacked_and_named_without_its_suffixes(tmp_path):
    (tmp_path / "my_notes.txt.gz").write_bytes(gzip.compress(b"Some text."))
    document = read(tmp_path / "my_notes.txt.gz")
    assert (document.title, document.text) == ("my notes", "Some text.")


def test_a_first_line_that_stands_alone_is_the_title(tmp_path):
    assert read(write(tmp_path / "a.txt", "On Cats\n\nThey purr.")).title == "On Cats"
    assert read(write(tmp_path / "b.txt", "They purr and\nsleep.")).title == "b"


def test_text_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.reading.readers.LARGEST_TEXT", 3 << 20)
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"x" * (4 << 20)))
    with pytest.raises(Unreadable, match="larger than 3 MB"):
        read(tmp_path / "a.txt.gz")


# HTML.

PAGE = """<!DOCTYPE html><html><head><title>Cats &amp; dogs</title><meta name="author" content="A. Writer">
<meta property="article:published_time" content="2020-02-03"><style>p {}</style></head><body>
<nav><a href="/">Home</a></nav><script>var hidden = 1;</script>
<h1>Cats</h1><p>They <b>purr</b>,
   often&nbsp;at&#8217;s night.<br>And sleep.</p><!-- not seen -->
<h2>Food</h2><ul><li>Fish<li>Milk <ul><li>warm</li></ul></li></ul><ol start="3"><li>Third</li></ol>
<table><tr><th>Name</th><th>Age</th></tr><tr><td>Tom</td><td><p>7</p></td></tr></table>
<pre>  code
    stays</pre><div hidden>secret</div></body></html>"""


def test_html_is_read_as_a_person_would(tmp_path):
    document = read(write(tmp_path / "a.html", PAGE))
    assert document.text == (
        "Cats\n\nThey purr, often at’s night.\nAnd sleep.\n\nFood\n\n• Fish\n• Milk\n  • warm\n\n3. Third\n\n"
        "Name | Age\nTom | 7\n\n  code\n    stays"
    )
    assert document.title == "Cats & dogs"
    assert document.metadata == {"author": "A. Writer", "date": "2020-02-03"}
    assert headings(document) == [("§ Cats", "Cats"), ("§ Food", "Food")]


def test_html_believes_its_declared_encoding_only_when_it_is_not_utf8(tmp_path):
    page = "<meta charset={}><p>Größe</p>"
    assert read(write(tmp_path / "a.html", page.format("iso-8859-1"))).text == "Größe"
    assert read(write(tmp_path / "b.html", page.format("iso-8859-1"), "latin-1")).text == "Größe"
    assert read(write(tmp_path / "c.html", page.format("cp437"), "cp437")).text == "Größe"


def test_menus_are_left_out_but_not_a_page_of_links(tmp_path):
    menu = "<ul>" + "".join(f"<li><a href=x>Entry {n}</a></li>" for n in range(10)) + "</ul>"
    assert read(write(tmp_path / "a.html", f"{menu}<p>Text.</p>")).text == "Text."
    assert read(write(tmp_path / "b.html", menu)).text.startswith("• Entry 0\n• Entry 1")


def test_html_may_nest_as_deep_as_it_likes(tmp_path):
    page = "<div>" * 20_000 + "deep" + "</div>" * 20_000
    assert read(write(tmp_path / "a.html", page)).text == "deep"


def test_tables_that_lay_out_a_page_are_read_as_text(tmp_path):
    page = "<table><tr><td><p>One.</p><p>Two.</p></td><td><h2>Side</h2>Three.</td></tr></table>"
    assert read(write(tmp_path / "a.html", page)).text == "One.\n\nTwo.\n\nSide\n\nThree."


# Markdown and reStructuredText.


def test_markdown_keeps_its_words_and_loses_its_signs(tmp_path):
    text = (
        "---\ntitle: 'A page'\ndate: 2021-05-06\nlayout: post\n---\n\n# First #\n\nA line\nthat goes **on**, see "
        "[here](http://x.example).\n\nSecond {#id}\n-------\n\n```\n# no heading\n```\n\n| a | b |\n|---|---|\n"
        "| 1 | 2 |\n\nAfter <script> <b>all</b>.\n"
    )
    document = read(write(tmp_path / "a.md", text))
    assert document.title == "A page"
    assert document.metadata == {"date": "2021-05-06"}
    assert document.text == (
        "First\n\nA line that goes on, see here.\n\nSecond {#id}\n\n# no heading\n\na | b\n1 | 2\n\nAfter all."
    )
    assert headings(document) == [("§ First", "First"), ("§ Second {#id}", "Second {#id}")]


def test_markdown_without_front_matter_is_titled_by_its_heading(tmp_path):
    assert read(write(tmp_path / "a.md", "## Only {#x}\n\n---\n\ntext")).title == "Only"
    assert read(write(tmp_path / "file_name.md", "no heading")).title == "file name"


def test_rst_is_read_with_what_only_sphinx_knows(tmp_path):
    text = (
        "Top\n===\n\nSee :ref:`the guide <guide>` and :py:func:`~a.run`,\nplease.\n\n.. toctree::\n   :maxdepth: 2\n\n"
        "   hidden\n\n.. versionadded:: 2.0\n   Now faster.\n\nSub\n---\n\n.. code-block:: python\n   :linenos:\n\n"
        "   x = 1\n\n* one\n* two\n"
    )
    document = read(write(tmp_path / "a.rst", text))
    assert document.text == (
        "Top\n\nSee the guide and a.run, please.\n\n2.0 Now faster.\n\nSub\n\nx = 1\n\n• one\n• two"
    )
    assert document.title == "Top"
    assert headings(document) == [("§ Top", "Top"), ("§ Sub", "Sub")]


def test_rst_can_pull_in_no_other_file_and_no_raw_html(tmp_path):
    write(tmp_path / "secret.txt", "secret words")
    text = (
        "Text.\n\n.. include:: secret.txt\n\n.. raw:: html\n\n   <b>raw</b>\n\n"
        f".. csv-table::\n   :file: {tmp_path / 'secret.txt'}\n"
    )
    found = read(write(tmp_path / "a.rst", text)).text
    assert "secret words" not in found
    assert "raw" not in found
    assert found.startswith("Text.")


def test_broken_rst_still_gives_its_words(tmp_path):
    found = read(
        write(tmp_path / "a.rst", "Title\n==\n\n*open\n\n.. image::\n\n+--+\n|a\n\n`x <y\n\nlast words")
    ).text
    assert "Title" in found
    assert "last words" in found


# docx.

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def paragraph(text, style=""):
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def docx(body, **core):
    tags = {"title": "dc:title", "author": "dc:creator", "date": "dcterms:created"}
    fields = "".join(f"<{tags[name]}>{value}</{tags[name]}>" for name, value in core.items())
    parts = {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/></Types>'
        ),
        "_rels/.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{RELATED}/officeDocument" Target="word/document.xml"/></Relationships>'
        ),
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": (
            f'<w:styles {W}><w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/></w:style></w:styles>'
        ),
        "word/_rels/document.xml.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r2" Type="{RELATED}/styles" Target="styles.xml"/></Relationships>'
        ),
        "docProps/core.xml": (
            '<cp:coreProperties xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
            'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties">'
            f"{fields}</cp:coreProperties>"
        ),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


def test_a_docx_keeps_headings_and_cells(tmp_path):
    row = "<w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr>"
    table = row.format(paragraph("Name"), paragraph("Age")) + row.format(paragraph("Tom"), paragraph("7"))
    body = paragraph("On cats", "H1") + paragraph("They purr.") + f"<w:tbl>{table}</w:tbl>"
    (tmp_path / "a.docx").write_bytes(docx(body, author="A. Writer", date="2020-01-02T03:04:05Z"))
    document = read(tmp_path / "a.docx")
    assert document.text == "On cats\n\nThey purr.\n\nName | Age\nTom | 7"
    assert document.title == "On cats"
    assert document.metadata == {"author": "A. Writer", "date": "2020-01-02T03:04:05Z"}
    assert headings(document) == [("§ On cats", "On cats")]


def test_a_docx_title_goes_before_its_heading(tmp_path):
    (tmp_path / "a.docx").write_bytes(docx(paragraph("Head", "H1"), title="The title"))
    assert read(tmp_path / "a.docx").title == "The title"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04 no zip", "not a valid docx"),
        (b"plain words", "not a valid docx"),
        (
            b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password",
        ),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old Word file"),
        (docx(paragraph("")), "no text"),
        (docx("<w:p><broken"), "not a valid docx"),
    ],
)
def test_a_docx_that_cannot_be_read_says_why(tmp_path, content, reason):
    (tmp_path / "a.docx").write_bytes(content)
    with pytest.raises(Unreadable, match=reason):
        read(tmp_path / "a.docx")


def test_a_docx_that_is_a_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.reading.word._LARGEST_PART", 1 << 20)
    (tmp_path / "a.docx").write_bytes(docx(paragraph("x" * (2 << 20))))
    with pytest.raises(Unreadable, match="probably harmful"):
        read(tmp_path / "a.docx")


# PDF.


def pdf(path, pages, **options):
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), invariant=True, **options)
    canvas.setAuthor("A. Writer")
    for lines in pages:
        for text, left, bottom, size in lines:
            canvas.setFont("Helvetica", size)
            canvas.drawString(left, bottom, text)
        canvas.showPage()
    canvas.save()
    return path


def page(*lines, top=700):
    """Lines one below the other, 14 points apart; None leaves a gap of a line."""
    return [(text, 72, top - 14 * place, 12) for place, text in enumerate(lines) if text is not None]


FULL = "This line is as long as the others on its page and goes to"


def test_a_pdf_is_put_back_into_paragraphs_with_a_mark_a_page(tmp_path):
    first = [
        ("A Large Title", 72, 750, 24),
        *page(FULL, "the margin. Then it ends.", None, "A second paragraph stands alone."),
    ]
    second = page(FULL, "an end on the second page.")
    document = read(pdf(tmp_path / "a.pdf", [first, second]))
    assert document.text == (
        f"A Large Title\n\n{FULL} the margin. Then it ends.\n\nA second paragraph stands alone.\n\n"
        f"{FULL} an end on the second page."
    )
    assert document.title == "A Large Title"
    assert document.metadata["author"] == "A. Writer"
    assert headings(document) == [
        ("page 1", "A Large Title"),
        ("page 2", f"{FULL} an end on the second page."),
    ]


def test_running_titles_and_page_numbers_are_left_out(tmp_path):
    words = ["alpha", "beta", "gamma", "delta"]
    pages = [
        [
            ("Running title", 72, 800, 9),
            *page(*[f"{word} line {n} ends." for n in "abcdef"]),
            (f"{number}", 300, 30, 9),
        ]
        for number, word in enumerate(words, 1)
    ]
    text = read(pdf(tmp_path / "a.pdf", pages)).text
    assert "Running title" not in text
    assert not any(character.isdigit() for character in text)
    assert all(f"{word} line f ends." in text for word in words)


def test_a_paragraph_that_goes_over_a_page_is_one(tmp_path):
    document = read(pdf(tmp_path / "a.pdf", [page(FULL), page("the next page.")]))
    assert document.text == f"{FULL} the next page."
    assert headings(document)[1] == ("page 2", "the next page.")


def test_a_pdf_without_text_says_that_it_is_a_scan_or_just_empty(tmp_path):
    from PIL import Image
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "scan.pdf"))
    for _ in range(2):
        canvas.drawImage(ImageReader(Image.new("RGB", (20, 20))), 0, 0, 500, 700)
        canvas.showPage()
    canvas.save()
    with pytest.raises(
        Unreadable, match=r"has 2 pages but no text: it is probably a scan; text recognition is not"
    ):
        read(tmp_path / "scan.pdf")
    with pytest.raises(Unreadable, match=r"has 1 page but no text$"):
        read(pdf(tmp_path / "empty.pdf", [[]]))


def test_a_pdf_that_cannot_be_opened_says_why(tmp_path):
    from reportlab.lib.pdfencrypt import StandardEncryption

    locked = pdf(tmp_path / "a.pdf", [page("secret")], encrypt=StandardEncryption("key", strength=128))
    with pytest.raises(Unreadable, match="protected by a password"):
        read(locked)
    with pytest.raises(Unreadable, match="not a valid PDF"):
        read(write(tmp_path / "b.pdf", "%PDF-1.4 nothing"))


# Odd and broken files of others.


def test_every_odd_file_is_read_or_refused_in_words(shared_data):
    """A slice of the shared documents: nothing else than documents or Unreadable, and clean text."""
    files = [file for file in find_files(source_from_path(shared_data / "documents")) if not file.skipped]
    read, refused = [], []
    for file in files[::25]:
        if file.size > 300_000:
            continue
        try:
            read += read_file(file.path, file.format)
        except Unreadable as reason:
            refused.append(reason.reason)
    assert len(read) > 10
    assert all(document.title and document.text.encode() and "\0" not in document.text for document in read)
    assert all(reason[0].islower() for reason in refused)
