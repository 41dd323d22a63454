"""Basic credentials of the running request (RFC 7617)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cherrypy_auth
from cherrypy_auth import checkpassword_dict, checkpassword_hashes, hash_password
from cherrypy_serving import ambient

if TYPE_CHECKING:
    from cherrypy_auth import CheckPassword

__all__ = ["basic_auth", "checkpassword_dict", "checkpassword_hashes", "hash_password"]


def _basic_auth(
    request: Any,
    response: Any,
    realm: str,
    checkpassword: CheckPassword,
    debug: bool = False,
    accept_charset: str = "utf-8",
) -> str:
    """Let only users in who send their name and password, and set ``request.login``.

    Args:
        request: The running request.
        response: Its response.
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
    return cherrypy_auth.basic_auth(
        request,
        response,
        realm,
        checkpassword,
        debug,
        accept_charset,
        authorization=request.peek_header("Authorization"),
    )


basic_auth = ambient(_basic_auth)
