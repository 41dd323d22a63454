"""Basic credentials of the running request (RFC 7617)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cherrypy_auth import BasicAuth, checkpassword_dict, checkpassword_hashes, hash_password
from cherrypy_serving import prepared

if TYPE_CHECKING:
    from collections.abc import Callable

    from cherrypy_auth import CheckPassword

__all__ = ["basic_auth", "checkpassword_dict", "checkpassword_hashes", "hash_password"]


@prepared
def basic_auth(
    realm: str,
    checkpassword: CheckPassword,
    debug: bool = False,
    accept_charset: str = "utf-8",
) -> Callable[[Any, Any], str]:
    """Let only users in who send their name and password, and set ``request.login``.

    Args:
        realm: What the password is for; browsers show it.
        checkpassword: Called with realm, user name and password; true lets the user in.
        debug: Report the decision.
        accept_charset: How clients shall encode; ISO-8859-1 is tried where that fails.

    Returns:
        The name of the user.

    Raises:
        HTTPError: 401 with a challenge if credentials are missing or wrong, 400 if unreadable.
        ValueError: The realm cannot be sent, or there is no such charset.
    """
    return asking(BasicAuth(realm, checkpassword, debug, accept_charset))


def asking(gate: BasicAuth) -> Callable[[Any, Any], str]:
    """Return a function that lets through a gate who makes a request of ours."""

    def let_in(request: Any, response: Any) -> str:
        return gate(request, response, authorization=request.peek_header("Authorization"))

    return let_in
