"""The commands of the map: map, clusters."""

import argparse
from collections.abc import Sequence

from engine.commands.terminal import DONE, Terminal, counted
from engine.map.records import ChangeLog, ClusterPreview, MapData, MapTrust
from engine.progress import Steps
from engine.workspace import Workspace
from indexes.errors import AsterismError
from indexes.records import Cluster


def make_map(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    """Build the map; export its points, write it as a page and measure it where asked."""
    made: MapData = terminal.follow(
        workspace.build_map(
            options.corpus,
            seed=options.seed,
            fast=options.fast,
            min_cluster_size=options.min_cluster_size,
            aligned=options.aligned,
        )
    )
    if options.out:
        workspace.export_points(options.corpus, options.out)
    if options.page:
        terminal.follow(workspace.export_page(options.corpus, options.page))
    trust = terminal.follow(workspace.measure_trust(options.corpus)) if options.trust else None
    if options.json:
        summary = {"points": len(made.passage_ids), "clusters": made.clusters, "noise": _noise(made)}
        if trust:
            summary |= {"trustworthiness": trust.trustworthiness, "continuity": trust.continuity}
        terminal.json(summary | {"parameters": made.parameters, "note": made.note})
        return DONE
    if made.note:
        terminal.note(made.note)
    terminal.print(_said(made))
    if trust:
        _print_trust(terminal, made, trust)
    return DONE


def clusters(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    """List the clusters of the stored map, say what divides two of them, or change them."""
    if workspace.map(options.corpus) is None:
        raise AsterismError(
            f"The corpus “{options.corpus}” has no map yet. Make one with: asterism map --corpus {options.corpus}"
        )
    if options.divide:
        return _divide(workspace, terminal, options)
    if options.preview:
        return _preview(terminal, options, terminal.follow(workspace.preview_clusters(options.corpus)))
    if options.history:
        return _history(terminal, options, workspace.map_history(options.corpus))
    made = _changed(workspace, terminal, options) or workspace.map(options.corpus)
    assert made is not None
    if options.json:
        terminal.json({"branches": made.branches, "clusters": made.clusters, "parts": made.parts}
                      if options.tree else made.clusters)  # fmt: skip
    elif options.tree:
        _print_tree(terminal, made)
    else:
        _print_clusters(workspace, terminal, options.corpus, made)
    return DONE


def _changed(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> MapData | None:
    """Change the clusters as the options ask, in the order in which a person would; None when they ask nothing."""
    name, made = options.corpus, None
    work: list[Steps[MapData]] = []
    if options.min_cluster_size:
        work.append(workspace.recluster(name, options.min_cluster_size))
    if options.merge:
        work.append(workspace.merge_clusters(name, options.merge))
    if options.split is not None:
        work.append(workspace.split_cluster(name, options.split))
    if options.undo:
        work.append(workspace.undo_cluster_edit(name))
    if options.stability:
        work.append(workspace.measure_stability(name))
    for steps in work:
        made = terminal.follow(steps)
    if options.rename:
        workspace.rename_cluster(name, int(options.rename[0]), options.rename[1])
        made = workspace.map(name)
    if options.reach is not None:
        made = workspace.set_reach(name, options.reach)
    return made


def _print_clusters(workspace: Workspace, terminal: Terminal, corpus: str, made: MapData) -> None:
    for cluster in made.clusters:
        terminal.print(f"{cluster.id:>4}  {cluster.size:>6}  {cluster.name}{_stability(cluster)}")
        terminal.print(f"{'':14}{', '.join(cluster.keywords)}")
        for passage in workspace.passages(corpus, cluster.exemplars[:2]):
            terminal.print(f"{'':14}· {passage.title}: {_one_line(passage.text, 90)}")
    noise = int((made.cluster_ids == -1).sum())
    terminal.print(f"{-1:>4}  {noise:>6}  noise")


def _print_tree(terminal: Terminal, made: MapData) -> None:
    """Print branches, the clusters in them, and the parts of those, each a step further in."""

    def below(branch: int, depth: int) -> None:
        for one in (one for one in made.branches if one.parent == branch):
            terminal.print(f"{'  ' * depth}{one.name}  ({one.size})")
            below(one.id, depth + 1)
        for cluster in (cluster for cluster in made.clusters if cluster.branch == branch):
            terminal.print(
                f"{'  ' * depth}{cluster.id}: {cluster.name}  ({cluster.size}){_stability(cluster)}"
            )
            for part in (part for part in made.parts if part.cluster == cluster.id):
                terminal.print(f"{'  ' * (depth + 1)}· {part.name}  ({part.size})")

    below(-1, 0)
    terminal.print(f"noise  ({int((made.cluster_ids == -1).sum())})")


def _preview(terminal: Terminal, options: argparse.Namespace, previews: Sequence[ClusterPreview]) -> int:
    if options.json:
        terminal.json(previews)
        return DONE
    terminal.table(
        [
            ("smallest size", "clusters", "noise", "largest"),
            *(
                (one.min_cluster_size, one.clusters, f"{one.noise:.0%}", f"{one.largest:.0%}")
                for one in previews
            ),
        ]
    )
    return DONE


def _history(terminal: Terminal, options: argparse.Namespace, history: Sequence[ChangeLog]) -> int:
    if options.json:
        terminal.json(history)
        return DONE
    for entry in history:
        terminal.print(f"{entry.made_at}  {entry.reason}")
        for change in entry.changes:
            before, after = " + ".join(change.before), " + ".join(change.after)
            terminal.print(f"    {change.kind:<8} {before} → {after}  ({counted(change.shared, 'passage')})")
    if not history:
        terminal.note("Nothing has changed since the map was made.")
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


def _print_trust(terminal: Terminal, made: MapData, trust: MapTrust) -> None:
    terminal.print(f"trustworthiness {trust.trustworthiness:.3f}, continuity {trust.continuity:.3f}")
    terminal.table(
        ("", cluster.name, f"{trustworthiness:.3f}", f"{continuity:.3f}")
        for cluster, (trustworthiness, continuity) in zip(made.clusters, trust.by_cluster, strict=True)
    )


def _said(made: MapData) -> str:
    points, groups = counted(len(made.passage_ids), "point"), counted(len(made.clusters), "cluster")
    return f"{points}, {groups}, {_noise(made):.0%} noise"


def _noise(made: MapData) -> float:
    return float((made.cluster_ids == -1).mean()) if len(made.cluster_ids) else 0.0


def _stability(cluster: Cluster) -> str:
    return "" if cluster.stability is None else f"  stability {cluster.stability:.2f}"


def _one_line(text: str, length: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1].rstrip() + "…"
