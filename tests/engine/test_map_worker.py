"""The process that makes maps: handing over, cancelling, dying."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.map.clusters import preview
from engine.map.mapping import make_map
from engine.map.worker import MapWorker
from engine.progress import Progress, finish
from indexes.errors import AsterismError, LibraryError, ModelError
from tests.engine.test_mapping import topics

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def cache(pytestconfig: pytest.Config) -> Path:
    """Return a folder that outlives the test run, so that numba compiles once."""
    assert pytestconfig.cache is not None
    return pytestconfig.cache.mkdir("numba")


@pytest.fixture
def worker(cache: Path) -> Iterator[MapWorker]:
    worker = MapWorker(cache)
    yield worker
    worker.close()


def left_behind(cache: Path) -> list[str]:
    return [path.name for path in cache.glob("map-*")]


def is_alive(pid: int) -> bool:
    """Say whether process `pid` runs (a dead one that nobody has waited for does not)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")


def gone_within(seconds: float, pid: int) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not is_alive(pid):
            return True
        time.sleep(0.05)
    return False


def test_two_fresh_processes_give_the_same_map_to_the_bit(worker: MapWorker, cache: Path) -> None:
    vectors, _ = topics(300, 5)
    worker.warm_up()
    first = finish(worker.make(vectors, seed=4))
    before = worker.pid
    worker.close()
    second = finish(worker.make(vectors, seed=4))
    assert worker.pid != before
    assert first.xy.tobytes() == second.xy.tobytes()
    assert first.cluster_ids.tobytes() == second.cluster_ids.tobytes()
    assert first.strengths.tobytes() == second.strengths.tobytes()
    assert first.exemplars == second.exemplars
    assert left_behind(cache) == []


def test_one_process_makes_map_after_map(worker: MapWorker) -> None:
    pids = set()
    for n in (0, 1, 20, 300):
        result = finish(worker.make(topics(n, 3)[0].astype(np.float16)))
        assert result.xy.shape == (n, 2)
        pids.add(worker.pid)
    assert len(pids) == 1


def test_the_worker_says_how_far_it_is(worker: MapWorker) -> None:
    seen = list(worker.make(topics(300, 5)[0]))
    steps = list(dict.fromkeys(progress.step for progress in seen))
    assert steps == ["Preparing the map", "Finding neighbours", "Laying out the map", "Finding clusters"]
    layout = [progress for progress in seen if progress.step == "Laying out the map"]
    assert layout[-1] == Progress("Laying out the map", 100, 100, "epochs")


def test_closing_the_steps_kills_the_process_and_the_next_map_works(worker: MapWorker, cache: Path) -> None:
    vectors, _ = topics(300, 5)
    steps = worker.make(vectors)
    for progress in steps:
        if progress.step == "Laying out the map":
            break
    pid = worker.pid
    assert pid is not None
    steps.close()
    assert worker.pid is None
    assert not is_alive(pid)
    assert left_behind(cache) == []
    assert finish(worker.make(vectors)).n_clusters == 5


def test_a_dead_process_is_an_error_in_words_and_the_next_map_works(worker: MapWorker, cache: Path) -> None:
    vectors, _ = topics(300, 5)
    steps = worker.make(vectors)
    assert next(steps).step == "Preparing the map"
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGTERM)
    with pytest.raises(AsterismError, match="its process ended unexpectedly"):
        finish(steps)
    assert left_behind(cache) == []
    assert finish(worker.make(vectors)).n_clusters == 5


def test_a_process_that_died_while_idle_is_replaced(worker: MapWorker) -> None:
    worker.start()
    pid = worker.pid
    assert pid is not None
    os.kill(pid, signal.SIGTERM)
    assert gone_within(20, pid)
    assert finish(worker.make(topics(5, 1)[0])).note.startswith("Too few passages")


def test_the_users_interrupt_does_not_end_the_worker(worker: MapWorker) -> None:
    vectors, _ = topics(300, 5)
    finish(worker.make(vectors))
    pid = worker.pid
    assert pid is not None
    os.kill(pid, signal.SIGINT)
    assert finish(worker.make(vectors)).n_clusters == 5
    assert worker.pid == pid


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    occupied = tmp_path / "cache"
    occupied.write_text("a file where a folder should be")
    worker = MapWorker(occupied)
    try:
        with pytest.raises(LibraryError, match="cannot be written"):
            finish(worker.make(topics(20, 1)[0]))
    finally:
        worker.close()


def test_the_worker_gives_what_a_direct_call_gives(worker: MapWorker) -> None:
    vectors, _ = topics(300, 5)
    assert finish(worker.make(vectors)).cluster_ids.tolist() == make_map(vectors).cluster_ids.tolist()


def test_a_map_goes_on_from_a_start_that_is_handed_over(worker: MapWorker, cache: Path) -> None:
    vectors, _ = topics(300, 5)
    start = np.random.default_rng(0).normal(size=(300, 2)).astype(np.float32)
    given = finish(worker.make(vectors, start=start))
    assert given.xy.tobytes() == make_map(vectors, start=start).xy.tobytes()
    assert given.parameters["aligned"] is True
    assert left_behind(cache) == []


def test_what_a_person_should_know_comes_in_words_and_the_process_lives_on(worker: MapWorker) -> None:
    vectors, _ = topics(60, 2)
    vectors[5, 0] = np.nan
    with pytest.raises(ModelError, match="1 of 60 embeddings are no numbers"):
        finish(worker.make(vectors))
    pid = worker.pid
    assert pid is not None
    assert finish(worker.run(preview, make_map(topics(60, 2)[0]).xy))[0].min_cluster_size == 5
    assert worker.pid == pid


PARENT = """
import sys, time
from pathlib import Path
from engine.map.worker import MapWorker

if __name__ == "__main__":
    worker = MapWorker(Path(sys.argv[1]))
    worker.start()
    print(worker.pid, flush=True)
    {then}
"""


@pytest.mark.parametrize("then", ["pass", "time.sleep(600)"])
def test_the_worker_ends_with_its_parent(then: str, tmp_path: Path, cache: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT.format(then=then))
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, str(script), str(cache)], stdout=subprocess.PIPE, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        if then != "pass":
            parent.kill()
    assert gone_within(60, pid)
