"""The middleware around a bare WSGI application, called by WebOb's client side."""

import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from wsgiref.validate import validator

import pytest
import webob

from cherrypy_sessions import (
    CookieSession,
    RamSession,
    ReadOnlySessionError,
    SessionMiddleware,
    SessionTooLargeError,
    StoreUnavailable,
    daemon_thread,
)


def no_schedule(task: object, frequency: float, name: str) -> str:
    return "nobody"


def counter(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    session = environ["cherrypy.session"]
    session["count"] = session.get("count", 0) + 1
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(session["count"]).encode()]


def wrap(application: Any, store: type[RamSession], **options: Any) -> SessionMiddleware:
    return SessionMiddleware(application, storage_class=store, scheduler=no_schedule, **options)


def call(application: Any, cookie: str = "") -> webob.Response:
    request = webob.Request.blank("/", headers={"Cookie": cookie} if cookie else {})
    response = request.get_response(validator(application))
    assert response.body  # to read it is to close it
    return response


def cookie_of(response: webob.Response) -> str:
    return response.headers["Set-Cookie"].partition(";")[0]


def test_a_visitor_is_known_again(store: type[RamSession]) -> None:
    application = wrap(counter, store)
    first = call(application)
    assert first.text == "1"
    assert call(application, cookie_of(first)).text == "2"
    assert call(application).text == "1"


