"""Serve the scaffold: ``python -m cherrypy.scaffold``. ``cherryd new`` copies it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

import cherrypy
from cherrypy.daemon import serve

CONFIG: Final = Path(__file__).with_name("site.conf")


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:  # noqa: PLR2004 - the range of TCP ports
        raise ValueError
    return number


_port.__name__ = "port (0 to 65535)"


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m cherrypy.scaffold", description=__doc__)
    parser.add_argument("--host", help="the address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=_port, help="the port; 0 takes a free one (default: 8080)")
    parser.add_argument(
        "--data", type=Path, default=Path("data"), help="where entries are kept (default: data)"
    )
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Serve the site until it is stopped.

    Args:
        arguments: Those of the command line.

    Returns:
        The exit status: 1 where the site could not be served.
    """
    options = _options(arguments)
    cherrypy.config.update(CONFIG)
    cherrypy.config.update(_overrides(options))
    cherrypy.tree.apps[""].merge(CONFIG)
    return serve()


def _overrides(options: argparse.Namespace) -> dict[str, object]:
    given = {
        "server.socket_host": options.host,
        "server.socket_port": options.port,
        "engine.guestbook.directory": options.data.absolute(),
    }
    return {key: value for key, value in given.items() if value is not None}


if __name__ == "__main__":
    sys.exit(main())
