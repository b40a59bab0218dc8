"""Searching as users ask: exact words, exclusions, sums, conditions, marks; with a small random encoder."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.progress import finish
from engine.reading.sources import source_from_path
from engine.records import Condition, Mode, SearchResult
from engine.workspace import Workspace
from tests.tiny_models import tiny_sbert

TEXTS = {
    "river.txt": "The river was slow and the bird was happy. We sat by the water.",
    "rivers/bread.md": "Good bread in the school garden. The code ZX-81 was written on the door.",
    "rivers/train.md": "The red train was fast and the doctor was sad.",
    "music.txt": "Music in the garden, and a star. The bird sat on the bread.",
}
MODES: tuple[Mode, ...] = ("dense", "keyword", "hybrid")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    place = tmp_path_factory.mktemp("search")
    for name, text in TEXTS.items():
        path = place / "notes" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    encoder = tiny_sbert(place / "tiny")
    with Workspace(place / "library", device="cpu", encoder=str(encoder)) as opened:
        finish(opened.index("Notes", [source_from_path(place / "notes")]))
        yield opened


def keys(result: SearchResult) -> list[str]:
    return [document.hits[0].passage.document_key for document in result.documents]


def id_of(workspace: Workspace, key: str) -> int:
    found = workspace.search("Notes", TEXTS[key], mode="keyword")
    return next(d.hits[0].passage.id for d in found.documents if d.hits[0].passage.document_key == key)


@pytest.mark.parametrize("mode", MODES)
def test_exact_words_are_required_in_every_mode(workspace: Workspace, mode: Mode) -> None:
    assert keys(workspace.search("Notes", '"zx-81" slow river and a happy bird', mode=mode)) == [
        "rivers/bread.md"
    ]
    assert sorted(keys(workspace.search("Notes", '"the bird"', mode=mode))) == ["music.txt", "river.txt"]
    assert keys(workspace.search("Notes", '"bird the"', mode=mode)) == []


@pytest.mark.parametrize("mode", MODES)
def test_excluded_words_and_phrases_are_never_found(workspace: Workspace, mode: Mode) -> None:
    found = keys(workspace.search("Notes", 'bird bread train -birds -"red train"', mode=mode))

    assert set(found) <= {"rivers/bread.md"}
    assert found


@pytest.mark.parametrize("mode", MODES)
def test_conditions_in_the_line_act_like_conditions_beside_it(workspace: Workspace, mode: Mode) -> None:
    typed = workspace.search("Notes", "bread train folder:rivers", mode=mode)
    beside = workspace.search("Notes", "bread train", mode=mode, conditions=[Condition("folder", "rivers")])

    assert sorted(keys(typed)) == sorted(keys(beside)) == ["rivers/bread.md", "rivers/train.md"]


def test_only_conditions_list_what_fits_in_order(workspace: Workspace) -> None:
    assert sorted(keys(workspace.search("Notes", "type:md"))) == ["rivers/bread.md", "rivers/train.md"]


def test_a_search_inside_a_selection_stays_in_it(workspace: Workspace) -> None:
    inside = [id_of(workspace, "music.txt"), id_of(workspace, "rivers/train.md")]

    assert set(keys(workspace.search("Notes", "bird bread", inside=inside))) <= {
        "music.txt",
        "rivers/train.md",
    }


def test_a_sum_of_meanings_is_the_unit_vector_of_the_weighted_sum(workspace: Workspace) -> None:
    """The cosines shown are those with (1.5 e(river) − 0.5 e(train)) / its length."""
    found = workspace.search("Notes", "1.5 river - 0.5 train", mode="dense")
    river, train = workspace.encoder().encode(["river", "train"])
    wanted = 1.5 * river - 0.5 * train
    wanted = wanted / np.linalg.norm(wanted)

    for document in found.documents:
        expected = float(wanted @ workspace.encoder().encode([document.hits[0].passage.text])[0])
        assert document.hits[0].score == pytest.approx(expected, abs=2e-3)


def test_like_finds_the_nearest_of_a_passage_but_not_itself(workspace: Workspace) -> None:
    own = id_of(workspace, "river.txt")
    found = workspace.search("Notes", f"like:{own}", mode="dense")
    nearest = workspace.neighbours("Notes", own, 3)

    assert [d.hits[0].passage.id for d in found.documents] == [hit.passage.id for hit in nearest]


def test_marks_move_the_query_until_they_are_taken_back(workspace: Workspace) -> None:
    line, liked = "garden music", id_of(workspace, "rivers/train.md")
    before = workspace.search("Notes", line, mode="dense")
    assert workspace.judge("Notes", line, liked, 1) == {liked: 1}
    after = workspace.search("Notes", line, mode="dense")
    unmoved = workspace.search("Notes", line, mode="dense", follow=False)
    workspace.judge("Notes", line, liked, None)

    def score(result: SearchResult) -> float:
        return next(hit.score for d in result.documents for hit in d.hits if hit.passage.id == liked)

    assert (before.followed, after.followed, unmoved.followed) == (False, True, False)
    assert after.judged == ((liked, 1),)
    assert score(after) > score(before) + 0.01
    assert score(unmoved) == score(before) == score(workspace.search("Notes", line, mode="dense"))


def test_marking_works_while_another_holds_the_corpus_for_writing(workspace: Workspace) -> None:
    with workspace._corpus("Notes").writing():
        marked = workspace.judge("Notes", "river", id_of(workspace, "river.txt"), 0)

    assert list(marked.values()) == [0]
    workspace.clear_judgements("Notes", "river")
    assert workspace.judgements("Notes", "river") == {}


def test_a_malformed_query_gets_a_sentence_and_is_still_searched(workspace: Workspace) -> None:
    for line in ('bread "garden', "bread date:soon", 'bread like:"no such thing"'):
        found = workspace.search("Notes", line)
        assert found.note.endswith("."), line
        assert "rivers/bread.md" in keys(found), line


def test_a_query_in_letters_the_encoder_does_not_know_says_so(workspace: Workspace) -> None:
    assert "hardly knows this language" in workspace.search("Notes", "河水很慢").note
    assert "hardly knows" not in workspace.search("Notes", "slow river").note
    assert "hardly knows" not in workspace.search("Notes", "Zq-9").note


def test_exact_words_that_stand_nowhere_are_named(workspace: Workspace) -> None:
    found = workspace.search("Notes", 'bread "no such words" "garden"')

    assert found.documents == ()
    assert found.note == "“no such words” stands in no passage."


def test_shares_of_words_and_special_tokens_add_up_to_the_score_shown(workspace: Workspace) -> None:
    line = "slow river + 0.5 bread"
    shown = {hit.passage.id: hit.score for d in workspace.search("Notes", line).documents for hit in d.hits}
    why = workspace.explain("Notes", line, list(shown))

    assert {one.passage_id for one in why} == set(shown)
    for one in why:
        total = sum(share.share for share in one.shares) + one.special
        assert total == pytest.approx(shown[one.passage_id], abs=1e-4)
        assert sum(share for _, share in one.parts) == pytest.approx(one.score, abs=1e-4)


@pytest.mark.parametrize("mode", MODES)
def test_a_long_document_does_not_take_the_places_of_others(
    workspace: Workspace, tmp_path: Path, mode: Mode
) -> None:
    """One text has more passages about bread than are ranked at first."""
    (tmp_path / "long.txt").write_text(
        "\n\n".join(f"Good bread and good bread. {n}. " * 4 for n in range(300))
    )
    for number in range(3):
        (tmp_path / f"short {number}.txt").write_text(f"Music and bread by the water {number}.")
    finish(workspace.index(f"Bread {mode}", [source_from_path(tmp_path)]))
    found = keys(workspace.search(f"Bread {mode}", "good bread", 4, mode=mode))

    assert workspace.corpus(f"Bread {mode}").passages > 203
    assert sorted(found) == ["long.txt", "short 0.txt", "short 1.txt", "short 2.txt"]


def test_files_of_queries_are_plain_text(workspace: Workspace) -> None:
    """A quote in a published query is no demand."""
    run = finish(workspace.rank("Notes", [("1", 'the "slow bread" -bird'), ("2", "")], 4, "hybrid"))

    assert len(run["1"]) == 4
    assert run["2"] == []


@pytest.mark.parametrize("mode", MODES)
def test_any_line_gets_an_answer_or_a_sentence(workspace: Workspace, mode: Mode) -> None:
    lines = (
        "", "  ", "x", "🙂🙂", "河", "שלום עולם", "مرحبا", "\x00\x07\x1b", "AND OR ( [ ^ ~ *", 'title:("a" OR b)^2',
        "word " * 10_000, '"', '""', '"" -', "-", "--", "- -", "+", "a + ", " - b", "1.5", "like:", "like:0",
        "like:999999", "date:", "date:2020..", "cluster:nothing", "label:x", "-bird", '-"', "folder:", "\ud800",
        "“river", "«river»", "type:pdf type:md", 'like:"', "1e999 river + train", "0 river + 0 train",
        "river - river", "nosuch:thing", "http://example.org/a?b=c", "12:30", "%_\\", "'; DROP TABLE passages; --",
    )  # fmt: skip
    for line in lines:
        found = workspace.search("Notes", line, mode=mode)
        assert len(found.documents) <= 4, line
        assert found.note == "" or found.note.rstrip().endswith((".", "”", "?")), (line, found.note)
