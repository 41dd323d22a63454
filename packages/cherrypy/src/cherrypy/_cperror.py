"""The errors, and the pages that tell of them, under their documented names."""

from cherrypy_httputil import (
    CherryPyException,
    HTTPError,
    HTTPRedirect,
    InternalRedirect,
    NotFound,
    TimeoutError,  # noqa: A004 - the documented name
)
from cherrypy_web import bare_error, clean_headers, format_exc, get_error_page

__all__ = [
    "CherryPyException",
    "HTTPError",
    "HTTPRedirect",
    "InternalRedirect",
    "NotFound",
    "TimeoutError",
    "bare_error",
    "clean_headers",
    "format_exc",
    "get_error_page",
]
