"""The page of statistics as a WSGI application, to be mounted where only some may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, quote

from cherrypy_diagnostics.statisticspages import FIRST_SPAN, HEADERS, StatisticsPages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIEnvironment

MAX_FORM = 10_000
"""Bytes of a form beyond which it is refused."""


class _Answer(NamedTuple):
    status: str
    kind: str
    body: bytes
    location: str | None = None


_HTML, _JSON, _TEXT = "text/html; charset=utf-8", "application/json", "text/plain; charset=utf-8"


def is_foreign(fetch_site: str, origin: str = "", host: str = "") -> bool:
    """Tell whether a page of another site made a browser send this request.

    Args:
        fetch_site: The field `Sec-Fetch-Site`; empty where a client does not send it, such as a
            browser by plain HTTP from any host but its own.
        origin: The field `Origin`, which decides in that case; empty where it is not sent either.
        host: The host that the browser knows this site by, with its port if it has one.

    Examples:
        >>> is_foreign("cross-site"), is_foreign("same-origin"), is_foreign("")
        (True, False, False)
        >>> is_foreign("", "http://birds.example", "shop.example:8080")
        True
    """
    if fetch_site:
        return fetch_site not in {"none", "same-origin"}
    return bool(origin) and origin.partition("://")[2].lower() != host.lower()


class StatisticsApplication:
    """Serve the page of statistics at the path where this is mounted.

    Nothing here asks who is there: put it behind something that does.

    Args:
        pages: The page and its parts.

    Examples:
        >>> from cherrypy_diagnostics import RequestRecorder
        >>> recorder = RequestRecorder({})
        >>> app = StatisticsApplication(StatisticsPages(recorder.history))
        >>> environ = {"REQUEST_METHOD": "GET", "SCRIPT_NAME": "/statistics", "PATH_INFO": "/"}
        >>> (page,) = app(environ, lambda status, headers: print(status))
        200 OK
        >>> page[:15]
        b'<!DOCTYPE html>'
    """

    def __init__(self, pages: StatisticsPages) -> None:
        self.pages: StatisticsPages = pages
        self._shown: Mapping[str, tuple[str, Callable[[str], str | bytes]]] = {
            "/": (_HTML, pages.index),
            "/data": (_JSON, lambda _: pages.data()),
            "/plots": (_JSON, pages.plots),
            "/script.js": ("text/javascript; charset=utf-8", lambda _: pages.script()),
            "/style.css": ("text/css; charset=utf-8", lambda _: pages.style()),
            "/tables": (_HTML, lambda _: pages.tables()),
        }
        self._changes = {"/pause": pages.report.pause, "/resume": pages.report.resume}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        answer = self._answer(environ)
        headers = [("Content-Type", answer.kind), ("Content-Length", str(len(answer.body)))]
        headers += HEADERS.items()
        if answer.location is not None:
            headers.append(("Location", answer.location))
        if answer.status.startswith("405"):
            changes = environ["PATH_INFO"] in self._changes
            headers.append(("Allow", "POST" if changes else "GET, HEAD"))
        start_response(answer.status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    def _answer(self, environ: WSGIEnvironment) -> _Answer:
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        if path == "":
            # What the page refers to stands beside it: its own path has to end with a slash.
            name = quote(environ.get("SCRIPT_NAME", "").rpartition("/")[2], encoding="latin-1")
            return _Answer("303 See Other", _TEXT, b"", f"{name}/" if name else "/")
        if path in self._shown:
            return self._show(path, environ) if method in {"GET", "HEAD"} else _NOT_ALLOWED
        if path in self._changes:
            return self._change(path, environ) if method == "POST" else _NOT_ALLOWED
        return _NOT_FOUND

    def _show(self, path: str, environ: WSGIEnvironment) -> _Answer:
        kind, show = self._shown[path]
        span = parse_qs(environ.get("QUERY_STRING", "")).get("span", [FIRST_SPAN])[0]
        try:
            body = show(span)
        except KeyError:
            return _NOT_FOUND
        return _Answer("200 OK", kind, body.encode() if isinstance(body, str) else body)

    def _change(self, path: str, environ: WSGIEnvironment) -> _Answer:
        names = ("HTTP_SEC_FETCH_SITE", "HTTP_ORIGIN", "HTTP_HOST")
        if is_foreign(*(environ.get(name, "") for name in names)):
            return _Answer("403 Forbidden", _TEXT, b"Only this site may do that.\n")
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal():
            return _Answer("400 Bad Request", _TEXT, b"The Content-Length is no number.\n")
        if int(length) > MAX_FORM:
            return _Answer("413 Content Too Large", _TEXT, b"The form is too large.\n")
        form = parse_qs(environ["wsgi.input"].read(int(length)).decode("latin-1"))
        try:
            self._changes[path](form["namespace"][0])
        except KeyError:
            return _NOT_FOUND
        return _Answer("303 See Other", _TEXT, b"", "./")


_NOT_FOUND = _Answer("404 Not Found", _TEXT, b"There is no such thing.\n")
_NOT_ALLOWED = _Answer("405 Method Not Allowed", _TEXT, b"Not with this method.\n")
