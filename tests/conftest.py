"""What every test gets: an offscreen display, no network, and a check that nothing is left running."""

import multiprocessing
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault(
    "OMP_NUM_THREADS", "1"
)  # threads of tiny models would wait for each other on a busy machine

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real labelled data beside the checkout; tests that need it are skipped without it."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the shared data sets are not beside this checkout")
    return SHARED_DATA


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    """Fail a test that leaves a process or a thread behind."""
    threads = set(threading.enumerate())
    processes = {child.pid for child in multiprocessing.active_children()}
    yield
    left = [child for child in multiprocessing.active_children() if child.pid not in processes]
    assert not left, f"processes left running: {left}"
    started = [thread for thread in threading.enumerate() if thread not in threads]
    for thread in started:
        thread.join(2)
    alive = [thread.name for thread in started if thread.is_alive() and not _belongs_to_a_library(thread)]
    assert not alive, f"threads left running: {alive}"


def _belongs_to_a_library(thread: threading.Thread) -> bool:
    """Say whether a thread is one that a library keeps for the life of the process."""
    return thread.name.startswith(("asyncio_", "ThreadPoolExecutor", "tqdm", "Dummy-"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--pictures`: let the end-to-end test draw the pictures of README.md."""
    parser.addoption("--pictures", action="store_true", help="draw README.md's pictures into tests/pictures")
