"""Build the wheels of the packages into dist/."""

import argparse

from workspace import environment, wheels
from workspace.packages import Workspace


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("package", nargs="*", help="a package; all of them where none is named")


def run(options: argparse.Namespace, workspace: Workspace) -> int:
    """Build and tell the files."""
    packages = workspace.select(options.package)
    python = environment.poetry(workspace).python
    for package in packages:
        wheel = wheels.build(python, package, workspace.root / "dist")
        print(wheel.relative_to(workspace.root))
    return 0
