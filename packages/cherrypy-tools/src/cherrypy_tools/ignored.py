"""Forget request headers: the `ignore_headers` tool.

A server in front may have done what a header asks for already; doing it twice would be wrong.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from cherrypy_tools.trace import trace

if TYPE_CHECKING:
    from collections.abc import Iterable, MutableMapping

    from cherrypy_httputil import ResponseMessage

log: logging.Logger = logging.getLogger(__name__)


class ChangeableRequest(Protocol):
    """A request whose headers can be changed."""

    @property
    def headers(self) -> MutableMapping[str, str]:
        """The header fields; the case of names makes no difference."""
        ...


def ignore_headers(
    request: ChangeableRequest,
    response: ResponseMessage,  # noqa: ARG001 - every tool takes the exchange
    headers: str | Iterable[str] = ("Range",),
    debug: bool = False,
) -> None:
    """Delete the fields called `headers` from the request.

    Args:
        request: The request whose headers are changed.
        response: The response; it is not touched.
        headers: A name, or several. Names of fields that are not there do no harm.
        debug: Report what is deleted at INFO.

    Examples:
        >>> from webob import Request, Response
        >>> request = Request.blank("/", headers={"Range": "bytes=0-9"})
        >>> ignore_headers(request, Response())
        >>> "Range" in request.headers
        False
    """
    for name in (headers,) if isinstance(headers, str) else headers:
        if request.headers.pop(name, None) is not None:
            trace(log, debug, "ignoring request header %r", name)
