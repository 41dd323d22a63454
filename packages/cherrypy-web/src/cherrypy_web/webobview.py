"""Request and response as WebOb has them: views of the same exchange, for libraries that speak it.

Nothing is copied that could be changed on one side only. This is the only module that imports
WebOb, and it is itself imported when somebody first asks for a view.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, MutableSequence
from typing import TYPE_CHECKING, Any

from cherrypy_httputil import HeaderMap, valid_status

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it imports the old module cgi
        import webob
        from webob.headers import ResponseHeaders
        from webob.multidict import MultiDict
except ImportError as error:
    raise ImportError(
        "request.webob and response.webob need WebOb: pip install 'cherrypy-web[webob]'"
    ) from error

if TYPE_CHECKING:
    from cherrypy_web.requestdata import RequestData
    from cherrypy_web.response import Response

__all__ = ["RequestView", "ResponseView"]

_SPECIAL = {"CONTENT_TYPE": "Content-Type", "CONTENT_LENGTH": "Content-Length"}
_MISSING: Any = object()


def _field(key: str) -> str:
    return _SPECIAL.get(key) or (key[5:].replace("_", "-") if key.startswith("HTTP_") else "")


def _key(name: str) -> str:
    key = name.upper().replace("-", "_")
    return key if key in _SPECIAL else f"HTTP_{key}"


class LinkedHeaders(HeaderMap):
    """The header fields of a request, which are in its WSGI environ, too."""

    environ: dict[str, Any]

    def __setitem__(self, key: object, value: Any) -> None:
        super().__setitem__(key, value)
        dict.__setitem__(self.environ, _key(str(key)), str(value))

    def __delitem__(self, key: object) -> None:
        super().__delitem__(key)
        dict.pop(self.environ, _key(str(key)), None)

    def pop(self, key: object, default: Any = _MISSING) -> Any:
        """Remove a field from both."""
        dict.pop(self.environ, _key(str(key)), None)
        return super().pop(key) if default is _MISSING else super().pop(key, default)


class LinkedEnviron(dict[str, Any]):
    """A WSGI environ whose changes the request notices."""

    request: RequestData

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value)
        if name := _field(key):
            HeaderMap.__setitem__(self.request.headers, name, value)
        elif key == "wsgi.input":
            self.request.rfile = value
            self.request.__dict__.pop("_body", None)  # what was read of the old one
        elif key == "REQUEST_METHOD":
            self.request.method = value

    def __delitem__(self, key: str) -> None:
        super().__delitem__(key)
        if name := _field(key):
            HeaderMap.pop(self.request.headers, name, None)

    def pop(self, key: str, default: Any = None) -> Any:
        """Remove a key; without it, return the default."""
        if key not in self:
            return default
        value = self[key]
        del self[key]
        return value


class RequestView(webob.Request):
    """A request as WebOb has it.

    Header fields, method and body that are set on one side are seen on the other. Where the form in
    the body has been read already, ``POST`` has its parameters.

    Args:
        request: The request. It came over WSGI.
    """

    def __init__(self, request: RequestData) -> None:
        environ = LinkedEnviron(request.wsgi_environ or {})
        headers = LinkedHeaders()
        dict.update(headers, request.headers)
        headers.environ = environ
        request.headers = headers
        environ.request = request
        # Not through the constructor, which takes nothing but a plain dict.
        self.__dict__.update(environ=environ, method=request.method)
        params = request.body.params if request.process_request_body else {}
        if params:
            pairs = [(name, each) for name, value in params.items() for each in _each(value)]
            environ["webob._parsed_post_vars"] = MultiDict(pairs), self.body_file_raw


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

    Cookies that are set here become ``Set-Cookie`` fields beside those in ``response.cookie``.

    Args:
        response: The response.
    """

    def __init__(self, response: Response) -> None:
        self._response = response

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
