"""Snippets, by what a reader sees."""

from engine.search.snippets import make_snippet


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


def test_the_offset_tells_which_character_of_the_passage_each_one_is() -> None:
    text = "filler\n" * 60 + "the heron caught an eel" + " filler" * 60
    snippet = make_snippet(text, [(text.index("heron"), text.index("heron") + 5)], 80)

    assert snippet.text.startswith("… ")
    shown = snippet.text[2:-2]
    assert text[snippet.offset + 2 :][: len(shown)].replace("\n", " ") == shown
    assert make_snippet("The tide turned.", ()).offset == 0


def test_marks_that_overlap_become_one() -> None:
    snippet = make_snippet("the rye loaf cools", [(8, 12), (4, 12), (4, 7), (4, 12)])

    assert snippet.marks == ((4, 12),)


def test_marks_outside_the_passage_do_no_harm() -> None:
    snippet = make_snippet("tide  ", [(-3, 2), (2, 4), (3, 900), (50, 60), (3, 1)])

    assert snippet.text == "tide"
    assert snippet.marks == ((0, 2), (2, 4))


def test_a_phrase_longer_than_the_window_is_marked_as_far_as_it_shows() -> None:
    text = "before " * 30 + "phrase " * 30
    snippet = make_snippet(text, [(210, len(text) - 1)], 60)

    assert [snippet.text[start:end] for start, end in snippet.marks] == [" ".join(["phrase"] * 8)]
