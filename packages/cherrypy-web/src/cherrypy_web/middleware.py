"""WSGI middleware that follows internal redirects, and that lets no exception reach the server."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from io import BytesIO
from typing import Any, Final, TypeAlias

from cherrypy_httputil import InternalRedirect
from cherrypy_web.errorpages import bare_error
from cherrypy_web.urls import resolve

__all__ = [
    "ExceptionTrapper",
    "InternalRedirector",
    "StartResponse",
    "WSGICallable",
    "answer_bare_error",
]

StartResponse: TypeAlias = Callable[..., Any]
WSGICallable: TypeAlias = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

ERROR: Final = 40


class InternalRedirector:
    """WSGI middleware that serves another path when the application raises `InternalRedirect`.

    Args:
        nextapp: The WSGI application.
        recursive: Whether the same url may be visited twice.

    Examples:
        >>> from cherrypy_httputil import InternalRedirect
        >>> import webob
        >>> def app(environ, start_response):
        ...     if environ["PATH_INFO"] == "/old":
        ...         raise InternalRedirect("/new")
        ...     start_response("200 OK", [])
        ...     return [environ["PATH_INFO"].encode()]
        >>> webob.Request.blank("/old").get_response(InternalRedirector(app)).body
        b'/new'
    """

    def __init__(self, nextapp: WSGICallable, recursive: bool = False) -> None:
        self.nextapp = nextapp
        self.recursive = recursive

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer, following redirections.

        Raises:
            RuntimeError: The same url is visited twice.
        """
        try:
            return self.nextapp(environ, start_response)
        except InternalRedirect as redirect:
            return self.follow(environ, start_response, redirect)

    def follow(
        self, environ: dict[str, Any], start_response: StartResponse, redirect: InternalRedirect
    ) -> Iterable[bytes]:
        """Answer from where a redirection leads, and from where that one leads.

        Raises:
            RuntimeError: The same url is visited twice.
        """
        visited: list[str] = []
        while True:
            environ = self._redirected(environ, redirect, visited)
            try:
                return self.nextapp(environ, start_response)
            except InternalRedirect as another:
                redirect = another

    def _redirected(
        self, environ: dict[str, Any], redirect: InternalRedirect, visited: list[str]
    ) -> dict[str, Any]:
        script_name, here = environ.get("SCRIPT_NAME", ""), environ.get("PATH_INFO", "")
        visited.append(_whole(script_name + here, environ.get("QUERY_STRING", "")))
        target = resolve(here or "/", _in_environ(redirect.path, environ))
        new = _whole(script_name + target, redirect.query_string)
        if not self.recursive and new in visited:
            raise RuntimeError(f"InternalRedirector visited the same URL twice: {new!r}")
        return {
            **environ,
            "REQUEST_METHOD": "GET",
            "PATH_INFO": target,
            "QUERY_STRING": redirect.query_string,
            "wsgi.input": BytesIO(),
            "CONTENT_LENGTH": "0",
            "cherrypy.previous_request": environ.get("cherrypy.request"),
        }


def _whole(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def _in_environ(path: str, environ: dict[str, Any]) -> str:
    """Return a path as an environ has it: each character is a byte (PEP 3333)."""
    if path.isascii():
        return path
    encoding = "utf-8"
    if request := environ.get("cherrypy.request"):
        encoding = request.app.find_config(path, "request.uri_encoding", encoding)
    return path.encode(encoding).decode("latin-1")


class ExceptionTrapper:
    """WSGI middleware that answers with a plain 500 when the application raises.

    Args:
        nextapp: The WSGI application.
        throws: The exceptions that it lets pass.
        log: Told of the exception, as ``log(traceback=True, severity=40)``.

    Examples:
        >>> def broken(environ, start_response):
        ...     raise LookupError("the shelf is empty")
        >>> app = ExceptionTrapper(broken)
        >>> app({}, lambda status, fields, exc_info: print(status))
        500 Internal Server Error
        [b'Unrecoverable error in the server.']
    """

    def __init__(
        self,
        nextapp: WSGICallable,
        throws: tuple[type[BaseException], ...] = (KeyboardInterrupt, SystemExit),
        log: Callable[..., object] | None = None,
    ) -> None:
        self.nextapp = nextapp
        self.throws = throws
        self._log = log

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer, in the worst case with a 500."""
        try:
            return self.nextapp(environ, start_response)
        except self.throws:
            raise
        except Exception:  # noqa: BLE001 - an application may raise anything
            return self.give_up(start_response)

    def give_up(self, start_response: StartResponse) -> Iterable[bytes]:
        """Log the exception that is being handled, and answer with a plain 500."""
        if self._log is not None:
            with suppress(Exception):  # a broken log must not take the answer away
                self._log(traceback=True, severity=ERROR)
        return answer_bare_error(start_response)


def answer_bare_error(start_response: StartResponse) -> list[bytes]:
    """Answer with a plain 500 for the exception that is being handled."""
    status, fields, body = bare_error()
    start_response(status.decode("latin-1"), _decoded(fields), sys.exc_info())
    return body


def _decoded(fields: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in fields]
