"""One call of a WSGI application (PEP 3333), with nothing in between.

What the application raises reaches the caller. Its iterable is closed whatever happens, and once.
It works in a context of its own (PEP 567): so a handler may ask another application, and finds its
own request bound when that one has answered.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextvars import copy_context
from types import TracebackType
from typing import Any, TypeAlias

from cherrypy_testing.response import Headers

Environ: TypeAlias = dict[str, Any]
WSGIApplication: TypeAlias = Callable[[Environ, Any], Iterable[bytes]]
"""A WSGI application: called with the environ and `start_response`."""

ExcInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None]


_END: Any = object()


class WSGIError(AssertionError):
    """The application broke a rule of WSGI.

    Examples:
        >>> from cherrypy_testing import Client
        >>> try:
        ...     Client(lambda environ, start_response: ["text"]).get("/")
        ... except WSGIError as error:
        ...     print(error)
        The application made 'text', which is not bytes
    """


class Call:
    """An application at work on one request.

    Attributes:
        status: The status, as the application set it.
        headers: The header fields.
    """

    status: str = ""

    def __init__(self, application: WSGIApplication, environ: Environ) -> None:
        self.headers: Headers = Headers()
        self._ready: deque[bytes] = deque()
        self._sent = False
        self._run = copy_context().run
        self._iterable = self._run(application, environ, self._start_response)

    def pieces(self) -> Generator[bytes, None, None]:
        """Yield the pieces of the body that are not empty, once status and fields are set.

        Raises:
            WSGIError: The application set no status, or made something other than bytes.
        """
        try:
            pieces = self._run(iter, self._iterable)
            while (piece := self._run(next, pieces, _END)) is not _END:
                self._write(piece)
                yield from self._sending()
            self._check_started()
            yield from self._sending()
        finally:
            close: Callable[[], object] | None = getattr(self._iterable, "close", None)
            if close is not None:
                self._run(close)

    def _sending(self) -> Iterator[bytes]:
        while self._ready:
            self._check_started()
            self._sent = True
            yield self._ready.popleft()

    def _write(self, piece: Any) -> None:
        if not isinstance(piece, bytes):
            raise WSGIError(f"The application made {piece!r}, which is not bytes")
        if piece:
            self._ready.append(piece)

    def _start_response(
        self,
        status: str,
        headers: list[tuple[str, str]],
        exc_info: ExcInfo | None = None,
    ) -> Callable[[bytes], None]:
        if exc_info is not None and self._sent:
            raise exc_info[1]
        if exc_info is None and self.status:
            raise WSGIError("The application called start_response twice, without exc_info")
        self.status, self.headers = status, Headers(headers)
        return self._write

    def _check_started(self) -> None:
        if not self.status:
            raise WSGIError("The application did not call start_response")
