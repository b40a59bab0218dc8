"""What became what, worked out by hand on a few passages."""

import numpy as np

from engine.map.changes import Grouped, what_became
from engine.map.records import ClusterChange


def grouped(cluster_ids: str, *names: str, first: int = 1) -> Grouped:
    """Return passages `first`, … with a cluster each: a digit, or a dot for noise."""
    ids = [-1 if c == "." else int(c) for c in cluster_ids]
    return Grouped(np.arange(first, first + len(ids)), np.array(ids, np.int32), names)


def test_nothing_changed_is_one_change_that_counts_what_was_kept() -> None:
    before = grouped("000111..", "Sea", "Sky")
    assert what_became(before, before) == (ClusterChange("kept", ("Sea", "Sky"), ("Sea", "Sky"), 6),)


def test_two_clusters_that_became_one_merged() -> None:
    before, after = grouped("00011.22", "Sea", "Tide", "Sky"), grouped("00000.11", "Waters", "Sky")
    assert what_became(before, after) == (
        ClusterChange("merged", ("Sea", "Tide"), ("Waters",), 5),
        ClusterChange("kept", ("Sky",), ("Sky",), 2),
    )


def test_one_cluster_that_became_two_split() -> None:
    before, after = grouped("00000.11", "Waters", "Sky"), grouped("11000.22", "Sea", "Tide", "Sky")
    assert what_became(before, after) == (
        ClusterChange("split", ("Waters",), ("Sea", "Tide"), 5),
        ClusterChange("kept", ("Sky",), ("Sky",), 2),
    )


def test_clusters_may_vanish_in_noise_and_come_out_of_it() -> None:
    before, after = grouped("0000....", "Sea"), grouped("....0000", "Sky")
    assert what_became(before, after) == (
        ClusterChange("new", (), ("Sky",), 0),
        ClusterChange("gone", ("Sea",), (), 0),
    )


def test_a_cluster_grows_by_noise_and_shrinks_into_it() -> None:
    before = grouped("0000....1111", "Sea", "Sky")
    after = grouped("000000..111.", "Sea", "Sky")
    assert what_became(before, after) == (
        ClusterChange("grew", ("Sea",), ("Sea",), 4),
        ClusterChange("shrank", ("Sky",), ("Sky",), 3),
    )


def test_growth_by_new_passages_counts() -> None:
    assert what_became(grouped("0000", "Sea"), grouped("000000", "Sea")) == (
        ClusterChange("grew", ("Sea",), ("Sea",), 4),
    )


def test_another_name_is_told_with_both() -> None:
    assert what_became(grouped("0000", "Sea"), grouped("0000", "Meer")) == (
        ClusterChange("renamed", ("Sea",), ("Meer",), 4),
    )


def test_ids_do_not_matter_but_passages() -> None:
    before, after = grouped("0001111", "Sea", "Sky"), grouped("1110000", "Sky", "Sea")
    assert what_became(before, after) == (ClusterChange("kept", ("Sky", "Sea"), ("Sky", "Sea"), 7),)


def test_passages_that_only_one_of_them_knows_tell_nothing() -> None:
    # Of before, passages 1 to 4 are gone; of what is left two of three are in the new cluster.
    before = grouped("0000000", "Sea")
    after = grouped("00.000000", "Sea", first=5)
    assert what_became(before, after) == (ClusterChange("grew", ("Sea",), ("Sea",), 2),)


def test_half_is_not_enough() -> None:
    before, after = grouped("0011", "Sea", "Sky"), grouped("0101", "A", "B")
    kinds = [change.kind for change in what_became(before, after)]
    assert kinds == ["new", "new", "gone", "gone"]


def test_of_nothing_nothing_became() -> None:
    nothing = grouped("")
    assert what_became(nothing, nothing) == ()
    assert what_became(nothing, grouped("00", "Sea")) == (ClusterChange("new", (), ("Sea",), 0),)
    assert what_became(grouped("00", "Sea"), nothing) == (ClusterChange("gone", ("Sea",), (), 0),)
