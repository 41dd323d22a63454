"""The tools `basic_auth` and `digest_auth` of older programs, which take a dict of users.

They ask and answer as the newer tools do. Nonces are signed with a key of the process, so another
process answers with `stale=true`, and the client tries again there by itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from cherrypy_auth import httpauth
from cherrypy_auth.algorithms import md5_hex
from cherrypy_auth.basic import BasicAuth
from cherrypy_auth.comparison import same_text
from cherrypy_auth.digest import DigestAuth
from cherrypy_auth.ha1 import ha1_of_plain
from cherrypy_auth.httpauth import PROCESS_KEY, takes, with_name
from cherrypy_auth.nonces import is_genuine, is_stale
from cherrypy_auth.targets import names_target
from cherrypy_httputil import HTTPError

if TYPE_CHECKING:
    from cherrypy_httputil import RequestMessage, ResponseMessage

Users: TypeAlias = Mapping[str, str] | Callable[[], Mapping[str, str]] | Callable[[str], str | None]
"""Passwords by user names; a function that returns them, or one that returns a user's password."""

Encrypt: TypeAlias = Callable[[str], str] | Callable[[str, str], str]
"""Makes of a password, or of a password and a user name, what is stored."""


def check_auth(
    request: RequestMessage,
    response: ResponseMessage,  # noqa: ARG001 - every tool takes the exchange
    users: Users,
    encrypt: Encrypt | None = None,
    realm: str | None = None,
    *,
    target: str | None = None,
) -> bool:
    """Return whether a request has right credentials, Basic or digest, and set `request.login`.

    Args:
        request: The request. `login` becomes the user's name, or None if the credentials are wrong.
        response: It stays as it is; see `httpauth.doAuth` for a challenge.
        users: Passwords by user names. For Basic, what `encrypt` made of them.
        encrypt: What is stored of a password; its MD5 hash by default.
        realm: The realm that digest credentials must be for.
        target: The target of the request as it came, for a caller that knows it.

    Raises:
        HTTPError: 400, the credentials are malformed, or a digest for another url or without `qop`.
        ValueError: `users` is neither a dict nor a function that returns one.
    """
    field = request.headers.get("Authorization")
    if not field:
        return False
    sent = httpauth.parseAuthorization(field)
    if sent is None or not _is_for(sent, request, target):
        raise HTTPError(400, "Bad Request")
    username = sent["username"]
    password = lookup_in(users)(username)
    same = httpauth.checkResponse(
        sent,
        password or secrets.token_hex(),
        method=request.method,
        encrypt=encrypt or md5_hex,
        realm=realm,
    )
    let_in = same and bool(password) and _is_fresh(sent)
    request.login = username if let_in else None  # type: ignore[attr-defined]  # requests take any attribute
    return let_in


def basic_gate(
    realm: str, users: Users, encrypt: Encrypt | None = None, debug: bool = False
) -> BasicAuth:
    """Return what `basic_auth` asks, for many requests.

    Args:
        realm: What the credentials are for.
        users: What `encrypt` made of passwords, by user names.
        encrypt: What is stored of a password; its MD5 hash by default. Better are
            `cherrypy_auth.basic_auth` and `checkpassword_hashes`.
        debug: Whether to log at INFO, not at DEBUG.

    Raises:
        ValueError: The realm cannot be sent, or `users` is neither a dict nor a function.
    """
    stored_for, encode = lookup_in(users), with_name(encrypt or md5_hex)
    nobodys = secrets.token_hex()

    def checkpassword(_realm: str, username: str, password: str) -> bool:
        stored = stored_for(username)
        return same_text(encode(password, username), stored or nobodys) and bool(stored)

    return BasicAuth(realm, checkpassword, debug)


def digest_gate(realm: str, users: Users, debug: bool = False) -> DigestAuth:
    """Return what `digest_auth` asks, for many requests.

    Args:
        realm: What the credentials are for.
        users: Passwords by user names.
        debug: Whether to log at INFO, not at DEBUG.

    Raises:
        ValueError: The realm cannot be sent, or `users` is neither a dict nor a function.
    """
    return DigestAuth(realm, ha1_of_plain(lookup_in(users)), PROCESS_KEY, debug)


def basic_auth(
    request: RequestMessage,
    response: ResponseMessage,
    realm: str,
    users: Users,
    encrypt: Encrypt | None = None,
    debug: bool = False,
) -> str:
    """Return the name of the user who makes a request, and set it as `request.login`.

    The options are those of `basic_gate`.

    Raises:
        HTTPError: 401 with a challenge if credentials are missing or wrong, 400 if unreadable.
        ValueError: `users` is neither a dict nor a function that returns one.

    Examples:
        >>> from webob import Request, Response
        >>> request = Request.blank("/", authorization=("Basic", "YmlyZDpiZWJvcA=="))
        >>> basic_auth(request, Response(), "earth", {"bird": md5_hex("bebop")})
        'bird'
    """
    return basic_gate(realm, users, encrypt, debug)(request, response)


def digest_auth(
    request: RequestMessage,
    response: ResponseMessage,
    realm: str,
    users: Users,
    debug: bool = False,
) -> str:
    """Return the name of the user who makes a request, and set it as `request.login`.

    The options are those of `digest_gate`.

    Raises:
        HTTPError: See `cherrypy_auth.digest_auth`.
        ValueError: `users` is neither a dict nor a function that returns one.
    """
    return digest_gate(realm, users, debug)(request, response)


def lookup_in(users: Users) -> Callable[[str], str | None]:
    """Return a function that returns what is stored for a user, or None.

    Raises:
        ValueError: `users` is neither a dict nor a function. What is returned raises it, too, where
            that function does not return a dict.
    """
    if not callable(users):
        return _checked(users).get
    if takes(users):
        return lambda username: _checked(users()).get(username)  # type: ignore[call-arg]  # see Users
    return users  # type: ignore[return-value]  # as above


def _checked(users: object) -> Mapping[str, str]:
    if not isinstance(users, Mapping):
        raise ValueError(  # noqa: TRY004 - the documented error
            f"users has to be a dict, or a function that returns one, not {users!r:.40}"
        )
    return users


def _is_for(sent: Mapping[str, str], request: RequestMessage, target: str | None) -> bool:
    if sent["auth_scheme"] != "digest":
        return True
    return "qop" in sent and names_target(sent["uri"], request, target)


def _is_fresh(sent: Mapping[str, str]) -> bool:
    if sent["auth_scheme"] != "digest":
        return True
    nonce = sent["nonce"]
    return is_genuine(nonce, sent["realm"], PROCESS_KEY) and not is_stale(nonce)
