"""Find out where the time of pages goes.

``python -m cherrypy.lib.profiler`` serves what was found.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import cherrypy
import cherrypy_diagnostics
from cherrypy.assembly.styledpages import StyledPages
from cherrypy_diagnostics import ProfilePages, ProfilingMiddleware, by_header, by_share
from cherrypy_dispatch import expose
from cherrypy_httputil import HTTPError, NotFound

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

__all__ = [
    "ProfileAggregator",
    "Profiler",
    "by_header",
    "by_share",
    "make_app",
    "serve",
]

make_app = ProfilingMiddleware


class Profiler(StyledPages, cherrypy_diagnostics.Profiler):
    """Profiles calls, keeps a file for each of them, and has pages that show them.

    An attribute of a page's object that holds one publishes it: guard it, or give it a name that
    begins with an underscore.

    Args:
        path: The directory of the files; see `cherrypy_diagnostics.Profiler`.
    """

    @expose
    def index(self) -> str:
        """Show the files."""
        return ProfilePages(self).menu()

    @expose
    def menu(self) -> str:
        """Show the files."""
        return ProfilePages(self).menu()

    @expose
    def report(self, filename: str, sort: str = "cumulative", function: str | None = None) -> str:
        """Show the functions in a file, or who calls one and whom it calls.

        Args:
            filename: The name of the file.
            sort: What to sort by: calls, time, cumulative, percall or name.
            function: The name of the function.

        Raises:
            NotFound: There is no such file or function.
            HTTPError: 400, nothing can be sorted by that; 503, the file is not to be read.
        """
        if sort not in cherrypy_diagnostics.PROFILE_COLUMNS:
            raise HTTPError(400, f"Nothing is sorted by {sort!r}.")
        try:
            return ProfilePages(self).report(filename, sort, function)
        except (FileNotFoundError, LookupError):
            raise NotFound from None
        except ValueError as error:
            raise HTTPError(503, f"{error}.") from error


class ProfileAggregator(Profiler, cherrypy_diagnostics.ProfileAggregator):
    """Profiles calls, and keeps one file in which they are added up."""


def serve(path: str | os.PathLike[str] | None = None, port: int = 8080) -> None:
    """Serve pages that show the profiles in a directory, on this machine, until interrupted.

    Args:
        path: The directory; ``profile`` in the current one by default.
        port: The port; 0 takes a free one.
    """
    settings = {"server.socket_port": port, "engine.autoreload.on": False}
    cherrypy.quickstart(Profiler(path), config={"global": settings})


def _main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m cherrypy.lib.profiler", description="Show profiles in a browser."
    )
    parser.add_argument("path", nargs="?", help="their directory (default: profile)")
    parser.add_argument("port", nargs="?", type=int, default=8080, help="default: 8080")
    options = parser.parse_args(arguments)
    serve(options.path, options.port)


if __name__ == "__main__":
    _main()
