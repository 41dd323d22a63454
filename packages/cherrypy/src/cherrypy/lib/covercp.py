"""Find out which lines of a site ran.

``engine.subscribe('start', covercp.start)`` begins to record, in all threads; what was recorded is
written when the process ends. ``python -m cherrypy.lib.covercp`` serves pages that show it.

It needs the package ``coverage``, which the extra ``coverage`` installs.
"""

from __future__ import annotations

import argparse
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cherrypy
from cherrypy.assembly.styledpages import StyledPages
from cherrypy_diagnostics import CoveragePages, annotated_file, covered_tree
from cherrypy_diagnostics.coverpages import EXCLUDE
from cherrypy_dispatch import expose
from cherrypy_httputil import HTTPError, NotFound

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterator, Sequence

    from coverage import Coverage

    from cherrypy_diagnostics import CoverageTree

    the_coverage: Coverage

__all__ = ["CoverStats", "get_tree", "localFile", "serve", "start", "the_coverage"]

localFile = "coverage.cache"  # noqa: N816 - documented: a file in the current directory

_SQLITE = b"SQLite format 3\0"


def __getattr__(name: str) -> Any:
    """Return the record of this process, made when it is first asked for."""
    if name == "the_coverage":
        return _record()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _record() -> Coverage:
    return _coverage(localFile, auto_data=True)


def _coverage(path: str | os.PathLike[str], *, auto_data: bool = False) -> Coverage:
    try:
        from coverage import Coverage  # noqa: PLC0415 - an optional package
    except ModuleNotFoundError as error:
        message = "cherrypy.lib.covercp needs coverage: pip install 'cherrypy[coverage]'"
        raise ModuleNotFoundError(message, name="coverage") from error
    # Settings for tests, in a file that happens to be there, are not meant for the site.
    return Coverage(data_file=str(path), config_file=False, auto_data=auto_data)


def start() -> None:
    """Begin to record which lines run, in this thread and those that begin later.

    What an earlier process recorded is added to. To call it again changes nothing.
    """
    record = _record()
    if type(record).current() is not record:  # to start again would lose the other threads
        record.start()


def get_tree(base: str, exclude: str, coverage: Coverage | None = None) -> CoverageTree:
    """Return the files that were measured as nested dicts, in which files are ``None``.

    Args:
        base: The directory to begin at; ``/`` takes in all files.
        exclude: A regular expression; files in whose path it is found are left out.
        coverage: The record, ``the_coverage`` by default.
    """
    return covered_tree(_record() if coverage is None else coverage, base, exclude)


class CoverStats(StyledPages):
    """Pages that show which lines ran. They show source code: guard them.

    Args:
        coverage: The record, for example ``the_coverage``.
        root: The directory that the first page shows; by default the one that has all files.
    """

    def __init__(self, coverage: Coverage, root: str | os.PathLike[str] | None = None) -> None:
        self.coverage = coverage
        self._pages = CoveragePages(coverage, root)

    @expose
    def index(self) -> str:
        """Show all files below the root, with their percentages."""
        return self._pages.index()

    @expose
    def menu(
        self, base: str = "/", pct: str = "50", showpct: str = "", exclude: str = EXCLUDE
    ) -> str:
        """Show the files below a directory; see `cherrypy_diagnostics.CoveragePages.menu`.

        Raises:
            HTTPError: 400, an option is malformed.
        """
        try:
            return self._pages.menu(base, pct, showpct, exclude)
        except ValueError as error:
            raise HTTPError(400, f"{error}.") from error

    @expose
    def report(self, name: str) -> str:
        """Show a file, each line marked as one that ran or did not.

        Args:
            name: The absolute path of a file that was measured.

        Raises:
            NotFound: It was not.
        """
        try:
            return self._pages.report(name)
        except LookupError:
            raise NotFound from None

    def annotated_file(
        self,
        filename: str,
        statements: Collection[int],
        excluded: Collection[int],
        missing: Collection[int],
    ) -> Iterator[str]:
        """Yield the lines of a file as HTML; see `cherrypy_diagnostics.annotated_file`."""
        return annotated_file(filename, statements, excluded, missing)


def serve(
    path: str | os.PathLike[str] = localFile,
    port: int = 8080,
    root: str | os.PathLike[str] | None = None,
) -> None:
    """Serve pages that show what was recorded, on this machine, until interrupted.

    Args:
        path: The file that it was written to.
        port: The port; 0 takes a free one.
        root: The directory that the first page shows; see `CoverStats`.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is no record of coverage.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no record of coverage in {Path(path).absolute()}")
    record = _coverage(path)
    _load(record, path)
    settings = {"server.socket_port": port, "engine.autoreload.on": False}
    cherrypy.quickstart(CoverStats(record, root), config={"global": settings})


def _load(record: Coverage, path: str | os.PathLike[str]) -> None:
    from coverage.exceptions import DataError  # noqa: PLC0415 - an optional package

    with Path(path).open("rb") as file:
        begin = file.read(len(_SQLITE))
    if begin != _SQLITE:  # which coverage would leave open, and write to where it is empty
        raise ValueError(f"{Path(path).absolute()} is no record of coverage: it is no database")
    try:
        record.load()
    except DataError as error:
        raise ValueError(f"{Path(path).absolute()} is no record of coverage: {error}") from error


def _main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m cherrypy.lib.covercp", description="Show coverage in a browser."
    )
    parser.add_argument("path", nargs="?", default=localFile, help=f"default: {localFile}")
    parser.add_argument("port", nargs="?", type=int, default=8080, help="default: 8080")
    parser.add_argument("root", nargs="?", help="the directory that the first page shows")
    options = parser.parse_args(arguments)
    try:
        serve(options.path, options.port, options.root)
    except (FileNotFoundError, ValueError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    _main()
