"""Spans of requests for OpenTelemetry, on its API alone (the extra ``opentelemetry``).

A span is current where the request is worked on, and nowhere else: what belongs to a thread is put
back as it was, also where the body is made in another thread, or closed in another.
"""

from __future__ import annotations

from http import HTTPMethod
from logging import Filter, LogRecord
from traceback import format_exception
from typing import TYPE_CHECKING, Final, TypeVar

try:
    from opentelemetry import context as contexts
    from opentelemetry import propagate, trace
    from opentelemetry.trace import SpanKind, Status, StatusCode, TracerProvider
except ModuleNotFoundError as _error:
    raise ModuleNotFoundError(
        "spans of requests need opentelemetry-api: "
        "pip install 'cherrypy-diagnostics[opentelemetry]'",
        name=_error.name,
    ) from _error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from opentelemetry.context import Context
    from opentelemetry.trace import Span

__all__ = ["RequestSpan", "RequestTracer", "TraceFilter", "TracedBody"]

T = TypeVar("T")

_METHODS: Final = frozenset(method.value for method in HTTPMethod)
_OTHER: Final = "_OTHER"  # the conventions' word for methods that nobody knows
_OURS: Final = contexts.create_key("cherrypy-request-span")
_FAILED: Final = 500


class RequestTracer:
    """Begins the spans of requests.

    Args:
        provider: Where spans go; by default the global provider, which the program's set-up of
            OpenTelemetry makes. Without one, spans are not recorded, but trace contexts are known.

    Raises:
        TypeError: It is something else.
    """

    def __init__(self, provider: TracerProvider | None = None) -> None:
        if provider is not None and not isinstance(provider, TracerProvider):
            raise TypeError(f"the provider of spans has to be a TracerProvider, not {provider!r}")
        self._tracer = trace.get_tracer("cherrypy_diagnostics", None, provider)

    def begin(
        self,
        method: str,
        route: str,
        headers: Mapping[str, str],
        attributes: Mapping[str, str | int],
    ) -> RequestSpan:
        """Begin the span of a request, and make it the current one.

        It is a child of the span that is current, of one that a program's own WSGI middleware made
        for example. Where there is none, its parent is what the header fields tell, by W3C Trace
        Context unless the program's set-up has others.

        Args:
            method: The method of the request.
            route: The url pattern of the page, or an empty text.
            headers: The header fields; names are looked up in lower case.
            attributes: What else is known of the request, by the semantic conventions for HTTP.
        """
        known = method if method in _METHODS else _OTHER
        attributes = {**attributes, "http.request.method": known}
        if known == _OTHER:
            attributes["http.request.method_original"] = method
        if route:
            attributes["http.route"] = route
        outer = _outer()
        parent = outer
        if not trace.get_current_span(outer).get_span_context().is_valid:
            parent = propagate.extract(headers, outer)
        span = self._tracer.start_span(
            f"{'HTTP' if known == _OTHER else method} {route}".rstrip(),
            parent,
            SpanKind.SERVER,
            attributes,
        )
        return RequestSpan(span, parent, outer)


def _outer() -> Context:
    """Return the current context, without a request in it that ended elsewhere."""
    outer = contexts.get_current()
    while isinstance(left := contexts.get_value(_OURS, outer), RequestSpan) and left.is_over:
        outer = left.outer
    return outer


