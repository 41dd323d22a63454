"""A dispatcher in front of another, for XML-RPC: its clients post to one url, often "/RPC2"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cherrypy_dispatch.dispatcher import Dispatcher

if TYPE_CHECKING:
    from collections.abc import Callable


def XMLRPCDispatcher(  # noqa: N802 - the documented name
    next_dispatcher: Callable[[str], Any] = Dispatcher(),  # noqa: B008 - it keeps no state
) -> Callable[[str], Any]:
    """Return a dispatcher that hands on the path as `patched_path` makes it.

    Examples:
        >>> XMLRPCDispatcher(print)("/RPC2/sums")  # in place of a dispatcher
        /sums/
    """

    def dispatch(path_info: str) -> Any:
        return next_dispatcher(patched_path(path_info))

    return dispatch


def patched_path(path: str) -> str:
    """Return the path with a slash at its end, and without a leading "/RPC2".

    Examples:
        >>> patched_path("/RPC2/sums"), patched_path("/sums")
        ('/sums/', '/sums/')
    """
    if not path.endswith("/"):
        path += "/"
    return path[5:] if path.startswith("/RPC2/") else path
