"""The challenge to a client that did not say who it is, and what the client answered.

A refusal says the same whatever was wrong: it tells nothing about users.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NoReturn

from cherrypy_auth.limits import CREDENTIALS
from cherrypy_httputil import HeaderMap, HTTPError, parse_credentials

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cherrypy_httputil import RequestMessage, ResponseMessage

UNAUTHORIZED: Final = "You are not authorized to access that resource"
FIELD: Final = "WWW-Authenticate"
# Beyond ISO-8859-1, a field cannot be sent so that clients read it.
_cannot_be_sent = re.compile(r'["\\\x00-\x1f\x7f]|[^\x00-\xff]').search


@lru_cache(maxsize=256)
def quoted_realm(realm: str) -> str:
    """Return a realm as a quoted string.

    Raises:
        ValueError: The realm has a quote, a backslash or a control character, which clients treat
            differently, or one that is not in ISO-8859-1.
    """
    if _cannot_be_sent(realm):
        raise ValueError(
            "A realm has no quotes, backslashes or control characters, and only characters of "
            f"ISO-8859-1: {realm!r}"
        )
    return f'"{realm}"'


def credentials(field: str, scheme: str) -> str | None:
    """Return what an Authorization field says in one scheme; None if it has another or none.

    Raises:
        HTTPError: 400, it is too long.
    """
    given, rest = parse_credentials(field)
    if given != scheme:
        return None
    if len(rest) > CREDENTIALS:
        raise HTTPError(400, f"The Authorization header is longer than {CREDENTIALS} characters.")
    return rest


def refuse(response: ResponseMessage, challenges: Sequence[str]) -> NoReturn:
    """Put challenges on the response, and raise the error that makes it a refusal.

    Args:
        response: The response.
        challenges: The preferred one first. Each gets a field of its own, where that is possible:
            many clients understand only one in a field.

    Raises:
        HTTPError: 401, always.
    """
    headers = response.headers
    if len(challenges) == 1:
        headers[FIELD] = challenges[0]
    elif isinstance(headers, HeaderMap):
        headers[FIELD] = list(challenges)
    elif hasattr(headers, "add"):  # WebOb's
        headers.pop(FIELD, None)
        for challenge in challenges:
            headers.add(FIELD, challenge)
    else:
        headers[FIELD] = ", ".join(challenges)
    raise HTTPError(401, UNAUTHORIZED)


def accept(request: RequestMessage, username: str) -> str:
    """Note on the request who made it, as `request.login`, and return that."""
    request.login = username  # type: ignore[attr-defined]  # requests take any attribute
    return username
