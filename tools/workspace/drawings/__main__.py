"""Write the drawings; with ``--check``, tell which are out of date instead."""

import sys
from pathlib import Path

from workspace.drawings import stale, write
from workspace.packages import Workspace


def main() -> int:
    """Do it for the checkout that this file is in."""
    workspace = Workspace.load(Path(__file__).resolve().parents[3])
    if sys.argv[1:] != ["--check"]:
        write(workspace)
        return 0
    found = stale(workspace)
    for name in found:
        print(f"not up to date: {name}")
    return 1 if found else 0


sys.exit(main())
