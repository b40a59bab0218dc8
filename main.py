"""Asterism: search, map and tag your own documents by meaning, on your own machine.

Runs one command of the command line; with no command it opens the window.
"""

import argparse
import sys

VERSION = "0.1.0"


def main(arguments: list[str] | None = None) -> int:
    """Run one command, or the window; returns the exit status (0 done, 1 the world, 2 usage, 3 skipped, 130)."""
    from engine.threads import calm_threads

    calm_threads()  # before anything computes
    from engine.commands.parser import parser
    from engine.library import default_library

    options = parser(VERSION).parse_args(arguments)

    options.library = options.library or default_library()
    if options.command is None:
        return open_window(options)
    from engine.commands.run import run

    return run(options)


def open_window(options: argparse.Namespace) -> int:
    """Open the window, or say in a sentence what the desktop lacks for it."""
    from gui.desktop import obstacle

    missing = obstacle()
    if missing:
        print(missing, file=sys.stderr)
        return 1
    from gui.app import run

    return run(options.library, device=options.device, encoder=options.encoder)


if __name__ == "__main__":
    sys.exit(main())
