"""What a dispatcher needs of the request that it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from cherrypy_serving import serving

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping


class DispatchApplication(Protocol):
    """What is published, and its config.

    Examples:
        >>> from types import SimpleNamespace
        >>> app: DispatchApplication = SimpleNamespace(root=object(), config={"/": {"site": 1}})
        >>> app.config["/"]
        {'site': 1}
    """

    root: Any
    config: Mapping[str, Mapping[str, Any]]


class DispatchRequest(Protocol):
    """The current request, as far as dispatchers and page handlers read and write it.

    Beside these they read, if it is there, `base_config`: the config on which that of the
    application is laid (the global one). Without it there is none. A `RoutesDispatcher` also reads
    `scheme` and `wsgi_environ`, if they are there.

    Examples:
        >>> from cherrypy_serving import serving
        >>> from types import SimpleNamespace
        >>> from cherrypy_dispatch import Dispatcher, expose
        >>> app = SimpleNamespace(root=SimpleNamespace(index=expose(lambda: "Hello")), config={})
        >>> _ = serving.load(SimpleNamespace(app=app, method="GET", params={}, config=None), None)
        >>> Dispatcher()("/")
        >>> serving.request.handler(), serving.request.is_index
        ('Hello', True)
        >>> serving.clear()
    """

    app: DispatchApplication
    method: str
    headers: Mapping[str, str]
    params: MutableMapping[str, Any]

    show_mismatched_params: bool
    """Whether the answer to wrong parameters names them."""

    body: Any
    """Its `params`, a mapping or None, are the parameters that came in the body."""

    handler: Any
    """Set to a callable without parameters that makes the page, or raises."""

    config: dict[str, Any] | None
    """Set to a new dict with the config in force."""

    is_index: bool | None
    """Set to whether the url should end in a slash."""


def body_params(request: Any) -> Mapping[str, Any]:
    """Return the parameters that came in the body of the request; none if there is no body."""
    return getattr(getattr(request, "body", None), "params", None) or {}


def publish(values: dict[str, str]) -> None:
    """Add arguments to the parameters of the request that is being served, if there is one."""
    # Not serving.request: that makes a default where there is none.
    request = serving.peek("request")
    if request is not None:
        request.params.update(values)
