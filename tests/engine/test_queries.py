"""Query lines: what they mean, and how they are changed without breaking them."""

import random

import pytest

from engine.records import Condition, Part
from engine.search.queries import GRAMMAR, HEAVIEST, parse, quote, with_condition, without_piece
from engine.search.query_tokens import LONGEST

TEXTS = ("text", "phrase", "like")
COLUMNS = ("author", "Year of issue")
FRAGMENTS = (
    "storm", "the sea", "C++", "AT&T", "state-of-the-art", "don't", "1.5", "2", "2020", "+", "-", "−", "–", "—",
    '"rye loaf"', '"', "“high tide”", "„Ebbe“", "«marée»", "「潮」", "关于“机器学习”的论文", "-sea", "-5",
    '-"low tide"', "--flag", "like:12", 'like:"Harbour notes.md"', "-like:3", "like:", "type:pdf", "-type:docx",
    "date:2020..2022", "date:2020-13", 'cluster:"space, orbit"', "author:Ada", '"year of issue":1990', "12:30", "AND",
    "http://a.b", "(a OR b)", "*", "\x00", "\u202e", "🎉", "\ud800", "，", "\u3000", "\t", "",
)  # fmt: skip


def lines(count: int, seed: int, between: tuple[str, ...] = (" ",)) -> list[str]:
    drawn = random.Random(seed)
    return [
        drawn.choice(("", " ")) + drawn.choice(between).join(drawn.choices(FRAGMENTS, k=drawn.randint(0, 9)))
        for _ in range(count)
    ]


def texts(line: str) -> list[tuple[float, str]]:
    return [(part.weight, part.text) for part in parse(line, COLUMNS).parts]


def pieces(line: str) -> list[tuple[str, str, str]]:
    return [(piece.kind, line[piece.start : piece.end], piece.said) for piece in parse(line, COLUMNS).pieces]


@pytest.mark.parametrize(
    "line",
    [
        "how do bees keep warm",
        "state-of-the-art",
        "-5 degrees",
        "AT&T",
        "1.5 storm",
        "2 + 2",
        "1999 - 2004",
        "Attention is all you need – a review — part 2",
        "AND (foo OR bar) NOT baz* ~2 ^4 field:(a)",
        "TCP: how it works, http://example.org at 12:30",
        '5\'10" tall and 3" wide',
        "don't 'quote' me",
        "ls --all",
        "🎉 + 🎊",
        "中文，句子。",
    ],
)
def test_what_people_paste_is_plain_text(line: str) -> None:
    query = parse(line, COLUMNS)

    assert texts(line) == [(1.0, line)]
    assert (query.pieces, query.phrases, query.without, query.conditions) == ((), (), (), ())
    assert query.problem == ""


@pytest.mark.parametrize("line", ["", "   ", "\x00\x07\n", "\u202e\u200f"])
def test_a_line_without_characters_asks_for_nothing(line: str) -> None:
    assert (parse(line).parts, parse(line).problem) == ((), "")


def test_controls_become_spaces_and_marks_of_direction_go() -> None:
    assert texts("\x00sea\x01storm \u202bשלום\u202c\ufeff") == [(1.0, "sea storm שלום")]
    assert parse("storm \u200f-sea").without == ("sea",)


@pytest.mark.parametrize(
    ("line", "phrases"),
    [
        ('"rye loaf" recipe', ("rye loaf",)),
        ('"a" "b"', ("a", "b")),
        ("„Ebbe und Flut“", ("Ebbe und Flut",)),
        ("»Ebbe« «marée basse»", ("Ebbe", "marée basse")),
        ("“high tide” ”flod”", ("high tide", "flod")),
        ("关于“机器学习”的「论文」", ("机器学习", "论文")),
        ('关于"机器学习"的论文', ("机器学习",)),
        ('("loaf")', ("loaf",)),
        ('"a 5" pipe"', ("a 5",)),
    ],
)
def test_quotations_of_all_forms_are_exact_words(line: str, phrases: tuple[str, ...]) -> None:
    assert parse(line).phrases == phrases


