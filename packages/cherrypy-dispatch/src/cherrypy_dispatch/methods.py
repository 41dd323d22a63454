"""The dispatcher for resources: the path names an object, the request's method its method.

What counts as a method of a resource are its public callables in capital letters, and nothing else:
a request can reach no other attribute.
"""

from __future__ import annotations

from types import MethodType
from typing import TYPE_CHECKING, Any

from cherrypy_dispatch.choice import choose
from cherrypy_dispatch.dispatcher import Dispatcher, page
from cherrypy_dispatch.match import Match
from cherrypy_dispatch.places import place
from cherrypy_dispatch.walk import walk
from cherrypy_httputil import HTTPError, NotFound
from cherrypy_serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cherrypy_dispatch.match import Layer
    from cherrypy_dispatch.places import Sections
    from cherrypy_dispatch.request import DispatchRequest


class MethodDispatcher(Dispatcher, direct=True):
    """Find the exposed resource for a path, then its method `GET`, `POST`, … for the request's.

    The resource is exposed as a whole, and its methods need not be. A HEAD that it has no method
    for is answered by its `GET`. Each other method that it does not have is answered with 405.
    Whichever it is, the response says in `Allow` what the resource has.

    Examples:
        >>> from cherrypy_dispatch import expose
        >>> @expose
        ... class Bird:
        ...     def GET(self):
        ...         return "a bird"
        >>> MethodDispatcher().match(Bird(), {}, "/", "HEAD").handler()
        'a bird'
        >>> found = MethodDispatcher().match(Bird(), {}, "/", "DELETE")  # 405
        >>> found.handler is None, found.allow
        (True, ('GET', 'HEAD'))
    """

    def __call__(self, path_info: str) -> None:
        """Set `handler` on the current request, and `Allow` on its response.

        The handler is a `LateParamPageHandler`, or a `NotFound` or an `HTTPError` 405 that is
        raised when it is called.
        """
        request = serving.request
        resource, vpath = self.find_handler(path_info)
        if resource is None:
            request.handler = NotFound()
            return
        serving.response.headers["Allow"] = ", ".join(allowed_methods(resource))
        method = method_for(resource, request.method)
        if method is None:
            request.handler = HTTPError(405)
            return
        request.config.update(_config(method) or {})
        request.handler = page(method, vpath)

    def match(
        self,
        root: Any,
        app_config: Sections,
        path_info: str,
        method: str = "GET",
    ) -> Match:
        """Return what a path and a method lead to; `node` is the resource and `allow` what it has.

        The `_cp_config` of the method is the last layer of config.
        """
        trail = walk(root, path_info, app_config, self._naming)
        found = choose(*trail)
        resource = found.handler
        if resource is None:
            return found
        _, args, kwargs, is_index, layers, _, _ = found
        handler = method_for(resource, method)
        if (config := _config(handler)) is not None:
            layer: Layer = (place(trail.segments, len(trail.segments) - len(args)), config)
            layers = (*layers, layer)
        allow = allowed_methods(resource)
        return Match(handler, args, kwargs, is_index, layers, resource, allow)

    def _locate(self, request: DispatchRequest, path: str) -> Match:
        # The resource alone: __call__ sees to its method, also where find_handler is overridden.
        return super().match(request.app.root, request.app.config, path)


def method_for(resource: Any, method: str) -> Any | None:
    """Return the method of a resource that answers a request's method, or None."""
    name = method.upper()
    found = _method(resource, name)
    return _method(resource, "GET") if found is None and name == "HEAD" else found


def allowed_methods(resource: Any) -> tuple[str, ...]:
    """Return the names of the methods that a resource has, sorted; with GET it has HEAD."""
    holder = _holder(resource)
    names = {
        name
        for name in _names(resource)
        if name.isupper() and name[0] != "_" and callable(getattr(holder, name, None))
    }
    if "GET" in names:
        names.add("HEAD")
    return tuple(sorted(names))


def _method(resource: Any, name: str) -> Any | None:
    if not name.isupper() or name[0] == "_":
        return None
    found = getattr(_holder(resource), name, None)
    return found if callable(found) else None


def _names(resource: Any) -> Iterable[str]:
    # What dir() would list, without sorting the forty names that each object has.
    kind: Any = type(resource)
    if isinstance(resource, type) or kind.__dir__ is not object.__dir__:
        return dir(resource)
    names = list(getattr(resource, "__dict__", ()))
    for base in kind.__mro__[:-1]:
        names += base.__dict__
    return names


def _config(handler: Any) -> Mapping[str, Any] | None:
    config: Mapping[str, Any] | None = getattr(_holder(handler), "_cp_config", None)
    return config


def _holder(node: Any) -> Any:
    # A method looks its attributes up on its function, ten times as slowly as we do.
    return node.__func__ if type(node) is MethodType else node
