"""Set up what is needed and serve the scaffold site, a small site to begin a project with."""

import argparse
import os
from pathlib import Path

from workspace import environment
from workspace.packages import Workspace
from workspace.ports import port_or_any, refuse_used
from workspace.processes import environ


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--port", type=port_or_any, default=8080, help="where to listen (8080); 0 takes a free port"
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
    parser.add_argument("--data", type=Path, help="where entries are kept (.cache/scaffold)")


def run(options: argparse.Namespace, workspace: Workspace) -> int:
    """Become the site; Ctrl-C stops it, and its data stay."""
    refuse_used(options.host, options.port)
    python = environment.main(workspace).python
    data: Path = options.data or workspace.cache / "scaffold"
    data.mkdir(parents=True, exist_ok=True)
    address = _address(options.host, options.port)
    environment.say(f"serving {address} (Ctrl-C stops it; what is entered is kept in {data})")
    _become(python, options.host, options.port, data)
    return 0


def _address(host: str, number: int) -> str:
    if number == 0:
        return "on a free port, which the log names"
    return f"http://{f'[{host}]' if ':' in host else host}:{number}/"


def _become(python: Path, host: str, number: int, data: Path) -> None:
    place = ["--host", host, "--port", str(number), "--data", str(data)]
    arguments = [str(python), "-m", "cherrypy.scaffold", *place]
    os.execve(python, arguments, environ())  # noqa: S606 - no shell is wanted
