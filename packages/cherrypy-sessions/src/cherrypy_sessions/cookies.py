"""The cookie that carries a session's id.

A cookie is built as a value (a `Morsel`) and then put on the response: on `response.cookie` where
there is one, else among the header fields. What does not depend on the request is worked out once,
by `SessionCookie`.
"""

import re
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookies import CookieError, Morsel, SimpleCookie
from typing import Any, Final, Protocol

from cherrypy_httputil import HTTPDate

SAME_SITE: Final = {"strict": "Strict", "lax": "Lax", "none": "None"}
HOST_PREFIX: Final = "__Host-"
SECURE_PREFIX: Final = "__Secure-"
LONG_AGO: Final = 365 * 24 * 60 * 60
"""Seconds before now at which an expired cookie ended: more than any clock is wrong."""

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_ATTRIBUTE = re.compile(r"[^\x00-\x1f\x7f;]*")
_encode = SimpleCookie().value_encode
_put = dict.__setitem__
_update = dict.update
_new_morsel = dict.__new__


class CookieRequest(Protocol):
    """What is read of a request.

    Examples:
        >>> from types import SimpleNamespace
        >>> request: CookieRequest = SimpleNamespace(headers={"Cookie": "session_id=abc123"})
        >>> cookie_value(request, "session_id")
        'abc123'
    """

    @property
    def headers(self) -> Any:
        """The header fields, with a `get` to which the case of names makes no difference."""


class CookieResponse(Protocol):
    """What is changed of a response.

    Examples:
        >>> from types import SimpleNamespace
        >>> response: CookieResponse = SimpleNamespace(headers={})
        >>> set_response_cookie(SimpleNamespace(headers={}), response, "abc123", timeout=None)
        >>> response.headers
        {'Set-Cookie': 'session_id=abc123; Path=/'}
    """

    @property
    def headers(self) -> Any:
        """The header fields; with `add` and `getall` if there may be several of one name."""


