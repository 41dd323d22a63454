"""A field value and its parameters."""

from __future__ import annotations

from cherrypy_httputil import HeaderElement

__all__ = ["parse_header"]


def parse_header(line: str) -> tuple[str, dict[str, str | HeaderElement]]:
    """Return what stands before the parameters of a field value, and those by names in lower case.

    Args:
        line: A value such as ``text/html; charset="utf-8"``.
    """
    value, params = HeaderElement.parse(line)
    return value, {name.lower(): each for name, each in params.items()}
