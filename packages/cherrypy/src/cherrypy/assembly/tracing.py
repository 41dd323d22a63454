"""The tool that makes spans of requests. What it needs is loaded when config turns it on."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from cherrypy.assembly.urlpatterns import NO_PAGE, url_pattern
from cherrypy_httputil import InternalRedirect
from cherrypy_serving import ambient
from cherrypy_web import HOOK_POINTS, Hook, Tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from opentelemetry.trace import TracerProvider

    from cherrypy_diagnostics.opentelemetry import RequestSpan, RequestTracer

__all__ = ["OpenTelemetryTool"]

_running: Final[dict[int, RequestSpan]] = {}
"""The spans of running requests, by the identities of those; see `cherrypy_web.layout`."""

FIRST: Final = -1
LAST: Final = 101


class OpenTelemetryTool(Tool[...]):
    """Make a span of each request, from the dispatch to the last byte of the answer.

    Its options are those of `_options`.
    """

    def __init__(self) -> None:
        super().__init__("on_start_resource", _options, priority=FIRST)

    def hooks(self, options: dict[str, Any]) -> Iterable[tuple[str, Hook]]:
        """Return a hook for each point, and those that begin and end the span."""
        from cherrypy_diagnostics.opentelemetry import RequestTracer  # noqa: PLC0415 - an extra

        tracer = RequestTracer(options.get("provider"))
        begin = _beginning(tracer, query=options.get("query", False))
        yield "on_start_resource", Hook(ambient(begin), priority=FIRST)
        for point in HOOK_POINTS:
            yield point, Hook(ambient(_event(point)), failsafe=True, priority=FIRST)
        yield "before_error_response", Hook(ambient(_fail), failsafe=True, priority=FIRST)
        for point in ("on_end_resource", "after_error_response"):
            yield point, Hook(ambient(_wrap), failsafe=True, priority=LAST)
        yield "on_end_request", Hook(ambient(_end), failsafe=True, priority=LAST)


def _options(provider: TracerProvider | None = None, query: bool = False) -> None:
    """Make a span of each request.

    Args:
        provider: Where spans go; by default the global provider.
        query: Whether a span has the query string, in which there may be secrets.
    """


def _beginning(tracer: RequestTracer, *, query: bool) -> Callable[[Any, Any], None]:
    def begin(request: Any, response: Any) -> None:  # noqa: ARG001 - what hooks are given
        page = url_pattern(request)
        is_route = page.startswith("/")
        attributes = _described(request)
        if not is_route and page != NO_PAGE:
            attributes["code.function.name"] = page
        if query and request.query_string:
            attributes["url.query"] = request.query_string
        _running[id(request)] = tracer.begin(
            request.method, page if is_route else "", _Fields(request), attributes
        )

    return begin


class _Fields(Mapping[str, str]):
    """The header fields of a request, none of which is looked at before it is asked for."""

    def __init__(self, request: Any) -> None:
        self._request = request

    def __getitem__(self, name: str) -> str:
        value: str = self._request.peek_header(name.title())
        if not value:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._request.headers)

    def __len__(self) -> int:
        return len(self._request.headers)


def _described(request: Any) -> dict[str, str | int]:
    """Return what a request tells of itself, under the names of the semantic conventions."""
    attributes: dict[str, str | int] = {
        "url.scheme": request.scheme,
        "url.path": f"{request.script_name}{request.path_info}",
        "network.protocol.version": request.request_protocol.partition("/")[2],
        "network.peer.address": request.remote.ip,
    }
    if (port := request.remote.port) > 0:
        attributes["network.peer.port"] = port
    if agent := request.peek_header("User-Agent"):
        attributes["user_agent.original"] = agent
    return attributes


def _addressed(request: Any) -> dict[str, str | int]:
    """Return who asked whom, which the tool ``proxy`` knows."""
    attributes: dict[str, str | int] = {"client.address": request.remote.ip}
    try:
        server = urlsplit(request.base)
        host, port = server.hostname, server.port
    except ValueError:  # a port beyond 65535, for example: the client has written it
        return attributes
    if host:
        attributes["server.address"] = host
    if port:
        attributes["server.port"] = port
    return attributes


def _event(point: str) -> Callable[[Any, Any], None]:
    def note(request: Any, response: Any) -> None:  # noqa: ARG001 - what hooks are given
        span = _running.get(id(request))
        if span is not None and span.span.is_recording():
            span.event(point, [_name(hook) for hook in request.hooks_at(point) if _is_other(hook)])

    return note


def _is_other(hook: Hook) -> bool:
    return getattr(hook.callback, "__module__", None) != __name__


def _name(hook: Hook) -> str:
    callback = hook.callback
    return getattr(callback, "__qualname__", None) or type(callback).__qualname__


def _fail(request: Any, response: Any) -> None:  # noqa: ARG001 - what hooks are given
    span, error = _running.get(id(request)), sys.exception()
    if span is not None and error is not None:
        span.fail(error)


def _wrap(request: Any, response: Any) -> None:
    """Let a body that runs code of its own run it with the span current."""
    from cherrypy_diagnostics.opentelemetry import TracedBody  # noqa: PLC0415 - loaded by now

    span, body = _running.get(id(request)), response.body
    if span is not None and not (isinstance(body, list | TracedBody) or hasattr(body, "as_file")):
        response.body = TracedBody(body, span)


def _end(request: Any, response: Any) -> None:
    span, error = _running.pop(id(request), None), sys.exception()
    if span is None:
        return
    has_answer = bool(response.status_line)
    if not has_answer and isinstance(error, Exception) and not isinstance(error, InternalRedirect):
        span.fail(error)
    attributes = _addressed(request) if span.span.is_recording() else {}
    span.end(response.status_code if has_answer else None, attributes)
