"""What the default tools do, bound to the running request: one module per topic.

Each is imported when it is first asked for: a site that uses no sessions does not load them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cherrypy.lib import (
        auth,
        auth_basic,
        auth_digest,
        caching,
        cors,
        cptools,
        csrf,
        encoding,
        fields,
        headers,
        httputil,
        jsontools,
        locking,
        logins,
        negotiation,
        quotas,
        redirections,
        reports,
        reprconf,
        sessions,
        static,
        xmlrpcutil,
    )
    from cherrypy_static import file_generator, file_generator_limited
    from cherrypy_tools import set_vary_header
    from cherrypy_web import is_closable_iterator, is_iterator

__all__ = [
    "auth",
    "auth_basic",
    "auth_digest",
    "caching",
    "cors",
    "cptools",
    "csrf",
    "encoding",
    "fields",
    "file_generator",
    "file_generator_limited",
    "headers",
    "httputil",
    "is_closable_iterator",
    "is_iterator",
    "jsontools",
    "locking",
    "logins",
    "negotiation",
    "quotas",
    "redirections",
    "reports",
    "reprconf",
    "sessions",
    "set_vary_header",
    "static",
    "xmlrpcutil",
]

if not TYPE_CHECKING:
    _HOMES = {
        "file_generator": "cherrypy_static",
        "file_generator_limited": "cherrypy_static",
        "is_closable_iterator": "cherrypy_web",
        "is_iterator": "cherrypy_web",
        "set_vary_header": "cherrypy_tools",
    }

    def __getattr__(name: str) -> Any:
        """Import a module, or a function that has its home elsewhere."""
        if name in _HOMES:
            return getattr(import_module(_HOMES[name]), name)
        if name in __all__:
            return import_module(f"cherrypy.lib.{name}")
        raise AttributeError(f"module 'cherrypy.lib' has no attribute {name!r}")

    def __dir__() -> list[str]:
        """Return what there is, imported or not."""
        return sorted({*globals(), *__all__})
