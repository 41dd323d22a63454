"""A session's way through one request, with WebOb's request and response."""

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
import webob

from cherrypy_sessions import (
    MemcachedSession,
    RamSession,
    RedisSession,
    Session,
    SessionManager,
    close,
    init,
    lock,
    save,
)


def request(session: Session | None = None, **fields: str) -> webob.Request:
    if session is not None:
        fields["Cookie"] = f"session_id={session.id}"
    return webob.Request.blank("/", headers=fields)


@pytest.fixture
def known(store: type[RamSession]) -> Session:
    session = init(request(), webob.Response(), storage_class=store)
    session["color"] = "red"
    save(session)
    return session


def test_the_response_carries_the_id(store: type[RamSession]) -> None:
    response = webob.Response()
    session = init(request(), response, storage_class=store)
    assert response.headers["Set-Cookie"].startswith(f"session_id={session.id};")


def test_the_next_request_finds_the_session(store: type[RamSession], known: Session) -> None:
    session = init(request(known), webob.Response(), storage_class=store)
    assert session["color"] == "red"
    assert session.id == known.id


def test_an_unknown_id_is_replaced_in_the_cookie(store: type[RamSession]) -> None:
    response = webob.Response()
    session = init(request(Cookie="session_id=abc"), response, storage_class=store)
    assert session.missing
    assert f"session_id={session.id};" in response.headers["Set-Cookie"]


def test_a_new_id_reaches_the_cookie(store: type[RamSession], known: Session) -> None:
    response = webob.Response()
    session = init(request(known), response, storage_class=store, path="/shop")
    session.regenerate()
    (cookie,) = response.headers.getall("Set-Cookie")
    assert cookie.startswith(f"session_id={session.id};")
    assert "Path=/shop" in cookie


def test_a_cookie_that_is_not_persistent_has_no_end(store: type[RamSession]) -> None:
    response = webob.Response()
    session = init(request(), response, storage_class=store, persistent=False, timeout=7)
    assert response.headers["Set-Cookie"] == f"session_id={session.id}; Path=/"
    assert session.timeout == 7


def test_the_store_in_memory_is_the_default() -> None:
    assert type(init(request(), webob.Response())) is RamSession


def test_a_store_may_be_named() -> None:
    assert type(init(request(), webob.Response(), storage_type="ram")) is RamSession


def test_a_name_of_no_store_is_an_error() -> None:
    with pytest.raises(ValueError, match="'ram', 'file', 'memcached', not 'rom'"):
        init(request(), webob.Response(), storage_type="rom")


def test_other_options_are_for_the_store(store: type[RamSession]) -> None:
    session = init(request(), webob.Response(), storage_class=store, lock_timeout=5)
    assert vars(session)["lock_timeout"] == 5


def test_a_store_is_set_up_once_with_the_first_options(store: type[RamSession]) -> None:
    calls: list[dict[str, Any]] = []

    class Prepared(store):  # type: ignore[valid-type, misc]  # a class of this test
        @classmethod
        def setup(cls, **options: Any) -> None:
            calls.append(options)

    for server in ("a", "b"):
        init(request(), webob.Response(), storage_class=Prepared, server=server)
    (options,) = calls
    assert options["server"] == "a"
    assert options["timeout"] == 60


