"""What a site publishes at which path, as lines of text."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from cherrypy.assembly.favicon import is_favicon
from cherrypy_dispatch import Dispatcher, MethodDispatcher, RoutesDispatcher, walk_site
from cherrypy_web import Application

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cherrypy_dispatch import Published
    from cherrypy_web import Tree

__all__ = ["table"]

Row = tuple[str, str, str]


def table(tree: Tree) -> Iterator[str]:
    """Yield a line for each path of a site: the path, the methods, and what answers there.

    ``{name}`` stands for a segment, ``{name?}`` for one that may be missing, and ``{*name}`` for
    any number of them. Nothing is called.

    Args:
        tree: The applications.
    """
    rows = [row for name, app in sorted(tree.apps.items()) for row in _rows(name, app)]
    path_width = max((len(path) for path, _, _ in rows), default=0)
    methods_width = max((len(methods) for _, methods, _ in rows), default=0)
    for path, methods, answer in rows:
        yield f"{path:{path_width}}  {methods:{methods_width}}  {answer}"


def _rows(script_name: str, app: Any) -> Iterator[Row]:
    if not isinstance(app, Application):
        yield f"{script_name}/{{*}}", "", f"WSGI application {_name(app)}"
        return
    elsewhere: dict[int, tuple[str, Any]] = {}
    for published in walk_site(app.root):
        if is_favicon(published.handler):
            continue
        dispatcher = app.find_config(published.pattern, "request.dispatch", _USUAL)
        if isinstance(dispatcher, Dispatcher):
            yield from _row(script_name, published, dispatcher)
    for section in sorted(app.config):
        dispatcher = app.config[section].get("request.dispatch", _USUAL)
        if not isinstance(dispatcher, Dispatcher):
            elsewhere.setdefault(id(dispatcher), (section, dispatcher))
    for section, dispatcher in elsewhere.values():
        yield from _others(script_name, section, dispatcher)


_USUAL = Dispatcher()


def _row(script_name: str, published: Published, dispatcher: Dispatcher) -> Iterator[Row]:
    by_method = isinstance(dispatcher, MethodDispatcher)
    if by_method and published.methods:
        methods = ", ".join(published.methods)
        yield script_name + published.pattern, methods, _name(published.handler)
    elif not by_method and published.kind != "resource":
        yield script_name + published.pattern, "", _answer(published)


def _answer(published: Published) -> str:
    if published.kind == "dispatch":
        return f"decided by {_name(published.handler)}"
    return f"{_name(published.handler)}{inspect.Signature(published.parameters)}"


def _others(script_name: str, section: str, dispatcher: Any) -> Iterator[Row]:
    """Yield what a dispatcher answers that does not walk along attributes."""
    if isinstance(dispatcher, RoutesDispatcher):
        yield from _routes(script_name, dispatcher)
    else:
        below = section.rstrip("/")
        yield f"{script_name}{below}/{{*}}", "", f"decided by {_name(dispatcher)}"


def _routes(script_name: str, dispatcher: RoutesDispatcher) -> Iterator[Row]:
    for route in dispatcher.mapper.matchlist:
        conditions = route.conditions or {}
        methods: Iterable[str] = conditions.get("method", ())
        controller = dispatcher.controllers.get(route.defaults.get("controller"))
        action = route.defaults.get("action", "{action}")
        yield script_name + route.routepath, ", ".join(methods), f"{_name(controller)}.{action}"


def _name(found: Any) -> str:
    """Return what a person would look for: a dotted name."""
    named = inspect.unwrap(found) if callable(found) else found
    if not hasattr(named, "__qualname__"):
        named = type(named)
    return f"{named.__module__}.{named.__qualname__}"
