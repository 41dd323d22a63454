"""What figures call the requests of a page: its url pattern, which no client can invent."""

from __future__ import annotations

from typing import Any, Final

from cherrypy_dispatch import Patterns

__all__ = ["NO_PAGE", "url_pattern"]

NO_PAGE: Final = "(no page)"
"""What requests are called for which there is no page."""


def url_pattern(request: Any) -> str:
    """Return the url pattern of the page that a request was dispatched to.

    It begins with the path that the application is mounted at. A directory that the tool
    ``staticdir`` serves is ``/static/{*}``. A page that is not in the tree of the application has
    the dotted name of its function.

    Args:
        request: The request, after the dispatch.
    """
    pattern = getattr(request, "url_pattern", None)
    if pattern is None:
        pattern = _pattern(request)
    if pattern.startswith("/"):
        return f"{request.script_name}{pattern}"
    return pattern or NO_PAGE


def _pattern(request: Any) -> str:
    handler = request.handler
    page = getattr(handler, "callable", handler)
    if callable(page) and not isinstance(page, Exception):
        return _patterns(request.app).find(page, request.path_info)
    if request.config.get("tools.staticdir.on"):
        section: str = request.config.get("tools.staticdir.section", "")
        return f"{section.rstrip('/')}/{{*}}"
    return ""


def _patterns(app: Any) -> Patterns:
    found: Patterns | None = getattr(app, "url_patterns", None)
    if found is None or found.root is not app.root:
        found = app.url_patterns = Patterns(app.root)
    return found
