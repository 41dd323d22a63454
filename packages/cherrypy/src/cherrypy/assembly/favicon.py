"""The icon that a site has until it gets its own."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cherrypy.assembly.toolbox import DefaultToolbox
    from cherrypy_web import Application

__all__ = ["add_favicon", "is_favicon"]

ICON = Path(__file__).parent.with_name("favicon.ico")
PATH = "/favicon.ico"
NAME = "favicon_ico"
"""The attribute that the dispatcher finds for that path."""


def add_favicon(app: Application, tools: DefaultToolbox) -> None:
    """Publish the default icon on the root of an application, unless the application has one.

    Set the attribute ``favicon_ico`` of the root, to ``None`` even, or configure ``/favicon.ico``,
    to have another one or none. A root that takes no attributes gets none.

    Args:
        app: An application at the root of a server.
        tools: Where the tool ``staticfile`` is.
    """
    root: Any = app.root
    if root is None or hasattr(root, NAME) or PATH in app.config:
        return

    def favicon(*segments: str, **params: object) -> object:
        # Made for each request, so that a site that nobody asks for it does not load static files.
        return tools.staticfile.handler(filename=str(ICON))(*segments, **params)

    page: Any = favicon
    page.exposed = True
    page.GET = page  # what a MethodDispatcher looks for
    page.favicon = ICON
    with suppress(AttributeError, TypeError):
        setattr(root, NAME, page)


def is_favicon(page: object) -> bool:
    """Tell whether a page is the default icon."""
    return getattr(page, "favicon", None) is ICON
