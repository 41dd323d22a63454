"""Let a body consist of iterables of iterables: the `flatten` tool.

The nesting may be as deep as its makers like, so it is walked with a list and not with calls; and
whatever was begun is closed when the body is, in whichever place that is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cherrypy_httputil import RequestMessage, ResponseMessage


def flatten(
    request: RequestMessage,  # noqa: ARG001 - every tool takes the exchange
    response: ResponseMessage,
    debug: bool = False,  # noqa: ARG001 - documented option; there is no decision to report
) -> None:
    """Replace the body by one that yields what its iterables, and those in them, yield.

    Args:
        request: The request; it is not read.
        response: The response whose body is replaced.
        debug: Accepted for the documented signature; nothing is decided here.

    Examples:
        >>> from webob import Request, Response
        >>> response = Response(app_iter=[b"a", [b"b", iter([b"c"])]])
        >>> flatten(Request.blank("/"), response)
        >>> response.body
        b'abc'
    """
    response.app_iter = Flattened(response.app_iter)


class Flattened:
    """The chunks of nested iterables, one after the other.

    Args:
        body: Chunks, and iterables of chunks and of iterables. None in it is left out.

    Examples:
        >>> list(Flattened([b"a", [b"b", iter([b"c"])], None]))
        [b'a', b'b', b'c']
    """

    def __init__(self, body: Iterable[Any]) -> None:
        self._open: list[Any] = [body]
        self._running: list[Iterator[Any]] = []

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if not self._running:
            if not self._open:
                raise StopIteration
            self._running.append(iter(self._open[0]))
        while self._running:
            try:
                chunk = next(self._running[-1])
            except StopIteration:
                self._running.pop()
                _close(self._open.pop())
                continue
            if isinstance(chunk, bytes | str):
                return chunk  # type: ignore[return-value] # text is for the encoder behind us
            if chunk is not None:
                self._open.append(chunk)
                self._running.append(iter(chunk))
        raise StopIteration

    def close(self) -> None:
        """Close every iterable that was begun and not finished, the innermost first."""
        self._running.clear()
        try:
            while self._open:
                _close(self._open.pop())
        finally:
            if self._open:
                self.close()


def _close(body: Any) -> None:
    close = getattr(body, "close", None)
    if close is not None:
        close()
