"""Merges and splits done again to found clusters, worked out by hand on a line of passages."""

import numpy as np

from engine.map.regrouping import Regrouped, regroup, same_groups
from indexes.map_edits import FoundClusters, MapEdit
from indexes.records import Branch, Part


def numbers(line: str) -> np.ndarray:
    """Read a digit a passage, a dot for -1."""
    return np.array([-1 if c == "." else int(c) for c in line], np.int32)


def told(ids: np.ndarray) -> str:
    return "".join("." if number < 0 else str(number) for number in ids.tolist())


def done(
    clusters: str, *edits: MapEdit, parts: str = "", noise: str = "", branches: object = ()
) -> Regrouped:
    """Regroup passages 1, 2, … that lie on a line; `noise` marks with x those that are only near their cluster."""
    n = len(clusters)
    ids = numbers(clusters)
    members = (ids >= 0) & np.array([c != "x" for c in noise.ljust(n)], np.bool_)
    xy = np.stack([np.arange(n), np.zeros(n)], axis=1).astype(np.float32)
    found = FoundClusters(ids, numbers(parts or "." * n), branches)  # type: ignore[arg-type]
    return regroup(np.arange(1, n + 1), xy, found, members, edits)


def edit(kind: str, *groups: str, known_to: int = 0, number: int = 1) -> MapEdit:
    """Return an edit of passages 1, 2, …, a group each line that marks its own with an x."""
    rows = tuple(np.flatnonzero([c == "x" for c in group]).astype(np.int64) + 1 for group in groups)
    return MapEdit(kind, rows, "", known_to, number)  # type: ignore[arg-type]


def test_without_edits_all_stays_as_it_was_found() -> None:
    branches = ((-1, (0, 1, 2)), (0, (1, 2)))
    result = done("00000111220..", parts="00111...22...", noise="          x", branches=branches)
    assert told(result.nearest_ids) == "00000111220.."
    assert told(result.part_ids) == "11000...22..."  # by cluster, then by size
    assert result.branches == (Branch(0, -1, 10, (0, 1, 2)), Branch(1, 0, 5, (1, 2)))
    assert result.branch_of == (0, 1, 1)
    assert result.made_by_user == (False, False, False)


def test_parts_count_by_falling_size_in_their_cluster() -> None:
    result = done("0000011", parts="00111..")
    assert told(result.part_ids) == "11000.."
    assert result.parts == (Part(0, 0, 3), Part(1, 0, 2))


def test_merged_clusters_are_one_with_what_was_merged_as_its_parts() -> None:
    result = done("000112222.", edit("merge", "xxx", "   xx"), noise="    x   x")
    assert told(result.nearest_ids) == "000001111."  # two are only near
    assert told(result.part_ids) == "0001......"
    assert result.parts == (Part(0, 0, 3), Part(1, 0, 1))
    assert result.made_by_user == (True, False)
    assert result.placeless == ()


def test_a_merge_joins_the_clusters_that_lie_in_it_for_more_than_half() -> None:
    # 0 lies in it with three of four, 1 with one of two, 2 with two of three.
    result = done("000011222", edit("merge", "xxx   xx", "    x"))
    assert told(result.nearest_ids) == "000011000"


def test_what_came_after_a_merge_does_not_speak_against_it() -> None:
    clusters = "0011000111"
    merge = edit("merge", "xx", "  xx")
    assert told(done(clusters, merge).nearest_ids) == "0011000111"
    known = edit("merge", "xx", "  xx", known_to=4)
    assert told(done(clusters, known).nearest_ids) == "0000000000"


def test_a_merge_of_what_is_one_cluster_already_has_its_place_and_one_without_any_has_none() -> None:
    merge = edit("merge", "xx", "  xx")
    assert (done("0000111", merge).placeless, done("0000111", merge).done) == ((), ())
    assert (done("0011", merge).placeless, done("0011", merge).done) == ((), (1,))
    assert done("0000000001", merge).placeless == (1,)
    assert done("....000", merge).placeless == (1,)


