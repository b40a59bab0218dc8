"""The commands that look into the models: inspect, adapt."""

import argparse

from engine.commands.terminal import DONE, Terminal
from engine.encoding.records import AdaptReport
from engine.inspecting.lines import attribution_lines, inspection_lines
from engine.inspecting.records import LabelAttribution, PoolingNeighbours
from engine.workspace import Workspace


def inspect(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    """Show what the model does with a text: all of it, or its guesses of a word, or neighbours under each pooling."""
    if options.guess:
        guesses = workspace.guess_words(options.text, str(options.encoder or ""))
        if options.json:
            terminal.json(guesses)
        else:
            for guess in guesses:
                terminal.print(", ".join(f"{word} {chance:.3f}" for word, chance in guess.words))
        return DONE
    if options.poolings:
        return _poolings(workspace, terminal, options)
    seen = workspace.inspect(options.text, options.tagger, options.second)
    why: LabelAttribution | None = None
    if options.attribute is not None:
        why = terminal.follow(
            workspace.attribute_label(options.text, options.tagger, options.attribute, options.second)
        )
    if options.json:
        terminal.json({"inspection": seen, "attribution": why} if why else seen)
        return DONE
    for line in (*inspection_lines(seen), *(attribution_lines(why) if why else ())):
        terminal.print(line)
    return DONE


def adapt(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    """Adapt the encoder to a corpus, and say whether that was worth keeping."""
    report: AdaptReport = terminal.follow(
        workspace.adapt(options.corpus, options.name, epochs=options.epochs, seed=options.seed)
    )
    if options.json:
        terminal.json(report)
        return DONE
    terminal.print(report.said)
    rows = [
        ("loss of masked words", report.word_loss),
        (f"agreement by {report.agreement_by}", report.agreement),
        ("nDCG@10 of your marks", report.ndcg),
        ("similarity", report.similarity),
    ]
    terminal.table(
        [
            ("", "before", "after"),
            *((name, f"{pair[0]:.3f}", f"{pair[1]:.3f}") for name, pair in rows if pair is not None),
        ]
    )
    return DONE


def _poolings(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    if not options.corpus:
        return terminal.usage("inspect --poolings needs --corpus NAME.")
    found: tuple[PoolingNeighbours, ...] = terminal.follow(
        workspace.compare_poolings(options.corpus, options.text)
    )
    if options.json:
        terminal.json(found)
        return DONE
    for one in found:
        terminal.print(f"{one.pooling} ({one.shared} of {len(one.hits)} as by {found[0].pooling})")
        for hit in one.hits:
            terminal.print(f"    {hit.score:+.3f}  {' '.join(hit.passage.text.split())[:90]}")
    return DONE
