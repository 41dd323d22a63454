"""Print, as JSON, the packages and Python versions that must be tested after a change."""

import argparse
import json
from pathlib import Path

from workspace import interpreters, matrix
from workspace.packages import Workspace


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--since", metavar="REF", help="the git ref to compare with")
    parser.add_argument(
        "--all-if-unknown",
        action="store_true",
        help="take all packages where git does not know the ref, as after a forced push",
    )
    parser.add_argument("--output", type=Path, help="a file to which 'matrix=…' is added as well")


def run(options: argparse.Namespace, workspace: Workspace) -> int:
    """Print the matrix."""
    packages = list(workspace)
    if options.since and options.since.strip("0"):
        known = matrix.is_known(workspace.root, options.since)
        if known or not options.all_if_unknown:
            files = matrix.changed_files(workspace.root, options.since)
            packages = matrix.concerned(workspace, files)
    versions = [*interpreters.SUPPORTED, interpreters.NEWEST]
    text = json.dumps({"package": [one.name for one in packages], "python": versions})
    print(text)
    if options.output:
        with options.output.open("a", encoding="utf-8") as file:
            file.write(f"matrix={text}\n")
    return 0
