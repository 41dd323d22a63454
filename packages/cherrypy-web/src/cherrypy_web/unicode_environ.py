"""The WSGI environ of servers that decode paths themselves, as PEP 3333 wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["downgrade_wsgi_ux_to_1x"]

_DECODED: Final = ("SCRIPT_NAME", "PATH_INFO", "QUERY_STRING")


def downgrade_wsgi_ux_to_1x(environ: Mapping[str, Any]) -> dict[str, Any]:
    """Return a WSGI 1.0 environ made of a WSGI u.0 one.

    Args:
        environ: The environ of a server whose ``wsgi.version`` is ``("u", 0)``: its paths are text
            in ``wsgi.url_encoding``.

    Returns:
        A copy in which each character of a path is one byte (PEP 3333, "Unicode Issues").

    Raises:
        KeyError: There is no ``wsgi.url_encoding`` in it.

    Examples:
        >>> downgrade_wsgi_ux_to_1x({"wsgi.url_encoding": "utf-8", "PATH_INFO": "/für"})
        {'PATH_INFO': '/fÃ¼r', 'wsgi.version': (1, 0)}
    """
    encoding: str = environ["wsgi.url_encoding"]
    downgraded = {**environ, "wsgi.version": (1, 0)}
    del downgraded["wsgi.url_encoding"]
    for key in _DECODED:
        if key in environ:
            downgraded[key] = environ[key].encode(encoding).decode("latin-1")
    return downgraded
