"""From a WSGI call to a request, and from its response back (PEP 3333).

An error never passes this module unless it is one of those that stop the process: before the answer
has begun it becomes a plain 500, after that the server is told to end the connection.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from io import BytesIO
from posixpath import join as join_paths
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from cherrypy_httputil import Host, InternalRedirect
from cherrypy_serving import serving
from cherrypy_web.errorpages import bare_error, format_exc
from cherrypy_web.headersource import EnvironHeaders

if TYPE_CHECKING:
    from cherrypy_web.application import Application

__all__ = ["AppResponse", "CPWSGIApp", "ExceptionTrapper", "InternalRedirector", "StartResponse"]

StartResponse: TypeAlias = Callable[..., Any]
WSGICallable: TypeAlias = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

ERROR: Final = 40
FALLBACK_ENCODING: Final = "ISO-8859-1"


class AppResponse:
    """The answer to one WSGI call: an iterable of bytes that must be closed when it is over.

    Args:
        environ: The WSGI environ.
        start_response: What to tell the status and the header fields to.
        cpapp: The application.
    """

    def __init__(
        self, environ: dict[str, Any], start_response: StartResponse, cpapp: Application
    ) -> None:
        self.cpapp = cpapp
        self.environ = environ
        self._open = False
        try:
            self.run()
            response = serving.response
            self._scope = serving.capture() if response.stream else None
            self.iter_response: Iterator[bytes] = iter(response.body)
            start_response(
                response.output_status.decode("latin-1"),
                [(k.decode("latin-1"), v.decode("latin-1")) for k, v in response.header_list],
            )
        except BaseException:
            self.close()
            raise

    def __iter__(self) -> Iterator[bytes]:
        return self.iter_response if self._scope is None else self

    def __next__(self) -> bytes:
        if self._scope is None:
            return next(self.iter_response)
        try:
            with self._scope.activate():
                return next(self.iter_response)
        except (StopIteration, KeyboardInterrupt, SystemExit):
            raise
        except Exception:
            # What has been sent cannot be taken back: the server has to end the connection.
            self.cpapp.log(traceback=True, severity=ERROR)
            raise

    def close(self) -> None:
        """End the request: close the body and run the last hooks."""
        if not self._open:
            return
        self._open = False
        body = serving.response.body
        self.cpapp.release_serving()
        if hasattr(body, "close"):
            body.close()

    def run(self) -> None:
        """Make a request of the environ and let it run."""
        environ = self.environ
        request, _ = self.cpapp.get_serving(
            Host("", int(environ.get("SERVER_PORT") or 80), environ.get("SERVER_NAME", "")),
            Host(
                environ.get("REMOTE_ADDR", ""),
                int(environ.get("REMOTE_PORT") or -1),
                environ.get("REMOTE_HOST", ""),
            ),
            environ["wsgi.url_scheme"],
            environ.get("ACTUAL_SERVER_PROTOCOL", "HTTP/1.1"),
        )
        self._open = True
        request.wsgi_environ = environ
        request.login = environ.get("LOGON_USER") or environ.get("REMOTE_USER") or None
        request.multithread = environ["wsgi.multithread"]
        request.multiprocess = environ["wsgi.multiprocess"]
        request.prev = environ.get("cherrypy.previous_request")
        script_name = request.script_name = self.cpapp.script_name
        path = script_name + environ.get("PATH_INFO", "")
        path, query_string = self.recode_path_qs(path, environ.get("QUERY_STRING", ""))
        request.run(
            environ["REQUEST_METHOD"],
            path,
            query_string,
            environ.get("SERVER_PROTOCOL", "HTTP/1.0"),
            EnvironHeaders(environ),
            environ["wsgi.input"],
        )

    def recode_path_qs(self, path: str, qs: str) -> tuple[str, str]:
        """Return path and query string as text in the encoding that the application expects.

        Args:
            path: The path as WSGI gives it: each character a byte.
            qs: The query string, likewise.
        """
        if path.isascii() and qs.isascii():
            return path, qs
        encoding = self.cpapp.find_config(path, "request.uri_encoding", "utf-8")
        for each in (encoding, FALLBACK_ENCODING):
            try:
                return path.encode("latin-1").decode(each), qs.encode("latin-1").decode(each)
            except UnicodeError:
                continue
        return path, qs


class CPWSGIApp:
    """The WSGI pipeline of an application: middleware around it, outermost first.

    Args:
        cpapp: The application.
        pipeline: Pairs of a name and a factory, which takes the next WSGI application and options.

    Attributes:
        pipeline: Those pairs. Config adds to it as ``wsgi.pipeline``.
        config: The options of each factory by its name: ``wsgi.<name>.<option>``.
        response_class: What answers one call at the inner end.
        head: The outermost WSGI application, built at the first call.
    """

    def __init__(
        self,
        cpapp: Application,
        pipeline: Iterable[tuple[str, Callable[..., WSGICallable]]] | None = None,
    ) -> None:
        self.cpapp = cpapp
        self.pipeline: list[tuple[str, Callable[..., WSGICallable]]] = list(pipeline or ())
        self.config: dict[str, dict[str, Any]] = {}
        self.response_class: type[AppResponse] = AppResponse
        self.head: WSGICallable | None = None
        self._outer = ExceptionTrapper(InternalRedirector(self._enter), log=cpapp.log)

    def tail(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the application itself, behind all middleware."""
        return self.response_class(environ, start_response, self.cpapp)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer through the pipeline."""
        return self._outer(environ, start_response)

    def _enter(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if self.head is None:
            head: WSGICallable = self.tail
            for name, factory in reversed(self.pipeline):
                head = factory(head, **self.config.get(name, {}))
            self.head = head
        return self.head(environ, start_response)

    def namespace_handler(self, k: str, v: Any) -> None:
        """Take a config entry of the namespace ``wsgi``.

        Args:
            k: ``pipeline``, ``response_class``, or ``<name>.<option>``.
            v: Its value.
        """
        self.head = None
        if k == "pipeline":
            self.pipeline.extend(v)
        elif k == "response_class":
            self.response_class = v
        else:
            name, _, option = k.partition(".")
            self.config.setdefault(name, {})[option] = v


class InternalRedirector:
    """WSGI middleware that serves another path when the application raises `InternalRedirect`.

    Args:
        nextapp: The WSGI application.
        recursive: Whether the same url may be visited twice.
    """

    def __init__(self, nextapp: WSGICallable, recursive: bool = False) -> None:
        self.nextapp = nextapp
        self.recursive = recursive

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer, following redirections.

        Raises:
            RuntimeError: The same url is visited twice.
        """
        visited: list[str] = []
        while True:
            try:
                return self.nextapp(environ, start_response)
            except InternalRedirect as redirect:
                environ = self._follow(environ, redirect, visited)

    def _follow(
        self, environ: dict[str, Any], redirect: InternalRedirect, visited: list[str]
    ) -> dict[str, Any]:
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        query = environ.get("QUERY_STRING", "")
        visited.append(f"{path}?{query}" if query else path)
        script_name = environ.get("SCRIPT_NAME", "")
        target = join_paths(path, redirect.path)
        new = f"{target}?{redirect.query_string}" if redirect.query_string else target
        if not self.recursive and new in visited:
            raise RuntimeError(f"InternalRedirector visited the same URL twice: {new!r}")
        return {
            **environ,
            "REQUEST_METHOD": "GET",
            "PATH_INFO": target.removeprefix(script_name),
            "QUERY_STRING": redirect.query_string,
            "wsgi.input": BytesIO(),
            "CONTENT_LENGTH": "0",
            "cherrypy.previous_request": getattr(redirect, "request", None),
        }


class ExceptionTrapper:
    """WSGI middleware that answers with a plain 500 when the application raises.

    Args:
        nextapp: The WSGI application.
        throws: The exceptions that it lets pass.
        log: Told of the exception, as ``log(traceback=True, severity=40)``.
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
            if self._log is not None:
                self._log(traceback=True, severity=ERROR)
            status, fields, body = bare_error(_shown())
            start_response(
                status.decode("latin-1"),
                [(k.decode("latin-1"), v.decode("latin-1")) for k, v in fields],
                sys.exc_info(),
            )
            return body


def _shown() -> str | None:
    request: Mapping[str, Any] | Any = getattr(serving, "request", None)
    return format_exc() if getattr(request, "show_tracebacks", False) else None
