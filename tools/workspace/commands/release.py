"""Check that a tag may become a release: it must match the package's version and changelog."""

import argparse

from workspace import releases, wheels
from workspace.packages import Workspace


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("tag", help="<distribution>-v<version>, such as cherrypy-bus-v0.1.0")
    parser.add_argument("--build", action="store_true", help="also build its wheel into dist/")


def run(options: argparse.Namespace, workspace: Workspace) -> int:
    """Check and, where asked, build."""
    package = releases.check(workspace, options.tag)
    print(f"{options.tag} matches version and changelog of {package.name}")
    if options.build:
        (wheel,) = wheels.build_all(workspace, [package], workspace.root / "dist")
        print(wheel.relative_to(workspace.root))
    return 0
