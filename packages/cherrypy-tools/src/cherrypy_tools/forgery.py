"""Refuse requests that another site made a browser send: the `csrf` tool.

A page of this site gets a token that is signed and bound to its user, by the session or by a cookie
of its own, and has to send it with every request that changes something. Another site can make the
browser send the cookie, but it cannot read the token.
"""

from __future__ import annotations

import logging
import secrets
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from cherrypy_httputil import HTTPError
from cherrypy_tools.extras import load
from cherrypy_tools.trace import trace

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from cherrypy_httputil import RequestMessage, ResponseMessage

log: logging.Logger = logging.getLogger(__name__)

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
DAY = 86400
MIN_SECRET = 16
MAX_TOKEN = 1024
MIN_BINDING = 16


class CsrfTokens:
    """Makes and checks tokens.

    Args:
        secret: What the tokens are signed with, known to this site only; of several, the last
            signs and all are accepted, so that a secret can be replaced.
        max_age: Seconds for which a token is good.

    Raises:
        ValueError: A secret is shorter than 16 characters or bytes.
        ImportError: The library itsdangerous is not installed.

    Examples:
        >>> tokens = CsrfTokens("a secret of this site only")
        >>> token = tokens.make(bound_to="id of one session")
        >>> tokens.is_valid(token, "id of one session"), tokens.is_valid(token, "id of another one")
        (True, False)
    """

    def __init__(
        self, secret: str | bytes | Sequence[str] | Sequence[bytes], max_age: float = DAY
    ) -> None:
        secrets_ = [secret] if isinstance(secret, str | bytes) else list(secret)
        if not secrets_ or min(map(len, secrets_)) < MIN_SECRET:
            raise ValueError(f"a secret needs {MIN_SECRET} characters: use secrets.token_hex()")
        library = load("itsdangerous", "csrf", "a CSRF token")
        self._unusable = (library.BadData, ValueError, TypeError)
        self._serializer = library.URLSafeTimedSerializer(
            secrets_,
            salt="cherrypy_tools.csrf",
            signer_kwargs={"key_derivation": "hmac", "digest_method": sha256},
        )
        self._max_age = max_age

    def make(self, bound_to: str) -> str:
        """Return a new token; it differs each time, so that compression tells nothing of it.

        Args:
            bound_to: What only the user's browser has: the session's id, or a cookie's value.

        Raises:
            ValueError: `bound_to` is too short to be secret.
        """
        if len(bound_to) < MIN_BINDING:
            raise ValueError(f"a token has to be bound to {MIN_BINDING} characters or more")
        mask = secrets.token_hex(8)
        token: str = self._serializer.dumps([mask, _digest(mask, bound_to)])
        return token

    def is_valid(self, token: str, bound_to: str) -> bool:
        """Tell whether a token was made here for the same browser, and not too long ago."""
        if len(token) > MAX_TOKEN or len(bound_to) < MIN_BINDING:
            return False
        try:
            mask, digest = self._serializer.loads(token, max_age=self._max_age)
        except self._unusable:
            return False
        return compare_digest(str(digest), _digest(str(mask), bound_to))


def csrf(
    request: RequestMessage,
    response: ResponseMessage,  # noqa: ARG001 - every tool takes the exchange
    tokens: CsrfTokens,
    bound_to: str | None,
    header: str = "X-CSRF-Token",
    field: str = "csrf_token",
    exempt_methods: Collection[str] = SAFE,
    debug: bool = False,
    *,
    params: Mapping[str, Any] | None = None,
) -> None:
    """Refuse a request that changes something and has no token of this user.

    Args:
        request: The request; its method and the field `header` are read.
        response: The response; it stays as it is.
        tokens: What makes the tokens of this site.
        bound_to: What the token must be bound to: the id of the session, or the value of the
            cookie. None, where the browser has sent neither, refuses.
        header: The request field that may have the token.
        field: The form field that may have it. It never comes from the query alone: pass the
            parameters of the body.
        exempt_methods: Methods that change nothing.
        debug: Report the decision at INFO.
        params: The parameters of the body.

    Raises:
        HTTPError: 403 without a token, or with one that is wrong, too old or another user's.

    Examples:
        >>> from webob import Request, Response
        >>> tokens = CsrfTokens("a secret that is in no repository")
        >>> session_id = "6f2a1c0b9d8e7f6a5b4c"
        >>> request = Request.blank("/", POST={"csrf_token": tokens.make(session_id)})
        >>> csrf(request, Response(), tokens, session_id, params=request.POST)
        >>> csrf(request, Response(), tokens, "the id of another session", params=request.POST)
        Traceback (most recent call last):
            ...
        cherrypy_httputil.errors.HTTPError: (403, 'The CSRF token is wrong or too old: ...')
    """
    if request.method in exempt_methods:
        return
    token = request.headers.get(header) or (params or {}).get(field)
    if not isinstance(token, str):
        trace(log, debug, "%s without a token", request.method)
        raise HTTPError(403, f"A CSRF token is missing: send it in {field!r} or {header!r}.")
    if bound_to is None or not tokens.is_valid(token, bound_to):
        trace(log, debug, "%s with a wrong token", request.method)
        raise HTTPError(403, "The CSRF token is wrong or too old: load the page again.")


def new_binding() -> str:
    """Return a value for a cookie to bind tokens to, on sites without sessions.

    Send the cookie with `HttpOnly`, `SameSite=Lax` and, over TLS, `Secure` and a name that begins
    with `__Host-`, or a site below the same domain can replace it.

    Examples:
        >>> len(new_binding())
        43
    """
    return secrets.token_urlsafe(32)


def _digest(mask: str, bound_to: str) -> str:
    return sha256(f"{mask}:{bound_to}".encode("utf-8", "surrogatepass")).hexdigest()
