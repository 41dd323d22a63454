"""Tell which public names changed or vanished since the last release of each package."""

import argparse
import sys

from workspace import environment
from workspace.checks import Setting, interface
from workspace.packages import Workspace
from workspace.steps import Log


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("package", nargs="*", help="a package; all of them where none is named")


def run(options: argparse.Namespace, workspace: Workspace) -> int:
    """Compare and tell."""
    packages = workspace.select(options.package)
    setting = Setting(workspace, environment.main(workspace).python)
    for step in interface.steps(setting, packages):
        step.run(Log(sys.stdout))
    return 0
