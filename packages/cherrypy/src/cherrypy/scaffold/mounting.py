"""The site as an application, with its plugin: what ``site.conf`` mounts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import cherrypy
from cherrypy.scaffold.guestbook import Guestbook
from cherrypy.scaffold.site import root

if TYPE_CHECKING:
    from cherrypy_web import Application

__all__ = ["application"]

HERE: Final = Path(__file__).parent


def application() -> Application:
    """Return the site as an application, and let the engine keep its guestbook.

    The guestbook is in the directory ``data``, unless ``engine.guestbook.directory`` in config says
    otherwise.
    """
    engine: Any = cherrypy.engine
    if not hasattr(engine, "guestbook"):
        engine.guestbook = Guestbook(engine, Path("data").absolute())
        engine.guestbook.subscribe()
    return cherrypy.Application(root, "", {"/static": {"tools.staticdir.root": str(HERE)}})
