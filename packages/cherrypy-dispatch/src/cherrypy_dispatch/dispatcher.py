"""The usual dispatcher: a page is found by attribute look-up along the path.

Dispatchers are thin: what they find is a `Match`, and they write it into the current request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from cherrypy_dispatch.choice import chosen
from cherrypy_dispatch.handlers import LateParamPageHandler
from cherrypy_dispatch.match import Match
from cherrypy_dispatch.merging import merge
from cherrypy_dispatch.names import (
    Naming,
    Translation,
    punctuation_to_underscores,
    spares_identifiers,
    validate_translator,
)
from cherrypy_dispatch.walk import walk_to
from cherrypy_httputil import NotFound
from cherrypy_serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cherrypy_dispatch.match import Fields
    from cherrypy_dispatch.places import Sections
    from cherrypy_dispatch.request import DispatchRequest

_new = tuple.__new__  # makes a named tuple in half the time of calling its class


class Dispatcher:
    """Find the page for a path in a tree of objects.

    Subclasses override `__call__` to choose another path, or `find_handler` to find a page
    otherwise.

    Args:
        dispatch_method_name: The method that a node is asked with for what is no attribute of it.
        translate: From characters in segments to those in attribute names; see `Translation`.

    Raises:
        TypeError: if `translate` is not a dict.

    Examples:
        >>> from cherrypy_dispatch import expose
        >>> class Site:
        ...     @expose
        ...     def hello(self, name="world"):
        ...         return f"Hello {name}!"
        >>> match = Dispatcher().match(Site(), {"/hello": {"tools.gzip.on": True}}, "/hello/reader")
        >>> match.handler(*match.args), list(match.layers)
        ('Hello reader!', [('/hello', {'tools.gzip.on': True})])
    """

    dispatch_method_name: str = "_cp_dispatch"
    """The method that a node is asked with for what is no attribute of it."""

    direct: ClassVar[bool] = True
    """Whether neither `__call__` nor `find_handler` is overridden, so `match` says it all.

    Whoever has a request at hand may then call `match` (or `fields`) and write its answer itself.
    """

    def __init_subclass__(cls, *, direct: bool | None = None, **options: Any) -> None:
        """Note whether the subclass overrides what `match` cannot know of."""
        super().__init_subclass__(**options)
        if direct is None:
            parent = next(base for base in cls.__mro__[1:] if issubclass(base, Dispatcher))
            direct = parent.direct and all(
                getattr(cls, name) is getattr(parent, name) for name in ("__call__", "find_handler")
            )
        cls.direct = direct
        if "match" in vars(cls) and "fields" not in vars(cls):
            cls.fields = cls.match  # type: ignore[method-assign]

    def __init__(
        self,
        dispatch_method_name: str | None = None,
        translate: Translation = punctuation_to_underscores,
    ) -> None:
        validate_translator(translate)
        self.translate = translate
        if dispatch_method_name:
            self.dispatch_method_name = dispatch_method_name

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if name in ("translate", "dispatch_method_name"):
            spares = spares_identifiers(self.translate)
            self._naming = Naming(self.translate, spares, self.dispatch_method_name)

    def __call__(self, path_info: str) -> None:
        """Set `handler` on the current request, and what `find_handler` sets there.

        The handler is a `LateParamPageHandler`, or a `NotFound` that is raised when it is called.
        """
        handler, vpath = self.find_handler(path_info)
        serving.request.handler = NotFound() if handler is None else page(handler, vpath)

    def find_handler(self, path: str) -> tuple[Any | None, list[str]]:
        """Return the published callable for a path, or None, and its positional arguments.

        It sets `config` on the current request and, if there is a page, `is_index`. What was found
        for the handler on the way it adds to `params`.
        """
        request: DispatchRequest = serving.request
        match = self._locate(request, path)
        request.config = merge(match.layers, getattr(request, "base_config", None))
        if match.handler is not None:
            request.is_index = match.is_index
        if match.kwargs:
            request.params.update(match.kwargs)
        return match.handler, list(match.args)

    def match(
        self,
        root: Any,
        app_config: Sections,
        path_info: str,
        method: str = "GET",  # noqa: ARG002 - for dispatchers that look at it
    ) -> Match:
        """Return what a path leads to.

        It reads and writes no request (but `_cp_dispatch` methods and `popargs` on the way may).

        Args:
            root: The published tree.
            app_config: Config by path; "/" for the root.
            path_info: The path below the mount point, decoded but for `%2F`.
            method: The request's method.
        """
        return _new(Match, walk_to(chosen, root, path_info, app_config, self._naming))

    def fields(
        self,
        root: Any,
        app_config: Sections,
        path_info: str,
        method: str = "GET",  # noqa: ARG002 - as above
    ) -> Fields:
        """Return what `match` does, as a plain tuple; where that is overridden, it is the same."""
        return walk_to(chosen, root, path_info, app_config, self._naming)

    def _locate(self, request: DispatchRequest, path: str) -> Match:
        app = request.app
        return self.match(app.root, app.config, path, request.method)


def page(handler: Callable[..., Any], vpath: Sequence[str]) -> LateParamPageHandler:
    """Return the page of a handler whose positional arguments are segments, `%2F` decoded."""
    if not vpath:
        return LateParamPageHandler(handler)
    return LateParamPageHandler(handler, *[part.replace("%2F", "/") for part in vpath])
