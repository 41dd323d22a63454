"""Tell caches what a response depends on: the Vary field.

Names are added and never removed: another tool has its own reason for each of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cherrypy_httputil import ResponseMessage


def set_vary_header(response: ResponseMessage, header_name: str) -> None:
    """Add `header_name` to the Vary field of the response unless it is there (RFC 9110, 12.5.5).

    Examples:
        >>> from webob import Response
        >>> response = Response(vary=["Accept"])
        >>> set_vary_header(response, "Origin")
        >>> response.headers["Vary"]
        'Accept, Origin'
    """
    present = response.headers.get("Vary")
    if present is None:
        response.headers["Vary"] = header_name
    elif present != header_name:
        add_names(response, present, (header_name,))


def add_names(response: ResponseMessage, present: str, names: Iterable[str]) -> None:
    """Set Vary to the names in `present` and those of `names` that are missing in it."""
    listed = [name.strip() for name in present.split(",") if name.strip()]
    known = {name.lower() for name in listed}
    if "*" in known:
        return
    listed += [name for name in names if name.lower() not in known]
    response.headers["Vary"] = ", ".join(listed)
