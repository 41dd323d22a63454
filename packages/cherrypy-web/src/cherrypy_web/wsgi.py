"""From a WSGI call to a request, and from its response back (PEP 3333).

An error never passes this module unless it is one of those that stop the process: before the answer
has begun it becomes a plain 500, after that the server is told to end the connection.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from cherrypy_httputil import InternalRedirect
from cherrypy_serving import serving
from cherrypy_web.environ import EnvironHeaders, LocalHost, RemoteHost, one_slash
from cherrypy_web.errorpages import bare_error
from cherrypy_web.response import close_body, unfit
from cherrypy_web.sentfile import sent_by_server
from cherrypy_web.urls import resolve

if TYPE_CHECKING:
    from cherrypy_web.application import Application
    from cherrypy_web.request import Request
    from cherrypy_web.response import Response

__all__ = ["AppResponse", "CPWSGIApp", "ExceptionTrapper", "InternalRedirector", "StartResponse"]

StartResponse: TypeAlias = Callable[..., Any]
WSGICallable: TypeAlias = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

ERROR: Final = 40
FALLBACK_ENCODING: Final = "ISO-8859-1"

_END: Any = object()

#: What makes iterators of lists: a body that has it runs no code of its own.
_OF_LISTS: Final = list.__iter__


class AppResponse:
    """The answer to one WSGI call: an iterable of bytes that must be closed when it is over.

    Args:
        environ: The WSGI environ.
        start_response: What to tell the status and the header fields to.
        cpapp: The application.
    """

    _request: Request | None = None
    _body: Any = None
    _is_list = False
    _pieces: Iterator[bytes] | None = None
    _scope: Any = None  # what is bound, once there is a response

    def __init__(
        self, environ: dict[str, Any], start_response: StartResponse, cpapp: Application
    ) -> None:
        self.cpapp = cpapp
        self.environ = environ
        self._start_response = start_response
        try:
            response = self.run()
            body = self._body = response._body  # noqa: SLF001 - `body`, without its checks
            self._scope = serving.capture()
            self._is_list = getattr(type(body), "__iter__", None) is _OF_LISTS
            self.iter_response: Iterator[bytes] = iter(body)
            start_response(response.status_line, response.fields)
        except BaseException as error:
            if isinstance(error, InternalRedirect):
                environ["cherrypy.request"] = self._request
            self.close()
            raise

    def __iter__(self) -> Iterator[bytes]:
        if self._pieces is None:
            self._pieces = self.iter_response if self._is_list else self._stream()
        return self._pieces

    def __next__(self) -> bytes:
        return next(iter(self))

    def _stream(self) -> Iterator[bytes]:
        """Yield the body piece by piece, each made with the request bound.

        An error before the first piece makes another response; an error after it is the server's,
        since what has been sent cannot be taken back.
        """
        has_begun = False
        chunks, scope, bound = self.iter_response, self._scope, serving.capture
        try:
            while True:
                if bound() is scope:
                    chunk = next(chunks, _END)
                else:  # the server asks for it elsewhere, or answers something else in between
                    with serving.activate(scope):
                        chunk = next(chunks, _END)
                if chunk is _END:
                    return
                if type(chunk) is not bytes and not isinstance(chunk, bytes):
                    raise ValueError(unfit(chunk))  # noqa: TRY301 - the documented error
                has_begun = has_begun or chunk != b""
                yield chunk
        except Exception:
            self.cpapp.log.failure()
            if has_begun:
                raise
            yield from _answer_bare_error(self._start_response)

    def close(self) -> None:
        """End the request: close the body and run the last hooks, with the request bound."""
        request, self._request = self._request, None
        if request is None:
            return
        self._pieces = None  # it refers to this object
        if self._scope is None:  # it was given up before there was a response
            self._scope = serving.capture()
            self._body = serving.response.body
        if serving.capture() is self._scope:
            self._end()
        else:  # the server closes it elsewhere, or began another request before
            with serving.activate(self._scope):
                self._end()

    def _end(self) -> None:
        try:
            if not self._is_list:
                close_body(self._body)
        except Exception:  # noqa: BLE001 - the client has its answer, whatever a body raises now
            self.cpapp.log.failure()
        finally:
            self.cpapp.release_serving()

    def run(self) -> Response:
        """Make a request of the environ, let it run, and return its response."""
        environ = self.environ
        get = environ.get
        app = self.cpapp
        local, remote = LocalHost(), RemoteHost()
        local.environ = remote.environ = environ
        request, _ = app.get_serving(
            local,
            remote,
            environ["wsgi.url_scheme"],
            get("ACTUAL_SERVER_PROTOCOL", "HTTP/1.1"),
        )
        self._request = request
        request.wsgi_environ = environ
        script_name = request.script_name = app.script_name
        path = get("PATH_INFO", "")
        query_string = get("QUERY_STRING", "")
        if not (path.isascii() and query_string.isascii()):
            path, query_string = self.recode_path_qs(path, query_string)
        if "//" in path:
            path = one_slash(path)
        return request.run(
            environ["REQUEST_METHOD"],
            script_name + path,
            query_string,
            get("SERVER_PROTOCOL", "HTTP/1.0"),
            self.translate_headers(environ),
            environ["wsgi.input"],
        )

    def translate_headers(self, environ: dict[str, Any]) -> Iterable[tuple[str, str]]:
        """Return the header fields in an environ; subclasses may override it."""
        return EnvironHeaders(environ)

    def recode_path_qs(self, path: str, qs: str) -> tuple[str, str]:
        """Return path and query string as text in the encoding that the application expects.

        Args:
            path: The path as WSGI gives it: each character a byte.
            qs: The query string, likewise.
        """
        encoding = self.cpapp.find_config(path, "request.uri_encoding", "utf-8")
        for each in (encoding, FALLBACK_ENCODING):
            try:
                return path.encode("latin-1").decode(each), qs.encode("latin-1").decode(each)
            except UnicodeError:
                continue
        return path, qs


def _decoded(fields: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in fields]


def _copied(config: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: dict(options) for name, options in config.items()}


class CPWSGIApp:
    """The WSGI pipeline of an application: middleware around it, outermost first.

    Args:
        cpapp: The application.
        pipeline: Pairs of a name and a factory, which takes the next WSGI application and options.

    Attributes:
        pipeline: Those pairs. Config adds to it as ``wsgi.pipeline``. `InternalRedirector` and
            `ExceptionTrapper` stand around them, and need not be in it.
        config: The options of each factory by its name: ``wsgi.<name>.<option>``.
        response_class: What answers one call at the inner end.
        head: The outermost WSGI application, built at the first call, and again when pipeline or
            options have changed.
    """

    pipeline: list[tuple[str, Callable[..., WSGICallable]]] = []  # noqa: RUF012 - documented; each has its own
    config: dict[str, dict[str, Any]] = {}  # noqa: RUF012 - documented; each has its own
    head: WSGICallable | None = None
    response_class: type[AppResponse] = AppResponse
    _built: object = None  # what `head` was made of

    def __init__(
        self,
        cpapp: Application,
        pipeline: Iterable[tuple[str, Callable[..., WSGICallable]]] | None = None,
    ) -> None:
        self.cpapp = cpapp
        self.pipeline = [*self.pipeline, *(pipeline or ())]
        self.config = _copied(self.config)

    def tail(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the application itself, behind all middleware."""
        answer = self.response_class(environ, start_response, self.cpapp)
        wrapper = environ.get("wsgi.file_wrapper")
        return answer if wrapper is None else sent_by_server(answer, wrapper)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer through the pipeline."""
        try:
            try:
                if self.head is None and not self.pipeline:
                    return self.tail(environ, start_response)
                return self._enter(environ, start_response)
            except InternalRedirect as redirect:
                redirector = InternalRedirector(self._enter, **self._options("InternalRedirector"))
                return redirector.follow(environ, start_response, redirect)
        except Exception as error:
            trapper = ExceptionTrapper(
                self._enter, log=self._log, **self._options("ExceptionTrapper")
            )
            if isinstance(error, trapper.throws):
                raise
            return trapper.give_up(start_response)

    def _enter(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        head = self.head
        if head is None or self._built not in (None, (self.pipeline, self.config)):
            head = self._build()
        return head(environ, start_response)

    def _build(self) -> WSGICallable:
        self._built = (list(self.pipeline), _copied(self.config))
        head: WSGICallable = self.tail
        for name, factory in reversed(self.pipeline):
            head = factory(head, **self._options(name))
        self.head = head
        return head

    def _options(self, name: str) -> dict[str, Any]:
        return self.config.get(name, {})

    def _log(self, **_options: Any) -> None:
        self.cpapp.log.failure()

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
        return _answer_bare_error(start_response)


def _answer_bare_error(start_response: StartResponse) -> list[bytes]:
    """Answer with a plain 500 for the exception that is being handled."""
    status, fields, body = bare_error()
    start_response(status.decode("latin-1"), _decoded(fields), sys.exc_info())
    return body