class RequestSpan:
    """The span of one request, which is current as soon as this is made.

    Args:
        span: The span.
        parent: The context that it began in.
        outer: The context that is to be current after it.

    Attributes:
        is_over: Whether it has ended.
    """

    def __init__(self, span: Span, parent: Context, outer: Context) -> None:
        self.span = span
        self.outer = outer
        self.is_over: bool = False
        self._error: BaseException | None = None
        # Without a provider, some versions have no span: then the client's is current.
        is_real = span.get_span_context().is_valid
        inner = trace.set_span_in_context(span, parent) if is_real else parent
        self._context = contexts.set_value(_OURS, self, inner)
        contexts.attach(self._context)

    def event(self, name: str, hooks: Sequence[str]) -> None:
        """Note that the request reached a point.

        Args:
            name: The name of the point.
            hooks: The names of the hooks that run there.
        """
        if hooks and self.span.is_recording():
            self.span.add_event(name, {"cherrypy.hooks": hooks})

    def fail(self, error: BaseException) -> None:
        """Note an unexpected error; one that is told again counts once."""
        if error is self._error:
            return
        self._error = error
        self.span.set_attribute("error.type", _type_name(error))
        if self.span.is_recording():
            message = _sendable(_message(error))
            self.span.set_status(Status(StatusCode.ERROR, f"{type(error).__name__}: {message}"))
            self.span.add_event("exception", _described(error, message))

    def end(self, status: int | None, attributes: Mapping[str, str | int]) -> None:
        """End the span, once, and make the outer context current where it still is this one.

        Args:
            status: The code of the status that was answered, if any; from 500 on, it is an error.
            attributes: What is known only now.
        """
        if self.is_over:
            return
        self.is_over = True
        self.span.set_attributes(attributes)
        if status is not None:
            self.span.set_attribute("http.response.status_code", status)
            if status >= _FAILED and self._error is None:
                self.span.set_attribute("error.type", str(status))
                self.span.set_status(Status(StatusCode.ERROR))
        self._error = None  # its traceback refers to everything
        self.span.end()
        if contexts.get_value(_OURS) is self:
            contexts.attach(self.outer)

    def run(self, function: Callable[[], T]) -> T:
        """Return what a function returns, called with the span current; note what it raises."""
        before = contexts.get_current()
        contexts.attach(self._context)
        try:
            return function()
        except StopIteration:
            raise
        except Exception as error:
            self.fail(error)
            raise
        finally:
            # Not detach: its token would be of another context, if the server makes it change.
            contexts.attach(before)


class TracedBody:
    """A body, each piece of which is made with the span of its request current.

    Args:
        pieces: The body.
        span: The span.
    """

    def __init__(self, pieces: Iterable[bytes], span: RequestSpan) -> None:
        self._pieces = pieces
        self._iterator: Iterator[bytes] | None = None
        self._span = span

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        """Return the next piece; an error is noted in the span, and raised.

        Raises:
            StopIteration: There is none.
        """
        return self._span.run(self._next)

    def _next(self) -> bytes:
        if self._iterator is None:
            self._iterator = iter(self._pieces)
        return next(self._iterator)

    def close(self) -> None:
        """Close the body, if it can be closed."""
        close = getattr(self._pieces, "close", None)
        if close is not None:
            self._span.run(close)


class TraceFilter(Filter):
    """Gives log records the attributes ``trace_id`` and ``span_id`` while a span is current.

    Add one to a handler whose formatter shows them. One that writes JSON has them as members.
    """

    def filter(self, record: LogRecord) -> bool:
        """Let a record pass, with the two attributes if there is a span."""
        current = trace.get_current_span().get_span_context()
        if current.is_valid:
            record.trace_id = trace.format_trace_id(current.trace_id)
            record.span_id = trace.format_span_id(current.span_id)
        return True


def _type_name(error: BaseException) -> str:
    kind = type(error)
    name = kind.__qualname__
    return name if kind.__module__ == "builtins" else f"{kind.__module__}.{name}"


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - a __str__ may raise anything
        return ""


def _described(error: BaseException, message: str) -> dict[str, str]:
    """Return what the conventions say of an exception; `record_exception` fails where it does."""
    trace_back = "".join(format_exception(error))
    return {
        "exception.type": _type_name(error),
        "exception.message": message,
        "exception.stacktrace": _sendable(trace_back),
    }


def _sendable(text: str) -> str:
    """Return a text that UTF-8 can have: one other, and an exporter loses all that it sends."""
    return text.encode("utf-8", "backslashreplace").decode()
