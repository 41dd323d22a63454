"""The cookie that carries a session's id.

A cookie is built as a value (a `Morsel`) and then put on the response: on `response.cookie` where
there is one, else among the header fields. Contradicting options are errors, and reach no browser.
"""

import time
from collections.abc import Iterator
from http.cookies import CookieError, Morsel, SimpleCookie
from typing import Any, Final, Protocol

from cherrypy_httputil import HTTPDate

SAME_SITE: Final = {"strict": "Strict", "lax": "Lax", "none": "None"}
HOST_PREFIX: Final = "__Host-"
SECURE_PREFIX: Final = "__Secure-"
LONG_AGO: Final = 365 * 24 * 60 * 60
"""Seconds before now at which an expired cookie ended: more than any clock is wrong."""


class CookieRequest(Protocol):
    """What is read of a request."""

    @property
    def headers(self) -> Any:
        """The header fields, with a `get` to which the case of names makes no difference."""


class CookieResponse(Protocol):
    """What is changed of a response."""

    @property
    def headers(self) -> Any:
        """The header fields; with `add` and `getall` if there may be several of one name."""


def cookie_value(request: CookieRequest, name: str) -> str | None:
    """Return the value of a cookie that the client sent, or None.

    Of several with one name it is the first, the one with the most specific path (RFC 6265,
    section 5.4).
    """
    for pair in request.headers.get("Cookie", "").split(";"):
        key, _, value = pair.strip().partition("=")
        if key == name:
            return _unquoted(name, value)
    return None


def set_response_cookie(
    request: CookieRequest,
    response: CookieResponse,
    session_id: str,
    *,
    path: str | None = None,
    path_header: str | None = None,
    name: str = "session_id",
    timeout: float | None = 60,
    domain: str | None = None,
    secure: bool = False,
    httponly: bool = False,
    samesite: str | None = None,
) -> None:
    """Have the client send a session's id with its next requests.

    Args:
        request: Where `path_header` is looked up.
        response: What gets the cookie.
        session_id: The value of the cookie.
        path: Below which path the client shall send it; the default is everywhere.
        path_header: The request field that has the path where `path` is not given.
        name: The name of the cookie. The prefixes `__Host-` and `__Secure-` imply `secure`.
        timeout: Minutes for which the client keeps it; without any, until the browser is closed.
        domain: For which domain and its subdomains; the default is this host alone.
        secure: Whether the client shall send it over TLS only.
        httponly: Whether scripts shall not see it.
        samesite: "Strict", "Lax" or "None": whether requests from other sites carry it.

    Raises:
        ValueError: The options contradict each other.
    """
    secure = secure or name.startswith((HOST_PREFIX, SECURE_PREFIX))
    path = path or (request.headers.get(path_header) if path_header else None) or "/"
    problem = cookie_problem(name=name, path=path, domain=domain, secure=secure, samesite=samesite)
    if problem:
        raise ValueError(problem)
    cookie = _morsel(name, session_id)
    cookie["path"] = path
    if timeout:
        # RFC 6265 prefers max-age; expires is for clients that do not know it.
        cookie["max-age"] = str(int(timeout * 60))
        cookie["expires"] = HTTPDate(time.time() + timeout * 60)
    if domain is not None:
        cookie["domain"] = domain
    cookie["secure"] = secure
    cookie["httponly"] = httponly
    if samesite is not None:
        cookie["samesite"] = SAME_SITE[samesite.lower()]
    put_cookie(response, cookie)


def expire(
    request: CookieRequest,
    response: CookieResponse,
    *,
    name: str = "session_id",
    path: str | None = None,
    domain: str | None = None,
) -> None:
    """Have the client forget its session's id. What is stored stays until it expires.

    Args:
        request: Where the present value is looked up.
        response: What gets the cookie; if it has one of that name already, that one is changed.
        name: The name of the cookie.
        path: The path with which it was set, unless the response has it.
        domain: The domain with which it was set, unless the response has it.
    """
    cookie = find_cookie(response, name)
    if cookie is None:
        set_response_cookie(
            request,
            response,
            cookie_value(request, name) or "",
            name=name,
            path=path,
            domain=domain,
            timeout=None,
        )
        cookie = find_cookie(response, name) or _morsel(name, "")
    cookie["expires"] = HTTPDate(time.time() - LONG_AGO)
    cookie["max-age"] = ""
    put_cookie(response, cookie)


def change_id(response: CookieResponse, name: str, session_id: str) -> None:
    """Change the value of a cookie that the response has, if it has it."""
    cookie = find_cookie(response, name)
    if cookie is not None:
        changed = _morsel(name, session_id)
        changed.update(cookie)
        put_cookie(response, changed)


def cookie_problem(
    *,
    name: str = "session_id",
    path: str | None = None,
    domain: str | None = None,
    secure: bool = False,
    samesite: str | None = None,
) -> str | None:
    """Return what is wrong with these options, in a sentence, or None."""
    if samesite is not None and samesite.lower() not in SAME_SITE:
        return f"samesite must be 'Strict', 'Lax' or 'None', not {samesite!r}."
    if name.startswith(HOST_PREFIX) and (domain is not None or path not in {None, "/"}):
        return (
            f"A cookie named {name} is for one host and the path '/': give no domain and no path."
        )
    is_secure = secure or name.startswith((HOST_PREFIX, SECURE_PREFIX))
    if samesite is not None and samesite.lower() == "none" and not is_secure:
        return "Browsers refuse a cookie with samesite='None' that is not secure: set secure too."
    return None


def find_cookie(response: CookieResponse, name: str) -> "Morsel[str] | None":
    """Return a cookie that the response sets, or None."""
    jar = _jar(response)
    if jar is not None:
        return jar.get(name)
    return next((cookie for cookie in _field_cookies(response) if cookie.key == name), None)


def put_cookie(response: CookieResponse, cookie: "Morsel[str]") -> None:
    """Have the response set a cookie, in place of any with the same name."""
    jar = _jar(response)
    if jar is not None:
        # Not by its own method, which would make another cookie of this one.
        dict.__setitem__(jar, cookie.key, cookie)
        return
    others = [each for each in _field_cookies(response) if each.key != cookie.key]
    if "Set-Cookie" in response.headers:
        del response.headers["Set-Cookie"]
    for each in (*others, cookie):
        _add_field(response, each.OutputString())


def _morsel(name: str, value: str) -> "Morsel[str]":
    jar = SimpleCookie()
    jar[name] = value
    return jar[name]


def _jar(response: CookieResponse) -> "SimpleCookie | None":
    jar = getattr(response, "cookie", None)
    return jar if isinstance(jar, SimpleCookie) else None


def _field_cookies(response: CookieResponse) -> Iterator["Morsel[str]"]:
    headers = response.headers
    if hasattr(headers, "getall"):
        fields = headers.getall("Set-Cookie")
    else:
        fields = [headers["Set-Cookie"]] if "Set-Cookie" in headers else []
    for field in fields:
        yield from SimpleCookie(field).values()


def _add_field(response: CookieResponse, field: str) -> None:
    if hasattr(response.headers, "add"):
        response.headers.add("Set-Cookie", field)
    else:
        response.headers["Set-Cookie"] = field


def _unquoted(name: str, value: str) -> str:
    if not value.startswith('"'):
        return value
    try:
        return SimpleCookie(f"{name}={value}")[name].value
    except (CookieError, KeyError):
        return value
