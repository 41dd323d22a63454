"""Basic credentials (RFC 7617): a name and a password in every request.

They are readable for everybody on the way: use them over TLS.
"""

import base64
import binascii
import logging
from collections.abc import Callable
from typing import TypeAlias
from unicodedata import normalize

from cherrypy_auth.challenge import accept, credentials, quoted_realm, refuse
from cherrypy_httputil import HTTPError, RequestMessage, ResponseMessage

log = logging.getLogger("cherrypy_auth")

CheckPassword: TypeAlias = Callable[[str, str, str], bool]
"""Called with realm, user name and password; returns whether they belong together."""


def basic_auth(
    request: RequestMessage,
    response: ResponseMessage,
    *,
    realm: str,
    checkpassword: CheckPassword,
    debug: bool = False,
    accept_charset: str = "utf-8",
) -> str:
    """Return the name of the user who makes a request, and set it as `request.login`.

    Args:
        request: It may have an Authorization field.
        response: It gets the challenge if nobody is let in.
        realm: What the credentials are for; browsers show it.
        checkpassword: Says whether a user has a password.
        debug: Whether to log, at level DEBUG, why somebody was refused.
        accept_charset: How clients shall encode names and passwords. Old ones use ISO-8859-1
            whatever one tells them, so that is tried too.

    Raises:
        HTTPError: 401 with a challenge if credentials are missing or wrong, 400 if unreadable.
        ValueError: The realm cannot be sent.
    """
    if debug:
        log.setLevel(logging.DEBUG)
    challenge = _challenge(realm, accept_charset)
    encoded = credentials(request, "basic")
    if encoded is None:
        log.debug("There are no Basic credentials.")
        refuse(response, challenge)
    username, password = decode_credentials(encoded, accept_charset)
    if not checkpassword(realm, username, password):
        log.debug("The credentials are wrong.")
        refuse(response, challenge)
    return accept(request, username)


def decode_credentials(encoded: str, accept_charset: str = "utf-8") -> tuple[str, str]:
    """Return name and password from the text behind `Basic`, in Unicode normal form C.

    Raises:
        HTTPError: 400 if it is not Base64, or has no colon.
    """
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise HTTPError(400, "Bad Request") from None
    username, colon, password = _decode(decoded, accept_charset).partition(":")
    if not colon:
        raise HTTPError(400, "Bad Request")
    return username, password


def _decode(text: bytes, charset: str) -> str:
    try:
        decoded = text.decode(charset)
    except UnicodeDecodeError:
        decoded = text.decode("iso-8859-1")
    return normalize("NFC", decoded)


def _challenge(realm: str, charset: str) -> str:
    # UTF-8 is the only charset that a challenge may name (RFC 7617, section 2.1).
    named = ', charset="UTF-8"' if charset.upper() == "UTF-8" else ""
    return f"Basic realm={quoted_realm(realm)}{named}"
