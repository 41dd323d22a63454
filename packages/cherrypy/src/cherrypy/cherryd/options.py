"""The command line of ``cherryd``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from cherrypy._version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["COMMANDS", "parse", "parser"]

COMMANDS: Final = {
    "serve": "serve the site until it is stopped (the default)",
    "routes": "list what the site publishes at which path, and serve nothing",
    "check": "look for mistakes in the configuration, and serve nothing",
    "new": "make a directory NAME with a small site to begin a project with",
}


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the options of a command line.

    Args:
        arguments: The words after the name of the command; by default those of this process.

    Raises:
        SystemExit: With status 2 and a message, they make no sense; with 0, they asked for help.
    """
    made = parser()
    options = made.parse_args(arguments)
    if options.command == "new" and options.name is None:
        made.error("new needs the NAME of the project")
    if options.command != "new" and options.name is not None:
        made.error(f"{options.command} takes no {options.name!r}; -i names a module, -c a file")
    return options


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    made = argparse.ArgumentParser(
        prog="cherryd",
        description="Serve a CherryPy site.",
        epilog="; ".join(f"{name}: {words}" for name, words in COMMANDS.items()) + ".",
    )
    made.add_argument("command", nargs="?", choices=COMMANDS, default="serve")
    made.add_argument("name", metavar="NAME", nargs="?", help="of the project that new makes")
    _add_site(made)
    _add_process(made)
    _add_gateways(made)
    made.add_argument("--version", action="version", version=f"CherryPy {__version__}")
    return made


def _add_site(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the site")
    group.add_argument(
        "-i", "--import", dest="imports", metavar="MODULE", action="append", default=[],
        help="import a module, or a file such as hello.py, which mounts applications",
    )  # fmt: skip
    group.add_argument(
        "-P", "--Path", dest="path", metavar="DIR", action="append", default=[],
        help="look for modules in this directory, too",
    )  # fmt: skip
    group.add_argument(
        "-c", "--config", metavar="FILE", action="append", default=[],
        help="read a config file; it is also the application's where only one is mounted",
    )  # fmt: skip
    group.add_argument(
        "-e", "--environment", metavar="NAME", help="apply this config environment over the files"
    )


def _add_process(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the process")
    group.add_argument("-d", dest="daemonize", action="store_true", help="run as a daemon")
    group.add_argument("-p", "--pidfile", metavar="FILE", help="keep the process id in this file")
    group.add_argument(
        "--workers", metavar="N", type=_count,
        help="serve with this many processes, on gunicorn: pip install cherrypy[gunicorn]",
    )  # fmt: skip


def _add_gateways(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("in place of HTTP; -f and -s take the library flup")
    only = group.add_mutually_exclusive_group()
    only.add_argument("-f", dest="fastcgi", action="store_true", help="speak FastCGI")
    only.add_argument("-s", dest="scgi", action="store_true", help="speak SCGI")
    only.add_argument("-x", dest="cgi", action="store_true", help="answer one request by CGI")


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


_count.__name__ = "number of processes (1 or more)"
