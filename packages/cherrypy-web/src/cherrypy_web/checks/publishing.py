"""Applications whose objects are not published as they seem to be."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from cherrypy_dispatch import Dispatcher
from cherrypy_web.checks.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cherrypy_web.application import Application
    from cherrypy_web.checks.findings import Site

__all__ = ["unpublished"]


def unpublished(site: Site) -> Iterator[Finding]:
    """Find roots that are classes, pages without the mark, and pages that take no ``self``.

    Only the root itself is looked at, and only where the usual dispatcher answers for it. A root
    that is a page needs no others.
    """
    for name, app in site.apps.items():
        if app.root is None or getattr(app.root, "exposed", False) or not _walks(app, site):
            continue
        where = f"application {name or '/'!r}"
        if isinstance(app.root, type):
            if any(_is_page(member) for member in vars(app.root).values()):
                yield Finding(
                    f"The root of the application is the class {app.root.__name__}, whose pages "
                    "need an object.",
                    f"Mount an object of it: {app.root.__name__}().",
                    where,
                )
            continue
        yield from (
            Finding(what, advice, where)
            for method, function in _functions(app.root)
            for what, advice in _faults(f"{type(app.root).__name__}.{method}", method, function)
        )


def _walks(app: Application, site: Site) -> bool:
    config = {**site.config, **app.config.get("/", {})}
    return type(config.get("request.dispatch", app.request_class.dispatch)) is Dispatcher


def _functions(root: object) -> Iterator[tuple[str, Callable[..., Any]]]:
    kind = type(root)
    for method in dir(kind):
        member = inspect.getattr_static(kind, method)
        if inspect.isfunction(member) and method not in getattr(root, "__dict__", ()):
            yield method, member


def _is_page(member: object) -> bool:
    return inspect.isfunction(member) and bool(getattr(member, "exposed", False))


def _faults(name: str, method: str, function: Callable[..., Any]) -> Iterator[tuple[str, str]]:
    if _is_page(function):
        if not inspect.signature(function).parameters:
            yield f"The page {name} takes no argument.", f"Write def {method}(self)."
    elif method in {"index", "default"}:
        yield f"{name} is not exposed, so it is no page.", "Write @cherrypy.expose above it."