def test_a_visitor_without_a_session_leaves_no_trace(store: type[RamSession]) -> None:
    def reader(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [str(environ["cherrypy.session"].get("count")).encode()]

    application = wrap(reader, store)
    for _ in range(100):
        assert call(application, "session_id=unknown").text == "None"
    assert (len(store.cache), len(store.locks)) == (0, 0)


def test_a_response_in_pieces_is_saved_after_the_last_one(store: type[RamSession]) -> None:
    def stream(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield b"a"
        environ["cherrypy.session"]["color"] = "red"
        yield b"b"

    body = wrap(stream, store)({"REQUEST_METHOD": "GET"}, lambda *_: None)
    pieces = iter(body)
    assert [next(pieces), next(pieces)] == [b"a", b"b"]
    assert not store.cache
    assert list(pieces) == []
    assert len(store.cache) == 1
    body.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("locking", ["implicit", "early"])
def test_a_client_that_leaves_early_leaves_no_lock(
    store: type[RamSession],
    locking: Any,
) -> None:
    def stream(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield b"a"
        yield b"b"

    cookie = cookie_of(call(wrap(counter, store)))
    body = wrap(stream, store, locking=locking)(
        {"REQUEST_METHOD": "GET", "HTTP_COOKIE": cookie}, lambda *_: None
    )
    assert next(iter(body)) == b"a"
    assert len(store.locks) == 1
    body.close()  # type: ignore[attr-defined]
    assert len(store.locks) == 0


def test_what_was_written_before_a_client_left_is_saved(store: type[RamSession]) -> None:
    def stream(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        environ["cherrypy.session"]["count"] = 7
        yield b"a"
        yield b"b"

    cookie = cookie_of(call(wrap(counter, store)))
    body: Any = wrap(stream, store)(
        {"REQUEST_METHOD": "GET", "HTTP_COOKIE": cookie}, lambda *_: None
    )
    assert next(iter(body)) == b"a"
    body.close()
    assert call(wrap(counter, store), cookie).text == "8"


def test_what_a_stream_wrote_before_it_failed_is_not_saved(store: type[RamSession]) -> None:
    def stream(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        environ["cherrypy.session"]["count"] = 7
        yield b"a"
        raise RuntimeError("broken")

    cookie = cookie_of(call(wrap(counter, store)))
    body: Any = wrap(stream, store)(
        {"REQUEST_METHOD": "GET", "HTTP_COOKIE": cookie}, lambda *_: None
    )
    with pytest.raises(RuntimeError, match="broken"):
        list(body)
    body.close()
    assert call(wrap(counter, store), cookie).text == "2"


def test_a_stream_that_has_begun_cannot_change_the_id(store: type[RamSession]) -> None:
    def stream(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        session = environ["cherrypy.session"]
        session.regenerate()
        start_response("200 OK", [("Content-Type", "text/plain")])
        with pytest.raises(ReadOnlySessionError, match="before the response begins"):
            session.regenerate()
        yield b"a"
        session["count"] += 1

    cookie = cookie_of(call(wrap(counter, store)))
    response = call(wrap(stream, store), cookie)
    assert cookie_of(response) != cookie
    assert call(wrap(counter, store), cookie_of(response)).text == "3"


def looking_late(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
    """A stream that looks into its session only after it has begun."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield b"a"
    environ["cherrypy.session"]["late"] = environ["cherrypy.session"].get("count")


def test_a_session_that_expired_begins_anew_in_a_stream_with_the_id_that_the_client_has(
    store: type[RamSession],
) -> None:
    class Recognized(store):  # type: ignore[valid-type, misc]  # a class of this test
        def _exists(self) -> bool:
            return self._id in self.cache  # as files are, until they are cleaned up

    cookie = cookie_of(call(wrap(counter, store)))
    for id_, (data, end) in store.cache.items():
        store.cache[id_] = (data, end - timedelta(days=1))
    assert cookie_of(call(wrap(looking_late, Recognized), cookie)) == cookie
    assert [data for data, _ in store.cache.values()] == [{"late": None}]


def test_a_session_that_was_ended_stays_so_in_a_stream(store: type[RamSession]) -> None:
    cookie = cookie_of(call(wrap(counter, store)))
    body: Any = wrap(looking_late, store, locking="explicit")(
        {"REQUEST_METHOD": "GET", "HTTP_COOKIE": cookie}, lambda *_: None
    )
    pieces = iter(body)
    assert next(pieces) == b"a"
    store.cache.clear()
    with pytest.raises(ReadOnlySessionError, match="has been sent"):
        next(pieces)
    body.close()
    assert not store.cache


def test_a_stream_that_has_begun_may_end_the_session(store: type[RamSession]) -> None:
    def stream(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield b"a"
        environ["cherrypy.session"].delete()

    call(wrap(stream, store), cookie_of(call(wrap(counter, store))))
    assert not store.cache


def test_an_iterable_without_close_is_fine(store: type[RamSession]) -> None:
    def pieces(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return iter([b"a"])

    assert call(wrap(pieces, store)).text == "a"


def test_an_application_that_fails_leaves_no_lock_and_no_change(store: type[RamSession]) -> None:
    def fail(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        environ["cherrypy.session"]["count"] = 99
        raise ValueError("broken")

    cookie = cookie_of(call(wrap(counter, store)))
    with pytest.raises(ValueError, match="broken"):
        call(wrap(fail, store), cookie)
    assert len(store.locks) == 0
    assert call(wrap(counter, store), cookie).text == "2"


def test_explicit_locking_is_left_to_the_application(store: type[RamSession]) -> None:
    locked: list[bool] = []

    def explicit(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        session = environ["cherrypy.session"]
        locked.append(session.locked)
        session.acquire_lock()
        locked.append(session.locked)
        return counter(environ, start_response)

    application = wrap(explicit, store, locking="explicit")
    cookie = cookie_of(call(application))
    assert call(application, cookie).text == "2"
    assert locked == [False, True] * 2
    assert len(store.locks) == 0


def test_readonly_sessions_are_neither_locked_nor_written(store: type[RamSession]) -> None:
    application = wrap(counter, store, locking="readonly")
    with pytest.raises(TypeError, match="read-only"):
        call(application, cookie_of(call(wrap(counter, store))))
    assert len(store.locks) == 0


def test_the_key_may_be_another(store: type[RamSession]) -> None:
    def other(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        environ["cherrypy.session"] = environ["my.session"]
        return counter(environ, start_response)

    assert call(wrap(other, store, key="my.session")).text == "1"


def test_concurrent_requests_of_one_visitor_take_turns(store: type[RamSession]) -> None:
    application = wrap(counter, store)
    cookie = cookie_of(call(application))
    threads = [threading.Thread(target=call, args=(application, cookie)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert call(application, cookie).text == "10"
    assert len(store.locks) == 0


def test_an_unknown_locking_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"'readonly'.*not 'never'"):
        SessionMiddleware(counter, locking="never")  # type: ignore[arg-type]


def test_contradicting_cookie_options_warn_at_once() -> None:
    with pytest.warns(UserWarning, match="set secure too"):
        SessionMiddleware(counter, samesite="None")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # how it ends
def test_the_default_scheduler_calls_again_and_again_whatever_goes_wrong(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outcomes: list[BaseException] = [ValueError("broken"), ValueError("broken"), SystemExit()]

    def task() -> None:
        raise outcomes.pop(0)

    thread = daemon_thread(task, 0.001, "test clean-up")
    thread.join(60)
    assert thread.daemon
    assert not outcomes
    assert caplog.messages == ["test clean-up failed; it will be tried again."] * 2


# A store that fails


class Failing(RamSession):
    """A store that does not answer once it is told so."""

    at = ""

    def acquire_lock(self) -> None:
        super().acquire_lock()
        self.fail("lock")

    def _load(self) -> Any:
        self.fail("load")
        return super()._load()

    def _save(self, expiration_time: Any) -> None:
        self.fail("save")
        super()._save(expiration_time)

    def _exists(self) -> bool:
        self.fail("exists")
        return super()._exists()

    def fail(self, at: str) -> None:
        if at == self.at:
            raise StoreUnavailable


@pytest.mark.parametrize("at", ["exists", "lock", "load", "save"])
def test_a_store_that_fails_is_a_503_wherever_it_does(at: str) -> None:
    class Store(Failing):
        cache = {}  # noqa: RUF012 - annotated where it is declared
        locks = {}  # noqa: RUF012

    application = wrap(counter, Store)
    cookie = cookie_of(call(application))
    Store.at = at
    response = call(application, cookie)
    assert response.status == "503 Service Unavailable"
    assert response.text == "The sessions are not available at the moment."
    assert len(Store.locks) == 0
    Store.at = ""
    assert call(application, cookie).text == "2"


def test_writing_into_a_session_that_has_been_ended_meanwhile_is_a_503(
    store: type[RamSession],
) -> None:
    def leave(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        session = environ["cherrypy.session"]
        session["page"] = 1
        session.save()
        store(session.id).delete()  # as another request does
        session["page"] = 2
        start_response("200 OK", [])
        return [b"done"]

    site = wrap(leave, store)
    session = store()
    session.save()
    response = call(site, f"session_id={session.id}")
    assert response.status == "503 Service Unavailable"
    assert "has ended meanwhile" in response.text
    assert not store.cache
    assert len(store.locks) == 0


def test_a_store_that_fails_after_a_stream_ends_it() -> None:
    def stream(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        environ["cherrypy.session"]["a"] = 1
        yield b"a"

    class Store(Failing):
        cache = {}  # noqa: RUF012 - annotated where it is declared
        locks = {}  # noqa: RUF012
        at = "save"

    body = wrap(stream, Store)({"REQUEST_METHOD": "GET"}, lambda *_: None)
    with pytest.raises(StoreUnavailable):
        list(body)


def test_a_store_that_fails_after_the_response_was_begun_ends_it() -> None:
    def writer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        write = start_response("200 OK", [("Content-Type", "text/plain")])
        write(b"written ")
        environ["cherrypy.session"]["a"] = 1
        return [b"returned"]

    class Store(Failing):
        cache = {}  # noqa: RUF012 - annotated where it is declared
        locks = {}  # noqa: RUF012

    application = wrap(writer, Store)
    response = webob.Request.blank("/").get_response(application)
    assert response.text == "written returned"
    Store.at = "save"
    with pytest.raises(StoreUnavailable):
        application({"REQUEST_METHOD": "GET"}, lambda *_: lambda data: None)


def test_a_beginning_that_is_replaced_is_not_sent(store: type[RamSession]) -> None:
    def changes_its_mind(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        try:
            int("broken")
        except ValueError:
            start_response("500 Oh dear", [("Content-Type", "text/plain")], sys.exc_info())
        return [b"sorry"]

    begun: list[str] = []
    site = wrap(changes_its_mind, store)
    assert site({"REQUEST_METHOD": "GET"}, lambda status, *_: begun.append(status)) == [b"sorry"]
    assert begun == ["500 Oh dear"]


def test_a_body_that_cannot_begin_is_closed() -> None:
    closed = []

    class Body:
        def __iter__(self) -> Iterator[bytes]:
            return iter([b"never sent"])

        def close(self) -> None:
            closed.append(self)

    def application(environ: dict[str, Any], start_response: Any) -> Body:
        environ["cherrypy.session"]["color"] = "red"
        start_response("200 OK", [("Content-Type", "text/plain")])
        return Body()

    options: dict[str, Any] = {"secret": "a key", "max_size": 10}
    with pytest.raises(SessionTooLargeError):
        SessionMiddleware(application, storage_class=CookieSession, **options)({}, print)
    assert len(closed) == 1
