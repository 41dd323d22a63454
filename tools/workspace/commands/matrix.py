"""Print, as JSON, the packages and Python versions that must be tested after a change."""

import argparse
import json

from workspace import interpreters, matrix
from workspace.packages import Workspace


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--since", metavar="REF", help="the git ref to compare with; all without it"
    )


def run(options: argparse.Namespace, workspace: Workspace) -> int:
    """Print the matrix."""
    packages = list(workspace)
    if options.since:
        files = matrix.changed_files(workspace.root, options.since)
        packages = matrix.concerned(workspace, files)
    versions = [*interpreters.SUPPORTED, interpreters.NEWEST]
    print(json.dumps({"package": [one.name for one in packages], "python": versions}))
    return 0
