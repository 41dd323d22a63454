"""Find the page for a path."""

# ruff: noqa: PLC0415 - a peer is imported only in its own environment

import functools
from collections.abc import Callable
from typing import Any

CASES = {
    "dispatch-index": "/",
    "dispatch-shallow": "/about",
    "dispatch-deep": "/a/b/c/page",
    "dispatch-popargs": "/users/7/posts/12 by popargs",
    "dispatch-default": "/blog/2026/11/22 by default",
}

_PATHS = {
    "dispatch-index": "/",
    "dispatch-shallow": "/about",
    "dispatch-deep": "/a/b/c/page",
    "dispatch-popargs": "/users/7/posts/12",
    "dispatch-default": "/blog/2026/11/22",
}


def cherrypy(case: str) -> Callable[[], object]:
    """Find the handler, with the dispatcher that is the default, for the current request."""
    import cherrypy

    request = _bound_request()
    request.app = cherrypy.Application(_root(), "", {"/": {"tools.gzip.on": False}})
    dispatcher = cherrypy.dispatch.Dispatcher()
    dispatcher(_PATHS[case])
    if isinstance(request.handler, Exception):
        raise request.handler
    return functools.partial(dispatcher, _PATHS[case])


ours = cherrypy


def match(case: str) -> Callable[[], object]:
    """Find the match, without a request to write it into: what cherrypy-web does."""
    from cherrypy_dispatch import Dispatcher

    _bound_request()
    root, config = _root(), {"/": {"tools.gzip.on": False}}
    dispatcher = Dispatcher()
    if dispatcher.match(root, config, _PATHS[case]).handler is None:
        raise AssertionError(f"nothing found at {_PATHS[case]}")
    return functools.partial(dispatcher.match, root, config, _PATHS[case])


def _bound_request() -> Any:
    """Return a request that is bound as it is while it is served."""
    import cherrypy

    serving = cherrypy.serving
    request: Any = type(serving.request)(None, None)
    request.params = {}
    serving.load(request, type(serving.response)())
    return request


def _root() -> object:
    import cherrypy

    class Node:
        @cherrypy.expose
        def page(self) -> str:
            return ""

    class Blog:
        @cherrypy.expose
        def default(self, *parts: str) -> str:
            return "/".join(parts)

    @cherrypy.popargs("post")
    class Posts:
        @cherrypy.expose
        def index(self, user: str, post: str) -> str:
            return user + post

    @cherrypy.popargs("user")
    class Users:
        posts = Posts()

    class Root:
        a = Node()
        blog = Blog()
        users = Users()

        @cherrypy.expose
        def index(self) -> str:
            return ""

        about = index

    Root.a.b = Node()  # type: ignore[attr-defined]  # a tree is hung together at run time
    Root.a.b.c = Node()  # type: ignore[attr-defined]  # as above
    return Root()