def test_a_split_divides_the_cluster_that_holds_its_groups() -> None:
    result = done("00000011", edit("split", "xxxx", "    xx"))
    assert told(result.nearest_ids) == "00001122"
    assert result.made_by_user == (True, True, False)


def test_passages_in_no_group_go_where_the_nearest_on_the_map_goes() -> None:
    result = done("00000000", edit("split", "xxx", "     xx"), noise="       x")
    assert told(result.nearest_ids) == "00001111"  # the fourth is next to the third, the fifth to the sixth


def test_a_split_keeps_the_found_parts_that_lie_whole_in_a_piece() -> None:
    result = done("0000000", edit("split", "xxxx", "    xxx"), parts="00112.2")
    assert told(result.nearest_ids) == "0000111"
    assert told(result.part_ids) == "0011..."  # part 2 is the only one of its piece
    assert result.parts == (Part(0, 0, 2), Part(1, 0, 2))


def test_a_split_does_not_cut_a_cluster_that_is_mostly_something_else() -> None:
    split = edit("split", "xx", "  xx")
    assert done("000000000", split).placeless == (1,)
    assert told(done("0000000", split).nearest_ids) == "1100000"


def test_a_group_that_is_mostly_noise_now_is_no_piece() -> None:
    split = edit("split", "xxxx", "    xxx", "       xxx")
    assert told(done("0000000...1111", split).nearest_ids) == "0000222...1111"
    assert told(done("00000000..1111", split).nearest_ids) == "00001111..2222"


def test_a_split_of_what_is_divided_already_changes_nothing_and_has_its_place() -> None:
    result = done("0000111", edit("split", "xxxx", "    xxx"))
    assert (told(result.nearest_ids), result.placeless) == ("0000111", ())
    assert result.made_by_user == (False, False)


def test_a_merge_that_is_split_again_gives_what_was_merged() -> None:
    merge = edit("merge", "xxxx", "    xxx")
    split = edit("split", "xxxx", "    xxx", number=2)
    result = done("0000111", merge, split, parts="0011...")
    assert told(result.nearest_ids) == "0000111"
    assert told(result.part_ids) == "0011..."


def test_edits_are_done_in_their_order() -> None:
    split = edit("split", "xxxx", "    xxx", number=1)
    merge = edit("merge", "    xxx", "       xx", number=2)
    assert told(done("000000011", split, merge).nearest_ids) == "111100000"
    # The other way round the pieces to be split lie in a cluster that holds two more.
    assert told(done("000000011", merge, split).nearest_ids) == "000011122"


def test_a_branch_holds_a_cluster_when_it_holds_all_that_it_was_made_of() -> None:
    # 0 (1 2): 1 and 2 in a branch of their own; 3 in none.
    branches = ((-1, (0, 1, 2)), (0, (1, 2)))
    clusters = "0000011122334"
    inside = done(clusters, edit("merge", "     xxx", "        xx"), branches=branches)
    assert told(inside.nearest_ids) == "0000011111223"
    assert inside.branches == (Branch(0, -1, 10, (0, 1)),)  # the inner one would hold one cluster
    assert inside.branch_of == (0, 0, -1, -1)
    across = done(clusters, edit("merge", "     xxx", "          xx"), branches=branches)
    assert told(across.nearest_ids) == "0000011122113"
    assert across.branches == (Branch(0, -1, 7, (0, 2)),)
    assert across.branch_of == (0, -1, 0, -1)


def test_a_map_of_noise_has_nothing_to_regroup() -> None:
    result = done("....", edit("merge", "xx", "  xx"), edit("split", "xx", "  xx", number=2))
    assert told(result.nearest_ids) == "...."
    assert (result.parts, result.branches, result.made_by_user, result.placeless) == ((), (), (), (1, 2))
    assert done("").placeless == ()


def test_groups_are_the_same_when_all_their_rows_are() -> None:
    assert same_groups(numbers("00112."), numbers("11.022"), 3) == [-1, 0, -1]
    assert same_groups(numbers("001"), numbers("110"), 2) == [1, 0]
    assert same_groups(numbers("..."), numbers("000"), 1) == [-1]
