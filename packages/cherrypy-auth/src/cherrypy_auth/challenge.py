"""The challenge to a client that did not say who it is, and what the client answered.

A refusal says the same whatever was wrong: it tells nothing about users.
"""

from typing import Final, NoReturn

from cherrypy_httputil import HTTPError, RequestMessage, ResponseMessage

UNAUTHORIZED: Final = "You are not authorized to access that resource"
FORBIDDEN_IN_REALM: Final = frozenset('"\\') | {chr(code) for code in (*range(32), 127)}


def quoted_realm(realm: str) -> str:
    """Return a realm as a quoted string.

    Raises:
        ValueError: The realm has a quote, a backslash or a control character, which clients treat
            differently.
    """
    if FORBIDDEN_IN_REALM & set(realm):
        raise ValueError(f"A realm has no quotes, backslashes or control characters: {realm!r}")
    return f'"{realm}"'


def credentials(request: RequestMessage, scheme: str) -> str | None:
    """Return what the Authorization field says in one scheme; None if it has another or none."""
    given, _, rest = request.headers.get("Authorization", "").strip().partition(" ")
    return rest.strip() if given.lower() == scheme else None


def refuse(response: ResponseMessage, challenge: str) -> NoReturn:
    """Put a challenge on the response, and raise the error that makes it a refusal.

    Raises:
        HTTPError: 401, always.
    """
    response.headers["WWW-Authenticate"] = challenge
    raise HTTPError(401, UNAUTHORIZED)


def accept(request: RequestMessage, username: str) -> str:
    """Note on the request who made it, as `request.login`, and return that."""
    request.login = username  # type: ignore[attr-defined]  # requests take any attribute
    return username
