"""A field value and its parameters."""

from __future__ import annotations

from cherrypy_httputil import HeaderElement

__all__ = ["parse_header"]


def parse_header(line: str) -> tuple[str, dict[str, str | HeaderElement]]:
    """Return what stands before the parameters of a field value, and the parameters by name.

    Args:
        line: A value such as ``text/html; charset="utf-8"``.
    """
    return HeaderElement.parse(line)
