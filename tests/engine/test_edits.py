"""What the user does to clusters, and that it outlives new clusters and new maps.

Clusters are written as a digit a passage, a dot for noise, with a space between topics.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.map import edits
from engine.map.changes import map_history
from engine.map.making import build_map, load_map, place_new, recluster
from engine.map.records import ClusterChange, MapData
from engine.progress import finish
from indexes.errors import AsterismError, CorpusError
from indexes.records import Condition
from tests.engine import map_corpora
from tests.engine.map_corpora import Told, add_passages, found, new_corpus, remove_passages

TOPICS = "0000000 111111 22222 3333 45"  # sea, space, baking, music, and two of something else
FOUND = "0000000 111111 22222 3333 .."


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with new_corpus(tmp_path, TOPICS) as opened:
        yield opened


def told(ids: NDArray[np.int32]) -> str:
    """Write ids with a space between topics."""
    line = iter(map_corpora.told(ids))
    return " ".join("".join(islice(line, len(topic))) for topic in TOPICS.split()).strip()


def build(corpus: Corpus, clusters: str = FOUND, **more: str) -> MapData:
    return finish(build_map(corpus, Told(found(clusters, **more))))  # type: ignore[arg-type]


def again(corpus: Corpus, clusters: str, **more: str) -> MapData:
    return finish(recluster(corpus, Told(found(clusters, **more))))  # type: ignore[arg-type]


def names(data: MapData) -> list[str]:
    return [cluster.name for cluster in data.clusters]


def test_merged_clusters_are_one_and_ids_count_by_size_again(corpus: Corpus) -> None:
    before = build(corpus)
    assert [cluster.size for cluster in before.clusters] == [7, 6, 5, 4]
    after = finish(edits.merge_clusters(corpus, [2, 3]))
    assert told(after.cluster_ids) == "1111111 222222 00000 0000 .."
    assert [cluster.size for cluster in after.clusters] == [9, 7, 6]
    assert [cluster.made_by_user for cluster in after.clusters] == [True, False, False]
    assert names(after)[1:] == names(before)[:2]  # the others keep their names
    merged = after.clusters[0]
    words = set(" ".join(merged.keywords).split())
    assert words
    assert words <= set("bread flour oven yeast dough violin concert opera piano choir".split())
    assert set(merged.exemplars) <= set(range(14, 23))
    # What was merged are its parts now.
    assert [(part.cluster, part.size) for part in after.parts] == [(0, 5), (0, 4)]
    assert [part.name for part in after.parts] == names(before)[2:]
    found_by_filter = corpus.catalogue.passage_ids_where([Condition("cluster", "0")])
    assert found_by_filter.tolist() == list(range(14, 23))
    assert [count for _, count in corpus.catalogue.facets().clusters] == [9, 7, 6]


def test_a_merge_can_be_split_again_into_what_was_merged(corpus: Corpus) -> None:
    before = build(corpus)
    finish(edits.merge_clusters(corpus, [2, 3]))
    after = finish(edits.split_cluster(corpus, 0))
    assert told(after.cluster_ids) == told(before.cluster_ids)
    assert names(after) == names(before)


def test_a_merge_survives_other_clusters_and_other_maps(corpus: Corpus) -> None:
    build(corpus)
    finish(edits.merge_clusters(corpus, [2, 3]))
    # Other numbers; baking has lost a passage and music won two.
    data = again(corpus, "1111111 222222 0000. 3333 33")
    assert told(data.cluster_ids) == "1111111 222222 0000. 0000 00"
    assert [cluster.made_by_user for cluster in data.clusters] == [True, False, False]
    data = build(corpus, "2222222 111111 33333 0000 ..")
    assert told(data.cluster_ids) == "1111111 222222 00000 0000 .."
    data = finish(edits.undo_cluster_edit(corpus))
    assert told(data.cluster_ids) == FOUND


def test_clusters_that_were_found_as_one_stay_one_without_an_edit(corpus: Corpus) -> None:
    build(corpus)
    finish(edits.merge_clusters(corpus, [2, 3]))
    data = again(corpus, "1111111 222222 00000 0000 ..")
    assert told(data.cluster_ids) == "1111111 222222 00000 0000 .."
    assert not any(cluster.made_by_user for cluster in data.clusters)
    assert "Kept for" not in map_history(corpus)[0].reason


def test_a_split_divides_a_cluster_into_its_parts_also_on_other_maps(corpus: Corpus) -> None:
    # Sea and space were found as one cluster with two parts, between which lie two passages more.
    before = build(corpus, "0000000 000000 11111 2222 ..", parts="0000..1 111111 ..... .... ..")
    assert [(part.cluster, part.size) for part in before.parts] == [(0, 7), (0, 4)]
    after = finish(edits.split_cluster(corpus, 0))
    assert told(after.cluster_ids) == "1111100 000000 22222 3333 .."
    assert [cluster.made_by_user for cluster in after.clusters] == [True, True, False, False]
    assert after.parts == ()
    remade = build(corpus, "2222222 222222 00000 1111 11")
    assert told(remade.cluster_ids) == "2222200 000000 33333 1111 11"
    assert [cluster.made_by_user for cluster in remade.clusters] == [True, False, True, False]
    # A map on which they are two by themselves needs no edit, and says nothing.
    data = again(corpus, FOUND)
    assert told(data.cluster_ids) == FOUND
    assert not any(cluster.made_by_user for cluster in data.clusters)
    assert "Kept for" not in map_history(corpus)[0].reason


def test_an_edit_without_a_place_waits_for_one(corpus: Corpus) -> None:
    build(corpus)
    finish(edits.merge_clusters(corpus, [2, 3]))
    lost = again(corpus, "0000000 000000 00000 0000 ..")
    assert told(lost.cluster_ids) == "0000000 000000 00000 0000 .."
    assert (
        "Kept for a later map, for nothing on this one is like it: the merge of “"
        in map_history(corpus)[0].reason
    )
    with pytest.raises(CorpusError, match="no merge"):
        finish(edits.undo_cluster_edit(corpus))
    back = again(corpus, FOUND)
    assert told(back.cluster_ids) == "1111111 222222 00000 0000 .."


def test_a_cluster_without_parts_is_not_split(corpus: Corpus) -> None:
    build(corpus)
    with pytest.raises(CorpusError, match="has no parts"):
        finish(edits.split_cluster(corpus, 0))
    with pytest.raises(CorpusError, match="no cluster 9"):
        finish(edits.split_cluster(corpus, 9))
    for chosen in ([], [1], [1, 1]):
        with pytest.raises(CorpusError, match="nothing to merge"):
            finish(edits.merge_clusters(corpus, chosen))
    assert corpus.catalogue.map_edits() == []


def test_undoing_takes_back_one_edit_after_the_other(corpus: Corpus) -> None:
    before = build(corpus)
    finish(edits.merge_clusters(corpus, [2, 3]))
    once = load_map(corpus)
    finish(edits.merge_clusters(corpus, [0, 1]))
    back = finish(edits.undo_cluster_edit(corpus))
    assert once is not None
    assert told(back.cluster_ids) == told(once.cluster_ids)
    assert names(back) == names(once)
    start = finish(edits.undo_cluster_edit(corpus))
    assert told(start.cluster_ids) == FOUND
    assert names(start) == names(before)
    assert start.parts == ()
    assert corpus.catalogue.found_clusters() is None
    with pytest.raises(CorpusError, match="no merge"):
        finish(edits.undo_cluster_edit(corpus))


def test_a_name_and_a_colour_survive_by_overlap(corpus: Corpus) -> None:
    build(corpus)
    edits.rename_cluster(corpus, 1, "  Outer   space ")
    edits.colour_cluster(corpus, 1, "#AA00ff")
    # The cluster is number 0 now, with three passages more and one less.
    data = again(corpus, "1110000 000000 .1111 2222 22")
    assert (data.clusters[0].name, data.clusters[0].colour, data.clusters[0].named_by_user) == (
        "Outer space",
        "#aa00ff",
        True,
    )
    assert [cluster.named_by_user for cluster in data.clusters[1:]] == [False, False]
    # Half of the union is not enough, and the wish waits.
    data = again(corpus, "0000000 111222 33333 4444 55")
    assert not any(cluster.named_by_user or cluster.colour for cluster in data.clusters)
    assert (
        "Kept for a later map, for nothing on this one is like it: the name “Outer space”, the colour #aa00ff"
        in (map_history(corpus)[0].reason)
    )
    data = build(corpus)
    assert (data.clusters[1].name, data.clusters[1].colour) == ("Outer space", "#aa00ff")


def test_an_empty_name_brings_its_own_back_for_good(corpus: Corpus) -> None:
    own = names(build(corpus))
    edits.rename_cluster(corpus, 1, "Space")
    edits.rename_cluster(corpus, 1, "Outer space")
    assert len(corpus.catalogue.map_edits()) == 1
    clusters = edits.rename_cluster(corpus, 1, "")
    assert (clusters[1].name, clusters[1].named_by_user) == (own[1], False)
    assert corpus.catalogue.map_edits() == []
    assert names(build(corpus)) == own


def test_a_colour_must_be_one(corpus: Corpus) -> None:
    build(corpus)
    with pytest.raises(AsterismError, match="“red” is no colour"):
        edits.colour_cluster(corpus, 0, "red")
    edits.colour_cluster(corpus, 0, "#123456")
    assert edits.colour_cluster(corpus, 0, "")[0].colour == ""
    assert corpus.catalogue.map_edits() == []


def test_a_branch_keeps_its_name(corpus: Corpus) -> None:
    worker = Told(
        found(FOUND, branches=((-1, (0, 1, 2)), (0, (1, 2)))),
        found(FOUND.translate(str.maketrans("01", "10")), branches=((-1, (0, 2)), (-1, (1, 3)))),
    )
    data = finish(build_map(corpus, worker))
    assert [branch.clusters for branch in data.branches] == [(0, 1, 2), (1, 2)]
    assert [cluster.branch for cluster in data.clusters] == [0, 1, 1, -1]
    branches = edits.rename_branch(corpus, 1, "Up and in")
    assert [(branch.name, branch.named_by_user) for branch in branches][1] == ("Up and in", True)
    data = finish(recluster(corpus, worker))
    assert [branch.named_by_user for branch in data.branches] == [
        set(branch.clusters) == {1, 2} for branch in data.branches
    ]
    assert sum(branch.named_by_user for branch in data.branches) == 1
    with pytest.raises(CorpusError, match="no branch 7"):
        edits.rename_branch(corpus, 7, "x")


def test_wishes_hold_on_a_grown_corpus_and_one_that_lost_passages(corpus: Corpus) -> None:
    build(corpus)
    edits.rename_cluster(corpus, 0, "Sea")
    finish(edits.merge_clusters(corpus, [2, 3]))
    add_passages(corpus, "second", "0" * 20 + "2" * 20 + "3" * 20)
    grown = build(corpus, FOUND.replace("..", "22") + "0" * 20 + "2" * 20 + "3" * 20)
    sea = grown.clusters[int(grown.cluster_ids[0])]
    assert (sea.name, sea.size) == ("Sea", 27)
    merged = grown.clusters[int(grown.cluster_ids[13])]
    assert (merged.size, merged.made_by_user) == (5 + 4 + 2 + 40, True)
    remove_passages(corpus, "first")
    fewer = build(corpus, "0" * 20 + "1" * 20 + "2" * 20)
    assert not any(cluster.named_by_user for cluster in fewer.clusters)  # nobody is left that was named


def test_passages_placed_on_an_edited_map_stay_with_their_cluster_when_the_edit_is_undone(
    corpus: Corpus,
) -> None:
    build(corpus)
    finish(edits.merge_clusters(corpus, [2, 3]))
    add_passages(corpus, "second", "2033")
    data = finish(place_new(corpus))
    assert data is not None
    assert map_corpora.told(data.cluster_ids[24:]) == "0100"
    assert [cluster.size for cluster in data.clusters] == [12, 8, 6]
    back = finish(edits.undo_cluster_edit(corpus))
    # Which of the merged ones is theirs nobody noted: all three go to the larger, which is now as large as the sea.
    assert map_corpora.told(back.cluster_ids) == "0000000222222111113333..1011"
    assert [cluster.size for cluster in back.clusters] == [8, 8, 6, 4]


def test_reach_takes_noise_in_and_gives_it_back(corpus: Corpus) -> None:
    build(corpus, "0000000 111111 22222 333. ..", nearest="0000000 111111 22222 3332 30")
    wide = edits.set_reach(corpus, 0.4)  # the nearest of the three
    assert told(wide.cluster_ids) == "0000000 111111 22222 3332 .."
    assert [cluster.size for cluster in wide.clusters] == [7, 6, 6, 3]
    assert wide.strengths.tolist()[-3:] == [0, 0, 0]
    assert wide.parameters["reach"] == 0.4
    all_in = edits.set_reach(corpus, 7)
    assert told(all_in.cluster_ids).replace(" ", "")[-3:] == "230"
    back = edits.set_reach(corpus, 0)
    assert told(back.cluster_ids).replace(" ", "")[-3:] == "..."
    assert [cluster.size for cluster in back.clusters] == [7, 6, 5, 3]


def test_reach_and_merges_compose(corpus: Corpus) -> None:
    build(corpus, "0000000 111111 22222 333. ..", nearest="0000000 111111 22222 3332 30")
    edits.set_reach(corpus, 0.7)  # two of three
    data = finish(edits.merge_clusters(corpus, [2, 3]))
    assert told(data.cluster_ids) == "1111111 222222 00000 0000 0."
    assert [cluster.size for cluster in data.clusters] == [10, 7, 6]
    data = edits.set_reach(corpus, 0)
    assert [cluster.size for cluster in data.clusters] == [8, 7, 6]
    data = again(corpus, "0000000 111111 22222 333. ..", nearest="0000000 111111 22222 3332 30")
    assert told(data.cluster_ids) == "1111111 222222 00000 000. .."
    edits.set_reach(corpus, 1)
    data = finish(edits.undo_cluster_edit(corpus))
    assert told(data.cluster_ids) == "0000000 111111 22222 3332 30"


def test_weak_members_are_let_go_and_come_back_with_their_exemplars(corpus: Corpus) -> None:
    clustering = found(FOUND)
    clustering.strengths[:3] = 0.25
    before = finish(build_map(corpus, Told(clustering)))
    assert before.clusters[0].exemplars == (1,)
    tight = edits.set_reach(corpus, -0.5)
    assert told(tight.cluster_ids).startswith("...0000 ")
    assert tight.clusters[0].size == 4
    assert tight.clusters[0].exemplars == (4,)  # the strongest that is left
    assert edits.set_reach(corpus, 0).clusters == before.clusters


def test_history_tells_what_became_what(corpus: Corpus) -> None:
    first = build(corpus)
    sea, space, baking, music = names(first)
    edits.rename_cluster(corpus, 0, "Sea")
    merged = names(finish(edits.merge_clusters(corpus, [2, 3])))[0]
    finish(edits.undo_cluster_edit(corpus))
    edits.set_reach(corpus, 1)
    again(corpus, FOUND)
    history = map_history(corpus)
    assert [entry.reason for entry in history] == [
        "Clusters found again, none smaller than 2",
        "Clusters take in the nearest 100% of the noise",
        f"Merge of “{baking}” and “{music}” undone",
        f"Merged “{baking}” and “{music}”",
        f"“{sea}” renamed",
        "Map made",
    ]
    assert history[-1].changes == ()
    assert history[-2].changes == (ClusterChange("renamed", (sea,), ("Sea",), 7),)
    assert history[-3].changes == (
        ClusterChange("merged", (baking, music), (merged,), 9),
        ClusterChange("kept", ("Sea", space), ("Sea", space), 13),
    )
    assert history[-4].changes[0] == ClusterChange("split", (merged,), (baking, music), 9)
    assert history[-5].changes[0] == ClusterChange("grew", ("Sea",), ("Sea",), 7)


def test_a_map_from_before_edits_were_noted_keeps_its_names(corpus: Corpus) -> None:
    build(corpus)
    with corpus.writing() as catalogue:
        catalogue.rename_cluster(3, "Music")  # as an older Asterism did
    assert corpus.catalogue.map_edits() == []
    data = build(corpus, FOUND.translate(str.maketrans("0123", "3210")))
    assert [cluster.name for cluster in data.clusters if cluster.named_by_user] == ["Music"]
    assert [edit.value for edit in corpus.catalogue.map_edits()] == ["Music"]


def test_a_map_that_knows_no_nearness_can_be_merged_and_undone(corpus: Corpus) -> None:
    build(corpus)
    with corpus.writing() as catalogue:
        catalogue._database._connection.execute(
            "UPDATE maps SET part_ids = x'', nearest_ids = x'', nearness = x''"
        )
    with pytest.raises(CorpusError, match="older Asterism"):
        edits.set_reach(corpus, 0.5)
    data = finish(edits.merge_clusters(corpus, [2, 3]))
    assert told(data.cluster_ids) == "1111111 222222 00000 0000 .."
    data = finish(edits.undo_cluster_edit(corpus))
    assert told(data.cluster_ids) == FOUND


def test_without_a_map_there_is_a_sentence(corpus: Corpus) -> None:
    for do in (
        lambda: finish(edits.merge_clusters(corpus, [0, 1])),
        lambda: finish(edits.split_cluster(corpus, 0)),
        lambda: edits.set_reach(corpus, 0.5),
        lambda: edits.rename_cluster(corpus, 0, "x"),
        lambda: edits.colour_cluster(corpus, 0, "#000000"),
        lambda: edits.rename_branch(corpus, 0, "x"),
        lambda: finish(recluster(corpus, Told())),
    ):
        with pytest.raises(CorpusError, match="no map yet"):
            do()
    with pytest.raises(CorpusError, match="no merge"):
        finish(edits.undo_cluster_edit(corpus))
    assert map_history(corpus) == ()
