"""The usual tools by their documented names; here are those about paths and parameters."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import cherrypy_tools
from cherrypy_serving import ambient, prepared
from cherrypy_web import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cherrypy.lib.fields import (
        ResponseTool,
        autovary,
        ignore_headers,
        referer,
        response_headers,
        secure_headers,
    )
    from cherrypy.lib.logins import SessionAuth, session_auth
    from cherrypy.lib.negotiation import accept, allow, validate_etags, validate_since
    from cherrypy.lib.redirections import redirect, trailing_slash
    from cherrypy.lib.reports import log_hooks, log_request_headers, log_traceback
    from cherrypy_tools import MonitoredHeaderMap
else:
    _NAMES = {
        "cherrypy.lib.fields": "ResponseTool autovary ignore_headers referer response_headers"
        " secure_headers",
        "cherrypy.lib.logins": "SessionAuth session_auth",
        "cherrypy.lib.negotiation": "accept allow validate_etags validate_since",
        "cherrypy.lib.redirections": "redirect trailing_slash",
        "cherrypy.lib.reports": "log_hooks log_request_headers log_traceback",
        "cherrypy_tools": "MonitoredHeaderMap",
    }
    _HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}

    def __getattr__(name: str) -> object:
        """Import what is asked for the first time."""
        if name not in _HOMES:
            raise AttributeError(f"module 'cherrypy.lib.cptools' has no attribute {name!r}")
        return getattr(import_module(_HOMES[name]), name)

    def __dir__() -> list[str]:
        """Return what there is, imported or not."""
        return sorted({*globals(), *__all__})


__all__ = [
    "MonitoredHeaderMap",
    "ResponseTool",
    "SessionAuth",
    "accept",
    "allow",
    "autovary",
    "convert_params",
    "flatten",
    "ignore_headers",
    "log_hooks",
    "log_request_headers",
    "log_traceback",
    "proxy",
    "redirect",
    "referer",
    "response_headers",
    "secure_headers",
    "session_auth",
    "trailing_slash",
    "validate_etags",
    "validate_since",
]

flatten: Final = ambient(cherrypy_tools.flatten)


@prepared
def proxy(
    base: str | None = None,
    local: str = "X-Forwarded-Host",
    remote: str = "X-Forwarded-For",
    scheme: str = "X-Forwarded-Proto",
    debug: bool = False,
    *,
    trusted: str | Sequence[str] | None = None,
    hops: int | None = None,
    forwarded: bool = False,
) -> Callable[[Any, Any], None]:
    """Set ``request.base`` and ``request.remote.ip`` to what the proxies on the way tell.

    The options are those of `cherrypy_tools.proxy`. Without ``trusted``, whoever reaches this
    server is believed.

    Raises:
        HTTPError: 400, a header that is believed holds no scheme or no host.
        ValueError: A member of ``trusted`` is no network, or ``hops`` is below 1.
    """
    cherrypy_tools.believed_peers(trusted, hops)

    def learn(request: Any, response: Any) -> None:
        origin = cherrypy_tools.proxy(
            reading(request),
            response,
            base,
            local,
            remote,
            scheme,
            debug,
            own_base=request.base,
            peer=request.remote.ip,
            trusted=trusted,
            hops=hops,
            forwarded=forwarded,
        )
        request.base = origin.base
        if origin.remote_ip is not None:
            request.remote.ip = request.remote.name = origin.remote_ip

    return learn


@ambient
def convert_params(
    request: Any,
    response: Any,  # noqa: ARG001 - every tool takes the exchange
    exception: type[BaseException] | tuple[type[BaseException], ...] = ValueError,
    error: int | str = 400,
) -> None:
    """Convert the parameters of the request as the annotations of its page say.

    Args:
        request: The running request.
        response: Its response.
        exception: What a converter raises for a value that it cannot convert.
        error: The status of the response then.

    Raises:
        HTTPError: ``error``, with every parameter that could not be converted.
    """
    page = getattr(request.handler, "callable", None)
    if page is not None:
        found = cherrypy_tools.convert_params(request.params, page, exception, error)
        request.params.update(found)
