"""Set up what is needed and serve the scaffold site, a small site to begin a project with."""

import argparse
import os
from pathlib import Path

from workspace import environment
from workspace.packages import Workspace
from workspace.ports import port, refuse_used
from workspace.processes import environ


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--port", type=port, default=8080, help="where to listen (8080)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")


def run(options: argparse.Namespace, workspace: Workspace) -> int:
    """Become the site; Ctrl-C stops it, and its data stay in .cache/scaffold."""
    refuse_used(options.host, options.port)
    python = environment.main(workspace).python
    data = workspace.cache / "scaffold"
    data.mkdir(parents=True, exist_ok=True)
    address = f"http://{options.host}:{options.port}/"
    environment.say(f"serving {address} (Ctrl-C stops it; its data are kept in .cache/scaffold)")
    _become(python, options.host, options.port, data)
    return 0


def _become(python: Path, host: str, number: int, data: Path) -> None:
    arguments = [
        "-m",
        "cherrypy.scaffold",
        "--host",
        host,
        "--port",
        str(number),
        "--data",
        str(data),
    ]
    os.execve(python, [str(python), *arguments], environ())  # noqa: S606 - no shell is wanted
