"""The command line's commands by name, and what happens when one is called."""

import argparse
import sys

from engine.commands.corpora import corpora, index, remove
from engine.commands.evaluating import evaluate
from engine.commands.inspecting import adapt, inspect
from engine.commands.map import clusters, make_map
from engine.commands.search import judge, search
from engine.commands.taggers import taggers, train
from engine.commands.tagging import tag
from engine.commands.terminal import DONE, FAILED, INTERRUPTED, Terminal
from engine.workspace import Workspace
from indexes.errors import AsterismError


def run(options: argparse.Namespace) -> int:
    """Run the command that `options` names and return its exit status."""
    terminal = Terminal(quiet=options.quiet)
    try:
        with Workspace(options.library, device=options.device, encoder=options.encoder) as workspace:
            return COMMANDS[options.command](workspace, terminal, options)
    except AsterismError as error:
        print(error, file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("Interrupted. What was committed is kept.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output, `head` perhaps, has seen enough
        sys.stderr.close()
        return DONE


COMMANDS = {
    "index": index,
    "corpora": corpora,
    "search": search,
    "judge": judge,
    "map": make_map,
    "clusters": clusters,
    "tag": tag,
    "train": train,
    "taggers": taggers,
    "evaluate": evaluate,
    "inspect": inspect,
    "adapt": adapt,
    "remove": remove,
}
