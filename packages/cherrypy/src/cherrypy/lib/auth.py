"""Credentials of the running request, checked against a dict of users: the older tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cherrypy.lib.auth_digest import first_of, target_of
from cherrypy_auth import classic
from cherrypy_serving import ambient

if TYPE_CHECKING:
    from cherrypy_auth.classic import Users

__all__ = ["basic_auth", "check_auth", "digest_auth"]

basic_auth = ambient(classic.basic_auth)
check_auth = ambient(classic.check_auth)


def _digest_auth(request: Any, response: Any, realm: str, users: Users, debug: bool = False) -> str:
    """Let only users in who prove that they know their password, and set ``request.login``.

    Args:
        request: The running request.
        response: Its response.
        realm: What the password is for; browsers show it.
        users: A dict of names and passwords, or a function that returns one.
        debug: Report the decision.

    Returns:
        The name of the user.

    Raises:
        HTTPError: 401 with a challenge if credentials are missing or wrong, 400 if malformed.
        ValueError: ``users`` is neither a dict nor a function that returns one.
    """
    first = first_of(request)
    request.login = username = classic.digest_auth(
        first, response, realm, users, debug, target=target_of(first)
    )
    return username


digest_auth = ambient(_digest_auth)
