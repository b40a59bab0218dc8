"""The commands of the map: map, clusters."""

import argparse
from typing import Any

from engine.commands.terminal import DONE, Terminal, counted
from engine.exporting import write_table
from engine.map.records import MapData
from engine.workspace import Workspace
from indexes.errors import AsterismError


def make_map(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    """Build the map, and export its points where asked."""
    made: MapData = terminal.follow(workspace.build_map(options.corpus, seed=options.seed, fast=options.fast))
    if options.out:
        write_table(options.out, _point_columns(workspace, options.corpus, made))
    noise = float((made.cluster_ids == -1).mean()) if len(made.cluster_ids) else 0.0
    if options.json:
        summary = {"points": len(made.passage_ids), "clusters": made.clusters, "noise": noise}
        terminal.json(summary | {"parameters": made.parameters, "note": made.note})
        return DONE
    if made.note:
        terminal.note(made.note)
    terminal.print(
        f"{counted(len(made.passage_ids), 'point')}, {counted(len(made.clusters), 'cluster')}, {noise:.0%} noise"
    )
    return DONE


def clusters(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    """List the clusters of the stored map, or say what divides two of them."""
    if options.divide:
        return _divide(workspace, terminal, options)
    made = workspace.map(options.corpus)
    if made is None:
        raise AsterismError(
            f"The corpus “{options.corpus}” has no map yet. Make one with: asterism map --corpus {options.corpus}"
        )
    if options.json:
        terminal.json(made.clusters)
        return DONE
    for cluster in made.clusters:
        terminal.print(f"{cluster.id:>4}  {cluster.size:>6}  {cluster.name}")
        terminal.print(f"{'':14}{', '.join(cluster.keywords)}")
        for passage in workspace.passages(options.corpus, cluster.exemplars[:2]):
            terminal.print(f"{'':14}· {passage.title}: {_one_line(passage.text, 90)}")
    noise = int((made.cluster_ids == -1).sum())
    terminal.print(f"{-1:>4}  {noise:>6}  noise")
    return DONE


def _divide(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    one, other = options.divide
    sides = terminal.follow(workspace.divide_clusters(options.corpus, one, other))
    if options.json:
        terminal.json([dict(words) for words in sides])
        return DONE
    for cluster_id, words in zip(options.divide, sides, strict=True):
        terminal.print(f"towards {cluster_id}: {', '.join(f'{word} {share:.3f}' for word, share in words)}")
    return DONE


def _point_columns(workspace: Workspace, corpus: str, made: MapData) -> dict[str, Any]:
    keys = workspace.document_keys(corpus, made.document_ids.tolist())
    names = {cluster.id: cluster.name for cluster in made.clusters}
    return {
        "document_id": keys,
        "passage_id": made.passage_ids,
        "x": made.xy[:, 0],
        "y": made.xy[:, 1],
        "cluster_id": made.cluster_ids,
        "strength": made.strengths,
        "cluster_name": [names.get(int(cluster), "noise") for cluster in made.cluster_ids],
    }


def _one_line(text: str, length: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1].rstrip() + "…"
