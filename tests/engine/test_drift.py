"""How far a map has fallen behind its corpus, and when it says so."""

import numpy as np
import pytest

from engine.map.drift import Growth, drift, farness
from engine.map.records import Drift


def test_farness_is_the_mean_of_the_five_nearest() -> None:
    distances = np.array(
        [[0.1, 0.2, 0.3, 0.4, 0.5, 9.0], [0.2, 0.4, np.inf, np.inf, np.inf, np.inf]], np.float32
    )
    np.testing.assert_allclose(farness(distances), [0.3, 0.3], rtol=1e-6)
    assert farness(np.full((1, 3), np.inf, np.float32)).tolist() == [np.inf]


def test_strangers_are_farther_off_than_19_of_20_of_the_maps_own() -> None:
    own = np.linspace(0.0, 1.0, 101, dtype=np.float32)[:, None]
    growth = Growth.begin(own)
    assert growth == Growth(pytest.approx(0.95), 0, 0)
    grown = growth.grown(np.array([[0.90], [0.96], [1.4]], np.float32)).grown(np.array([[0.2]], np.float32))
    assert (grown.placed, grown.strangers) == (4, 2)


def test_growth_comes_back_from_the_maps_parameters() -> None:
    growth = Growth(0.5, 7, 3)
    assert Growth.of({"seed": 0} | growth.as_parameters()) == growth
    assert Growth.of({"seed": 0}) is None


def test_a_map_of_one_document_knows_no_strangers() -> None:
    """All its neighbours are its own siblings, which are no measure of what comes from elsewhere."""
    growth = Growth.begin(np.full((5, 3), np.inf, np.float32))
    assert growth.grown(np.array([[1.9, 1.9, 1.9]], np.float32)).strangers == 0


def test_a_map_that_is_up_to_date_says_nothing() -> None:
    assert drift({}, placed=0, gone=0, mapped=1000) == Drift()


def test_more_of_the_same_says_nothing() -> None:
    parameters = Growth(0.5, placed=400, strangers=32).as_parameters()  # 8 %, the most that was measured
    assert drift(parameters, placed=400, gone=3, mapped=1000) == Drift(400, 3, pytest.approx(0.08), "")


def test_enough_strangers_for_a_cluster_of_their_own_are_told() -> None:
    parameters = Growth(0.5, placed=100, strangers=40).as_parameters() | {"hdbscan": {"min_cluster_size": 35}}
    found = drift(parameters, placed=100, gone=0, mapped=5000)
    assert found.strangers == pytest.approx(0.4)
    assert found.said.startswith(
        "40 of the 100 passages added since the map was made are unlike anything on it."
    )
    parameters["hdbscan"] = {"min_cluster_size": 36}  # 40 less the 5 that are to be expected
    assert drift(parameters, placed=100, gone=0, mapped=5000).said == ""


def test_half_as_many_new_ones_as_were_mapped_are_told() -> None:
    assert drift({}, placed=499, gone=0, mapped=1000).said == ""
    assert drift({}, placed=1500, gone=0, mapped=3000).said.startswith(
        "1,500 passages were added to a map of 3,000."
    )
    assert drift({}, placed=9, gone=0, mapped=12).said == ""


def test_a_map_of_which_half_is_gone_is_told() -> None:
    assert drift({}, placed=0, gone=499, mapped=501).said == ""
    assert drift({}, placed=0, gone=500, mapped=500).said.startswith(
        "500 passages that the map was made with"
    )
