"""Names of clusters: which words are chosen, and how they are written."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.map.boilerplate import is_language
from engine.map.naming import SAMPLE, cluster_name, naming_rows, naming_steps
from engine.map.terms import language_of, main_language, terms
from engine.progress import Progress, finish
from indexes.records import Branch, Part

SPACE = [
    "The rocket reached orbit after NASA delayed the launch.",
    "A satellite in low orbit sends pictures; NASA owns the rocket.",
    "Engineers at NASA say the rocket needs another launch before orbit.",
    "Another satellite was lost when the rocket left its orbit.",
]
COOKING = [
    "Stir the soup and add garlic, onions and olive oil.",
    "This soup wants more garlic. Roast the onions in olive oil.",
    "Garlic bread goes with tomato soup and a little olive oil.",
    "Onions, garlic, olive oil: every soup begins with them.",
]
TENNIS = [
    "She won the match on her serve in the third set.",
    "The serve decided the match, and the umpire left the court.",
    "On a wet court a good serve loses a match.",
    "The umpire stopped the match because the court was wet.",
]
TEXTS = [*SPACE, *COOKING, *TENNIS]
IDS = np.repeat([0, 1, 2], 4).astype(np.int32)


def names_of(texts: Iterable[str], ids: Sequence[int] | NDArray[np.int32]) -> list[tuple[str, ...]]:
    return finish(naming_steps(texts, np.array(ids, dtype=np.int32))).clusters


def test_clusters_are_named_by_their_own_words() -> None:
    space, cooking, tennis = names_of(TEXTS, IDS)
    assert {"rocket", "orbit", "NASA"} <= set(space)
    assert {"soup", "garlic", "olive oil"} <= set(cooking)
    assert {"serve", "match", "court", "umpire"} <= set(tennis)


def test_stop_words_are_no_keywords() -> None:
    for keywords in names_of(TEXTS, IDS):
        assert not {"the", "and", "was", "with", "in", "this", "another"} & set(keywords)


def test_a_pair_of_words_that_belong_together_is_one_keyword() -> None:
    keywords = names_of(TEXTS, IDS)[1]
    assert "olive oil" in keywords
    assert "olive" not in keywords
    assert "oil" not in keywords


def test_a_word_at_home_everywhere_is_dropped() -> None:
    subjects = [
        "tulip garden",
        "engine gearbox",
        "violin orchestra",
        "bread oven",
        "glacier summit",
        "tax invoice",
    ]
    texts = [f"report {subject}" for subject in subjects for _ in range(3)]
    # Copies count once, so the three must differ.
    texts = [f"{text} {'abcdefghijkl'[i % 3] * 2}{i}" for i, text in enumerate(texts)]
    for subject, keywords in zip(subjects, names_of(texts, [i // 3 for i in range(18)]), strict=True):
        assert "report" not in " ".join(keywords)
        assert set(" ".join(keywords).split()) >= set(subject.split())


def test_forms_of_one_word_are_named_once() -> None:
    texts = [
        "guns and gun laws, encryption of encrypted files",
        "a gun is a gun; guns and encryption",
        "encrypted guns, gun owners, israeli israel",
        "israel and the israelis, encryption, guns",
    ]
    (keywords,) = names_of(texts, [0, 0, 0, 0])
    words = " ".join(keywords).split()
    assert sum(word.startswith("gun") for word in words) == 1
    assert sum(word.startswith("encrypt") for word in words) == 1
    assert sum(word.startswith("israel") for word in words) == 1


def test_keywords_keep_the_case_they_are_mostly_written_in() -> None:
    texts = [
        "Rockets fly. We met NASA people and saw an iPhone with rockets.",
        "Rockets burn fuel, and the iPhone of NASA filmed rockets.",
        "Rockets again: rockets for NASA, filmed by iPhone",
    ]
    (keywords,) = names_of(texts, [0, 0, 0])
    assert {"NASA", "iPhone", "rockets"} <= set(keywords)


def test_a_word_seen_only_at_the_start_of_sentences_is_written_small() -> None:
    texts = ["Rain fell. Thunder followed.", "Rain stopped. Thunder did not.", "Rain came back. Thunder too."]
    (keywords,) = names_of(texts, [0, 0, 0])
    assert {"rain", "thunder"} <= set(keywords)


def test_addresses_markup_and_numbers_are_no_keywords() -> None:
    texts = [
        'Violins: see https://violins.example.org/shop?id=3 or <a href="x">here</a> &nbsp; &quot;1984&quot; 12345',
        "Write to violins@orchestra.example about violins, www.violas.example or C:\\music\\scores\\new 12345",
        "violins &amp; 12345 http nbsp quot <div class='big'>violins</div> x1f3a9c77b",
    ]
    (keywords,) = names_of(texts, [0, 0, 0])
    assert keywords == ("violins",)


def test_signatures_name_no_cluster() -> None:
    signature = "Prudence Q. Quill\nskepticism is chastity of intellect"
    texts = [
        f"{medicine}\n{signature}"
        for medicine in ("fever and cough", "a cough and fever", "the cough, a fever")
    ]
    (keywords,) = names_of(texts, [0, 0, 0])
    assert set(keywords) == {"fever", "cough"}


def test_one_passage_that_repeats_a_word_names_nothing() -> None:
    texts = ["AX " * 500 + "harbour pilot", "harbour pilot boats", "pilot boats, harbour"]
    (keywords,) = names_of(texts, [0, 0, 0])
    assert "AX" not in keywords
    assert {"pilot", "boats"} <= set(" ".join(keywords).split())


def test_german_function_words_do_not_name_and_english_war_does() -> None:
    german = [
        "Die Katze war auf dem Dach und der Hund war im Garten.",
        "Der Hund und die Katze waren nicht im Haus, aber es war warm.",
        "Eine Katze ist kein Hund, und das war schon immer so.",
    ]
    english = [
        "The war ended when the treaty was signed.",
        "A treaty after a war is rarely kept by all of them.",
        "They say the war began because of the treaty.",
    ]
    cats, war = names_of([*german, *english], [0, 0, 0, 1, 1, 1])
    assert set(cats) == {"Katze", "Hund"}
    assert {"war", "treaty"} <= set(war)


def test_chinese_and_japanese_clusters_have_readable_names() -> None:
    texts = [
        "人工智能的发展很快,人工智能会改变医疗。",
        "我们研究人工智能和医疗。",
        "医疗需要人工智能吗?",
        "足球比赛在北京举行,球迷很多。",
        "北京的球迷看足球比赛。",
        "足球比赛的球迷来到了北京。",
        "コンピュータの歴史は長い。",
        "コンピュータと歴史を学ぶ。",
        "歴史あるコンピュータです。",
    ]
    ai, football, computer = names_of(texts, [0, 0, 0, 1, 1, 1, 2, 2, 2])
    assert set(ai) == {"人工智能", "医疗"}
    assert set(football) == {"足球比赛", "球迷", "北京"}
    assert set(computer) == {"コンピュータ", "歴史"}


@pytest.mark.parametrize(
    "text", ["", "   ", "12 34 56", "the of and", "!!! ???", "x", "\x00\ufffd", "ﷺ مرحبا", "สวัสดี"]
)
def test_texts_without_usable_words_do_no_harm(text: str) -> None:
    names = names_of([text] * 3, [0, 0, 0])
    assert len(names) == 1


def test_noise_alone_has_no_names() -> None:
    assert names_of(["some text", "other text"], [-1, -1]) == []
    assert names_of([], []) == []


def test_every_cluster_gets_its_place_even_without_texts_of_use() -> None:
    texts = ["12", "34", "harbour pilot", "pilot harbour"]
    empty, harbour = names_of(texts, [0, 0, 1, 1])
    assert empty == ()
    assert "pilot" in " ".join(harbour)


def test_texts_and_ids_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        names_of(["one"], [0, 0])


def test_a_name_is_the_first_three_keywords() -> None:
    assert cluster_name(("orbit", "NASA", "rocket", "launch")) == "orbit, NASA, rocket"
    assert cluster_name(()) == ""


def test_only_a_sample_of_a_large_cluster_is_read() -> None:
    ids = np.zeros(5000, dtype=np.int32)
    ids[::10] = 1
    ids[7] = -1
    rows = naming_rows(ids)
    assert (np.diff(rows) > 0).all()
    counts = {label: int((ids[rows] == label).sum()) for label in (-1, 0, 1)}
    assert counts == {-1: 1, 0: SAMPLE, 1: SAMPLE}
    assert rows.min() < 50
    assert rows.max() > 4950


def test_the_sample_gives_the_same_names_as_all_texts() -> None:
    texts = [TEXTS[i % 12] + f" item{i}" for i in range(1200)]
    ids = np.array([i % 12 // 4 for i in range(1200)], dtype=np.int32)
    rows = naming_rows(ids)
    assert len(rows) < 1200
    assert names_of([texts[row] for row in rows], ids[rows]) == names_of(iter(texts), ids)


def test_naming_yields_often_enough_to_be_cancelled() -> None:
    texts = [TEXTS[i % 12] + f" item{i}" for i in range(600)]
    ids = np.array([i % 12 // 4 for i in range(600)], dtype=np.int32)
    seen = list(naming_steps(texts, ids))
    assert len(seen) >= 600 // 20
    assert all(progress.step == "Naming clusters" for progress in seen)
    assert seen[-1] == Progress("Naming clusters", 3, 3, "clusters")
    assert all(a.done <= b.done for a, b in pairwise(seen))


def test_terms_are_words_and_pairs_that_only_space_parts() -> None:
    assert terms("Solar panels, roof tiles", "en") == {
        "solar",
        "panels",
        "solar panels",
        "roof",
        "tiles",
        "roof tiles",
    }
    assert terms("C++ and C# code's beauty", "en") == {
        "c++",
        "c#",
        "code",
        "beauty",
        "c# code",
        "code beauty",
        "c# code beauty",
    }
    assert terms("don't you've I'll", "en") == set()


def test_languages_are_told_by_their_small_words() -> None:
    assert language_of("Das ist nicht der Hund, den wir kennen", "") == "de"
    assert language_of("This is not the dog that we know", "") == "en"
    assert language_of("Ce n'est pas le chien que nous avons", "") == "fr"
    assert language_of("xyzzy plugh", "en") == "en"
    assert main_language(["Das ist nicht gut", "Der Hund und die Katze", "The dog and the cat"]) == "de"
    assert main_language([]) == "en"


def test_a_phrase_of_three_may_hold_a_connector_and_begin_with_a_word_that_opens_names() -> None:
    assert {"bill of rights", "rights"} <= terms("the bill of rights", "en")
    assert terms("in New York today", "en") == {"york", "new york"}
    assert terms("a new york", "en") == {"york"}
    assert "solar panel roof" in terms("solar panel roof", "en")


PLANTS = ["roses and tulips", "tulips want sun", "roses want sun and rain", "tulips, roses: sun"]
TREES = ["oaks and beeches", "beeches want sun", "oaks want sun and rain", "beeches, oaks: sun"]
CARS = ["gearbox and clutch", "clutch of a lorry", "gearbox of a lorry", "clutch, gearbox: a lorry"]
BIKES = ["saddle and pedals", "pedals of a lorry", "saddle of a lorry", "pedals, saddle: a lorry"]


def test_a_part_is_named_by_what_the_other_parts_of_its_cluster_have_not() -> None:
    texts = [f"{text} {mark}" for text in (*PLANTS, *TREES, *CARS) for mark in ("aa", "bb", "cc")]
    clusters = np.repeat([0, 0, 1], 12).astype(np.int32)
    part_ids = np.repeat([0, 1, -1], 12).astype(np.int32)
    parts = (Part(0, 0, 12), Part(1, 0, 12))
    names = finish(naming_steps(texts, clusters, part_ids, (), parts))
    assert set(names.parts[0][:2]) == {"roses", "tulips"}
    assert set(names.parts[1][:2]) == {"beeches", "oaks"}


def test_a_branch_is_named_by_what_its_clusters_share_and_others_have_not() -> None:
    ids = np.repeat([0, 1, 2, 3], 4).astype(np.int32)
    branches = (Branch(0, -1, 8, (0, 1)), Branch(1, -1, 8, (2, 3)))
    names = finish(naming_steps([*PLANTS, *TREES, *CARS, *BIKES], ids, None, branches))
    assert names.branches[0][0] == "sun"
    assert names.branches[1][0] == "lorry"
    assert not {"roses", "oaks"} & set(names.branches[0])


def test_no_two_clusters_are_shown_by_the_same_name() -> None:
    twice = ["alpha beta gamma", "beta, alpha, gamma", "gamma; alpha; beta"]
    first, second = names_of([*twice, *twice], [0, 0, 0, 1, 1, 1])
    assert {keyword.lower() for keyword in first} != {keyword.lower() for keyword in second}
    assert cluster_name(first) != cluster_name(second)


def test_encoded_lines_and_headers_of_mail_name_no_cluster() -> None:
    encoded = "M9VEN9R!P;W-S97-S:6]N(&]F('1H92!B;V]K(&%N9\"!T:&4@;&5T=&5R\nM<R!A;F0@=&AE(&MI;F<@;V8@<W!A:6X"
    mails = [
        "From: quill@example.org\nOrganization: Quill Works\nNntp-Posting-Host: quill\n"
        f"Subject: Re: kayaks\n\n{text}\n{encoded}"
        for text in ("Kayaks and paddles.", "Paddles for kayaks!", "My kayaks, your paddles")
    ]
    (keywords,) = names_of(mails, [0, 0, 0])
    assert set(keywords) == {"kayaks", "paddles"}
    assert names_of([f"{encoded}{mark}" for mark in "abc"], [0, 0, 0]) == [()]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("M9VEN9R!P;W-S97-S:6]N(&]F('1H92!B;V]K", False),
        ("3.14 2.71 1.41 1.73 2.23 2.44 2.64 0.57", False),
        ("The iPhone of NASA filmed 3 rockets in 1969", True),
        ("Короткая строка на русском языке", True),
        ("人工智能的发展很快人工智能会改变医疗和生活方式以及工作", True),
        ("short x9", True),
    ],
)
def test_a_line_of_language_is_told_from_an_encoded_one(line: str, expected: bool) -> None:
    assert is_language(line) is expected


def test_the_piece_of_a_chinese_word_is_no_keyword() -> None:
    texts = ["基金经理说", "基金经理换", "老基金经理", "新基金经理"]
    (keywords,) = names_of(texts, [0, 0, 0, 0])
    assert keywords == ("基金经理",)


def test_each_part_has_texts_in_the_sample() -> None:
    ids = np.zeros(50_000, dtype=np.int32)
    part_ids = np.full(50_000, -1, dtype=np.int32)
    part_ids[100:150] = 0
    rows = naming_rows(ids, part_ids)
    assert (np.diff(rows) > 0).all()
    assert int((part_ids[rows] == 0).sum()) == 40
    assert len(rows) <= SAMPLE + 40


def test_of_equal_keywords_the_one_that_says_something_else_comes_first() -> None:
    # Foxes and hens stand in the same 10 of 20 passages, mills in the other 9: mills follow foxes, and hens come last.
    texts = [f"foxes, hens, aa{number}" for number in range(10)]
    texts += [f"mills, aa{number}" for number in range(10, 19)]
    texts += ["nothing else"]
    (keywords,) = names_of(texts, [0] * 20)
    assert keywords == ("foxes", "mills", "hens")


def test_a_cluster_that_is_mostly_encoded_has_no_name() -> None:
    encoded = "M9VEN9R!P;W-S97-S:6]N(&]F('1H92!B;V]K"
    texts = [f"{encoded}{chr(65 + number)}" for number in range(8)] + ["Kayaks here.", "Kayaks there."]
    assert names_of(texts, [0] * 10) == [()]
