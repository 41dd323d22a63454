"""Print the Debian packages of the programs that tests need and that are not installed."""

import argparse

from workspace import prerequisites
from workspace.packages import Workspace


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--all", action="store_true", help="those that are installed, too")


def run(options: argparse.Namespace, workspace: Workspace) -> int:
    """Print one package a line."""
    find = prerequisites.used if options.all else prerequisites.missing
    names = {
        debian for name in find(workspace.root) for debian in prerequisites.program(name).debian
    }
    for name in sorted(names):
        print(name)
    return 0
