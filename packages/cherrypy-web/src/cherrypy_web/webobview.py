"""Request and response as WebOb has them: views of the same exchange, for libraries that speak it.

Nothing is copied that could be changed on one side only. This is the only module that imports
WebOb, and it is itself imported when somebody first asks for a view.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, MutableSequence
from contextvars import copy_context
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from cherrypy_httputil import valid_status
from cherrypy_web.linkedheaders import LinkedHeaders, environ_key

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it imports the old module cgi
        import webob
        from webob.headers import ResponseHeaders
        from webob.multidict import MultiDict
except ImportError as _error:
    raise ImportError(
        "request.webob and response.webob need WebOb: pip install 'cherrypy-web[webob]'"
    ) from _error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cherrypy_httputil import HeaderMap
    from cherrypy_web.requestdata import RequestData
    from cherrypy_web.response import Response

__all__ = ["RequestView", "ResponseView"]


class RequestView(webob.Request):
    """A request as WebOb has it.

    Header fields, method, user and body that are set on one side are seen on the other. Where the
    form in the body has been read already, ``POST`` has its parameters, and ``body`` is a form of
    the same; of a multipart body, only ``POST`` is left.

    What WebOb makes of one, such as a copy, is a request of its own.

    Args:
        request: The request.
    """

    def __new__(cls, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Return a view of a request, or of an environ a request of its own."""
        if isinstance(request, dict):
            return webob.Request(request, *args, **kwargs)
        return super().__new__(cls)

    def __init__(self, request: RequestData) -> None:
        environ: Any = request.wsgi_environ
        if type(environ) is not dict:
            environ = request.wsgi_environ = dict(environ or _environ_of(request))
        super().__init__(environ)
        self.__dict__["_request"] = request
        form = request.body.params if request.stage and request.process_request_body else {}
        linked = LinkedHeaders(environ)
        dict.update(linked, request.headers)
        linked.put_back()  # what has been set there
        request.headers = linked
        if form:
            self._keep_form(form)

    def _keep_form(self, params: Mapping[str, Any]) -> None:
        pairs = [(name, each) for name, value in params.items() for each in _each(value)]
        if self.content_type == "application/x-www-form-urlencoded":
            read = self._request._body  # noqa: SLF001 - it has been read, and stays
            self.body = urlencode(pairs).encode()
            self._request._body = read  # noqa: SLF001
        self.environ["webob._parsed_post_vars"] = MultiDict(pairs), self.body_file_raw

    def call_application(self, application: Any, catch_exc_info: bool = False) -> Any:
        """Call a WSGI application, in a context of its own: it may bind another request."""
        return copy_context().run(super().call_application, application, catch_exc_info)

    @property
    def method(self) -> Any:
        """The method."""
        return self._request.method

    @method.setter
    def method(self, method: Any) -> None:
        self._request.method = self.environ["REQUEST_METHOD"] = method

    @property
    def remote_user(self) -> str | None:
        """The name of the user: ``request.login``."""
        user: str | None = self._request.login
        return user

    @remote_user.setter
    def remote_user(self, user: str | None) -> None:
        self._request.login = self.environ["REMOTE_USER"] = user

    @property
    def body_file_raw(self) -> Any:
        """The file that the body is read from."""
        return self.environ["wsgi.input"]

    @body_file_raw.setter
    def body_file_raw(self, file: Any) -> None:
        self.environ["wsgi.input"] = self._request.rfile = file
        self._request._body = None  # noqa: SLF001 - what was read of the old one


def _environ_of(request: RequestData) -> dict[str, Any]:
    """Return a WSGI environ for a request that came another way."""
    environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": _bytes(request.script_name),
        "PATH_INFO": _bytes(request.path_info),
        "QUERY_STRING": request.query_string,
        "SERVER_PROTOCOL": request.request_protocol,
        "SERVER_NAME": request.local.name or request.local.ip,
        "SERVER_PORT": str(request.local.port),
        "REMOTE_ADDR": request.remote.ip,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.scheme,
        "wsgi.input": request.rfile or BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    return environ | {environ_key(name): str(value) for name, value in request.headers.items()}


def _bytes(path: str) -> str:
    return path.encode("utf-8").decode("latin-1")


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


class HeaderPairs(MutableSequence[tuple[str, str]]):
    """The header fields of a response as WebOb wants them: pairs, one for each line."""

    def __init__(self, headers: HeaderMap) -> None:
        self._headers = headers

    def _pairs(self) -> list[tuple[str, str]]:
        items: Iterable[tuple[str, Any]] = self._headers.items()
        return [(name, str(each)) for name, value in items for each in _each(value)]

    def replace(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Put these pairs in place of all that there are."""
        found: dict[str, Any] = {}
        for name, value in pairs:
            found.setdefault(name.title(), []).append(value)
        self._headers.clear()
        for name, values in found.items():
            self._headers[name] = values if len(values) > 1 else values[0]

    def __len__(self) -> int:
        return len(self._pairs())

    def __getitem__(self, index: Any) -> Any:
        return self._pairs()[index]

    def __setitem__(self, index: Any, value: Any) -> None:
        pairs = self._pairs()
        pairs[index] = value
        self.replace(pairs)

    def __delitem__(self, index: Any) -> None:
        pairs = self._pairs()
        del pairs[index]
        self.replace(pairs)

    def insert(self, index: int, value: tuple[str, str]) -> None:
        """Put a pair before the one at an index."""
        pairs = self._pairs()
        pairs.insert(index, value)
        self.replace(pairs)


class ResponseView(webob.Response):
    """A response as WebOb has it: status, header fields and body are those of ours.

    Cookies that are set here become ``Set-Cookie`` fields beside those in ``response.cookie``. What
    WebOb makes of one, such as a copy, is a response of its own.

    Args:
        response: The response.
    """

    def __new__(cls, response: Response | None = None, **parts: Any) -> Any:
        """Return a view of a response, or without one a response of its own."""
        return webob.Response(**parts) if response is None else super().__new__(cls)

    def __init__(self, response: Response) -> None:
        self._response = response
        self.conditional_response: bool = self.default_conditional_response

    @property
    def _headers(self) -> ResponseHeaders:
        headers = ResponseHeaders()
        headers._items = self._headerlist  # type: ignore[attr-defined]  # noqa: SLF001 - view_list() takes only a list
        return headers

    @_headers.setter
    def _headers(self, _: None) -> None:
        """Ignore that WebOb forgets it: there is a new one each time."""

    @property
    def _status(self) -> str:
        code, reason, _ = valid_status(self._response.status)
        return f"{code} {reason}"

    @_status.setter
    def _status(self, status: str) -> None:
        self._response.status = status

    @property
    def _headerlist(self) -> HeaderPairs:
        return HeaderPairs(self._response.headers)

    @_headerlist.setter
    def _headerlist(self, pairs: Iterable[tuple[str, str]]) -> None:
        HeaderPairs(self._response.headers).replace(pairs)

    @property
    def _app_iter(self) -> Any:
        return self._response.body

    @_app_iter.setter
    def _app_iter(self, chunks: Any) -> None:
        self._response.body = chunks
