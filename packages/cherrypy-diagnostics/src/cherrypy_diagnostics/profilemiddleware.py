"""Profile the requests to any WSGI application.

A response is made piece by piece: the call of the application, each piece of the body and its end
are profiled, and what the server does in between is not.
"""

from __future__ import annotations

import hmac
from random import random
from typing import TYPE_CHECKING, Any, TypeAlias

from cherrypy_diagnostics.aggregator import ProfileAggregator
from cherrypy_diagnostics.profiling import Profiler, Recording

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    Selection: TypeAlias = Callable[[WSGIEnvironment], bool]

_END: Any = object()


def by_header(name: str, value: str) -> Selection:
    """Return a selection of the requests that have a header field with a value.

    Args:
        name: The name of the field.
        value: Its value. Let it be a secret, or anybody can slow down the site and fill its disk.

    Raises:
        ValueError: The value is empty, as that of a request without the field would be.

    Examples:
        >>> select = by_header("X-Profile", "a secret")
        >>> select({"HTTP_X_PROFILE": "a secret"}), select({})
        (True, False)
    """
    if not value:
        raise ValueError(f"the field {name} needs a value by which requests are selected")
    key = f"HTTP_{name.upper().replace('-', '_')}"
    expected = value.encode()

    def select(environ: WSGIEnvironment) -> bool:
        return hmac.compare_digest(environ.get(key, "").encode("latin-1"), expected)

    return select


def by_share(share: float, random: Callable[[], float] = random) -> Selection:
    """Return a selection of a random share of all requests.

    Args:
        share: The share, above 0 and at most 1.
        random: Returns a number from 0 to below 1 for each request.

    Raises:
        ValueError: There is no such share.

    Examples:
        >>> select = by_share(0.1, random=lambda: 0.05)
        >>> select({})
        True
    """
    if not 0 < share <= 1:
        raise ValueError(f"share has to be above 0 and at most 1, not {share!r}")
    return lambda environ: random() < share  # noqa: ARG005 - a selection takes it


class ProfilingMiddleware:
    """A WSGI application that profiles what another one does.

    Args:
        nextapp: The application.
        path: The directory for the profiles; see `Profiler`.
        aggregate: Add all requests up in one file, instead of a file for each.
        select: Which requests are profiled, by their environ; by default all are.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> def application(environ, start_response):
        ...     start_response("200 OK", [])
        ...     return [b"Hello"]
        >>> with TemporaryDirectory() as directory:
        ...     app = ProfilingMiddleware(application, directory)
        ...     response = app({}, lambda status, fields: None)
        ...     print(b"".join(response))
        ...     response.close()
        ...     app.profiler.statfiles()
        b'Hello'
        ['cp_0001.prof']
    """

    def __init__(
        self,
        nextapp: WSGIApplication,
        path: str | os.PathLike[str] | None = None,
        aggregate: bool = False,
        *,
        select: Selection | None = None,
    ) -> None:
        self.nextapp = nextapp
        self.profiler: ProfileAggregator | Profiler = (
            ProfileAggregator(path) if aggregate else Profiler(path)
        )
        self.select = select

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, profiled if it is selected."""
        if self.select is not None and not self.select(environ):
            return self.nextapp(environ, start_response)
        return _Profiled(self, environ, start_response)


class _Profiled:
    """The response to one request, profiled while it is made."""

    def __init__(
        self,
        middleware: ProfilingMiddleware,
        environ: WSGIEnvironment,
        start_response: StartResponse,
    ) -> None:
        self._recording = Recording()
        self._profiler = middleware.profiler
        self._is_over = False
        try:
            self._body = self._recording.call(middleware.nextapp, environ, start_response)
        except BaseException:
            self._over()
            raise

    def __iter__(self) -> Iterator[bytes]:
        call = self._recording.call
        pieces = call(iter, self._body)
        while (piece := call(next, pieces, _END)) is not _END:
            yield piece

    def close(self) -> None:
        """Close the response of the application, and keep the profile."""
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                self._recording.call(close)
        finally:
            self._over()

    def _over(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._profiler.keep(self._recording)
