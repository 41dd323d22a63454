"""Bring poetry.lock, and what else follows from the packages' metadata, up to date."""

import argparse

from workspace import environment, overview, rootfile
from workspace.errors import Failure
from workspace.packages import Workspace


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--check", action="store_true", help="only tell whether it is up to date")
    parser.add_argument("--upgrade", action="store_true", help="take the newest allowed versions")


def run(options: argparse.Namespace, workspace: Workspace) -> int:
    """Write the derived lines and the lock file."""
    if options.check:
        return _check(workspace)
    for name, update in (("pyproject.toml", rootfile.updated), ("README.md", overview.updated)):
        file = workspace.root / name
        file.write_text(update(workspace, file.read_text("utf-8")), "utf-8")
    arguments = ["lock", *(["--regenerate"] if options.upgrade else [])]
    extra = {"POETRY_VIRTUALENVS_CREATE": "false"}
    environment.run_poetry(workspace, arguments, extra, "could not resolve the dependencies")
    return 0


def _check(workspace: Workspace) -> int:
    stale = rootfile.stale(workspace)
    if stale:
        raise Failure(f"not up to date: {', '.join(stale)}; run tools/lock")
    return 0
