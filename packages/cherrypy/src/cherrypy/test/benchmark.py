"""Measure a site with ApacheBench: ``python -m cherrypy.test.benchmark``.

The program ``ab`` has to be on the path (Debian: apache2-utils), or is given with ``--ab``.
"""

from __future__ import annotations

import argparse
import re
import subprocess
from typing import TYPE_CHECKING, Any, ClassVar

import cherrypy
from cherrypy_testing import own_port

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["ABSession", "Root", "main", "print_report", "size_report", "thread_report"]

SCRIPT_NAME = "/cpbench/users/rdelon/apps/blog"
PATIENCE = 600
CONCURRENCY = (1, 5, 10, 25, 50)
SIZES = (10, 100, 1_000, 10_000)

AB_PATH = "ab"


class Root:
    """The pages that are measured."""

    @cherrypy.expose
    def index(self) -> str:
        """Show where the other pages are."""
        return '<a href="hello">hello</a> <a href="sizer?size=100">sizer</a>'

    @cherrypy.expose
    def hello(self) -> str:
        """Greet."""
        return "Hello, world\r\n"

    @cherrypy.expose
    def sizer(self, size: str) -> str:
        """Return so many bytes."""
        return "X" * int(size)


def null(environ: dict[str, Any], start_response: Any) -> list[bytes]:  # noqa: ARG001 - WSGI
    """Answer without any work, to measure the HTTP server alone."""
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", "0")])
    return [b""]


class ABSession:
    """One run of ApacheBench.

    Args:
        path: The path to ask for.
        requests: How many requests.
        concurrency: How many of them at a time.

    Attributes:
        parse_patterns: What becomes an attribute: its name, the heading of its column, and the
            regular expression that finds it in the report.
        output: The report.
    """

    parse_patterns: ClassVar[list[tuple[str, str, str]]] = [
        ("complete_requests", "Completed", r"^Complete requests:\s*(\d+)"),
        ("failed_requests", "Failed", r"^Failed requests:\s*(\d+)"),
        ("requests_per_second", "req/sec", r"^Requests per second:\s*([0-9.]+)"),
        (
            "time_per_request_concurrent",
            "msec/req",
            r"^Time per request:\s*([0-9.]+).*concurrent requests\)$",
        ),
        ("transfer_rate", "KB/sec", r"^Transfer rate:\s*([0-9.]+)"),
    ]
    output: str = ""

    def __init__(
        self, path: str = SCRIPT_NAME + "/hello", requests: int = 1000, concurrency: int = 10
    ) -> None:
        self.path = path
        self.requests = requests
        self.concurrency = concurrency

    def args(self) -> list[str]:
        """Return the arguments of the program."""
        if self.concurrency <= 0 or self.requests <= 0:
            raise ValueError("requests and concurrency are numbers above 0")
        counts = ["-k", "-n", str(self.requests), "-c", str(self.concurrency)]
        return [*counts, f"{cherrypy.server.base()}{self.path}"]

    def run(self) -> None:
        """Run the program, and read its report.

        Raises:
            FileNotFoundError: There is no such program.
            CalledProcessError: It failed.
        """
        done = subprocess.run(  # noqa: S603 - the program that the user named
            [AB_PATH, *self.args()], capture_output=True, text=True, check=True, timeout=PATIENCE
        )
        self.output = done.stdout
        for name, _, pattern in self.parse_patterns:
            found = re.search(pattern, self.output, re.MULTILINE)
            setattr(self, name, found[1] if found else None)


def thread_report(
    path: str = SCRIPT_NAME + "/hello",
    concurrency: Iterable[int] = CONCURRENCY,
    requests: int = 1000,
) -> list[list[str]]:
    """Return a table of runs, one for each number of requests at a time."""
    rows = [["threads", *(heading for _, heading, _ in ABSession.parse_patterns)]]
    for number in concurrency:
        session = ABSession(path, max(requests, number), number)
        session.run()
        names = [name for name, _, _ in ABSession.parse_patterns]
        rows.append([str(number), *(str(getattr(session, name)) for name in names)])
    return rows


def size_report(sizes: Iterable[int] = SIZES, requests: int = 1000) -> list[list[str]]:
    """Return a table of runs, one for each size of the answer."""
    rows = [["bytes", *(heading for _, heading, _ in ABSession.parse_patterns)]]
    for size in sizes:
        row = thread_report(f"{SCRIPT_NAME}/sizer?size={size}", [10], requests)[1]
        rows.append([str(size), *row[1:]])
    return rows


def print_report(rows: Sequence[Sequence[str]]) -> None:
    """Print a table."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))  # noqa: T201


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the pages, measure them, and print the results; return the exit status."""
    global AB_PATH  # noqa: PLW0603 - documented as a setting of the module
    options = _parse(arguments)
    AB_PATH = options.ab
    cherrypy.config.update(
        {
            "environment": "production",
            "server.socket_host": "127.0.0.1",
            "server.socket_port": own_port(),
            "log.screen": False,
        }
    )
    if options.null:
        cherrypy.tree.graft(null, SCRIPT_NAME)
    else:
        cherrypy.tree.mount(Root(), SCRIPT_NAME)
    cherrypy.engine.start()
    try:
        if options.notests:
            print(f"Serving {cherrypy.server.base()}{SCRIPT_NAME}/")  # noqa: T201
            cherrypy.engine.block()
            return 0
        print_report(thread_report(requests=options.requests))
        if not options.null:
            print_report(size_report(requests=options.requests))
    except FileNotFoundError:
        print(f"There is no program {AB_PATH!r}: install apache2-utils, or name it with --ab=PATH")  # noqa: T201
        return 1
    finally:
        cherrypy.engine.exit()
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmark", description="Measure a site with ab.")
    parser.add_argument("--null", action="store_true", help="measure the HTTP server alone")
    parser.add_argument("--notests", action="store_true", help="serve the pages, and nothing else")
    parser.add_argument("--ab", default=AB_PATH, metavar="PATH", help="the program ab")
    parser.add_argument("--requests", type=int, default=1000, help="how many for each measurement")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
