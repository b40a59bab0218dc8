"""Snippets, by what a reader sees."""

from engine.snippets import make_snippet


def marked(text: str, words: tuple[str, ...], length: int) -> tuple[str, list[str]]:
    spans = [(text.index(word), text.index(word) + len(word)) for word in words]
    snippet = make_snippet(text, spans, length)
    return snippet.text, [snippet.text[start:end] for start, end in snippet.marks]


def test_a_short_passage_is_shown_whole() -> None:
    assert marked("The tide turned.", ("tide",), 100) == ("The tide turned.", ["tide"])


def test_the_window_moves_to_where_the_words_stand() -> None:
    text = "filler " * 60 + "the heron caught an eel" + " filler" * 60
    shown, marks = marked(text, ("heron", "eel"), 80)

    assert marks == ["heron", "eel"]
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) <= 80 + 4


def test_the_stretch_with_most_words_wins_over_the_first_word() -> None:
    text = "heron " + "filler " * 40 + "one eel, one otter here" + " filler" * 40
    _, marks = marked(text, ("heron", "eel", "otter"), 60)

    assert marks == ["eel", "otter"]


def test_line_ends_become_spaces_and_words_are_not_cut() -> None:
    shown, marks = marked("alpha\nbeta gamma delta epsilon zeta eta theta", ("beta",), 20)

    assert shown == "alpha beta gamma …"
    assert marks == ["beta"]


def test_without_marks_the_beginning_is_shown() -> None:
    assert make_snippet("one two three four five", (), 12).text == "one two …"


def test_an_unbroken_word_longer_than_the_window_is_cut() -> None:
    assert make_snippet("x" * 500, (), 50).text == "x" * 50 + " …"


def test_an_empty_passage_gives_an_empty_snippet() -> None:
    assert make_snippet("", ()).text == ""
