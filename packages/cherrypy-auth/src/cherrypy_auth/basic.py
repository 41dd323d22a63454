"""Basic credentials (RFC 7617): a name and a password in every request.

They are readable for everybody on the way: use them over TLS.
"""

from __future__ import annotations

import binascii
import logging
import re
from collections.abc import Callable
from functools import lru_cache
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Final, TypeAlias
from unicodedata import normalize

from cherrypy_auth.challenge import accept, credentials, quoted_realm, refuse
from cherrypy_auth.trace import trace
from cherrypy_httputil import HTTPError, find_charset

if TYPE_CHECKING:
    from cherrypy_httputil import RequestMessage, ResponseMessage

log: logging.Logger = logging.getLogger(__name__)

CheckPassword: TypeAlias = Callable[[str, str, str], bool]
"""Called with realm, user name and password; returns whether they belong together."""

DEFAULT_CHARSET: Final = "UTF-8"
FALLBACK_CHARSET: Final = "ISO-8859-1"

# Versions of Python differ in what they call strict.
_is_base64 = re.compile(
    r"(?:[A-Za-z0-9+/]{4})*+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
).fullmatch
_has_control = re.compile(r"[\x00-\x1f\x7f]").search


class BasicAuth:
    """The options of Basic credentials, for many requests; they are checked once.

    Args:
        realm: What the credentials are for; browsers show it.
        checkpassword: Says whether a user has a password.
        debug: Whether to log at INFO, not at DEBUG, who was let in or refused, and why.
        accept_charset: How clients shall encode names and passwords. Old ones use ISO-8859-1
            whatever one tells them, so that is tried too.

    Raises:
        ValueError: The realm cannot be sent, there is no such charset, or `checkpassword` is
            asynchronous.

    Examples:
        >>> from webob import Request, Response
        >>> from cherrypy_auth import checkpassword_dict
        >>> gate = BasicAuth("earth", checkpassword_dict({"bird": "bebop"}))
        >>> gate(Request.blank("/", authorization=("Basic", "YmlyZDpiZWJvcA==")), Response())
        'bird'
    """

    def __init__(
        self,
        realm: str,
        checkpassword: CheckPassword,
        debug: bool = False,
        accept_charset: str = "utf-8",
    ) -> None:
        if iscoroutinefunction(checkpassword):
            raise ValueError(
                "checkpassword is asynchronous: what it returns would let everybody in"
            )
        self.realm = realm
        self.checkpassword = checkpassword
        self.debug = debug
        self.accept_charset = accept_charset
        self._challenges = _challenge(realm, accept_charset)

    def __call__(
        self,
        request: RequestMessage,
        response: ResponseMessage,
        *,
        authorization: str | None = None,
    ) -> str:
        """Return the name of the user who makes a request, and set it as `request.login`.

        Args:
            request: It may have an Authorization field.
            response: It gets the challenge if nobody is let in.
            authorization: The field Authorization, for a caller that has it at hand.

        Raises:
            HTTPError: 401 with a challenge if credentials are missing or wrong, 400 if unreadable.
        """
        field = request.headers.get("Authorization", "") if authorization is None else authorization
        encoded = credentials(field, "basic")
        if encoded is None:
            trace(log, self.debug, "There are no Basic credentials.")
            refuse(response, self._challenges)
        username, password = decode_credentials(encoded, self.accept_charset)
        if not self.checkpassword(self.realm, username, password):
            trace(log, self.debug, "The credentials of %r are wrong.", username)
            refuse(response, self._challenges)
        trace(log, self.debug, "%r is let in.", username)
        return accept(request, username)


def basic_auth(
    request: RequestMessage,
    response: ResponseMessage,
    realm: str,
    checkpassword: CheckPassword,
    debug: bool = False,
    accept_charset: str = "utf-8",
) -> str:
    """Return the name of the user who makes a request, and set it as `request.login`.

    The options are those of `BasicAuth`, which a program keeps for many requests.

    Raises:
        HTTPError: 401 with a challenge if credentials are missing or wrong, 400 if unreadable.
        ValueError: The realm cannot be sent, or there is no such charset.

    Examples:
        >>> from webob import Request, Response
        >>> from cherrypy_auth import basic_auth, checkpassword_dict
        >>> request = Request.blank("/", authorization=("Basic", "YmlyZDpiZWJvcA=="))
        >>> basic_auth(request, Response(), "earth", checkpassword_dict({"bird": "bebop"}))
        'bird'
    """
    return BasicAuth(realm, checkpassword, debug, accept_charset)(request, response)


def decode_credentials(encoded: str, accept_charset: str = "utf-8") -> tuple[str, str]:
    """Return name and password from the text behind `Basic`, in Unicode normal form C.

    Raises:
        HTTPError: 400, it is not Base64, has no colon, or has a control character (RFC 7617, 2).

    Examples:
        >>> decode_credentials("QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
        ('Aladdin', 'open sesame')
    """
    if not _is_base64(encoded):
        raise HTTPError(400, "Bad Request: the Basic credentials are no Base64.")
    text = _decode(binascii.a2b_base64(encoded), accept_charset)
    username, colon, password = text.partition(":")
    if not colon:
        raise HTTPError(400, "Bad Request: the Basic credentials have no colon.")
    if _has_control(text):
        raise HTTPError(400, "Bad Request: the Basic credentials have a control character.")
    return username, password


def _decode(text: bytes, charset: str) -> str:
    try:
        decoded = text.decode(charset)
    except UnicodeDecodeError:
        decoded = text.decode(FALLBACK_CHARSET)
    return normalize("NFC", decoded)


@lru_cache(maxsize=256)
def _challenge(realm: str, charset: str) -> tuple[str]:
    if find_charset(charset) is None:
        raise ValueError(f"accept_charset is {charset!r}, which is no charset")
    # UTF-8 is the only charset that a challenge may name (RFC 7617, section 2.1).
    named = ', charset="UTF-8"' if charset.upper() == DEFAULT_CHARSET else ""
    return (f"Basic realm={quoted_realm(realm)}{named}",)
