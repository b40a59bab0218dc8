"""Tags in total, two clusters beside each other, and tags in a file; counted by hand."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.tagging.contrast import difference_interval, score_interval, tag_contrast
from engine.tagging.tag_export import export_tags
from engine.tagging.totals import tag_totals
from indexes.catalogue import Catalogue
from indexes.errors import CorpusError, QueryError
from indexes.records import Cluster, Projection, Tags
from tests.indexes.making import document, put

LABELS = ("negative", "neutral", "positive")


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    """Six passages of one file each; 1–3 in cluster 0, 4 in cluster 1, 5 in none, 6 not on the map."""
    made = Catalogue.create(tmp_path / "catalogue.db", "Notes")
    for number, day in enumerate(("2024-01-05", "2024-01-20", "2024-03-01", "2024-03-02", "", ""), start=1):
        metadata = {"mood": "wild" if number < 3 else "calm", "stars": number % 6} | (
            {"date": day} if day else {}
        )
        key = f"{'old' if number < 5 else 'new'}/{number}.txt"
        put(made, key, document(key, f"Text {number}.", f"Title {number}", metadata=metadata))
    run = made.add_run("map", "e", {}, 0, {}, {})
    projection = Projection(
        run_id=run,
        passage_ids=np.arange(1, 6),
        xy=np.zeros((5, 2), np.float32),
        cluster_ids=np.array([0, 0, 0, 1, -1], np.int32),
        strengths=np.ones(5, np.float32),
        parameters={},
    )
    clusters = [Cluster(0, 3, ("tide",), "Tide", (1,)), Cluster(1, 1, ("loaf",), "Loaf", (4,))]
    made.save_map(projection, clusters)
    return made


def some_tags() -> Tags:
    """Passages 1 and 2 are negative, 3 and 4 positive, 5 hardly neutral, 6 positive; the user calls 4 negative."""
    probabilities = np.array(
        [[0.9, 0.1, 0], [0.8, 0.1, 0.1], [0, 0.2, 0.8], [0, 0, 1], [0.3, 0.4, 0.3], [0.1, 0.1, 0.8]],
        np.float32,
    )
    given = np.full((6, 3), -1, np.int8)
    given[3] = (1, 0, 0)
    return Tags(
        "sentiment",
        LABELS,
        np.arange(1, 7),
        np.array([0, 0, 2, 0, 1, 2], np.int32),
        probabilities,
        given,
    )


def test_totals_by_cluster_count_what_the_user_called_a_passage(catalogue: Catalogue) -> None:
    totals = tag_totals(catalogue, some_tags(), "cluster", 0.5)

    assert [(one.group, one.cluster_id, one.counts, one.unsure) for one in totals.groups] == [
        ("Tide", 0, (2, 0, 1), 0),
        ("Loaf", 1, (1, 0, 0), 0),
        ("in no cluster", -1, (0, 1, 0), 1),
        ("not on the map", None, (0, 0, 1), 0),
    ]
    assert (totals.whole.counts, totals.whole.unsure, totals.whole.tagged) == ((3, 1, 2), 1, 6)
    np.testing.assert_allclose(totals.groups[0].mean, (1.7 / 3, 0.4 / 3, 0.9 / 3), atol=1e-6)


def test_totals_by_month_rise(catalogue: Catalogue) -> None:
    totals = tag_totals(catalogue, some_tags(), "month", 0.5)

    assert [(one.group, one.counts) for one in totals.groups] == [
        ("1970-01", (0, 1, 1)),  # their files' own day, where a text has none
        ("2024-01", (2, 0, 0)),
        ("2024-03", (1, 0, 1)),
    ]


def test_totals_by_folder_and_by_a_column_of_words_or_numbers(catalogue: Catalogue) -> None:
    folders = tag_totals(catalogue, some_tags(), "folder", 0.5)
    moods = tag_totals(catalogue, some_tags(), "mood", 0.5)
    stars = tag_totals(catalogue, some_tags(), "stars", 0.5)

    assert {one.group: one.tagged for one in folders.groups} == {"old": 4, "new": 2}
    assert {one.group: one.counts for one in moods.groups} == {"wild": (2, 0, 0), "calm": (1, 1, 2)}
    assert [(one.group, one.tagged) for one in stars.groups] == [(str(n), 1) for n in range(6)]


def test_of_several_labels_each_counts_and_the_users_come_first(catalogue: Catalogue) -> None:
    tags = replace(some_tags(), multi_label=True)
    tags.probabilities[0] = (0.9, 0.1, 0.6)

    totals = tag_totals(catalogue, tags, "cluster", 0.5)

    assert totals.groups[0].counts == (2, 0, 2)
    assert totals.groups[1].counts == (1, 0, 0)


def test_tags_of_a_corpus_without_a_map_have_no_clusters(tmp_path: Path) -> None:
    with (
        Catalogue.create(tmp_path / "catalogue.db", "Notes") as bare,
        pytest.raises(CorpusError, match="no map yet"),
    ):
        tag_totals(bare, some_tags(), "cluster", 0.5)


def test_newcombes_own_examples_come_out() -> None:
    # Statistics in Medicine 17, 873–890 (1998), table II, method 10
    for hits, size, other, other_size, low, high in (
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 10, 0.6075, 1.0),
    ):
        assert difference_interval(hits, size, other, other_size) == pytest.approx((low, high), abs=5e-5)


def test_the_ends_of_a_score_interval_solve_wilsons_equation() -> None:
    z = 1.959963984540054
    for end in score_interval(7, 20):
        assert abs(7 / 20 - end) == pytest.approx(z * (end * (1 - end) / 20) ** 0.5)


def test_a_contrast_says_the_difference_and_shows_the_surest(catalogue: Catalogue) -> None:
    contrast = tag_contrast(catalogue, some_tags(), 0, 1, 0.5)

    assert contrast.difference == pytest.approx((2 / 3 - 1, 0, 1 / 3))
    assert (contrast.low[0], contrast.high[0]) == pytest.approx(difference_interval(2, 3, 1, 1))
    assert contrast.first_examples == ((1, 2), (), (3,))
    assert contrast.second_examples == ((4,), (), ())


def test_a_cluster_that_is_not_there_or_not_tagged_is_told(catalogue: Catalogue) -> None:
    tags = some_tags()
    few = replace(
        tags,
        passage_ids=tags.passage_ids[:3],
        label_ids=tags.label_ids[:3],
        probabilities=tags.probabilities[:3],
        given=tags.given[:3],
    )

    with pytest.raises(QueryError, match="no cluster 7"):
        tag_contrast(catalogue, tags, 0, 7, 0.5)
    with pytest.raises(QueryError, match="Nothing in “Loaf” is tagged yet"):
        tag_contrast(catalogue, few, 0, 1, 0.5)


def test_an_export_has_a_row_a_passage_with_its_place_tag_and_cluster(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    assert export_tags(tmp_path / "tags.csv", catalogue, some_tags(), 0.5) == 6

    with (tmp_path / "tags.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["label"] for row in rows] == [
        "negative",
        "negative",
        "positive",
        "negative",
        "neutral",
        "positive",
    ]
    assert [row["state"] for row in rows] == ["sure"] * 4 + ["unsure", "sure"]
    assert rows[3] | {"probability": ""} == {
        "document_id": "old/4.txt",
        "passage_id": "4",
        "title": "Title 4",
        "locator": "page 1",
        "start": "0",
        "end": "7",
        "label": "negative",
        "probability": "",
        "state": "sure",
        "given": "negative",
        "negative": "0",
        "neutral": "0",
        "positive": "1",
        "cluster_id": "1",
        "cluster_name": "Loaf",
    }
    assert float(rows[0]["probability"]) == pytest.approx(0.9)
    assert (rows[4]["cluster_id"], rows[5]["cluster_id"]) == ("-1", "")
