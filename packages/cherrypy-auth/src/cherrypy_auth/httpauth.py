"""Basic and digest credentials step by step, by the names of CherryPy's older module `httpauth`.

`doAuth` makes a challenge, `parseAuthorization` reads the answer, `checkResponse` compares it with
the password. New programs use `basic_auth` and `digest_auth`, which do all of it.
"""

from __future__ import annotations

import hmac
import inspect
import secrets
from typing import TYPE_CHECKING, Any, Final

from cherrypy_auth.algorithms import algorithm_named, md5_hex, valid_algorithms
from cherrypy_auth.authorization import (
    HttpDigestAuthorization,
    qop_auth,
    qop_auth_int,
    valid_qops,
)
from cherrypy_auth.basic import decode_credentials
from cherrypy_auth.challenge import quoted_realm
from cherrypy_auth.comparison import same_text
from cherrypy_auth.digest import www_authenticate
from cherrypy_httputil import HTTPError, parse_credentials

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "AUTH",
    "AUTH_INT",
    "AUTH_RESPONSES",
    "AUTH_SCHEMES",
    "DIGEST_AUTH_ENCODERS",
    "MD5",
    "MD5_SESS",
    "SUPPORTED_ALGORITHM",
    "SUPPORTED_QOP",
    "basicAuth",
    "checkResponse",
    "digestAuth",
    "doAuth",
    "md5SessionKey",
    "parseAuthorization",
]

MD5: Final = "MD5"
MD5_SESS: Final = "MD5-sess"
AUTH: Final = qop_auth
AUTH_INT: Final = qop_auth_int

SUPPORTED_ALGORITHM: Final = valid_algorithms
"""The names of the algorithms of digest credentials."""

SUPPORTED_QOP: Final = valid_qops
"""Their qualities of protection."""

DIGEST_AUTH_ENCODERS: Final[Mapping[str, Callable[[str], str]]] = {
    name: algorithm_named(name).digest for name in valid_algorithms
}
"""By algorithm, what makes a hash of a text, in hexadecimal digits."""

PROCESS_KEY: Final = secrets.token_hex()
"""What nonces are signed with where a program gives no key; another one after each start."""

_PARAMS: Final = (
    "username",
    "realm",
    "nonce",
    "uri",
    "response",
    "algorithm",
    "cnonce",
    "opaque",
    "qop",
    "nc",
)


def digestAuth(  # noqa: N802 - the documented name
    realm: str, algorithm: str = MD5, nonce: str | None = None, qop: str = AUTH
) -> str:
    """Return a challenge for digest credentials, a value for the field WWW-Authenticate.

    Args:
        realm: What the password is for.
        algorithm: One of `SUPPORTED_ALGORITHM`.
        nonce: The nonce; by default a new one, signed with a key of this process.
        qop: One of `SUPPORTED_QOP`.

    Raises:
        ValueError: The realm cannot be sent, or algorithm or qop is not known.
    """
    return www_authenticate(realm, PROCESS_KEY, algorithm, nonce, qop)


def basicAuth(realm: str) -> str:  # noqa: N802 - the documented name
    """Return a challenge for Basic credentials.

    Raises:
        ValueError: The realm cannot be sent.
    """
    return f"Basic realm={quoted_realm(realm)}"


def doAuth(realm: str) -> str:  # noqa: N802 - the documented name
    """Return challenges for digest credentials and, for clients without them, Basic ones.

    Raises:
        ValueError: The realm cannot be sent.
    """
    return f"{digestAuth(realm)}, {basicAuth(realm)}"


def parseAuthorization(credentials: str) -> dict[str, str] | None:  # noqa: N802 - the documented name
    """Return what the field Authorization says, or None if it is malformed.

    Args:
        credentials: The value of the field.

    Returns:
        A dict with `auth_scheme` (`basic` or `digest`), `username`, and `password` or what digest
        credentials consist of.
    """
    scheme, rest = parse_credentials(credentials)
    parse = AUTH_SCHEMES.get(scheme)
    if parse is None:
        return None
    try:
        return {**parse(rest), "auth_scheme": scheme}
    except (HTTPError, ValueError):
        return None


