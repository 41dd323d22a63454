"""An application with many mistakes in its config: ``python -m cherrypy.test.checkerdemo``.

The engine starts, and the log tells what its checker has found.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cherrypy

__all__ = ["CONFIG", "GLOBAL_CONFIG", "Root"]


class Root:
    """Nothing to see."""


CONFIG: dict[str, dict[str, Any]] = {
    "/base": {
        "tools.staticdir.root": str(Path(__file__).parent.absolute()),
    },
    "/base/static": {"tools.staticdir.on": True, "tools.staticdir.dir": "static"},
    "/base/js": {"tools.staticdir.on": True, "tools.staticdir.dir": "js"},
    "/base/static2": {"tools.staticdir.on": True, "tools.staticdir.dir": "/static"},
    "/static3": {"tools.staticdir.on": True, "tools.staticdir.dir": "static"},
    "/unknown": {"tool.gzip.on": True, "log.screen ": 5},
}

GLOBAL_CONFIG: dict[str, Any] = {
    "server.ssl_certificate": None,
    "request.trailing_slash": 5,
    "log.screen": True,
}


def main() -> None:
    """Start the engine, which has the checker tell what it finds, and stop it."""
    cherrypy.config.update(GLOBAL_CONFIG)
    cherrypy.server.unsubscribe()
    cherrypy.tree.mount(Root(), "", CONFIG)
    cherrypy.engine.start()
    cherrypy.engine.exit()


if __name__ == "__main__":
    main()
