"""Small corpora with embeddings, and a map worker that answers what a test worked out by hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.map.clusters import Clustering, recluster
from engine.map.mapping import MapResult, make_map
from engine.map.worker import MapWorker
from engine.progress import Progress, Steps
from indexes.catalogue import Catalogue
from indexes.records import Branch, Part
from tests.indexes import making

WORDS = (
    "harbour tide boat anchor sail",
    "orbit rocket planet comet moon",
    "bread flour oven yeast dough",
    "violin concert opera piano choir",
    "cat kitten whisker paw fur",
    "goal match striker penalty league",
)


def new_corpus(folder: Path, topics: str) -> Corpus:
    """Make a corpus of one passage a digit of `topics`, ids from 1; passages of a topic share words and direction."""
    Catalogue.create(folder / "catalogue.db", "Notes").close()
    corpus = Corpus.open(folder)
    add_passages(corpus, "first", topics)
    return corpus


def add_passages(corpus: Corpus, file: str, topics: str) -> None:
    """Load a file with one more passage for each digit of `topics`, and embed it."""
    texts = []
    for number, topic in enumerate(topics.replace(" ", "")):
        words = WORDS[int(topic)].split()
        words = words[number % 5 :] + words[: number % 5]
        texts.append(f"{' '.join(words)} {file} {number}")
    rng = np.random.default_rng(len(texts))
    vectors = np.eye(8, dtype=np.float32)[numbers(topics)]
    vectors += 0.1 * rng.normal(size=vectors.shape).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with corpus.writing() as catalogue:
        documents = [making.document(f"{file}-{number}", text) for number, text in enumerate(texts)]
        making.put(catalogue, file, *documents)
        catalogue.add_embeddings("e", [making.text_hash(text) for text in texts], vectors)


def remove_passages(corpus: Corpus, file: str) -> None:
    """Remove a file with its passages."""
    with corpus.writing() as catalogue:
        catalogue.remove_files([catalogue.files(1)[file].id])


def numbers(line: str) -> NDArray[np.int32]:
    """Read a digit a passage, a dot for -1; spaces say nothing."""
    return np.array([-1 if c == "." else int(c) for c in line if c != " "], np.int32)


def told(ids: NDArray[np.int32]) -> str:
    """Write ids as `numbers` reads them."""
    return "".join("." if number < 0 else str(number) for number in ids.tolist())


def found(
    clusters: str, parts: str = "", nearest: str = "", branches: tuple[tuple[int, tuple[int, ...]], ...] = ()
) -> Clustering:
    """Return clusters written as digits; noise is near the cluster that `nearest` says, the later the farther."""
    ids = numbers(clusters)
    n = len(ids)
    part_ids = numbers(parts or "." * n)
    noise = ids < 0
    nearness = np.ones(n, np.float32)
    nearness[noise] = 1 - np.arange(1, noise.sum() + 1) / noise.sum()
    sizes = np.bincount(ids[ids >= 0], minlength=1)
    return Clustering(
        cluster_ids=ids,
        strengths=np.where(noise, 0, 1).astype(np.float32),
        nearest_ids=numbers(nearest) if nearest else np.where(noise, 0, ids).astype(np.int32),
        nearness=nearness,
        part_ids=part_ids,
        branches=tuple(
            Branch(n, parent, int(sizes[list(below)].sum()), below)
            for n, (parent, below) in enumerate(branches)
        ),
        parts=tuple(
            Part(part, int(ids[part_ids == part][0]), int((part_ids == part).sum()))
            for part in range(int(part_ids.max(initial=-1)) + 1)
        ),
        parameters={"min_cluster_size": 2},
    )


class Told(MapWorker):
    """A worker that finds the clusters it is told; passages lie on a line, one unit apart. Else it does the task."""

    def __init__(self, *answers: Clustering) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []

    def run(self, task: Callable[..., Any], *arguments: Any, **settings: Any) -> Steps[Any]:
        """Return the next answer, as the task would."""
        yield Progress("Finding clusters")
        self.asked.append(settings)
        if task not in (make_map, recluster):
            return task(*arguments, **settings, report=lambda progress: None)
        answer = self.answers.pop(0)
        if task is recluster:
            return answer
        n = len(answer.cluster_ids)
        return MapResult(
            xy=np.stack([np.arange(n), np.zeros(n)], axis=1).astype(np.float32),
            cluster_ids=answer.cluster_ids,
            strengths=answer.strengths,
            nearest_ids=answer.nearest_ids,
            nearness=answer.nearness,
            part_ids=answer.part_ids,
            exemplars=tuple(
                (int(np.flatnonzero(answer.cluster_ids == number)[0]),) for number in range(answer.n_clusters)
            ),
            branches=answer.branches,
            parts=answer.parts,
            parameters={
                "seed": settings["seed"],
                "versions": {"umap-learn": "0"},
                "hdbscan": answer.parameters,
            },
            note=answer.note,
        )
