"""Credentials of the running request, checked against a dict of users: the older tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cherrypy.lib import auth_basic, auth_digest
from cherrypy_auth import classic
from cherrypy_serving import ambient, prepared

if TYPE_CHECKING:
    from collections.abc import Callable

    from cherrypy_auth.classic import Encrypt, Users

__all__ = ["basic_auth", "check_auth", "digest_auth"]


@ambient
def check_auth(
    request: Any,
    response: Any,
    users: Users,
    encrypt: Encrypt | None = None,
    realm: str | None = None,
) -> bool:
    """Return whether the request has right credentials, and set ``request.login``.

    Args:
        request: The running request.
        response: Its response.
        users: A dict of names and passwords, or a function that returns one. For Basic
            credentials, what ``encrypt`` made of the passwords.
        encrypt: What is stored of a password; by default, its MD5 hash.
        realm: The realm that digest credentials must be for.

    Raises:
        HTTPError: 400, the credentials are malformed, or a digest for another url or without
            ``qop``.
        ValueError: ``users`` is neither a dict nor a function that returns one.
    """
    first = auth_digest.first_of(request)
    target = auth_digest.target_of(first)
    let_in = classic.check_auth(first, response, users, encrypt, realm, target=target)
    if request.peek_header("Authorization"):
        request.login = first.login
    return let_in


@prepared
def basic_auth(
    realm: str, users: Users, encrypt: Encrypt | None = None, debug: bool = False
) -> Callable[[Any, Any], str]:
    """Let only users in who send their name and password, and set ``request.login``.

    Args:
        realm: What the password is for; browsers show it.
        users: A dict of names and what ``encrypt`` made of passwords, or a function that returns
            one.
        encrypt: What is stored of a password; by default, its MD5 hash.
        debug: Report the decision.

    Returns:
        The name of the user.

    Raises:
        HTTPError: 401 with a challenge if credentials are missing or wrong, 400 if unreadable.
        ValueError: ``users`` is neither a dict nor a function that returns one.
    """
    return auth_basic.asking(classic.basic_gate(realm, users, encrypt, debug))


@prepared
def digest_auth(realm: str, users: Users, debug: bool = False) -> Callable[[Any, Any], str]:
    """Let only users in who prove that they know their password, and set ``request.login``.

    Args:
        realm: What the password is for; browsers show it.
        users: A dict of names and passwords, or a function that returns one.
        debug: Report the decision.

    Returns:
        The name of the user.

    Raises:
        HTTPError: 401 with a challenge if credentials are missing or wrong, 400 if malformed.
        ValueError: ``users`` is neither a dict nor a function that returns one.
    """
    return auth_digest.asking(classic.digest_gate(realm, users, debug))
