"""Read what a client prefers out of an `Accept-*` field."""

from __future__ import annotations

from cherrypy_httputil import AcceptElement, header_elements


def preferences(fieldname: str, value: str) -> list[tuple[str, float]]:
    """Return the elements of an `Accept-*` field value with their quality, the preferred first.

    Raises:
        HTTPError: 400 if a quality is no number.
    """
    elements = header_elements(fieldname, value)
    return [(e.value, e.qvalue) for e in elements if isinstance(e, AcceptElement)]