def checkResponse(  # noqa: N802 - the documented name
    auth_map: Mapping[str, str],
    password: str,
    method: str = "GET",
    encrypt: Callable[..., str] | None = None,
    **kwargs: Any,
) -> bool:
    """Return whether credentials are those of a password. Nonces are not looked at.

    Args:
        auth_map: What `parseAuthorization` returned.
        password: The password. For Basic, what `encrypt` makes of it, where that is given.
        method: The method of the request, for digests.
        encrypt: Called with the password that came and, if it takes two, with the user name.
        kwargs: For digests: `A1`, the session key of a `-sess` algorithm (`md5SessionKey`);
            `realm`, which must be the one in the credentials; `entity_body`, for `auth-int`.
    """
    check = AUTH_RESPONSES[auth_map["auth_scheme"]]
    return check(auth_map, password, method=method, encrypt=encrypt, **kwargs)


def md5SessionKey(params: Mapping[str, str], password: str) -> str:  # noqa: N802 - the documented name
    """Return A1 for the algorithm MD5-sess (RFC 7616, section 3.4.2).

    Args:
        params: `username`, `realm`, `nonce` and `cnonce` of the first request of the session.
        password: The password.
    """
    ha1 = md5_hex(f"{params['username']}:{params['realm']}:{password}")
    return f"{ha1}:{params['nonce']}:{params['cnonce']}"


def takes(function: Callable[..., object], *arguments: object) -> bool:
    """Return whether a function can be called with these arguments."""
    try:
        inspect.signature(function).bind(*arguments)
    except TypeError:
        return False
    except ValueError:  # one in C that does not tell
        return True
    return True


def with_name(encrypt: Callable[..., str]) -> Callable[[str, str], str]:
    """Return a function of password and user name, for one that may take the password alone."""
    if not isinstance(encrypt, type) and takes(
        encrypt, "", ""
    ):  # `str` could, and does not mean it
        return encrypt
    return lambda password, _username: encrypt(password)


def _parse_basic(text: str) -> dict[str, str]:
    username, password = decode_credentials(text)
    return {"username": username, "password": password}


def _parse_digest(text: str) -> dict[str, str]:
    sent = HttpDigestAuthorization(f"Digest {text}", "GET")
    found = {name: getattr(sent, name) for name in _PARAMS}
    return {name: value for name, value in found.items() if value is not None}


def _check_basic(
    auth_map: Mapping[str, str],
    password: str,
    *,
    encrypt: Callable[..., str] | None = None,
    **_: Any,
) -> bool:
    given = auth_map["password"]
    if encrypt is not None:
        given = with_name(encrypt)(given, auth_map["username"])
    return same_text(given, password)


def _check_digest(
    auth_map: Mapping[str, str],
    password: str,
    *,
    method: str = "GET",
    A1: str | None = None,  # noqa: N803 - the documented name
    realm: str | None = None,
    entity_body: str | bytes = "",
    **_: Any,
) -> bool:
    sent = HttpDigestAuthorization.from_params(auth_map, method)
    digest = DIGEST_AUTH_ENCODERS[sent.algorithm]
    if A1 is not None and sent.algorithm.endswith("-sess"):
        expected = sent.keyed_digest(digest(A1), entity_body)
    else:
        ha1 = digest(f"{sent.username}:{sent.realm}:{password}")
        expected = sent.request_digest(ha1, entity_body)
    return hmac.compare_digest(expected, sent.response) and realm in (None, sent.realm)


AUTH_SCHEMES: Final[Mapping[str, Callable[[str], dict[str, str]]]] = {
    "basic": _parse_basic,
    "digest": _parse_digest,
}
"""By scheme, what reads the text after it."""

AUTH_RESPONSES: Final[Mapping[str, Callable[..., bool]]] = {
    "basic": _check_basic,
    "digest": _check_digest,
}
"""By scheme, what compares credentials with a password."""
