"""What mypy says of matches, handlers and dispatchers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_type

from cherrypy_dispatch import (
    Dispatcher,
    LateParamPageHandler,
    Layer,
    Match,
    MethodDispatcher,
    Published,
    VirtualHost,
    choose,
    merge,
    walk_site,
)

match = Dispatcher().match(object(), {"/": {"key": 1}}, "/")
assert_type(match, Match)
assert_type(match.args, tuple[str, ...])
assert_type(match.kwargs, dict[str, Any])
assert_type(match.is_index, bool)
assert_type(match.layers, Sequence[Layer])
assert_type(match.allow, tuple[str, ...])
assert_type(merge(match.layers), dict[str, Any])
assert_type([found for found in walk_site(object())], list[Published])  # noqa: C416 - its type

match.args = ()  # type: ignore[misc]
match.handlers  # type: ignore[attr-defined]  # noqa: B018 - only its type matters
Dispatcher().match(object(), {"/": 1}, "/")  # type: ignore[dict-item]
Dispatcher(translate="abc")  # type: ignore[arg-type]
VirtualHost(**{"example.com:8080": "/shop"})
VirtualHost(Dispatcher(), **{"example.com:8080": "/shop"})
VirtualHost(Dispatcher(), use_x_forwarded_host=False, **{"example.com:8080": "/shop"})
VirtualHost(next_dispatcher=Dispatcher(), example="/shop")
VirtualHost(host=1)  # type: ignore[call-overload]
LateParamPageHandler(3)  # type: ignore[arg-type]
choose()  # type: ignore[call-arg]
MethodDispatcher()(b"/")  # type: ignore[arg-type]


class Lower(Dispatcher):
    def __call__(self, path_info: str) -> None:
        super().__call__(path_info.lower())


class Wrong(Dispatcher):
    def find_handler(self, path: int) -> tuple[Any, list[str]]:  # type: ignore[override]
        return None, []
