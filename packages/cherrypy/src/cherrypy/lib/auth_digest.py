"""Digest credentials of the running request (RFC 7616).

The url in the credentials is compared with what the client asked for, whatever the request was
redirected to internally since, and the method likewise.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, ParamSpec

from cherrypy_auth import (
    DEFAULT_CHARSET,
    FALLBACK_CHARSET,
    DigestAuth,
    HttpDigestAuthorization,
    NonceCounts,
    find_user_among,
    get_ha1_dict,
    get_ha1_dict_plain,
    get_ha1_file_htdigest,
    md5_hex,
    qop_auth,
    qop_auth_int,
    synthesize_nonce,
    valid_algorithms,
    valid_qops,
    www_authenticate,
)
from cherrypy_auth.limits import ENTITY_BYTES, NONCE_SECONDS
from cherrypy_serving import prepared
from cherrypy_web import Hook, Tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cherrypy_auth import Counts, FindUser, HA1Source

__all__ = [
    "DEFAULT_CHARSET",
    "FALLBACK_CHARSET",
    "TRACE",
    "DigestTool",
    "H",
    "HttpDigestAuthorization",
    "NonceCounts",
    "digest_auth",
    "find_user_among",
    "get_ha1_dict",
    "get_ha1_dict_plain",
    "get_ha1_file_htdigest",
    "md5_hex",
    "qop_auth",
    "qop_auth_int",
    "synthesize_nonce",
    "valid_algorithms",
    "valid_qops",
    "www_authenticate",
]

P = ParamSpec("P")

H = md5_hex
"""The hash of the algorithm MD5."""


def TRACE(msg: str) -> None:  # noqa: N802 - the documented name
    """Write a line about digest credentials to the log."""
    site: Any = import_module("cherrypy")  # which imports this one
    site.log(msg, "TOOLS.AUTH_DIGEST")


@prepared
def digest_auth(
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
) -> Callable[[Any, Any], str]:
    """Let only users in who prove that they know their password, and set ``request.login``.

    The options are those of `cherrypy_auth.DigestAuth`.

    Returns:
        The name of the user.

    Raises:
        HTTPError: 401 with a challenge if credentials are missing or wrong; 400 if they are
            malformed, or for another url; 413 if ``auth-int`` covers too large a body.
        ValueError: An option is malformed.
    """
    return asking(
        DigestAuth(
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
    )


def asking(gate: DigestAuth) -> Callable[[Any, Any], str]:
    """Return a function that lets through a gate who makes a request of ours."""

    def let_in(request: Any, response: Any) -> str:
        first = first_of(request)
        request.login = username = gate(
            first,
            response,
            authorization=request.peek_header("Authorization"),
            target=target_of(first),
            read_body=lambda: _body_of(first),
        )
        return username

    return let_in


def first_of(request: Any) -> Any:
    """Return what the client asked, before any redirection inside."""
    while (previous := request.prev) is not None:
        request = previous
    return request


def target_of(request: Any) -> str | None:
    """Return the target of a request as it came, or None where the server does not tell."""
    return (request.wsgi_environ or {}).get("REQUEST_URI")


def _body_of(request: Any) -> bytes:
    if request.method not in request.methods_with_bodies or not request.process_request_body:
        return b""
    content: bytes = request.body.preview(ENTITY_BYTES)
    return content


class DigestTool(Tool[P]):
    """Let only users in who prove that they know their password.

    With ``auth-int``, that is before the body is processed, since it counts as it came.

    Args:
        callable: What lets them in; see `Tool`.
    """

    def __init__(self, callable: Callable[P, object]) -> None:  # noqa: A002 - the documented name
        super().__init__("before_handler", callable, priority=1)

    def hooks(self, options: dict[str, Any]) -> Iterable[tuple[str, Hook]]:
        """Return the hook that lets users in."""
        qop = options.get("qop", qop_auth)
        covers_body = qop_auth_int in (qop if isinstance(qop, str) else ",".join(qop))
        point = "before_request_body" if covers_body else self._point
        yield point, self._hook(self.callable, options)
