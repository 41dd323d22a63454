"""Whether pages of other origins may see the running response.

A preflight is complete as soon as it is answered: it comes without credentials, so nothing that
asks for them, and no handler, may see it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, ParamSpec

from cherrypy_httputil import HTTPRedirect
from cherrypy_serving import ambient, prepared
from cherrypy_tools import CorsPolicy, set_vary_header
from cherrypy_web import Hook, Tool, reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["CorsTool", "PreflightAnswered", "check"]

P = ParamSpec("P")

ANY = "*"


class PreflightAnswered(HTTPRedirect):
    """Raised to end a request whose response is complete; what remains of the stages is left out.

    It is one of the two kinds of exceptions that are an answer. It leads nowhere.
    """

    statuses: ClassVar[frozenset[int]] = frozenset({204})

    def __init__(self) -> None:
        super().__init__([], 204)

    def set_response(self) -> None:
        """Leave the response as it is."""


@prepared
def check(
    origins: str | Sequence[str] = (),
    methods: str | Sequence[str] = ("GET", "HEAD", "POST"),
    headers: str | Sequence[str] = (),
    expose: str | Sequence[str] = (),
    credentials: bool = False,
    max_age: int = 600,
    debug: bool = False,
) -> Callable[[Any, Any], None]:
    """Tell a browser whether the page that sent the running request may see the response.

    The options are those of `cherrypy_tools.CorsPolicy`.

    Raises:
        PreflightAnswered: The request is a preflight, and its response is complete.
        ValueError: An option is malformed, or credentials are allowed for every origin.
    """
    policy = CorsPolicy(origins, methods, headers, expose, credentials, max_age, debug)

    def tell(request: Any, response: Any) -> None:
        if policy(reading(request), response):
            raise PreflightAnswered

    return tell


@ambient
def _vary(request: Any, response: Any) -> None:  # noqa: ARG001 - every tool takes the exchange
    set_vary_header(response, "Origin")


class CorsTool(Tool[P]):
    """Tell browsers which pages may see a response, also one that is an error.

    An error response loses the field ``Vary`` of what it replaces; here it says again that it
    differs by ``Origin``, or a cache would give one origin what is meant for another.

    Args:
        callable: What tells them; see `Tool`.
    """

    def __init__(self, callable: Callable[P, object]) -> None:  # noqa: A002 - the documented name
        super().__init__("on_start_resource", callable, priority=10)

    def hooks(self, options: dict[str, Any]) -> Iterable[tuple[str, Hook]]:
        """Return the hook that sets the fields, and those that keep ``Vary`` in error responses."""
        yield self._point, self._hook(self.callable, options)
        origins = options.get("origins", ())
        if ANY not in ((origins,) if isinstance(origins, str) else origins):
            yield "before_finalize", Hook(_vary, failsafe=True, priority=99)
            yield "after_error_response", Hook(_vary, failsafe=True, priority=99)