def test_a_store_that_another_thread_has_just_set_up_is_not_set_up_again(
    store: type[RamSession],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from cherrypy_sessions import manager

    class SetUpMeanwhile:
        def __enter__(self) -> None:
            manager._set_up.add(Prepared)

        def __exit__(self, *exc_info: object) -> None: ...

    class Prepared(store):  # type: ignore[valid-type, misc]  # a class of this test
        setup = pytest.fail

    monkeypatch.setattr(manager, "_setting_up", SetUpMeanwhile())
    init(request(), webob.Response(), storage_class=Prepared)


def test_options_are_checked_for_each_use_of_a_store(store: type[RamSession]) -> None:
    class Choosy(store):  # type: ignore[valid-type, misc]  # a class of this test
        @classmethod
        def check_options(cls, **options: Any) -> None:
            if "server" not in options:
                raise ValueError("no server")

    init(request(), webob.Response(), storage_class=Choosy, server="a")
    with pytest.raises(ValueError, match="no server"):
        init(request(), webob.Response(), storage_class=Choosy)


def test_the_scheduler_reaches_the_session(store: type[RamSession]) -> None:
    asked: list[str] = []

    def schedule(task: object, frequency: float, name: str) -> object:
        asked.append(name)
        return object()

    session = init(request(), webob.Response(), storage_class=store, scheduler=schedule)
    session["a"] = 1
    save(session)
    assert asked == ["Session cleanup"]


def test_debug_makes_the_logger_talk(
    store: type[RamSession],
    caplog: pytest.LogCaptureFixture,
) -> None:
    logger = logging.getLogger("cherrypy_sessions")
    level = logger.level
    try:
        session = init(request(), webob.Response(), storage_class=store, debug=True)
        session["a"] = 1
        save(session)
        assert "A session was saved." in caplog.messages
        assert session.debug
    finally:
        logger.setLevel(level)


def test_a_known_session_is_locked_until_it_is_saved(known: Session) -> None:
    lock(known)
    lock(known)
    assert known.locked
    save(known)
    assert not known.locked


def test_a_new_session_is_not_locked(store: type[RamSession]) -> None:
    session = init(request(), webob.Response(), storage_class=store)
    lock(session)
    assert len(store.locks) == 0


def test_saving_what_was_not_loaded_only_releases_the_lock(
    store: type[RamSession],
    known: Session,
) -> None:
    before = store.cache[known.id]
    session = init(request(known), webob.Response(), storage_class=store)
    lock(session)
    save(session)
    assert store.cache[known.id] is before
    assert len(store.locks) == 0


def test_close_releases_the_lock_and_writes_nothing(
    store: type[RamSession],
    known: Session,
) -> None:
    before = store.cache[known.id]
    lock(known)
    known["color"] = "blue"
    close(known)
    close(known)
    assert store.cache[known.id] is before
    assert len(store.locks) == 0


@pytest.mark.parametrize(
    ("option", "value", "problem"),
    [
        ("timeout", "60", "timeout has to be a number, not '60'"),
        ("timeout", None, "timeout has to be a number, not None"),
        ("clean_freq", "5", "clean_freq has to be a number, not '5'"),
        ("lock_timeout", "1 s", "lock_timeout has to be a number, not '1 s'"),
        ("timeout", True, "timeout has to be a number, not True"),
        ("timeout", -1, "timeout has to be from 0 to 100,000,000, not -1"),
        ("timeout", float("nan"), "not nan"),
        ("timeout", float("inf"), "not inf"),
        ("clean_freq", -1, "clean_freq has to be from 0 to 100,000,000, not -1"),
        ("lock_timeout", -0.5, "lock_timeout has to be from 0 to 100,000,000, not -0.5"),
        ("lock_timeout", timedelta(seconds=-1), "lock_timeout has to be from 0"),
        ("name", "session id", "cannot have the name 'session id'"),
        ("name", "", "cannot have the name ''"),
        ("path", "/; Secure", "'/; Secure' cannot stand in a cookie"),
        ("domain", "example.com\n", "cannot stand in a cookie"),
        ("storage_class", "redis", "storage_class must be a class of sessions, not 'redis'"),
    ],
)
def test_options_that_cannot_be_are_named(
    store: type[RamSession], option: str, value: Any, problem: str
) -> None:
    options: dict[str, Any] = {"storage_class": store, option: value}
    with pytest.raises(ValueError, match=re.escape(problem)):
        init(request(), webob.Response(), **options)


@pytest.mark.parametrize("store", [RedisSession, MemcachedSession])
@pytest.mark.parametrize("expiry", [0, -1, float("nan"), "30", None, True])
def test_an_expiry_that_no_lock_can_have_is_an_error(store: type[Session], expiry: Any) -> None:
    with pytest.raises(ValueError, match="lock_expiry has to be"):
        SessionManager(storage_class=store, secret="key", lock_expiry=expiry)


def test_times_may_be_absent_where_there_may_be_none(store: type[RamSession]) -> None:
    span = timedelta(seconds=1)
    for lock_timeout in (None, 0, 1.5, span):
        init(
            request(),
            webob.Response(),
            storage_class=store,
            clean_freq=None,
            lock_timeout=lock_timeout,
        )


def test_the_field_with_the_path_says_nothing_else(store: type[RamSession]) -> None:
    response = webob.Response()
    asked = webob.Request.blank("/", headers={"X-Path": "/shop; Domain=example.com"})
    init(asked, response, storage_class=store, path_header="X-Path")
    assert "Path=/shop" in response.headers["Set-Cookie"]
    assert "example.com" not in response.headers["Set-Cookie"]
