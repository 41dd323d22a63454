"""Tools that look at the request and say something about it or redirect it."""

from __future__ import annotations

import logging
from typing import Any

from cherrypy_serving import ambient, serving
from cherrypy_tools import trailing_slash as correct_slash

__all__ = ["log_request_headers", "log_traceback", "trailing_slash"]


def log_traceback(severity: int = logging.ERROR, debug: bool = False) -> None:  # noqa: ARG001 - documented option
    """Write the error that is being handled to the error log, with its traceback.

    Args:
        severity: The level of the record.
        debug: Accepted for the documented signature.
    """
    serving.request.app.log("", "HTTP", severity=severity, traceback=True)


def log_request_headers(debug: bool = False) -> None:  # noqa: ARG001 - documented option
    """Write the header fields of the request to the error log.

    Args:
        debug: Accepted for the documented signature.
    """
    request = serving.request
    lines = "".join(f"\n  {name}: {value!r}" for name, value in request.header_list)
    request.app.log(f"\nRequest Headers:{lines}", "HTTP")


def _trailing_slash(
    request: Any,
    response: Any,
    missing: bool = True,
    extra: bool = False,
    status: int | None = None,
    debug: bool = False,
) -> None:
    """Redirect where the trailing slash of a path is missing, or one too many.

    Args:
        request: The running request.
        response: Its response.
        missing: Redirect index pages that were asked for without the slash.
        extra: Redirect other pages that were asked for with one.
        status: The status of the redirection; 301 by default.
        debug: Report the decision.

    Raises:
        HTTPRedirect: To the same url with the slash put right.
    """
    is_index = request.is_index
    if is_index is not None and request.path_info.endswith("/") is not is_index:
        correct_slash(request, response, missing, extra, status, debug, is_index=is_index)


trailing_slash = ambient(_trailing_slash)
