"""Let pages of other origins use a resource: the `cors` tool, by the Fetch standard, section 3.3.

An origin is let in because the site names it, never because it asked. What a browser asks
beforehand, without credentials, is answered here and must not reach what demands credentials.
"""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from cherrypy_tools.set_headers import TOKEN
from cherrypy_tools.trace import trace
from cherrypy_tools.vary import set_vary_header

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cherrypy_httputil import RequestMessage, ResponseMessage

log = logging.getLogger(__name__)

ANY = "*"
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(?:\*\.)?[a-z0-9._-]+(?::[0-9]+)?|null")
ASKED_METHOD = "Access-Control-Request-Method"
ASKED_HEADERS = "Access-Control-Request-Headers"
MAX_ASKED = 1024
"""Characters of a list of field names that is answered."""


class Policy(NamedTuple):
    """Who may do what; the options of the tool, once they are checked."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...]
    expose: tuple[str, ...]
    credentials: bool
    max_age: int


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
        origins: Such as `https://example.com`; `https://*.example.com` for all hosts below;
            `*` for every origin. By default there is none.
        methods: The methods that pages may use.
        headers: The request fields that pages may set, beside the few that they always may; `*`
            for all.
        expose: The response fields that pages may read, beside the few that they always may.
        credentials: Let pages send cookies and passwords. It needs origins that are named.
        max_age: Seconds for which a browser keeps the answer to a preflight.
        debug: Report the decision at INFO.

    Returns:
        True if the request is a preflight: the response is complete, and nothing else, also no
        check of credentials, is to be done.

    Raises:
        ValueError: An option is malformed, or credentials are allowed for every origin.
    """
    policy = checked_policy(
        _listed(origins), _listed(methods), _listed(headers), _listed(expose), credentials, max_age
    )
    origin = request.headers.get("Origin")
    if policy.origins != (ANY,):
        set_vary_header(response, "Origin")
    is_preflight = origin and request.method == "OPTIONS" and ASKED_METHOD in request.headers
    allowed = origin is not None and is_allowed(origin, policy.origins)
    trace(log, debug, "Origin %r: allowed is %s", origin, allowed)
    if allowed and origin is not None:
        _allow_origin(response, policy, origin)
        if is_preflight:
            _answer(request, response, policy)
        elif policy.expose:
            response.headers["Access-Control-Expose-Headers"] = ", ".join(policy.expose)
    if is_preflight:
        _finish(response)
    return bool(is_preflight)


@lru_cache(maxsize=64)
def checked_policy(
    origins: tuple[str, ...],
    methods: tuple[str, ...],
    headers: tuple[str, ...],
    expose: tuple[str, ...],
    credentials: bool,
    max_age: int,
) -> Policy:
    """Return the options as a policy.

    Raises:
        ValueError: An option is malformed, or credentials are allowed for every origin.
    """
    for origin in origins:
        if origin != ANY and not ORIGIN.fullmatch(origin):
            raise ValueError(f"{origin!r} is no origin: write it as 'https://example.com'")
    for name in (*methods, *headers, *expose):
        if not TOKEN.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a method or a field")
    if credentials and ANY in origins:
        raise ValueError("credentials cannot be allowed for every origin: name the origins")
    everyone = (ANY,) if ANY in origins else origins
    return Policy(everyone, methods, headers, expose, credentials, max_age)


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


def _allow_origin(response: ResponseMessage, policy: Policy, origin: str) -> None:
    everyone = policy.origins == (ANY,)
    response.headers["Access-Control-Allow-Origin"] = ANY if everyone else origin
    if policy.credentials:
        response.headers["Access-Control-Allow-Credentials"] = "true"


def _answer(request: RequestMessage, response: ResponseMessage, policy: Policy) -> None:
    response.headers["Access-Control-Allow-Methods"] = ", ".join(policy.methods)
    response.headers["Access-Control-Max-Age"] = str(policy.max_age)
    allowed = policy.headers
    if ANY in allowed:
        asked = request.headers.get(ASKED_HEADERS, "")[:MAX_ASKED].split(",")
        allowed = tuple(name.strip() for name in asked if TOKEN.fullmatch(name.strip()))
    if allowed:
        response.headers["Access-Control-Allow-Headers"] = ", ".join(allowed)


def _finish(response: ResponseMessage) -> None:
    response.status_code = 204
    response.app_iter = []
    for name in ("Content-Type", "Content-Length"):
        response.headers.pop(name, None)
    for name in (ASKED_METHOD, ASKED_HEADERS):
        set_vary_header(response, name)


def _listed(names: str | Sequence[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)
