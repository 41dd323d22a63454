"""The hash algorithms of digest credentials (RFC 7616, section 3.3).

MD5 is what old clients and stored HA1s have. It protects nothing by itself here, so hosts in FIPS
mode are told that it is not used for security; where it is missing all the same, the error says so.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, NamedTuple

from cherrypy_auth.comparison import as_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Algorithm(NamedTuple):
    """A hash algorithm.

    Attributes:
        name: As it stands in challenges.
        function: What makes the hash, in hexadecimal digits.
        digits: How many.
        is_session: Whether nonces are part of the secret, once for a session (`-sess`).
    """

    name: str
    function: Callable[[bytes], str]
    digits: int
    is_session: bool = False

    def digest(self, text: str | bytes) -> str:
        """Return the hash of a text in UTF-8, or of bytes, in hexadecimal digits.

        Raises:
            RuntimeError: This Python has no such algorithm.
        """
        try:
            return self.function(as_bytes(text))
        except (AttributeError, ValueError) as error:
            raise RuntimeError(
                f"This Python has no {self.name.removesuffix('-sess')}, as on a host in FIPS mode: "
                "use SHA-256, as in get_ha1={'SHA-256': ...}"
            ) from error


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _sha512_256(data: bytes) -> str:
    return hashlib.new("sha512_256", data).hexdigest()


MD5: Final = Algorithm("MD5", _md5, 32)

_ALL: Final = (
    MD5,
    Algorithm("MD5-sess", _md5, 32, is_session=True),
    Algorithm("SHA-256", _sha256, 64),
    Algorithm("SHA-256-sess", _sha256, 64, is_session=True),
    Algorithm("SHA-512-256", _sha512_256, 64),
    Algorithm("SHA-512-256-sess", _sha512_256, 64, is_session=True),
)

valid_algorithms: Final = tuple(each.name for each in _ALL)
"""The names of all algorithms."""

_BY_NAME: Final[Mapping[str, Algorithm]] = {each.name.upper(): each for each in _ALL}


def algorithm_named(name: str) -> Algorithm:
    """Return an algorithm by its name, in any case.

    Raises:
        ValueError: There is none of that name.
    """
    found = _BY_NAME.get(name.upper())
    if found is None:
        raise ValueError(f"{name!r} is no algorithm: use one of {', '.join(valid_algorithms)}")
    return found


def md5_hex(s: str | bytes) -> str:
    """Return the MD5 hash of a text in UTF-8, or of bytes, in hexadecimal digits.

    Raises:
        RuntimeError: This Python has no MD5.

    Examples:
        >>> md5_hex("Mufasa:testrealm@host.com:Circle Of Life")
        '939e7578ed9e3c518a452acee763bce9'
    """
    return MD5.digest(s)
