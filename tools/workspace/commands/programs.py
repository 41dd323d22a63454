"""Run the programs that stand in the READMEs and in the documentation."""

import argparse
import sys
from pathlib import Path

from workspace import environment
from workspace.checks import Setting, pages
from workspace.errors import Misuse
from workspace.packages import Workspace
from workspace.steps import Log


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "page", nargs="*", type=Path, help="a page; all of them where none is named"
    )


def run(options: argparse.Namespace, workspace: Workspace) -> int:
    """Run the programs."""
    known = pages.pages(workspace.root)
    chosen = [page.resolve() for page in options.page] or known
    unknown = [page for page in chosen if page not in known]
    if unknown:
        raise Misuse(f"{str(unknown[0])!r} is no page of this workspace")
    setting = Setting(workspace, environment.main(workspace).python)
    pages.run_pages(setting, Log(sys.stdout), chosen)
    return 0
