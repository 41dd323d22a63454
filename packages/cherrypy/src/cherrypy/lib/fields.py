"""Tools for header fields of the running request and its response."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, ParamSpec

import cherrypy_tools
from cherrypy_serving import ambient, prepared
from cherrypy_tools import MonitoredHeaderMap
from cherrypy_web import Hook, Tool, reading

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

__all__ = [
    "ResponseTool",
    "autovary",
    "ignore_headers",
    "referer",
    "response_headers",
    "secure_headers",
]

P = ParamSpec("P")

ignore_headers: Final = ambient(cherrypy_tools.ignore_headers)


@prepared
def referer(
    pattern: str | re.Pattern[str],
    accept: bool = True,
    accept_missing: bool = False,
    error: int | str = 403,
    message: str = "Forbidden Referer header.",
    debug: bool = False,
) -> Callable[[Any, Any], None]:
    """Refuse the running request if its ``Referer`` does not match, or does.

    Args:
        pattern: A regular expression that is matched from the beginning of the field.
        accept: Take requests that match; if false, those that do not.
        accept_missing: Take requests without the field.
        error: The status of the refusal.
        message: What the refusal says.
        debug: Report the decision.

    Raises:
        HTTPError: ``error``, the request is refused.
        ValueError: ``pattern`` is no regular expression.
    """
    try:
        compiled = re.compile(pattern)
    except re.error as fault:
        raise ValueError(f"{pattern!r} is no regular expression: {fault}") from fault
    options = (compiled, accept, accept_missing, error, message, debug)
    return lambda request, response: cherrypy_tools.referer(reading(request), response, *options)


@prepared
def response_headers(
    headers: cherrypy_tools.HeaderItems | None = None,
    debug: bool = False,  # noqa: ARG001 - documented option
) -> Callable[[Any, Any], None]:
    """Set header fields of the running response, in place of those of the same names.

    Args:
        headers: Pairs of name and value, or a mapping of them.
        debug: Accepted for the documented signature.

    Raises:
        ValueError: A name is not a token, or a value holds a control character.
    """
    fields = cherrypy_tools.checked_fields(headers)

    def set_fields(request: Any, response: Any) -> None:  # noqa: ARG001 - every tool takes both
        for name, value in fields:
            response.headers[name] = value

    return set_fields


# Also where another hook of the point refuses the request: they may be what protects its visitor.


response_headers.failsafe = True  # type: ignore[attr-defined]  # what `cherrypy_web.Hook` asks


@prepared
def secure_headers(
    headers: Mapping[str, str | None] | None = None, hsts: int | None = None
) -> Callable[[Any, Any], None]:
    """Set the header fields that ask browsers for protection, where the response has none.

    The options are those of `cherrypy_tools.secure_headers`.

    Raises:
        ValueError: A name is no header name, a value holds a control character, or ``hsts`` is
            negative.
    """
    fields = cherrypy_tools.secure_fields(headers, hsts)
    return lambda _request, response: cherrypy_tools.set_missing(response, fields)


class ResponseTool(Tool[P]):
    """A tool for every response, also for the one to an unexpected error.

    Args:
        callable: What to call; see `Tool`.
        priority: See `Tool`.
    """

    def __init__(
        self,
        callable: Callable[P, object],  # noqa: A002 - the documented name
        priority: float = 50,
    ) -> None:
        super().__init__("before_finalize", callable, priority=priority)

    def hooks(self, options: dict[str, Any]) -> Iterable[tuple[str, Hook]]:
        """Return the hook, at the point before a response and at the one before an error's."""
        hook = self._hook(self.callable, options)
        return [(self._point, hook), ("after_error_response", hook)]


_vary: Final = ambient(cherrypy_tools.autovary)


@ambient
def autovary(
    request: Any,
    response: Any,  # noqa: ARG001 - every tool takes the exchange
    ignore: Collection[str] | None = None,
    debug: bool = False,
) -> None:
    """Let ``Vary`` name the header fields that are looked at from here on.

    Args:
        request: The running request; its headers are replaced by a map that takes notes.
        response: Its response.
        ignore: Names that do not count; by default those that describe the body that was sent, ask
            for a condition, or speak to caches.
        debug: Report the names.
    """
    request.base = request.base  # a cache knows the host already, so reading that shall not count
    request.headers = MonitoredHeaderMap(request.headers)
    request.hooks.attach("before_finalize", _vary, priority=95, ignore=ignore, debug=debug)
