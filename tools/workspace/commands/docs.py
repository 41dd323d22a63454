"""Build the documentation into site/, serve it while it is written, or make its drawings."""

import argparse
import subprocess
import sys

from workspace import environment
from workspace.checks import Setting, pages
from workspace.packages import Workspace
from workspace.ports import port, refuse_used
from workspace.processes import Words, environ
from workspace.steps import Log


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("action", nargs="?", choices=["build", "serve", "draw"], default="build")
    parser.add_argument("--port", type=port, default=8000, help="where to serve (8000)")


def run(options: argparse.Namespace, workspace: Workspace) -> int:
    """Build, serve or draw."""
    if options.action == "serve":
        refuse_used("127.0.0.1", options.port)
    setting = Setting(workspace, environment.main(workspace).python)
    if options.action == "build":
        pages.build(setting, Log(sys.stdout))
        return 0
    if options.action == "draw":
        pages.draw(setting, Log(sys.stdout))
        return 0
    command: Words = [
        setting.python,
        "-m",
        "mkdocs",
        "serve",
        "--dev-addr",
        f"127.0.0.1:{options.port}",
    ]
    return subprocess.run(command, cwd=workspace.root, env=environ(), check=False).returncode
