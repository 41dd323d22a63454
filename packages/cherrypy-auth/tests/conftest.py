"""A client for digest credentials; WebOb without its warning."""

from __future__ import annotations

import hashlib
import re
import warnings
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

with warnings.catch_warnings():
    # WebOb's release for Python 3.11 still imports cgi.
    warnings.simplefilter("ignore", DeprecationWarning)
    import webob  # noqa: F401 - the tests find it imported

Answer: TypeAlias = Callable[..., str]

# What a client does with a challenge: written after RFC 7616, with nothing of the package.

HASHES = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}


def hashed(algorithm: str, text: str | bytes) -> str:
    data = text.encode() if isinstance(text, str) else text
    return hashlib.new(HASHES[algorithm.removesuffix("-sess")], data).hexdigest()


def read(challenge: str) -> dict[str, str]:
    assert challenge.startswith("Digest ")
    found = re.findall(r'(\w+)=(?:"([^"]*)"|([^", ]+))', challenge)
    return {name: quoted or token for name, quoted, token in found}


def answer(
    challenge: str,
    username: str = "bird",
    password: str = "bebop",
    *,
    method: str = "GET",
    uri: str = "/",
    nc: str = "00000001",
    cnonce: str = "0a4f113b",
    qop: str = "auth",
    body: bytes = b"",
    userhash: bool = False,
    sent: dict[str, str | None] | None = None,
) -> str:
    """Return the field Authorization; `sent` replaces parameters, or leaves them out."""
    given = read(challenge)
    realm, nonce, algorithm = given["realm"], given["nonce"], given.get("algorithm", "MD5")

    def h(text: str | bytes) -> str:
        return hashed(algorithm, text)

    ha1 = h(f"{username}:{realm}:{password}")
    if algorithm.endswith("-sess"):
        ha1 = h(f"{ha1}:{nonce}:{cnonce}")
    ha2 = h(f"{method}:{uri}:{h(body)}" if qop == "auth-int" else f"{method}:{uri}")
    values: dict[str, Any] = {
        "username": f'"{h(f"{username}:{realm}") if userhash else username}"',
        "realm": f'"{realm}"',
        "nonce": f'"{nonce}"',
        "uri": f'"{uri}"',
        "response": f'"{h(f"{ha1}:{nonce}:{nc}:{cnonce}:{qop}:{ha2}")}"',
        "algorithm": algorithm,
        "qop": qop,
        "nc": nc,
        "cnonce": f'"{cnonce}"',
        "userhash": "true" if userhash else None,
        **(sent or {}),
    }
    return "Digest " + ", ".join(f"{k}={v}" for k, v in values.items() if v is not None)


@pytest.fixture(name="answer")
def _answer() -> Answer:
    """A function from a challenge to the field Authorization; see `answer` above."""
    return answer