@dataclass(frozen=True, slots=True)
class SessionCookie:
    """The cookie of the sessions of a site: all of it but the id.

    Args:
        name: The name of the cookie. The prefixes `__Host-` and `__Secure-` imply `secure`.
        path: Below which path the client shall send it; the default is everywhere.
        path_header: The request field that has the path where `path` is not given.
        timeout: Minutes for which the client keeps it; without any, until the browser is closed.
        domain: For which domain and its subdomains; the default is this host alone.
        secure: Whether the client shall send it over TLS only.
        httponly: Whether scripts shall not see it.
        samesite: "Strict", "Lax" or "None": whether requests from other sites carry it.

    Raises:
        ValueError: There is no such `samesite`, or a cookie cannot have that name, path or domain.

    Warns:
        UserWarning: The options contradict each other, so that browsers will refuse the cookie.

    Examples:
        >>> from types import SimpleNamespace
        >>> request, response = SimpleNamespace(headers={}), SimpleNamespace(headers={})
        >>> cookie = SessionCookie("__Host-site", timeout=None, httponly=True)
        >>> cookie.set(request, response, "abc123").OutputString()
        '__Host-site=abc123; HttpOnly; Path=/; Secure'
    """

    name: str = "session_id"
    path: str | None = None
    path_header: str | None = None
    timeout: float | None = 60
    domain: str | None = None
    secure: bool = False
    httponly: bool = False
    samesite: str | None = None

    _latest: "tuple[int, str, _Attributes] | None" = field(
        default=None, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if not _TOKEN.fullmatch(self.name):
            raise ValueError(f"a cookie cannot have the name {self.name!r} (RFC 6265, 4.1.1)")
        for attribute in (self.path, self.domain):
            if attribute is not None and not _ATTRIBUTE.fullmatch(attribute):
                raise ValueError(f"{attribute!r} cannot stand in a cookie (RFC 6265, 4.1.1)")
        if self.samesite is not None and self.samesite.lower() not in SAME_SITE:
            raise ValueError(f"samesite is 'Strict', 'Lax' or 'None', not {self.samesite!r}")
        problem = cookie_problem(
            name=self.name,
            path=self.path or self.path_header,
            domain=self.domain,
            secure=self.secure,
            samesite=self.samesite,
        )
        if problem:
            warnings.warn(problem, stacklevel=3)

    def set(self, request: CookieRequest, response: CookieResponse, value: str) -> "Morsel[str]":
        """Have the client send a value with its next requests, and return the cookie."""
        cookie = self._make(request, value)
        put_cookie(response, cookie)
        return cookie

    def change(self, request: CookieRequest, response: CookieResponse, value: str | None) -> None:
        """Change the value of the cookie that a response has, and keep what else it says.

        Args:
            request: Where the path may be looked up.
            response: If it has no such cookie, it gets one.
            value: None has the client forget the cookie.
        """
        cookie = find_cookie(response, self.name)
        if value is None:
            cookie = cookie or self._make(request, "")
            expire_cookie(response, cookie)
        elif cookie is None:
            self.set(request, response, value)
        else:
            cookie.set(self.name, *_encode(value))
            put_cookie(response, cookie)

    def _make(self, request: CookieRequest, value: str) -> "Morsel[str]":
        if self.path is None and self.path_header:
            # Whoever sends that field has no say in the other attributes.
            path = (request.headers.get(self.path_header) or "").partition(";")[0] or "/"
        else:
            path = self.path or "/"
        latest, now = self._latest, int(time.time())
        if latest is None or latest[0] != now or latest[1] != path:
            # The same for all requests of one second.
            latest = (now, path, self._attributes(path, now))
            object.__setattr__(self, "_latest", latest)
        return _prepared(self.name, value, latest[2])

    def _attributes(self, path: str, now: int) -> "_Attributes":
        seconds = int((self.timeout or 0) * 60)
        return _Attributes(
            path=path,
            # RFC 6265 prefers max-age; expires is for clients that do not know it.
            expires=HTTPDate(now + seconds) if seconds else "",
            max_age=str(seconds) if seconds else "",
            domain=self.domain or "",
            samesite=SAME_SITE[self.samesite.lower()] if self.samesite else "",
            secure=self.secure or self.name.startswith((HOST_PREFIX, SECURE_PREFIX)),
            httponly=self.httponly,
        )


class _Attributes:
    """The attributes of a cookie, and the text that they make."""

    __slots__ = ("tail", "values")

    def __init__(self, **values: Any) -> None:
        cookie: Morsel[str] = Morsel()
        cookie.set("a", "", "")
        cookie.update({name.replace("_", "-"): value for name, value in values.items()})
        self.values = dict(cookie)
        self.tail = cookie.OutputString().removeprefix("a=")


class _PreparedMorsel(Morsel[str]):
    """A cookie whose text is known but for its value, until its attributes are changed."""

    _prepared: _Attributes

    def OutputString(self, attrs: Any = None) -> str:  # noqa: N802 - the name in the library
        """Return the text of the cookie."""
        if attrs is None and dict.__eq__(self, self._prepared.values):
            return f"{self.key}={self.coded_value}{self._prepared.tail}"
        return super().OutputString(attrs)


def _prepared(name: str, value: str, attributes: _Attributes) -> _PreparedMorsel:
    # Past its own way of beginning, which sets one empty attribute after the other.
    cookie = _new_morsel(_PreparedMorsel)
    _update(cookie, attributes.values)
    coded = value if value.isalnum() and value.isascii() else _encode(value)[1]
    state = {"key": name, "value": value, "coded_value": coded}
    cookie.__setstate__(state)  # type: ignore[attr-defined]  # typeshed does not know it
    cookie._prepared = attributes  # noqa: SLF001 - of this module
    return cookie


def cookie_value(request: CookieRequest, name: str) -> str | None:
    """Return the value of a cookie that the client sent, or None.

    Of several with one name it is the first, the one with the most specific path (RFC 6265,
    section 5.4).

    Examples:
        >>> from types import SimpleNamespace
        >>> request = SimpleNamespace(headers={"Cookie": "lang=de; session_id=abc123"})
        >>> cookie_value(request, "session_id")
        'abc123'
    """
    return find_value(request.headers.get("Cookie"), name)


def find_value(text: str | None, name: str) -> str | None:
    """Return the value of a cookie in the text of a field `Cookie`, or None; see `cookie_value`."""
    if not text or name not in text:
        return None
    before, is_there, rest = text.partition(name + "=")
    # What follows something else is maybe no more than the end of another name.
    if is_there and (not before or before.endswith("; ")):
        value = rest.partition(";")[0].strip()
        return _unquoted(name, value) if value.startswith('"') else value
    for pair in text.split(";"):
        key, _, value = pair.strip().partition("=")
        if key == name:
            return _unquoted(name, value) if value.startswith('"') else value
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

    The options are those of `SessionCookie`.

    Args:
        request: Where `path_header` is looked up.
        response: What gets the cookie.
        session_id: The value of the cookie.

    Raises:
        ValueError: There is no such `samesite`.

    Examples:
        >>> from types import SimpleNamespace
        >>> request, response = SimpleNamespace(headers={}), SimpleNamespace(headers={})
        >>> set_response_cookie(request, response, "abc123", timeout=None, samesite="Lax")
        >>> response.headers["Set-Cookie"]
        'session_id=abc123; Path=/; SameSite=Lax'
    """
    cookie = SessionCookie(name, path, path_header, timeout, domain, secure, httponly, samesite)
    cookie.set(request, response, session_id)


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

    Examples:
        >>> from types import SimpleNamespace
        >>> request = SimpleNamespace(headers={"Cookie": "session_id=abc123"})
        >>> response = SimpleNamespace(headers={})
        >>> expire(request, response)
        >>> response.headers["Set-Cookie"]
        'session_id=abc123; expires=... GMT; Path=/'
    """
    cookie = find_cookie(response, name)
    if cookie is None:
        forgotten = SessionCookie(name, path=path, domain=domain, timeout=None)
        cookie = forgotten.set(request, response, cookie_value(request, name) or "")
    expire_cookie(response, cookie)


def expire_cookie(response: CookieResponse, cookie: "Morsel[str]") -> None:
    """Have the client forget a cookie."""
    cookie["expires"] = HTTPDate(time.time() - LONG_AGO)
    cookie["max-age"] = ""
    put_cookie(response, cookie)


def cookie_problem(
    *,
    name: str = "session_id",
    path: str | None = None,
    domain: str | None = None,
    secure: bool = False,
    samesite: str | None = None,
) -> str | None:
    """Return why browsers will refuse a cookie with these options, in a sentence, or None.

    Examples:
        >>> cookie_problem(samesite="None")
        "Browsers refuse a cookie with samesite='None' that is not secure: set secure too."
        >>> cookie_problem(samesite="None", secure=True) is None
        True
    """
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
        _put(jar, cookie.key, cookie)
        return
    others = [each for each in _field_cookies(response) if each.key != cookie.key]
    if "Set-Cookie" in response.headers:
        del response.headers["Set-Cookie"]
    for each in (*others, cookie):
        _add_field(response, each.OutputString())


def _jar(response: CookieResponse) -> "SimpleCookie | None":
    jar = getattr(response, "cookie", None)
    return jar if isinstance(jar, SimpleCookie) else None


def _field_cookies(response: CookieResponse) -> Iterator["Morsel[str]"]:
    headers = response.headers
    if hasattr(headers, "getall"):
        fields = headers.getall("Set-Cookie")
    else:
        fields = [headers["Set-Cookie"]] if "Set-Cookie" in headers else []
    for text in fields:
        yield from SimpleCookie(text).values()


def _add_field(response: CookieResponse, text: str) -> None:
    if hasattr(response.headers, "add"):
        response.headers.add("Set-Cookie", text)
    else:
        response.headers["Set-Cookie"] = text


def _unquoted(name: str, value: str) -> str:
    try:
        return SimpleCookie(f"{name}={value}")[name].value
    except (CookieError, KeyError):
        return value
