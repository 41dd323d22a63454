"""Let pages of other origins use a resource: the `cors` tool, by the Fetch standard, section 3.3.

An origin is let in because the site names it, never because it asked. What a browser asks
beforehand, without credentials, is answered here and must not reach what demands credentials.
"""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from cherrypy_tools.set_headers import TOKEN
from cherrypy_tools.trace import trace
from cherrypy_tools.vary import set_vary_header

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cherrypy_httputil import RequestMessage, ResponseMessage

log: logging.Logger = logging.getLogger(__name__)

ANY = "*"
ORIGIN = re.compile(
    r"[a-z][a-z0-9+.-]*://(?:(?:\*\.)?[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]+)?|null"
)
ASKED_METHOD = "Access-Control-Request-Method"
ASKED_HEADERS = "Access-Control-Request-Headers"
MAX_ASKED = 1024
"""Characters of a list of field names that is answered."""


class CorsPolicy:
    """Who may do what: it answers any number of requests.

    Args:
        origins: Such as `https://example.com`; `https://*.example.com` for all hosts below;
            `*` for every origin. By default there is none.
        methods: The methods that pages may use; `*` for all.
        headers: The request fields that pages may set, beside the few that they always may; `*`
            for all.
        expose: The response fields that pages may read, beside the few that they always may; `*`
            for all, without credentials only.
        credentials: Let pages send cookies and passwords. It needs origins that are named.
        max_age: Seconds for which a browser keeps the answer to a preflight.
        debug: Report decisions at INFO.

    Raises:
        ValueError: An option is malformed, or credentials are allowed for every origin, or with
            `*` for `expose`.

    Attributes:
        varies: Whether responses differ by Origin.

    Examples:
        >>> from webob import Request, Response
        >>> policy = CorsPolicy("https://app.example.com")
        >>> request = Request.blank("/", headers={"Origin": "https://app.example.com"})
        >>> response = Response()
        >>> policy(request, response)  # it is no preflight
        False
        >>> response.headers["Access-Control-Allow-Origin"]
        'https://app.example.com'
    """

    def __init__(
        self,
        origins: str | Sequence[str] = (),
        methods: str | Sequence[str] = ("GET", "HEAD", "POST"),
        headers: str | Sequence[str] = (),
        expose: str | Sequence[str] = (),
        credentials: bool = False,
        max_age: int = 600,
        debug: bool = False,
    ) -> None:
        self._origins = _origins(_listed(origins), credentials)
        self._methods = _names(methods)
        self._headers = _names(headers)
        self._expose = ", ".join(_exposed(_names(expose), credentials))
        self._credentials = credentials
        self._max_age = str(_seconds(max_age))
        self._debug = debug
        self.varies: bool = self._origins != (ANY,)

    def __call__(self, request: RequestMessage, response: ResponseMessage) -> bool:
        """Answer as `cors` does."""
        origin = request.headers.get("Origin", "")
        if self.varies:
            set_vary_header(response, "Origin")
        # What does not vary is the same without an origin: a cache gives it to those who have one.
        if not origin and self.varies:
            return False
        is_preflight = bool(origin) and _asks_beforehand(request)
        allowed = not self.varies or is_allowed(origin, self._origins)
        trace(log, self._debug, "Origin %r: allowed is %s", origin, allowed)
        if allowed:
            self._allow(response, origin)
            if is_preflight:
                self._answer(request, response)
            elif self._expose:
                response.headers["Access-Control-Expose-Headers"] = self._expose
        if is_preflight:
            _finish(response)
        return is_preflight

    def _allow(self, response: ResponseMessage, origin: str) -> None:
        response.headers["Access-Control-Allow-Origin"] = origin if self.varies else ANY
        if self._credentials:
            response.headers["Access-Control-Allow-Credentials"] = "true"

    def _answer(self, request: RequestMessage, response: ResponseMessage) -> None:
        response.headers["Access-Control-Max-Age"] = self._max_age
        for allowed, asked, answer in (
            (self._methods, ASKED_METHOD, "Access-Control-Allow-Methods"),
            (self._headers, ASKED_HEADERS, "Access-Control-Allow-Headers"),
        ):
            # With credentials a browser takes no star for an answer: what it asked for is named.
            names = _asked(request, asked) if ANY in allowed else allowed
            if names:
                response.headers[answer] = ", ".join(names)


