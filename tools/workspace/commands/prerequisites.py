"""Print the Debian packages of the programs that tests need and that are not installed."""

import argparse

from workspace import prerequisites
from workspace.packages import Workspace


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--all", action="store_true", help="those that are installed, too")
    parser.add_argument("--install", action="store_true", help="install what is missing")


def run(options: argparse.Namespace, workspace: Workspace) -> int:
    """Print one package a line and, where asked, install them."""
    find = prerequisites.used if options.all else prerequisites.missing
    packages = prerequisites.debian(find(workspace.root))
    for name in packages:
        print(name, flush=True)
    if options.install and packages:
        prerequisites.install(packages)
    return 0
