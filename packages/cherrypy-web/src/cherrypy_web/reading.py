"""A request for who only reads it: a field is looked up, and the others are not parsed for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from cherrypy_web.environ import ENVIRON_KEYS, EnvironHeaders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cherrypy_web.request import Request

__all__ = ["EnvironFields", "Reading", "reading"]

#: Where CGI programs find what servers keep from them.
_IN_CGI: Final = "HTTP_CGI_AUTHORIZATION"


class EnvironFields(Mapping[str, str]):
    """The header fields in a WSGI environ, as a header map would have them.

    Args:
        headers: What the map would be made of.
    """

    __slots__ = ("_environ", "_headers")

    def __init__(self, headers: EnvironHeaders) -> None:
        self._headers = headers
        self._environ = headers.environ

    def get(self, name: str, default: Any = None) -> Any:
        """Return a field's value, or ``default``."""
        value = self._environ.get(ENVIRON_KEYS[name])
        if value is None:
            return self._environ.get(_IN_CGI, default) if name == "Authorization" else default
        if value and "=?" not in value:
            return value
        return self._headers.map.get(name, default)  # it is empty, or to be decoded

    def __getitem__(self, name: str) -> str:
        value: str = self._headers.map[name]
        return value

    def __contains__(self, name: Any) -> bool:
        return self.get(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._headers.map)

    def __len__(self) -> int:
        return len(self._headers.map)


class Reading:
    """A request as `cherrypy_httputil.RequestMessage` has it, to be read only.

    Args:
        request: The request.
        headers: Its header fields.
    """

    __slots__ = ("_request", "headers", "method")

    def __init__(self, request: Request, headers: Mapping[str, str]) -> None:
        self._request = request
        self.headers: Mapping[str, str] = headers
        self.method: str = request.method

    @property
    def script_name(self) -> str:
        """The path of the application."""
        return self._request.script_name

    @property
    def path_info(self) -> str:
        """The path below the application."""
        return self._request.path_info

    @property
    def query_string(self) -> str:
        """What follows the question mark."""
        return self._request.query_string


def reading(request: Request) -> Reading | Request:
    """Return a request for a function that reads some of its header fields.

    Where its ``headers`` are there already, or may have been changed, it is the request itself.

    Examples:
        >>> import webob
        >>> from cherrypy_serving import serving
        >>> from cherrypy_web import Application
        >>> class Root:
        ...     def index(self):
        ...         return reading(serving.request).headers.get("Accept", "anything").encode()
        ...     index.exposed = True
        >>> webob.Request.blank("/", accept="text/plain").get_response(Application(Root())).body
        b'text/plain'
    """
    fields = request._fields
    if request._environ is None or type(fields) is not EnvironHeaders:  # noqa: SLF001
        return request
    return Reading(request, EnvironFields(fields))