def cors(
    request: RequestMessage,
    response: ResponseMessage,
    origins: str | Sequence[str] = (),
    methods: str | Sequence[str] = ("GET", "HEAD", "POST"),
    headers: str | Sequence[str] = (),
    expose: str | Sequence[str] = (),
    credentials: bool = False,
    max_age: int = 600,
    debug: bool = False,
) -> bool:
    """Tell a browser whether the page that sent the request may see the response.

    Nothing is refused here: without the fields, it is the browser that keeps the response from the
    page. Methods that change something need protection of their own, such as `csrf`.

    Args:
        request: The request; its method, Origin and the two fields of a preflight are read.
        response: The response whose fields are set.
        origins: This and the other options are those of a `CorsPolicy`.
        methods: See there.
        headers: See there.
        expose: See there.
        credentials: See there.
        max_age: See there.
        debug: See there.

    Returns:
        True if the request is a preflight: the response is complete, and nothing else, also no
        check of credentials, is to be done.

    Raises:
        ValueError: An option is malformed, or credentials are allowed for every origin.

    Examples:
        >>> from webob import Request, Response
        >>> request = Request.blank("/", headers={"Origin": "https://app.example.com"})
        >>> response = Response()
        >>> cors(request, response, ["https://*.example.com"], credentials=True)
        False
        >>> response.headers["Access-Control-Allow-Origin"], response.headers["Vary"]
        ('https://app.example.com', 'Origin')
    """
    policy = CorsPolicy(origins, methods, headers, expose, credentials, max_age, debug)
    return policy(request, response)


@lru_cache(maxsize=256)
def is_allowed(origin: str, origins: tuple[str, ...]) -> bool:
    """Tell whether `origin` is one of `origins`, or fits one of their patterns."""
    if origin in origins or origins == (ANY,):
        return True
    for pattern in origins:
        before, star, after = pattern.partition("*")
        if star and origin.startswith(before) and origin.endswith(after):
            below = origin[len(before) : len(origin) - len(after)]
            if re.fullmatch(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*", below):
                return True
    return False


def _asks_beforehand(request: RequestMessage) -> bool:
    return request.method == "OPTIONS" and ASKED_METHOD in request.headers


def _finish(response: ResponseMessage) -> None:
    response.status_code = 204
    response.app_iter = []
    for name in ("Content-Type", "Content-Length"):
        response.headers.pop(name, None)
    for name in (ASKED_METHOD, ASKED_HEADERS):
        set_vary_header(response, name)


def _origins(origins: tuple[str, ...], credentials: bool) -> tuple[str, ...]:
    for origin in origins:
        if origin != ANY and not ORIGIN.fullmatch(origin):
            raise ValueError(f"{origin!r} is no origin: write it as 'https://example.com'")
    if credentials and ANY in origins:
        raise ValueError("credentials cannot be allowed for every origin: name the origins")
    return (ANY,) if ANY in origins else origins


def _names(names: str | Sequence[str]) -> tuple[str, ...]:
    listed = _listed(names)
    for name in listed:
        if not TOKEN.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a method or a field")
    return listed


def _asked(request: RequestMessage, name: str) -> tuple[str, ...]:
    names = [each.strip() for each in request.headers.get(name, "")[:MAX_ASKED].split(",")]
    return tuple(each for each in names if TOKEN.fullmatch(each))


def _exposed(names: tuple[str, ...], credentials: bool) -> tuple[str, ...]:
    if credentials and ANY in names:
        raise ValueError("with credentials, browsers take no '*' for expose: name the fields")
    return names


def _seconds(max_age: int) -> int:
    if max_age < 0:
        raise ValueError(f"max_age is {max_age}: give seconds, 0 for an answer that is not kept")
    return max_age


def _listed(names: str | Sequence[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)
