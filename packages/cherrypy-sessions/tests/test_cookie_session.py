"""Sessions that are in their cookie."""

import pickle
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.cookies import SimpleCookie
from types import SimpleNamespace
from typing import Any

import pytest
import webob

from cherrypy_sessions import (
    CookieSession,
    ReadOnlySessionError,
    SessionManager,
    SessionMiddleware,
    SessionTooLargeError,
    close,
    lock,
    save,
)

OPTIONS: dict[str, Any] = {"storage_class": CookieSession, "secret": "key"}


class Browser:
    """Sends what it was sent."""

    def __init__(self, **options: Any) -> None:
        self.manager = SessionManager(**OPTIONS | options)
        self.cookie: str | None = None
        self.sent = ""

    def __enter__(self) -> CookieSession:
        headers = {"Cookie": f"session_id={self.cookie}"} if self.cookie else {}
        self._response = SimpleNamespace(headers={}, cookie=SimpleCookie())
        self._session = self.manager.open(SimpleNamespace(headers=headers), self._response)
        lock(self._session)
        assert isinstance(self._session, CookieSession)
        return self._session

    def __exit__(self, *exc_info: object) -> None:
        save(self._session)
        close(self._session)
        self.sent = ""
        for cookie in self._response.cookie.values():
            self.sent = cookie.OutputString()
            is_over = "1 Jan 1970" in self.sent or not cookie["max-age"]
            self.cookie = None if is_over else cookie.value


def test_a_stranger_who_only_looks_gets_no_cookie() -> None:
    browser = Browser()
    with browser as session:
        assert session.get("color") is None
    assert browser.sent == ""


def test_what_was_written_comes_back() -> None:
    browser = Browser(httponly=True, samesite="Lax")
    with browser as session:
        session["color"] = "red"
        id_ = session.id
    assert "HttpOnly" in browser.sent
    assert "SameSite=Lax" in browser.sent
    assert "Max-Age=3600" in browser.sent
    with browser as session:
        assert (session.id, session["color"], session.missing) == (id_, "red", False)
        session["size"] = 5
    with browser as session:
        assert dict(session.items()) == {"color": "red", "size": 5}


def test_what_was_changed_on_the_way_is_missing() -> None:
    browser = Browser()
    with browser as session:
        session["admin"] = False
    assert browser.cookie is not None
    whole = browser.cookie
    for wrong in (whole[:-3], whole[1:], whole + "A", "x" + whole, "a.b", ".", "a.====", "a.é"):
        browser.cookie = wrong
        with browser as session:
            assert session.missing
            assert session.get("admin") is None


def test_it_is_signed_by_one_key_and_believed_from_several() -> None:
    browser = Browser(secret="old")
    with browser as session:
        session["color"] = "red"
    browser.manager = SessionManager(**OPTIONS | {"secret": ["old", "new"]})
    with browser as session:
        assert session["color"] == "red"
    browser.manager = SessionManager(**OPTIONS | {"secret": ["new"]})
    with browser as session:
        assert session["color"] == "red"
    browser.manager = SessionManager(**OPTIONS | {"secret": ["other"]})
    with browser as session:
        assert session.missing


def test_it_expires_whatever_the_client_does() -> None:
    class Later(CookieSession):
        def now(self) -> datetime:
            return super().now() + timedelta(minutes=61)

    browser = Browser()
    with browser as session:
        session["color"] = "red"
    browser.manager = SessionManager(**OPTIONS | {"storage_class": Later})
    with browser as session:
        assert session.missing


def test_deleting_it_has_the_client_forget_it() -> None:
    browser = Browser()
    with browser as session:
        session["color"] = "red"
    with browser as session:
        session.delete()
    assert "expires=" in browser.sent
    assert browser.cookie is None


def test_regenerate_gives_it_another_id() -> None:
    browser = Browser()
    with browser as session:
        session["color"] = "red"
        old = session.id
    with browser as session:
        seen: list[str] = []
        session.id_observers.append(seen.append)
        session.regenerate()
        assert seen == [session.id]
    with browser as session:
        assert session.id != old
        assert session["color"] == "red"


def test_what_is_too_large_is_an_error_with_numbers() -> None:
    with pytest.raises(SessionTooLargeError, match=r"takes \d+ characters .* and 300 is the most"):  # noqa: SIM117
        with Browser(max_size=300) as session:
            session["color"] = bytes(range(256)).hex()


def test_what_repeats_is_made_smaller() -> None:
    browser = Browser()
    with browser as session:
        session["text"] = "again and " * 1000
    assert browser.cookie is not None
    assert len(browser.cookie) < 400
    with browser as session:
        assert session["text"] == "again and " * 1000


def test_other_serializers() -> None:
    browser = Browser(serializer=pickle)
    with browser as session:
        session["set"] = {1, 2}
    with browser as session:
        assert session["set"] == {1, 2}


def test_without_a_key_there_are_none() -> None:
    with pytest.raises(ValueError, match="needs secret"):
        CookieSession.check_options()
    with pytest.raises(ValueError, match="none may be empty"):
        CookieSession.check_options(secret="")
    with pytest.raises(ValueError, match="needs secret"):
        CookieSession("a.b")


def cookie_of(response: webob.Response) -> str:
    return str(response.headers["Set-Cookie"].partition(";")[0])


def test_behind_the_middleware_it_is_saved_before_the_response() -> None:
    def counter(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        session = environ["cherrypy.session"]
        session["count"] = session.get("count", 0) + 1
        return [str(session["count"]).encode()]

    site = SessionMiddleware(counter, **OPTIONS)
    first = webob.Request.blank("/").get_response(site)
    second = webob.Request.blank("/", headers={"Cookie": cookie_of(first)}).get_response(site)
    assert second.text == "2"


def test_what_a_stream_writes_before_it_begins_is_saved_and_after_it_is_an_error() -> None:
    def stream(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        session = environ["cherrypy.session"]
        session["count"] = 1
        start_response("200 OK", [("Content-Type", "text/plain")])
        with pytest.raises(ReadOnlySessionError, match="its cookie has been sent"):
            session["count"] = 2
        yield b"done"

    response = webob.Request.blank("/").get_response(SessionMiddleware(stream, **OPTIONS))
    assert response.text == "done"
    browser = Browser()
    browser.cookie = cookie_of(response).partition("=")[2].strip('"')
    with browser as session:
        assert session["count"] == 1
