"""Maps for tests, and an engine link that answers when the test says so."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.map.records import MapData
from engine.progress import Progress
from engine.records import CorpusInfo
from indexes.records import Cluster


def a_map(
    xy: Sequence[tuple[float, float]],
    cluster_ids: Sequence[int] | None = None,
    names: Sequence[str] = (),
    **changes: Any,
) -> MapData:
    """A map of passages 10, 20, 30, …; the cluster names decide how many clusters there are."""
    n = len(xy)
    clusters = np.array([-1] * n if cluster_ids is None else cluster_ids, dtype=np.int32)
    fields: dict[str, Any] = {
        "passage_ids": np.arange(1, n + 1, dtype=np.int64) * 10,
        "document_ids": np.arange(1, n + 1, dtype=np.int64),
        "xy": np.array(xy, dtype=np.float32).reshape(-1, 2),
        "cluster_ids": clusters,
        "strengths": np.ones(n, dtype=np.float32),
        "format_ids": np.zeros(n, dtype=np.int32),
        "formats": ("txt",),
        "clusters": tuple(
            Cluster(number, int((clusters == number).sum()), (name,), name, ())
            for number, name in enumerate(names)
        ),
        "unmapped": 0,
        "parameters": {},
    }
    return MapData(**{**fields, **changes})


def a_corpus(
    name: str = "Letters", passages: int = 5, embedded: int = 5, has_map: bool = False
) -> CorpusInfo:
    return CorpusInfo(name, (), 1, 1, passages, embedded, (), "encoder", has_map, 0)


class FakeLink(QObject):
    """Remembers what was asked; `answer` and `finish` reply."""

    job_changed = Signal(object)
    job_progress = Signal(object)
    failed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.jobs: list[Any] = []

    def call(self, method: str, *args: Any, **handlers: Any) -> None:
        self.calls.append((method, args, handlers))

    def start(self, title: str, method: str, *args: Any, **handlers: Any) -> Any:
        request = SimpleNamespace(method=method, args=args)
        job = SimpleNamespace(title=title, request=request, progress=Progress("Starting"), **handlers)
        self.jobs.append(job)
        self.job_changed.emit(job)
        return job

    def answer(self, result: Any) -> None:
        self.calls.pop()[2]["on_done"](result)

    def progress(self, progress: Progress) -> None:
        self.jobs[-1].progress = progress
        self.job_progress.emit(progress)

    def finish(self, result: Any = None, error: str = "") -> None:
        job = self.jobs.pop()
        self.job_changed.emit(None)
        if error:
            job.on_error(error)
        else:
            job.on_done(result)
