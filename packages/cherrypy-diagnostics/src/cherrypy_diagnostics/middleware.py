"""Collect statistics on any WSGI application.

A request is over when its response is closed, so the record is completed there, and wherever the
call or the response fails before: a record that is never completed would count as a request that
still runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cherrypy_diagnostics.bytecount import ByteCountWrapper
from cherrypy_diagnostics.processrecorder import process_recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from cherrypy_diagnostics.recorder import RequestRecorder

    UriSet = Callable[[WSGIEnvironment], str | None]


class StatisticsMiddleware:
    """A WSGI application that records what another one does.

    Args:
        application: The application to record.
        recorder: Where to record; by default that of the process, `process_recorder`.
        uriset: A name for all requests, or a function that finds one in the environ; requests of
            one name are added up in `URI Set Tracking`. Let it return few different names.
        slow_queries: Seconds beyond which a request is kept in `Slow Queries`; 0 keeps none.
        slow_queries_count: How many slow ones are kept.

    Examples:
        >>> from cherrypy_diagnostics import RequestRecorder
        >>> from wsgiref.simple_server import demo_app
        >>> from wsgiref.util import setup_testing_defaults
        >>> environ = {}
        >>> setup_testing_defaults(environ)
        >>> app = StatisticsMiddleware(demo_app, RequestRecorder({}))
        >>> response = app(environ, lambda status, fields, exc_info=None: None)
        >>> _ = b"".join(response)
        >>> response.close()
        >>> app.recorder.figures["Total Requests"]
        1
    """

    def __init__(
        self,
        application: WSGIApplication,
        recorder: RequestRecorder | None = None,
        *,
        uriset: str | UriSet | None = None,
        slow_queries: float = 1.0,
        slow_queries_count: int = 100,
    ) -> None:
        self.application = application
        self.recorder: RequestRecorder = process_recorder() if recorder is None else recorder
        self.uriset = uriset
        self.slow_queries = slow_queries
        self.slow_queries_count = slow_queries_count

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, recorded if the namespace is enabled."""
        response = _Recorded(self, environ, start_response)
        if not self.recorder.start(response, _client(environ), _request_line(environ)):
            return self.application(environ, start_response)
        response.begin()
        return response

    def finish(self, environ: WSGIEnvironment, response: _Recorded) -> None:
        """Complete the record of a response that is over."""
        uriset = None
        try:
            uriset = self.uriset(environ) if callable(self.uriset) else self.uriset
        finally:
            self.recorder.stop(
                response,
                response.status,
                response.body_read.bytes_read,
                response.bytes_written,
                uriset=uriset,
                slow_queries=self.slow_queries,
                slow_queries_count=self.slow_queries_count,
            )


class _Recorded:
    """The response to one request, counted while it is sent."""

    def __init__(
        self,
        middleware: StatisticsMiddleware,
        environ: WSGIEnvironment,
        start_response: StartResponse,
    ) -> None:
        self.status: str | None = None
        self.bytes_written: int = 0
        self._is_over = False
        self._middleware = middleware
        self._environ = environ
        self._start_response = start_response
        self.body_read: ByteCountWrapper = ByteCountWrapper(environ["wsgi.input"])

    def begin(self) -> None:
        """Call the application."""
        self._environ["wsgi.input"] = self.body_read
        try:
            self._body = self._middleware.application(self._environ, self._start)
        except BaseException:
            self._over()
            raise

    def _start(
        self, status: str, headers: list[tuple[str, str]], *exc_info: Any
    ) -> Callable[[bytes], object]:
        self.status = status
        write = self._start_response(status, headers, *exc_info)

        def counted(data: bytes) -> object:
            self.bytes_written += len(data)
            return write(data)

        return counted

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._body:
            self.bytes_written += len(chunk)
            yield chunk

    def close(self) -> None:
        """Close the response of the application, and complete the record."""
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            self._over()

    def _over(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._middleware.finish(self._environ, self)


def _client(environ: WSGIEnvironment) -> tuple[str, ...]:
    return environ.get("REMOTE_ADDR", ""), ":", environ.get("REMOTE_PORT", "")


def _request_line(environ: WSGIEnvironment) -> tuple[str, ...]:
    query = environ.get("QUERY_STRING")
    return (
        *(environ["REQUEST_METHOD"], " "),
        *(environ.get("SCRIPT_NAME", ""), environ.get("PATH_INFO", "")),
        f"?{query} " if query else " ",
        environ.get("SERVER_PROTOCOL", ""),
    )
