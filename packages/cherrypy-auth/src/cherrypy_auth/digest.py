"""Digest credentials (RFC 7616): a proof that the client knows the password, without it.

A request passes if its digest is right, and then if its nonce is one of ours, young, and with a
count that is new. Whoever has the digest right but not the nonce knows the password: the challenge
says `stale=true`, and browsers try again without asking anybody. All else learns nothing.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias

from cherrypy_auth.algorithms import algorithm_named
from cherrypy_auth.authorization import (
    HttpDigestAuthorization,
    qop_auth,
    qop_auth_int,
    valid_qops,
)
from cherrypy_auth.basic import DEFAULT_CHARSET
from cherrypy_auth.challenge import accept, quoted_realm, refuse
from cherrypy_auth.ha1 import GetHA1
from cherrypy_auth.limits import NONCE_SECONDS
from cherrypy_auth.nonces import check_key, synthesize_nonce
from cherrypy_auth.targets import names_target
from cherrypy_auth.trace import trace
from cherrypy_httputil import HTTPError, find_charset, quote_string

if TYPE_CHECKING:
    from cherrypy_auth.counts import Counts
    from cherrypy_auth.users import FindUser
    from cherrypy_httputil import RequestMessage, ResponseMessage

log: logging.Logger = logging.getLogger(__name__)

HA1Source: TypeAlias = GetHA1 | Mapping[str, GetHA1]
"""What gives HA1s: for MD5, or for each algorithm that is offered, by name, the preferred first."""

ReadBody: TypeAlias = Callable[[], bytes]
"""Returns the body of the request."""

# An HA1 that nobody has; it is cut to the digits of the algorithm.
_NOBODYS: Final = secrets.token_hex(32)


def www_authenticate(
    realm: str,
    key: str | bytes,
    algorithm: str = "MD5",
    nonce: str | None = None,
    qop: str = qop_auth,
    stale: bool = False,
    accept_charset: str = DEFAULT_CHARSET,
    *,
    userhash: bool = False,
) -> str:
    """Return a value for the field WWW-Authenticate that challenges for digest credentials.

    Args:
        realm: What the password is for; browsers show it.
        key: What the nonce is signed with.
        algorithm: The name of the algorithm.
        nonce: The nonce; a new one by default.
        qop: The qualities of protection that are offered, separated by commas.
        stale: Say that only the nonce of the request was wrong.
        accept_charset: How clients shall encode user names. Only UTF-8 is named.
        userhash: Say that names may be hashed.

    Raises:
        ValueError: The realm cannot be sent, or algorithm or qop is not known.

    Examples:
        >>> www_authenticate("earth", "a565c27146791cfb", nonce="abc")
        'Digest realm="earth", nonce="abc", algorithm=MD5, qop="auth", charset=UTF-8'
    """
    _check_qop(qop)
    nonce = synthesize_nonce(realm, key) if nonce is None else nonce
    parts = [
        f"realm={quoted_realm(realm)}",
        f"nonce={quote_string(nonce)}",
        f"algorithm={algorithm_named(algorithm).name}",
        f'qop="{qop}"',
    ]
    if stale:
        parts.append("stale=true")
    if accept_charset.upper() == DEFAULT_CHARSET:
        parts.append("charset=UTF-8")
    if userhash:
        parts.append("userhash=true")
    return "Digest " + ", ".join(parts)


class DigestAuth:
    """The options of digest credentials, for many requests; they are checked once.

    Args:
        realm: What the password is for; browsers show it.
        get_ha1: Called with realm and user name, returns the HA1: the MD5 hash of
            `user:realm:password`, or None where there is no such user. For other algorithms, a
            mapping from their names to such functions, the preferred first.
        key: What nonces are signed with, known to the servers of this site only.
        debug: Log at INFO, not at DEBUG, who was let in or refused, and why.
        accept_charset: How clients shall encode user names; ISO-8859-1 is tried, too.
        qop: Which qualities of protection to offer: `auth`, `auth-int`, or both.
        max_age: Seconds for which a nonce is good.
        check_uri: Whether the url that the client signed must be that of the request. Turn it off
            behind a proxy that changes the path.
        nonce_counts: Refuses requests that come a second time.
        find_user: Finds the user for a hash of a name; with it, clients may send such hashes.

    Raises:
        ValueError: An option is malformed.
        RuntimeError: This Python lacks an algorithm, as on a host in FIPS mode.

    Examples:
        >>> from cherrypy_httputil import HTTPError
        >>> from webob import Request, Response
        >>> from cherrypy_auth import get_ha1_dict_plain
        >>> gate = DigestAuth("earth", get_ha1_dict_plain({"bird": "bebop"}), "a565c27146791cfb")
        >>> try:
        ...     gate(Request.blank("/"), Response())
        ... except HTTPError as error:  # its response has the challenge
        ...     error.code
        401
    """

    def __init__(
        self,
        realm: str,
        get_ha1: HA1Source,
        key: str | bytes,
        debug: bool = False,
        accept_charset: str = DEFAULT_CHARSET,
        *,
        qop: str | Sequence[str] = qop_auth,
        max_age: float = NONCE_SECONDS,
        check_uri: bool = True,
        nonce_counts: Counts | None = None,
        find_user: FindUser | None = None,
    ) -> None:
        sources = get_ha1 if isinstance(get_ha1, Mapping) else {"MD5": get_ha1}
        if not sources:
            raise ValueError("get_ha1 has no algorithm: give it at least one")
        if find_charset(accept_charset) is None:
            raise ValueError(f"accept_charset is {accept_charset!r}, which is no charset")
        if not max_age > 0:
            raise ValueError(f"max_age is {max_age!r}: it has to be more than 0 seconds")
        self.realm = realm
        self.key = key
        self.debug = debug
        self.accept_charset = accept_charset
        self.qops: tuple[str, ...] = _check_qop(qop if isinstance(qop, str) else ", ".join(qop))
        self.max_age = max_age
        self.check_uri = check_uri
        self.nonce_counts = nonce_counts
        self.find_user = find_user
        self._sources = {_available(name): source for name, source in sources.items()}
        quoted_realm(realm)
        check_key(key)

    def __call__(
        self,
        request: RequestMessage,
        response: ResponseMessage,
        *,
        authorization: str | None = None,
        target: str | None = None,
        read_body: ReadBody | None = None,
    ) -> str:
        """Return the name of the user who makes a request, and set it as `request.login`.

        Args:
            request: It may have an Authorization field.
            response: It gets the challenges if nobody is let in.
            authorization: The field Authorization, for a caller that has it at hand.
            target: The target of the request as it came, for a caller that knows it.
            read_body: Returns the body, for `auth-int`.

        Raises:
            HTTPError: 401 with a challenge if credentials are missing or wrong; 400 if they are
                malformed, or for another url.
            ValueError: `auth-int` is offered, and the body cannot be read.
        """
        if read_body is None and qop_auth_int in self.qops:
            raise ValueError("qop 'auth-int' covers the body: it needs read_body")
        field = request.headers.get("Authorization", "") if authorization is None else authorization
        sent = self._parse(field, request.method, response)
        if self.check_uri and not names_target(sent.uri, request, target):
            trace(log, self.debug, "The credentials are for %r.", sent.uri)
            raise HTTPError(400, "The Authorization header is for another url.")
        source = self._sources.get(sent.algorithm)
        if source is None or sent.qop not in self.qops or sent.realm != self.realm:
            self._refuse(response, "The credentials answer none of our challenges.")
        username = self._name(sent)
        ha1 = source(self.realm, username or sent.username)
        body = read_body() if read_body is not None and sent.qop == qop_auth_int else b""
        if not _is_right(sent, ha1 if username else None, body) or username is None:
            self._refuse(response, f"The credentials of {sent.username!r} are wrong.")
        if not self._is_fresh(sent, request):
            self._refuse(response, f"The nonce of {username!r} is stale.", stale=True)
        trace(log, self.debug, "%r is let in.", username)
        return accept(request, username)

    def _parse(self, field: str, method: str, response: ResponseMessage) -> HttpDigestAuthorization:
        if not HttpDigestAuthorization.matches(field):
            self._refuse(response, "There are no Digest credentials.")
        try:
            sent = HttpDigestAuthorization(field, method, self.debug, self.accept_charset)
        except ValueError as error:
            trace(log, self.debug, "%s", error)
            message = f"The Authorization header could not be parsed. {error}"
            raise HTTPError(400, message) from None
        if sent.qop is None:
            raise HTTPError(
                400, "The Authorization header could not be parsed. The parameter qop is missing."
            )
        return sent

    def _name(self, sent: HttpDigestAuthorization) -> str | None:
        if not sent.userhash:
            return sent.username
        if self.find_user is None:
            return None
        return self.find_user(self.realm, sent.username, sent.algorithm)

    def _is_fresh(self, sent: HttpDigestAuthorization, request: RequestMessage) -> bool:
        if not sent.validate_nonce(self.realm, self.key) or sent.is_nonce_stale(self.max_age):
            return False
        return self.nonce_counts is None or _is_new(self.nonce_counts, sent, request)

    def _refuse(self, response: ResponseMessage, reason: str, *, stale: bool = False) -> NoReturn:
        trace(log, self.debug, "%s", reason)
        refuse(response, self._challenges(stale=stale))

    def _challenges(self, *, stale: bool) -> list[str]:
        nonce = synthesize_nonce(self.realm, self.key)
        return [
            www_authenticate(
                self.realm,
                self.key,
                algorithm,
                nonce,
                ",".join(self.qops),  # without spaces: the client `requests` does not take them
                stale,
                self.accept_charset,
                userhash=self.find_user is not None,
            )
            for algorithm in self._sources
        ]


def digest_auth(
    request: RequestMessage,
    response: ResponseMessage,
    realm: str,
    get_ha1: HA1Source,
    key: str | bytes,
    debug: bool = False,
    accept_charset: str = DEFAULT_CHARSET,
    *,
    qop: str | Sequence[str] = qop_auth,
    max_age: float = NONCE_SECONDS,
    check_uri: bool = True,
    nonce_counts: Counts | None = None,
    find_user: FindUser | None = None,
    target: str | None = None,
    read_body: ReadBody | None = None,
) -> str:
    """Return the name of the user who makes a request, and set it as `request.login`.

    The options are those of `DigestAuth`, which a program keeps for many requests, and those of
    its `__call__`.

    Raises:
        HTTPError: 401 with a challenge if credentials are missing or wrong; 400 if they are
            malformed, or for another url.
        ValueError: An option is malformed.

    Examples:
        >>> from cherrypy_auth import digest_auth, get_ha1_dict_plain
        >>> from cherrypy_httputil import HTTPError
        >>> from webob import Request, Response
        >>> request, response = Request.blank("/"), Response()
        >>> get_ha1 = get_ha1_dict_plain({"bird": "bebop"})
        >>> try:
        ...     digest_auth(request, response, "earth", get_ha1, "a565c27146791cfb")
        ... except HTTPError as error:
        ...     print(error.code, response.headers["WWW-Authenticate"][:27])
        401 Digest realm="earth", nonce
    """
    gate = DigestAuth(
        realm,
        get_ha1,
        key,
        debug,
        accept_charset,
        qop=qop,
        max_age=max_age,
        check_uri=check_uri,
        nonce_counts=nonce_counts,
        find_user=find_user,
    )
    return gate(request, response, target=target, read_body=read_body)


def _is_new(counts: Counts, sent: HttpDigestAuthorization, request: RequestMessage) -> bool:
    """Use a count up, once for a request that is asked again after a redirection inside."""
    used = counts, sent.nonce, sent.nc
    if getattr(request, "digest_count", None) == used:
        return True
    if not counts.use(sent.nonce, int(sent.nc or "0", 16)):
        return False
    request.digest_count = used  # type: ignore[attr-defined]  # requests take any attribute
    return True


def _is_right(sent: HttpDigestAuthorization, ha1: str | None, body: bytes) -> bool:
    expected = sent.request_digest(ha1 or _NOBODYS[: len(sent.response)], body)
    return hmac.compare_digest(expected, sent.response) and bool(ha1)


@lru_cache(maxsize=64)
def _check_qop(qop: str) -> tuple[str, ...]:
    """Return the parts of a list of qualities of protection."""
    parts = tuple(part.strip() for part in qop.split(","))
    for part in parts:
        if part not in valid_qops:
            raise ValueError(f"{qop!r} is no list of {' and '.join(map(repr, valid_qops))}")
    return parts


@lru_cache(maxsize=64)
def _available(name: str) -> str:
    """Return the name of an algorithm as it is written, once that is known to work here."""
    algorithm = algorithm_named(name)
    algorithm.digest("")
    return algorithm.name
