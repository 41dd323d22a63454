"""Tokens without which the running request may change nothing: no other site knows them.

A token is bound to the session, or to a cookie, and never to what any visitor could know. It is
looked for in the body and in a header field, never in the query, which is written into logs.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import cherrypy_sessions
import cherrypy_tools
from cherrypy_serving import UnboundError, prepared, serving
from cherrypy_tools import CsrfTokens, cache_directives, new_binding

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from cherrypy_sessions import Session

__all__ = ["CsrfTokens", "check", "new_token"]

DAY: Final = 86400
FIELD: Final = "csrf_token"
SAFE: Final = ("GET", "HEAD", "OPTIONS", "TRACE")
#: Directives that say whose cache may keep a response.
VISIBILITY: Final = frozenset({"private", "public"})
#: Characters of a cookie below which it could be guessed; it is not one that was set here.
MIN_BINDING: Final = 32


@prepared
def check(
    secret: str | bytes | Sequence[str] | Sequence[bytes],
    *,
    max_age: float = DAY,
    cookie: str | None = None,
    header: str = "X-CSRF-Token",
    field: str = FIELD,
    exempt_methods: Collection[str] = SAFE,
    debug: bool = False,
) -> Callable[[Any, Any], None]:
    """Refuse the running request if it changes something and has no token of this user.

    A token in the body is removed from ``request.params``: it is not for the page.

    Args:
        secret: What the tokens are signed with; of several, the last signs and all are accepted.
        max_age: Seconds for which a token is good.
        cookie: The name of the cookie that it is bound to; by default it is bound to the session.
        header: The request field that may have it.
        field: The form field that may have it.
        exempt_methods: Methods that change nothing.
        debug: Report the decision.

    Raises:
        HTTPError: 403, there is no token, or it is wrong, too old or another user's.
        ImportError: The library itsdangerous is not installed.
        ValueError: A secret is shorter than 16 characters.
    """
    tokens = _tokens(_hashable(secret), max_age)
    exempt = frozenset(exempt_methods)

    def refuse(request: Any, response: Any) -> None:
        if request.method in exempt:
            return
        params = request.body.params
        bound_to = _sent_binding(cookie)
        cherrypy_tools.csrf(
            request, response, tokens, bound_to, header, field, exempt, debug, params=params
        )
        if field in params:
            request.params.pop(field, None)

    return refuse


def new_token() -> str:
    """Return a token for the forms of the page that is being made; call it before the body begins.

    It has nothing in it that would have to be escaped. The response becomes private to the user.

    Raises:
        LookupError: The config of the page has no ``tools.csrf.secret``, or there is no session.
    """
    config = serving.request.config or {}
    secret = config.get("tools.csrf.secret")
    if secret is None:
        raise LookupError("a CSRF token needs the config entry 'tools.csrf.secret' for this page")
    cookie = config.get("tools.csrf.cookie")
    tokens = _tokens(_hashable(secret), config.get("tools.csrf.max_age", DAY))
    binding = _session_binding() if cookie is None else _cookie_binding(cookie)
    headers = serving.response.headers
    headers["Cache-Control"] = _private(headers.get("Cache-Control", ""))
    return tokens.make(binding)


def _private(cache_control: str) -> str:
    """Return a Cache-Control value that keeps a response from all but the user's own cache."""
    directives = cache_directives(cache_control)
    if "no-store" in directives:
        return cache_control
    plain = [name for name, value in directives.items() if value is None and name not in VISIBILITY]
    age = directives.get("max-age")
    return ", ".join(["private", *plain, *([] if age is None else [f"max-age={age}"])])


@lru_cache(maxsize=64)
def _tokens(secrets: Any, max_age: float) -> CsrfTokens:
    return CsrfTokens(secrets, max_age)


def _hashable(secret: Any) -> Any:
    return secret if isinstance(secret, str | bytes) else tuple(secret)


def _session() -> Session | None:
    try:
        session: Session = serving.session
    except UnboundError:
        return None
    return session


def _sent_binding(cookie: str | None) -> str | None:
    """Return what the browser has sent for tokens to be bound to, if anything."""
    if cookie is not None:
        return _sent_cookie(cookie)
    session = _session()
    return None if session is None or session.is_new else session.id


def _sent_cookie(name: str) -> str | None:
    morsel = serving.request.cookie.get(name)
    return morsel.value if morsel is not None and len(morsel.value) >= MIN_BINDING else None


def _session_binding() -> str:
    session = _session()
    if session is None:
        raise LookupError(
            "a CSRF token needs the tool 'sessions', or the entry 'tools.csrf.cookie'"
        )
    if not session.loaded:
        session.load()
    if session.is_new:
        session.changed = True  # an empty session is not kept, and its id would be another one
    return session.id


def _cookie_binding(name: str) -> str:
    """Return the value of the cookie; set it where the browser has none."""
    request, response = serving.request, serving.response
    known = _sent_cookie(name)
    if known is None and name in response.cookie:
        known = response.cookie[name].value
    if known is not None:
        return known
    binding = new_binding()
    cherrypy_sessions.set_response_cookie(
        request,
        response,
        binding,
        path="/",
        name=name,
        timeout=None,
        secure=request.base.startswith("https:"),
        httponly=True,
        samesite="Lax",
    )
    return binding
