"""Format the code and mend what the linter can mend."""

import argparse
import sys

from workspace import environment
from workspace.checks import Setting, style
from workspace.packages import Workspace
from workspace.steps import Log


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("package", nargs="*", help="a package; everything where none is named")


def run(options: argparse.Namespace, workspace: Workspace) -> int:
    """Change the files."""
    packages = workspace.select(options.package)
    paths = [one.path for one in packages] if options.package else [workspace.root]
    setting = Setting(workspace, environment.main(workspace).python)
    style.fix(setting, Log(sys.stdout), paths)
    return 0
