"""Check that a tag may become a release: it must match the package's version and changelog."""

import argparse
from pathlib import Path

from workspace import environment, releases, wheels
from workspace.commands import test
from workspace.packages import Package, Workspace


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("tag", help="<distribution>-v<version>, such as cherrypy-bus-v0.1.0")
    parser.add_argument("--test", action="store_true", help="also run the checks of its package")
    parser.add_argument("--build", action="store_true", help="also build its wheel into dist/")
    parser.add_argument("--output", type=Path, help="a file to which 'upload=true|false' is added")


def run(options: argparse.Namespace, workspace: Workspace) -> int:
    """Check and, where asked, test and build."""
    package = releases.check(workspace, options.tag)
    print(f"{options.tag} matches version and changelog of {package.name}", flush=True)
    if options.test and not test.check(workspace, [package]):
        return 1
    if options.build:
        python = environment.poetry(workspace).python
        wheel = wheels.build(python, package, workspace.root / "dist")
        print(wheel.relative_to(workspace.root))
    if options.output:
        with options.output.open("a", encoding="utf-8") as file:
            file.write(f"upload={'true' if _is_public(package) else 'false'}\n")
    return 0


def _is_public(package: Package) -> bool:
    return not any(one.startswith("Private ::") for one in package.classifiers)
