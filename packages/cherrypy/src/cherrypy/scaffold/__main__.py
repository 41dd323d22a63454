"""Serve the scaffold: ``python -m cherrypy.scaffold``."""

from __future__ import annotations

import argparse
import sys
from importlib.resources import as_file, files
from pathlib import Path

import cherrypy
from cherrypy.scaffold import Guestbook, Root
from cherrypy_server import BindError


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
        The exit status: 1 where the address could not be had.
    """
    options = _options(arguments)
    with as_file(files("cherrypy.scaffold")) as here:
        config = str(here / "site.conf")
        cherrypy.config.update(config)
        cherrypy.config.update(_overrides(options))
        app = cherrypy.tree.mount(Root(), "", config)
        app.merge({"/static": {"tools.staticdir.root": str(here)}})
        Guestbook(cherrypy.engine, options.data.absolute()).subscribe()
        cherrypy.engine.signals.subscribe()
        try:
            cherrypy.engine.start()
        except BindError as error:
            print(error, file=sys.stderr)  # noqa: T201 - a command speaks to its terminal
            return 1
        except KeyboardInterrupt:
            cherrypy.engine.exit()
        cherrypy.engine.block()
    return 0


def _overrides(options: argparse.Namespace) -> dict[str, object]:
    given = {"server.socket_host": options.host, "server.socket_port": options.port}
    return {key: value for key, value in given.items() if value is not None}


if __name__ == "__main__":
    sys.exit(main())
