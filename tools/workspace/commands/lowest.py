"""Install each package with the lowest versions that it allows, and run its tests there."""

import argparse

from workspace import environment
from workspace.checks import Setting, installed
from workspace.packages import Workspace
from workspace.steps import Runner


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("package", nargs="*", help="a package; all of them where none is named")
    parser.add_argument("--real", action="store_true", help="let no test skip")


def run(options: argparse.Namespace, workspace: Workspace) -> int:
    """Run the steps."""
    packages = workspace.select(options.package)
    setting = Setting(workspace, environment.main(workspace).python, real=options.real)
    steps = [installed.built(setting, packages)]
    steps += [installed.at_lowest(setting, package) for package in packages]
    return 0 if Runner(workspace.cache / "logs").run(steps) else 1
