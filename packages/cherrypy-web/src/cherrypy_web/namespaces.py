"""What config entries do to a request and its response.

Each handler takes the key without its namespace, and the value. It works on the running request.
"""

from __future__ import annotations

from typing import Any, Final

from cherrypy_config import NamespaceSet, attributes
from cherrypy_serving import serving
from cherrypy_web.hooks import Hook, HookMap

__all__ = [
    "BUILT_IN",
    "error_page_namespace",
    "hooks_namespace",
    "request_namespace",
    "response_namespace",
]


def add_hook(hooks: HookMap, key: str, value: Any) -> None:
    """Attach a callable, a `Hook`, or the dotted name of a callable, to the point in ``key``."""
    point = key.partition(".")[0]
    callback = attributes(value) if isinstance(value, str) else value
    if isinstance(callback, Hook):
        hooks.attach(
            point, callback.callback, callback.failsafe, callback.priority, **callback.kwargs
        )
    else:
        hooks.attach(point, callback)


def add_error_page(pages: dict[int | str, Any], key: str, value: Any) -> None:
    """Enter the error page of a status code, or the default one.

    Raises:
        ValueError: The key is neither a status code nor ``default``.
    """
    if key == "default":
        pages[key] = value
        return
    if not (key.isdecimal() and 100 <= int(key) <= 599):  # noqa: PLR2004 - status codes
        raise ValueError(
            f"error_page.{key} names no status code; write a number such as error_page.404, "
            "or error_page.default"
        )
    pages[int(key)] = value


def hooks_namespace(k: str, v: Any) -> None:
    """Attach a hook to the running request.

    Examples:
        >>> from cherrypy_serving import serving
        >>> from cherrypy_httputil import Host
        >>> from cherrypy_web import Request
        >>> _ = serving.load(Request(Host("::1", 80), Host("::1", 4711)), None)
        >>> hooks_namespace("on_end_request", print)
        >>> serving.request.hooks["on_end_request"]
        [Hook(<built-in function print>, failsafe=False, priority=50)]
        >>> serving.clear()
    """
    add_hook(serving.request.hooks, k, v)


def request_namespace(k: str, v: Any) -> None:
    """Set an attribute of the running request, or with ``body.`` one of its body.

    Examples:
        >>> from cherrypy_serving import serving
        >>> from cherrypy_httputil import Host
        >>> from cherrypy_web import Request
        >>> _ = serving.load(Request(Host("::1", 80), Host("::1", 4711)), None)
        >>> request_namespace("show_tracebacks", False)
        >>> serving.request.show_tracebacks
        False
        >>> serving.clear()
    """
    if k.startswith("body."):
        setattr(serving.request.body, k[5:], v)
    else:
        setattr(serving.request, k, v)


def response_namespace(k: str, v: Any) -> None:
    """Set an attribute of the running response, or with ``headers.`` one of its headers.

    Examples:
        >>> from cherrypy_serving import serving
        >>> from cherrypy_web import Response
        >>> _ = serving.load(None, Response())
        >>> response_namespace("headers.Content-Language", "en")
        >>> serving.response.headers["Content-Language"]
        'en'
        >>> serving.clear()
    """
    if k.startswith("headers."):
        serving.response.headers[k[8:]] = v
    else:
        setattr(serving.response, k, v)


def error_page_namespace(k: str, v: Any) -> None:
    """Set an error page of the running request.

    Examples:
        >>> from cherrypy_serving import serving
        >>> from cherrypy_httputil import Host
        >>> from cherrypy_web import Request
        >>> _ = serving.load(Request(Host("::1", 80), Host("::1", 4711)), None)
        >>> error_page_namespace("404", "lost.html")
        >>> serving.request.error_page
        {404: 'lost.html'}
        >>> serving.clear()
    """
    add_error_page(serving.request.error_page, k, v)


#: The handlers that every request class begins with.
BUILT_IN: Final = NamespaceSet(
    hooks=hooks_namespace,
    request=request_namespace,
    response=response_namespace,
    error_page=error_page_namespace,
)
