"""From a WSGI call to a request, and from its response back (PEP 3333).

Whatever fails, the request is closed here, once; what is then to be answered is told elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from cherrypy_httputil import InternalRedirect
from cherrypy_serving import serving
from cherrypy_web.environ import EnvironHeaders, LocalHost, RemoteHost, one_slash
from cherrypy_web.middleware import answer_bare_error
from cherrypy_web.response import close_body, unfit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cherrypy_web.application import Application
    from cherrypy_web.middleware import StartResponse
    from cherrypy_web.request import Request
    from cherrypy_web.response import Response

__all__ = ["AppResponse"]

FALLBACK_ENCODING: Final = "ISO-8859-1"

_END: Any = object()

_bound: Final = serving.capture

#: What makes iterators of lists: a body that has it runs no code of its own.
_OF_LISTS: Final = list.__iter__


class AppResponse:
    """The answer to one WSGI call: an iterable of bytes that must be closed when it is over.

    Args:
        environ: The WSGI environ.
        start_response: What to tell the status and the header fields to.
        cpapp: The application.

    Examples:
        >>> from wsgiref.util import setup_testing_defaults
        >>> from cherrypy_web import Application
        >>> class Root:
        ...     def index(self):
        ...         return b"Hello"
        ...     index.exposed = True
        >>> environ = {}
        >>> setup_testing_defaults(environ)
        >>> answer = AppResponse(environ, lambda status, fields: print(status), Application(Root()))
        200 OK
        >>> b"".join(answer)
        b'Hello'
        >>> answer.close()
    """

    _request: Request | None = None
    _body: Any = None
    _is_list = False
    _translates: ClassVar[bool] = False  # whether `translate_headers` is overridden
    _scope: Any = None  # what is bound, once there is a response

    def __init_subclass__(cls, **options: Any) -> None:
        """Note whether the subclass translates header fields itself."""
        super().__init_subclass__(**options)
        cls._translates = cls.translate_headers is not AppResponse.translate_headers

    def __init__(
        self, environ: dict[str, Any], start_response: StartResponse, cpapp: Application
    ) -> None:
        self.cpapp = cpapp
        self.environ = environ
        self._start_response = start_response
        self._pieces: Iterator[bytes] | None = None
        try:
            self.run()  # what a subclass makes of it may return nothing
            scope = self._scope = _bound()
            response: Response = scope.response
            body = self._body = response._body  # noqa: SLF001 - `body`, without its checks
            kind = type(body)
            self._is_list = kind is list or getattr(kind, "__iter__", None) is _OF_LISTS
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
        chunks, scope, bound = self.iter_response, self._scope, _bound
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
            yield from answer_bare_error(self._start_response)

    def close(self) -> None:
        """End the request: close the body and run the last hooks, with the request bound."""
        request, self._request = self._request, None
        if request is None:
            return
        self._pieces = None  # it refers to this object
        if self._scope is None:  # it was given up before there was a response
            self._scope = _bound()
            self._body = serving.response.body
        if _bound() is self._scope:
            if self._is_list:
                self.cpapp.release_serving()
            else:
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
        headers: Iterable[tuple[str, str]]
        if self._translates:
            headers = self.translate_headers(environ)
        else:
            headers = EnvironHeaders()
            headers.environ = environ
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
            headers,
            environ["wsgi.input"],
        )

    def translate_headers(self, environ: dict[str, Any]) -> Iterable[tuple[str, str]]:
        """Return the header fields in an environ; subclasses may override it."""
        headers = EnvironHeaders()
        headers.environ = environ
        return headers

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
