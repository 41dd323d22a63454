"""Object publishing: from a path to a handler, its arguments and its config.

`walk` follows a path through a tree of objects, `choose` picks the page that answers, `merge` makes
the config that is in force there: three functions that know no request. The dispatchers put them
together.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from cherrypy_dispatch.arguments import ArgumentPopper, popargs
from cherrypy_dispatch.callspec import explain, test_callable_spec
from cherrypy_dispatch.choice import choose
from cherrypy_dispatch.dispatcher import Dispatcher
from cherrypy_dispatch.exposure import Exposer, expose
from cherrypy_dispatch.handlers import LateParamPageHandler, PageHandler
from cherrypy_dispatch.match import Fields, Layer, Match
from cherrypy_dispatch.merging import merge
from cherrypy_dispatch.methods import MethodDispatcher
from cherrypy_dispatch.names import (
    Naming,
    Translation,
    punctuation_to_underscores,
    validate_translator,
)
from cherrypy_dispatch.places import Sections
from cherrypy_dispatch.request import DispatchApplication, DispatchRequest
from cherrypy_dispatch.routing import RoutesDispatcher
from cherrypy_dispatch.trail import Trail
from cherrypy_dispatch.virtualhost import VirtualHost
from cherrypy_dispatch.vpath import VPath
from cherrypy_dispatch.walk import walk
from cherrypy_dispatch.xmlrpc import XMLRPCDispatcher, patched_path

if TYPE_CHECKING:
    from cherrypy_dispatch.patterns import Patterns
    from cherrypy_dispatch.sitemap import Published, walk_site
else:
    _HOMES = {"Patterns": "patterns", "Published": "sitemap", "walk_site": "sitemap"}

    def __getattr__(name: str) -> object:
        """Import what only those need who look at a whole site."""
        if name in _HOMES:
            return getattr(import_module(f"cherrypy_dispatch.{_HOMES[name]}"), name)
        raise AttributeError(f"module 'cherrypy_dispatch' has no attribute {name!r}")


__all__ = [
    "ArgumentPopper",
    "DispatchApplication",
    "DispatchRequest",
    "Dispatcher",
    "Exposer",
    "Fields",
    "LateParamPageHandler",
    "Layer",
    "Match",
    "MethodDispatcher",
    "Naming",
    "PageHandler",
    "Patterns",
    "Published",
    "RoutesDispatcher",
    "Sections",
    "Trail",
    "Translation",
    "VPath",
    "VirtualHost",
    "XMLRPCDispatcher",
    "choose",
    "explain",
    "expose",
    "merge",
    "patched_path",
    "popargs",
    "punctuation_to_underscores",
    "test_callable_spec",
    "validate_translator",
    "walk",
    "walk_site",
]