def test_exact_words_count_for_meaning_too() -> None:
    assert texts('He said "no", then left') == [(1.0, "He said no, then left")]
    assert texts('"rye loaf"') == [(1.0, "rye loaf")]
    assert pieces('"rye loaf"') == [("phrase", '"rye loaf"', "“rye loaf”")]


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ('the "rye loaf', "never closed"),
        ('""', "no word between"),
        ('bees "!"', "no word between"),
        ("like:", "behind “like:”"),
        ("type: of paper", "behind “type:”"),
        ("date:yesterday", "is no date"),
        ("date:2021-13", "is no date"),
        ("date:..", "is no date"),
        ("type:(pdf OR docx)", "takes one value"),
        ("-sea", "only says what to leave out"),
        ("-like:3", "only says what to leave out"),
        ("word " * 10_000, "too long"),
    ],
)
def test_what_is_malformed_gets_a_sentence_and_stays_text(line: str, word: str) -> None:
    query = parse(line)

    assert word in query.problem
    assert query.problem.endswith(".")
    assert query.conditions == ()


def test_a_malformed_condition_is_searched_as_text() -> None:
    assert texts("tide date:yesterday") == [(1.0, "tide date:yesterday")]
    assert texts('the "rye loaf') == [(1.0, 'the "rye loaf')]


def test_a_long_line_is_cut_between_words() -> None:
    (part,) = parse("word " * 10_000).parts

    assert LONGEST - 5 < len(part.text) <= LONGEST
    assert part.text.endswith("word")


def test_exclusions_are_words_or_phrases() -> None:
    query = parse('storm -sea, -"low tide" −wind -state-of-the-art -天气')

    assert texts('storm -sea, -"low tide"') == [(1.0, "storm")]
    assert query.without == ("sea", "wind")
    assert query.without_phrases == ("low tide", "state-of-the-art", "天气")
    assert pieces("storm -sea") == [("without", "-sea", "sea")]


def test_meanings_are_added_and_subtracted_with_weights() -> None:
    assert texts("1.5 storm - 0.5 the sea + wind") == [(1.5, "storm"), (-0.5, "the sea"), (1.0, "wind")]
    assert pieces("1.5 storm - 0.5 the sea") == [
        ("text", "1.5 storm", "1.5 × storm"),
        ("text", "0.5 the sea", "− 0.5 × the sea"),
    ]
    assert texts("C++ - Python") == [(1.0, "C++"), (-1.0, "Python")]
    assert texts("- sea + storm") == [(-1.0, "sea"), (1.0, "storm")]


def test_a_number_that_is_too_high_is_no_weight() -> None:
    assert texts(f"{HEAVIEST} a + 2016 election") == [(HEAVIEST, "a"), (1.0, "2016 election")]


@pytest.mark.parametrize(
    ("line", "text"), [("storm + ", "storm"), ("- item", "item"), ("storm - type:pdf", "storm")]
)
def test_a_sign_with_nothing_beside_it_means_nothing(line: str, text: str) -> None:
    assert texts(line) == [(1.0, text)]


def test_a_subtracted_quotation_is_not_required() -> None:
    query = parse('"sea" - "low tide" mud')

    assert query.phrases == ("sea",)
    assert texts('"sea" - "low tide" mud') == [(1.0, "sea"), (-1.0, "low tide mud")]


def test_like_is_an_operand() -> None:
    query = parse('2 like:12 - like:"Harbour notes.md" -like:7')

    assert query.parts == (Part(2.0, like="12"), Part(-1.0, like="Harbour notes.md"), Part(-1.0, like="7"))
    assert [piece.said for piece in query.pieces] == ["2 × like 12", "− like Harbour notes.md", "− like 7"]


def test_conditions_are_known_fields_and_columns_in_any_case() -> None:
    line = 'bees Folder:letters -TYPE:pdf cluster:"space, orbit" AUTHOR:Ada "year of issue":1990 date：2021'

    assert parse(line, COLUMNS).conditions == (
        Condition("folder", "letters"),
        Condition("type", "pdf", excluded=True),
        Condition("cluster", "space, orbit"),
        Condition("author", "Ada"),
        Condition("Year of issue", "1990"),
        Condition("date", "2021"),
    )
    assert texts(line) == [(1.0, "bees")]
    assert pieces("bees -type:pdf") == [("condition", "-type:pdf", "not type: pdf")]


@pytest.mark.parametrize(
    "value",
    ["2021", "2021-06", "2021-06-30", "2020..2022-06", "2020-05..2020", "2020..", "..2022", ">2021", "<=2021-06"],
)  # fmt: skip
def test_dates_are_understood(value: str) -> None:
    assert parse(f"date:{value}").conditions == (Condition("date", value),)


