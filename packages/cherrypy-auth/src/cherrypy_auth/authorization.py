"""What a client says in digest credentials, and what it should have said (RFC 7616, 3.4)."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, ClassVar, Final
from urllib.parse import unquote_to_bytes

from cherrypy_auth.algorithms import algorithm_named
from cherrypy_auth.basic import DEFAULT_CHARSET, FALLBACK_CHARSET
from cherrypy_auth.limits import CREDENTIALS, NONCE_SECONDS
from cherrypy_auth.nonces import is_genuine, is_stale
from cherrypy_auth.trace import trace
from cherrypy_httputil import parse_auth_params, parse_credentials

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

log: logging.Logger = logging.getLogger(__name__)

qop_auth: Final = "auth"
"""The quality of protection that covers method and url."""

qop_auth_int: Final = "auth-int"
"""The one that covers the body, too."""

valid_qops: Final = (qop_auth, qop_auth_int)
"""All of them."""

_is_hexadecimal = re.compile(r"[0-9a-f]+", re.ASCII).fullmatch
_is_count = re.compile(r"[0-9A-Fa-f]{8}", re.ASCII).fullmatch
_has_control = re.compile(r"[\x00-\x1f\x7f]").search
_EXTENDED: Final = re.compile(
    r"UTF-8'[A-Za-z0-9-]*'((?:[!#$&+.^_`|~0-9A-Za-z-]|%[0-9A-Fa-f]{2})*)", re.IGNORECASE
)


class HttpDigestAuthorization:
    """Digest credentials, parsed and checked for form. Whether they are right is for the caller.

    Args:
        auth_header: The value of the field Authorization.
        http_method: The method of the request.
        debug: Log at INFO, not at DEBUG.
        accept_charset: What the field is encoded in; where that does not fit, ISO-8859-1 is tried.

    Raises:
        ValueError: They are of another scheme, or malformed; the message tells what is wrong.

    Attributes:
        realm: What the password is for.
        username: The user, or the hash of the name if `userhash` is true.
        nonce: The server's nonce that they answer.
        uri: The target of the request, as the client sent it.
        response: The digest, in hexadecimal digits.
        algorithm: The name of its algorithm, MD5 by default.
        qop: The quality of protection, or None (RFC 2069).
        cnonce: The client's nonce; None without `qop`.
        nc: How many requests the client has sent with this nonce, eight hexadecimal digits.
        opaque: What the server gave to be sent back, or None.
        userhash: Whether `username` is a hash.

    Examples:
        >>> field = (
        ...     'Digest username="bird", realm="earth", nonce="n", uri="/", qop=auth, nc=00000001, '
        ...     'cnonce="c", response="6629fae49393a05397450978507c4ef1"'
        ... )
        >>> sent = HttpDigestAuthorization(field, "GET")
        >>> sent.username, sent.uri, sent.nc, sent.algorithm
        ('bird', '/', '00000001', 'MD5')
    """

    scheme: ClassVar[str] = "digest"

    def __init__(
        self,
        auth_header: str,
        http_method: str,
        debug: bool = False,
        accept_charset: str = DEFAULT_CHARSET,
    ) -> None:
        self.debug = debug
        self.http_method = http_method
        self.auth_header = auth_header
        scheme, rest = parse_credentials(_decoded(auth_header, accept_charset))
        if scheme != self.scheme:
            raise ValueError(self.errmsg(f"the scheme is {scheme!r}, not 'Digest'"))
        if len(rest) > CREDENTIALS:
            raise ValueError(self.errmsg(f"it is longer than {CREDENTIALS} characters"))
        try:
            self._read(parse_auth_params(rest))
        except ValueError as error:
            raise ValueError(self.errmsg(str(error))) from None

    def _read(self, params: Mapping[str, str]) -> None:
        get = params.get
        self.realm: str = _required(params, "realm")
        self.nonce: str = _required(params, "nonce")
        self.uri: str = _required(params, "uri")
        self.response: str = _required(params, "response")
        self.userhash: bool = _flag(get("userhash", "false"))
        self.username: str = _username(params, self.userhash)
        self._algorithm = algorithm_named(get("algorithm", "MD5"))
        self.algorithm: str = self._algorithm.name
        self.opaque: str | None = get("opaque")
        self.qop: str | None = get("qop")
        self.cnonce: str | None = get("cnonce")
        self.nc: str | None = get("nc")
        if not _is_hexadecimal(self.response) or len(self.response) != self._algorithm.digits:
            raise ValueError(
                f"the response {self.response!r} is no digest of {self._algorithm.digits} digits"
            )
        if self.qop is None:
            if self.cnonce is not None or self.nc is not None:
                raise ValueError("cnonce and nc come with qop, and qop is missing")
            return
        if self.qop not in valid_qops:
            raise ValueError(f"the qop {self.qop!r} is neither 'auth' nor 'auth-int'")
        if self.cnonce is None or self.nc is None:
            raise ValueError("with qop, there have to be cnonce and nc")
        if not _is_count(self.nc) or self.nc == "00000000":
            raise ValueError(
                f"the nc {self.nc!r} is no count of eight hexadecimal digits from 1 on"
            )

    @classmethod
    def from_params(cls, params: Mapping[str, str], http_method: str) -> Self:
        """Return credentials with parameters that have been read already, by names in lower case.

        Raises:
            ValueError: A parameter is missing, or malformed.
        """
        made = cls.__new__(cls)
        made.debug, made.http_method, made.auth_header = False, http_method, ""
        made._read(params)  # noqa: SLF001 - one of this class
        return made

    @classmethod
    def matches(cls, header: str) -> bool:
        """Return whether a value of the field Authorization has digest credentials."""
        return parse_credentials(header)[0] == cls.scheme

    def errmsg(self, s: str) -> str:
        """Return a text about these credentials, for an error or a log."""
        return f"Digest Authorization header: {s}"

    def validate_nonce(self, s: str, key: str | bytes) -> bool:
        """Return whether the nonce was made by `synthesize_nonce`, for the same text and key."""
        genuine = is_genuine(self.nonce, s, key)
        trace(log, self.debug, "validate_nonce: %s", genuine)
        return genuine

    def is_nonce_stale(self, max_age_seconds: float = NONCE_SECONDS) -> bool:
        """Return whether the nonce is too old, or from the future. Validate it before."""
        stale = is_stale(self.nonce, max_age_seconds)
        trace(log, self.debug, "is_nonce_stale: %s", stale)
        return stale

    def HA2(self, entity_body: str | bytes = "") -> str:  # noqa: N802 - the documented name
        """Return the hash of method and url, and with `auth-int` of the body (RFC 7616, 3.4.3)."""
        digest = self._algorithm.digest
        if self.qop != qop_auth_int:
            return digest(f"{self.http_method}:{self.uri}")
        return digest(f"{self.http_method}:{self.uri}:{digest(entity_body)}")

    def request_digest(self, ha1: str, entity_body: str | bytes = "") -> str:
        """Return the digest that the client must have sent, if it knows the password.

        Args:
            ha1: The hash of `user:realm:password`, from the store of users.
            entity_body: The body of the request. It counts only if `qop` is `auth-int`.
        """
        if self._algorithm.is_session:
            ha1 = self._algorithm.digest(f"{ha1}:{self.nonce}:{self.cnonce or ''}")
        return self.keyed_digest(ha1, entity_body)

    def keyed_digest(self, secret: str, entity_body: str | bytes = "") -> str:
        """Return the digest for a secret that no algorithm changes any more (RFC 7616, 3.4.1).

        Args:
            secret: The HA1; with a `-sess` algorithm, the one of the session.
            entity_body: See `request_digest`.
        """
        digest, ha2 = self._algorithm.digest, self.HA2(entity_body)
        if self.qop is None:
            return digest(f"{secret}:{self.nonce}:{ha2}")
        return digest(f"{secret}:{self.nonce}:{self.nc}:{self.cnonce}:{self.qop}:{ha2}")


def _decoded(field: str, charset: str) -> str:
    """Return a field in which each character stands for a byte (PEP 3333) as text."""
    if field.isascii():
        return field
    try:
        raw = field.encode("latin-1")
    except UnicodeEncodeError:  # it is text already
        return field
    try:
        return raw.decode(charset)
    except UnicodeDecodeError:
        return raw.decode(FALLBACK_CHARSET)


def _required(params: Mapping[str, str], name: str) -> str:
    value = params.get(name)
    if value is None:
        raise ValueError(f"the parameter {name!r} is missing")
    return value


def _flag(text: str) -> bool:
    found = {"true": True, "false": False}.get(text.lower())
    if found is None:
        raise ValueError(f"userhash is {text!r}, neither 'true' nor 'false'")
    return found


def _username(params: Mapping[str, str], userhash: bool) -> str:
    extended = params.get("username*")
    if extended is None:
        return _required(params, "username")
    if "username" in params:
        raise ValueError("username and username* are both there")
    if userhash:
        raise ValueError("username* is there, and userhash is true")
    found = _EXTENDED.fullmatch(extended)
    if found is None:
        raise ValueError(f"username* is {extended!r}, which is no UTF-8''name (RFC 8187)")
    name = unquote_to_bytes(found[1]).decode("utf-8")
    if _has_control(name):
        raise ValueError(f"username* is {extended!r}, which has a control character")
    return name
