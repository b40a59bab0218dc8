"""Which of the running jobs concern what."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gui.engine_link import Job

LOADS = ("index", "load_sample")
MAPS = "build_map"


def loading(jobs: Iterable["Job"]) -> bool:
    """Say whether documents are being brought in."""
    return any(job.request.method in LOADS for job in jobs)


def map_job(jobs: Iterable["Job"], corpus: str) -> "Job | None":
    """Return the job that makes a corpus' map, None when there is none."""
    wanted = (MAPS, (corpus,))
    return next((job for job in jobs if (job.request.method, job.request.args[:1]) == wanted), None)
