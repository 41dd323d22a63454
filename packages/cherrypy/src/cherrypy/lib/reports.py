"""Tools that write to the log what a request was and what became of it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import cherrypy_tools
from cherrypy_serving import serving
from cherrypy_web import url

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["log_hooks", "log_request_headers", "log_traceback"]


def log_traceback(severity: int = logging.ERROR, debug: bool = False) -> None:  # noqa: ARG001 - documented option
    """Write the error that is being handled to the error log, with its traceback.

    Args:
        severity: The level of the record.
        debug: Accepted for the documented signature.
    """
    serving.request.app.log("", "HTTP", severity=severity, traceback=True)


def log_request_headers(
    debug: bool = False,  # noqa: ARG001 - documented option
    *,
    hidden: Collection[str] = (),
) -> None:
    """Write the header fields of the request to the error log.

    Args:
        debug: Accepted for the documented signature.
        hidden: Names of fields whose values are left out, such as ``Authorization``.
    """
    request = serving.request
    request.app.log(cherrypy_tools.request_headers_text(request.header_list, hidden), "HTTP")


def log_hooks(debug: bool = False) -> None:  # noqa: ARG001 - documented option
    """Write the hooks of the request to the error log, by their points, in the order of their runs.

    Args:
        debug: Accepted for the documented signature.
    """
    request = serving.request
    lines = [f"\nRequest Hooks for {url(relative=False)}:"]
    for point in request.hooks:
        lines.append(f"    {point}:")
        lines += [f"        {hook!r}" for hook in request.hooks.ordered(point)]
    request.app.log("\n".join(lines), "HTTP")
