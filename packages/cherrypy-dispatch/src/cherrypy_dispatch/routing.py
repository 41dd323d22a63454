"""A dispatcher that matches paths against patterns, by the library Routes.

A route names its controller, and the action is an attribute of it. An action that comes out of the
path is text of the client: it may name what is public, and nothing that begins with an underscore.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, NoReturn

from cherrypy_dispatch.handlers import LateParamPageHandler
from cherrypy_dispatch.merging import merge
from cherrypy_dispatch.places import place, sections_along, split
from cherrypy_httputil import HTTPRedirect, NotFound
from cherrypy_serving import serving

if TYPE_CHECKING:
    from cherrypy_dispatch.match import Layer
    from cherrypy_dispatch.places import Sections


class RoutesDispatcher:
    """Find the page for a path by patterns such as `/{year}/{month}`.

    What a pattern found is added to `request.params`; `request.url_pattern` is the pattern itself.

    Args:
        full_result: Whether that includes `controller` and `action`.
        **mapper_options: For `routes.Mapper`.

    Attributes:
        mapper: The `routes.Mapper`.
        controllers: What is connected, by name.

    Raises:
        ImportError: if the library Routes is not installed.

    Examples:
        >>> from cherrypy_serving import serving
        >>> from types import SimpleNamespace
        >>> routes = RoutesDispatcher()
        >>> routes.connect("archive", "/{year}/{month}", lambda year, month: f"{month} of {year}")
        >>> app = SimpleNamespace(root=None, config={})
        >>> _ = serving.load(SimpleNamespace(app=app, method="GET", headers={}, params={}), None)
        >>> routes("/2030/6")
        >>> serving.request.handler()
        '6 of 2030'
        >>> serving.clear()
    """

    def __init__(self, full_result: bool = False, **mapper_options: Any) -> None:
        self._routes = _import_routes()
        self.full_result = full_result
        self.controllers: dict[str, Any] = {}
        self.mapper: Any = self._routes.Mapper(**mapper_options)
        self.mapper.controller_scan = self.controllers.keys

    def connect(self, name: str, route: str, controller: Any, **kwargs: Any) -> None:
        """Connect a pattern to a controller.

        Args:
            name: Of the route, and of its controller.
            route: The pattern.
            controller: An object, a class that makes one without arguments, or a page.
            **kwargs: For `routes.Mapper.connect`; `action` names the attribute that is the page.
        """
        self.controllers[name] = controller
        self.mapper.connect(name, route, controller=name, **kwargs)

    def redirect(self, url: str) -> NoReturn:
        """Send the client elsewhere; Routes calls it.

        Raises:
            HTTPRedirect: always.
        """
        raise HTTPRedirect(url)

    def __call__(self, path_info: str) -> None:
        """Set `handler` on the current request, and what `find_handler` sets there."""
        handler = self.find_handler(path_info)
        serving.request.handler = NotFound() if handler is None else LateParamPageHandler(handler)

    def find_handler(self, path_info: str) -> Any | None:
        """Return the page for a path, or None.

        It sets `config` on the current request and adds to its `params`.
        """
        request = serving.request
        result, defaults = self._match(request, path_info)
        request.params.update(self._params(result))
        controller = self._controller(result)
        handler = _action(controller, result.get("action"), defaults)
        layers = _layers(request.app, path_info, [controller, handler])
        request.config = merge(layers, getattr(request, "base_config", None))
        return handler

    def _match(self, request: Any, path: str) -> tuple[dict[str, Any], dict[str, Any]]:
        environ = getattr(request, "wsgi_environ", None) or {"REQUEST_METHOD": request.method}
        self._prepare(request, environ)
        result, route = self.mapper.routematch(path, environ) or ({}, None)
        self._routes.request_config().mapper_dict = result or None
        request.url_pattern = getattr(route, "routepath", None)
        return dict(result), getattr(route, "defaults", {})

    def _prepare(self, request: Any, environ: dict[str, Any]) -> None:
        """Tell Routes of the request, so that `routes.url_for` works in pages."""
        config = self._routes.request_config()
        if "SERVER_NAME" in environ:
            config.mapper = None  # or Routes would match here, against whatever is in the environ
            config.environ = environ
        config.mapper = self.mapper
        self.mapper.environ = environ
        config.host = request.headers.get("Host")
        config.protocol = getattr(request, "scheme", "http")
        config.redirect = self.redirect

    def _params(self, result: dict[str, Any]) -> dict[str, Any]:
        if self.full_result:
            return result
        return {key: value for key, value in result.items() if key not in ("controller", "action")}

    def _controller(self, result: dict[str, Any]) -> Any | None:
        name = result.get("controller")
        controller = self.controllers.get(name) if isinstance(name, str) else name
        return controller() if isinstance(controller, type) else controller


def _import_routes() -> Any:
    try:
        return importlib.import_module("routes")
    except ImportError as error:
        raise ImportError(
            "RoutesDispatcher needs the library Routes: pip install 'cherrypy-dispatch[routes]'"
        ) from error


def _action(controller: Any, action: str | None, defaults: dict[str, Any]) -> Any | None:
    """Return the page that an action names; where none is named that is the controller itself."""
    if controller is None or action is None:
        return controller
    if action.startswith("_") and defaults.get("action") != action:
        return None
    page = getattr(controller, action, None)
    return page if callable(page) else None


def _layers(app: Any, path: str, found: list[Any]) -> list[Layer]:
    """Return the config of root, sections down to a path, and of what was found there.

    The section for the whole path comes last.
    """
    sections: Sections = app.config
    segments = split(path)
    nodes: list[Layer] = [("/", getattr(app.root, "_cp_config", {})), ("/", sections.get("/", {}))]
    along = sections_along(segments, 0, len(segments), sections)
    here = place(segments)
    pages = [(here, getattr(page, "_cp_config", {})) for page in found]
    above = [layer for layer in along if layer[0] != here]
    return [*nodes, *above, *pages, *along[len(above) :]]
