"""One writer at a time, and a dead one is none."""

import subprocess
import sys
from pathlib import Path

import pytest

from indexes.errors import CorpusBusy, CorpusError
from indexes.lock import write_lock

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys, time
from pathlib import Path
from indexes.lock import write_lock
with write_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_lock_is_free_again_after_use_and_after_an_error(tmp_path: Path) -> None:
    with write_lock(tmp_path):
        pass
    with pytest.raises(KeyError), write_lock(tmp_path):
        raise KeyError
    with write_lock(tmp_path):
        pass


def test_a_second_holder_in_the_same_process_is_refused(tmp_path: Path) -> None:
    with write_lock(tmp_path), pytest.raises(CorpusBusy, match="Another Asterism"), write_lock(tmp_path):
        pass


def test_a_lock_held_by_another_process_is_refused_until_that_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            with pytest.raises(CorpusBusy), write_lock(tmp_path):
                pass
        finally:
            holder.kill()
    with write_lock(tmp_path):
        pass


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="cannot be written"), write_lock(tmp_path / "gone"):
        pass