@pytest.mark.parametrize("line", ["type:pdf", "type:pdf -sea"])
def test_conditions_alone_are_no_problem(line: str) -> None:
    assert (parse(line).problem, parse(line).parts) == ("", ())


@pytest.mark.parametrize(
    ("line", "place", "left"),
    [
        ("1.5 storm - 0.5 sea", 0, "sea"),
        ("1.5 storm - 0.5 sea", 1, "storm"),
        ("a + b - c", 0, "b - c"),
        ("a - b + c", 0, "- b + c"),
        ("a - b + c", 1, "a + c"),
        ("a - b type:pdf", 1, "a type:pdf"),
        ("storm -sea wind", 0, "storm wind"),
        ('storm type:"a b"  wind', 0, "storm wind"),
        ('2 "x y" + b', 0, "b"),
    ],
)
def test_a_piece_is_taken_out_with_its_sign_and_weight(line: str, place: int, left: str) -> None:
    assert without_piece(line, parse(line).pieces[place]) == left


def test_a_condition_is_added_once() -> None:
    added = with_condition("storm", Condition("cluster", "space, orbit", excluded=True))

    assert added == 'storm -cluster:"space, orbit"'
    assert with_condition(added, Condition("cluster", "space, orbit", excluded=True)) == added
    assert with_condition("", Condition("type", "pdf")) == "type:pdf"
    assert with_condition("Type:pdf", Condition("TYPE", "pdf")) == "Type:pdf"
    assert with_condition("a", Condition("Year of issue", "1990")) == 'a "Year of issue":1990'


def test_a_condition_is_not_swallowed_by_an_open_quotation() -> None:
    line = with_condition('the "rye loaf', Condition("folder", "a b"))

    assert line == 'folder:"a b" the "rye loaf'
    assert parse(line).conditions == (Condition("folder", "a b"),)


@pytest.mark.parametrize(
    "value", ["pdf", "2020..2021", "a b", 'the 5" pipe', '"“”', "(old)", "x,", "-3", "信件", "C:\\x", ">2021"]
)
def test_a_written_value_is_read_back(value: str) -> None:
    assert parse(f"folder:{quote(value)}").conditions == (Condition("folder", value),)


def test_every_example_of_the_grammar_is_understood() -> None:
    for example, does in GRAMMAR:
        query = parse(example, ("author",))
        assert "plain text" not in query.problem
        assert does
        assert query.pieces or example == GRAMMAR[0][0]


def test_any_line_is_read_with_pieces_apart_and_inside_it() -> None:
    for line in lines(3000, 5, (" ", "")):
        query = parse(line, COLUMNS)
        end = 0
        for piece in query.pieces:
            assert end <= piece.start < piece.end <= len(line), line
            end = piece.end
        conditions = [piece for piece in query.pieces if piece.kind == "condition"]
        assert len(conditions) == len(query.conditions)
        assert query.line == line
        assert not any("\x00" in part.text or "\u202e" in part.text for part in query.parts)


def test_taking_out_any_condition_or_exclusion_leaves_the_others() -> None:
    for line in lines(800, 8):
        query = parse(line, COLUMNS)
        for place, piece in enumerate(query.pieces):
            if piece.kind not in ("condition", "without"):
                continue
            left = parse(without_piece(line, piece, COLUMNS), COLUMNS)
            others = [one for other, one in enumerate(query.pieces) if other != place]
            assert [one.said for one in left.pieces if one.kind not in TEXTS] == [
                one.said for one in others if one.kind not in TEXTS
            ], (line, piece)
            assert left.parts == query.parts, (line, piece)


def test_taking_out_any_piece_leaves_fewer_until_none_is_left() -> None:
    for line in lines(800, 9):
        rest, query = line, parse(line, COLUMNS)
        while query.pieces:
            rest = without_piece(rest, query.pieces[0], COLUMNS)
            fewer = parse(rest, COLUMNS)
            assert len(fewer.pieces) < len(query.pieces), (line, rest)
            query = fewer


def test_adding_a_condition_to_any_line_keeps_what_it_says() -> None:
    for line in lines(800, 10):
        for condition in (
            Condition("type", "pdf", True),
            Condition("author", "Ada L."),
            Condition("folder", '5"'),
        ):
            before = parse(line, COLUMNS)
            added = with_condition(line, condition)
            assert condition in parse(added, COLUMNS).conditions, (line, added)
            assert len(parse(added, COLUMNS).conditions) - len(before.conditions) in (0, 1), (line, added)
            assert with_condition(added, condition) == added
