"""When the session of a request is locked, saved and released."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

import cherrypy
from cherrypy.lib import sessions as lib_sessions
from cherrypy_sessions import RamSession, ReadOnlySessionError, StoreUnavailable
from cherrypy_testing import Client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cherrypy.assembly import Assembly


class Root:
    def __init__(self) -> None:
        self.locked_early: bool | None = None

    @cherrypy.expose
    def count(self) -> str:
        cherrypy.session["count"] = cherrypy.session.get("count", 0) + 1
        return f"{cherrypy.session['count']} {cherrypy.session.locked} {self.locked_early}"

    @cherrypy.expose
    def streams(self) -> Iterator[str]:
        yield "begun "
        cherrypy.session["count"] = 41
        yield "done"

    @cherrypy.expose
    def renews(self) -> str:
        old = cherrypy.session.id
        cherrypy.tools.sessions.regenerate()
        return str(old != cherrypy.session.id)

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def renews_late(self) -> Iterator[str]:
        yield "begun "
        try:
            cherrypy.session.regenerate()
        except ReadOnlySessionError:
            yield "refused"

    @cherrypy.expose
    def looks(self) -> str:
        return str(cherrypy.session.get("count"))

    @cherrypy.expose
    def leaves(self) -> None:
        cherrypy.session["count"] = 9
        raise cherrypy.HTTPError(404)

    @cherrypy.expose
    def fails(self) -> None:
        cherrypy.session["count"] = 0
        raise RuntimeError("the reason")


@pytest.fixture
def root() -> Root:
    return Root()


def client(site: Assembly, root: Root, **options: Any) -> Client:
    def look() -> None:
        root.locked_early = cherrypy.session.locked

    entries: dict[str, Any] = {"tools.sessions.on": True, "tools.sessions.clean_freq": 0}
    entries |= {f"tools.sessions.{name}": value for name, value in options.items()}
    entries["hooks.before_request_body"] = cherrypy._cprequest.Hook(look, priority=99)
    streaming = {"response.stream": True}
    site.tree.mount(root, config={"/": entries, "/streams": streaming})
    return Client(site.tree)


@pytest.mark.parametrize(
    ("locking", "in_handler", "before_body"),
    [("implicit", True, False), ("early", True, True), ("explicit", False, False)],
)
def test_session_is_locked_when_config_says(
    site: Assembly, root: Root, locking: Any, in_handler: Any, before_body: Any
) -> None:
    ask = client(site, root, locking=locking)
    ask.get("/count")
    assert ask.get("/count").text == f"2 {in_handler} {before_body}"


def test_session_that_is_read_only_cannot_be_changed(site: Assembly, root: Root) -> None:
    answer = client(site, root, locking="readonly").get("/count")
    assert answer.status_code == 500
    assert "ReadOnlySessionError" in answer.text


def test_session_of_a_stream_keeps_the_id_that_was_sent(site: Assembly, root: Root) -> None:
    ask = client(site, root)
    ask.get("/count")
    assert ask.get("/renews_late").text == "begun refused"
    assert ask.get("/count").text.startswith("2 ")


def test_session_of_a_stream_is_saved_after_it(site: Assembly, root: Root) -> None:
    ask = client(site, root)
    assert ask.get("/streams").text == "begun done"
    assert ask.get("/count").text.startswith("42 ")


def test_session_is_released_when_the_handler_fails(site: Assembly, root: Root) -> None:
    ask = client(site, root)
    ask.get("/count")
    assert ask.get("/fails").status_code == 500
    assert ask.get("/count").text.startswith("2 True")


def test_session_gets_another_id(site: Assembly, root: Root) -> None:
    ask = client(site, root)
    ask.get("/count")
    assert ask.get("/renews").text == "True"
    assert ask.get("/count").text.startswith("2 ")


# Stores


class Failing(RamSession):
    """A store that does not answer where it is told so."""

    at = ""

    def fail(self, at: str) -> None:
        if at == self.at:
            logging.getLogger("cherrypy_sessions").error("The store is gone")
            raise StoreUnavailable

    def _exists(self) -> bool:
        self.fail("exists")
        return super()._exists()

    def acquire_lock(self) -> None:
        self.fail("lock")
        super().acquire_lock()

    def _load(self) -> Any:
        self.fail("load")
        return super()._load()

    def _save(self, expiration_time: Any) -> None:
        self.fail("save")
        super()._save(expiration_time)


@pytest.fixture
def failing() -> type[Failing]:
    class Store(Failing):
        cache = {}  # noqa: RUF012 - annotated where it is declared
        locks = {}  # noqa: RUF012

    return Store


@pytest.mark.parametrize("at", ["exists", "lock", "load", "save"])
def test_store_that_fails_is_a_503_with_one_line_in_the_log(
    site: Assembly,
    root: Root,
    failing: type[Failing],
    at: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ask = client(site, root, storage_class=failing)
    ask.get("/count")
    failing.at = at
    caplog.clear()
    answer = ask.get("/count")
    assert answer.status_code == 503
    assert "The sessions are not available at the moment." in answer.text
    errors = [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.WARNING and record.name != "cherrypy_sessions"
    ]
    assert len(errors) == 1
    assert errors[0].endswith("SESSIONS The store is gone")
    assert not failing.locks
    failing.at = ""
    assert ask.get("/count").text.startswith("2 ")


def test_store_that_fails_to_save_what_an_error_left_is_a_503(
    site: Assembly, root: Root, failing: type[Failing]
) -> None:
    ask = client(site, root, storage_class=failing)
    failing.at = "save"
    assert ask.get("/missing").status_code == 404
    assert ask.get("/leaves").status_code == 503


def test_stranger_is_served_without_a_store(
    site: Assembly, root: Root, failing: type[Failing]
) -> None:
    failing.at = "exists"
    assert client(site, root, storage_class=failing).get("/looks").text == "None"


def test_strangers_leave_no_trace(site: Assembly, root: Root, failing: type[Failing]) -> None:
    ask = client(site, root, storage_class=failing)
    for _ in range(50):
        assert ask.get("/looks", headers={"Cookie": "session_id=unknown"}).text == "None"
    assert (len(failing.cache), len(failing.locks)) == (0, 0)


def test_session_in_a_cookie_is_saved_before_the_response(site: Assembly, root: Root) -> None:
    ask = client(site, root, storage_class=lib_sessions.CookieSession, secret="key")
    assert ask.get("/looks").headers.get("Set-Cookie") is None
    ask.get("/count")
    assert ask.get("/count").text.startswith("2 ")


def test_stream_cannot_write_into_a_session_in_a_cookie(site: Assembly, root: Root) -> None:
    ask = client(site, root, storage_class=lib_sessions.CookieSession, secret="key")
    ask.get("/count")
    with pytest.raises(ReadOnlySessionError):
        ask.get("/streams")
    assert ask.get("/count").text.startswith("2 ")


@pytest.mark.parametrize(
    "name",
    ["RamSession", "FileSession", "MemcachedSession", "RedisSession", "SQLiteSession"],
)
def test_stores_have_their_documented_place(name: str) -> None:
    found = cherrypy.lib.reprconf.unrepr(f"cherrypy.lib.sessions.{name}")
    assert issubclass(found, lib_sessions.Session)


def test_store_that_there_is_not_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="PostgresqlSession"):
        lib_sessions.PostgresqlSession  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize(
    ("option", "value", "problem"),
    [
        ("locking", "never", "'never'"),
        ("samesite", "Loose", "'Loose'"),
        ("storage_type", "rom", "'rom'"),
        ("storage_class", lib_sessions.CookieSession, "needs secret"),
        ("storage_class", lib_sessions.FileSession, "storage_path"),
    ],
)
def test_options_that_cannot_be_stop_the_start(
    site: Assembly, root: Root, option: str, value: Any, problem: str
) -> None:
    client(site, root, **{option: value})
    with pytest.raises(Exception, match=problem):
        site.engine.start()


def test_a_decorator_may_leave_the_place_of_the_files_to_the_config(
    site: Assembly, tmp_path: Path
) -> None:
    class Counting(Root):
        pass

    cherrypy.tools.sessions(storage_class=lib_sessions.FileSession, timeout=5)(Counting)
    site.tree.mount(Counting(), "", {"/": {"tools.sessions.storage_path": str(tmp_path)}})
    ask = Client(site.tree)
    assert [ask.get("/count").text[0], ask.get("/count").text[0]] == ["1", "2"]
    with pytest.raises(ValueError, match="'Loose'"):
        cherrypy.tools.sessions(samesite="Loose")


def test_options_that_contradict_each_other_are_warned_of_at_the_start(
    site: Assembly, root: Root
) -> None:
    client(site, root, samesite="None")
    with pytest.warns(UserWarning, match="set secure too"):
        site.engine.start()


def test_debug_is_told_in_the_log_of_the_site(
    site: Assembly, root: Root, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("cherrypy_sessions")
    level = logger.level
    try:
        client(site, root, debug=True).get("/count")
        told = [record.getMessage() for record in caplog.records]
        assert any(line.endswith("SESSIONS A session was saved.") for line in told)
    finally:
        logger.setLevel(level)


def test_what_is_logged_outside_of_a_request_is_not_lost(
    site: Assembly, root: Root, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.root, "handlers", [])
    logging.getLogger("cherrypy_sessions").warning("In the background")
    assert "In the background" in capsys.readouterr().err


def test_init_binds_a_session_once(site: Assembly) -> None:
    class Page:
        @cherrypy.expose
        def index(self) -> str:
            lib_sessions.init(name="mine", timeout=5)
            first = cherrypy.session.id
            lib_sessions.init("ram", None, None, "another")
            assert cherrypy.session.id == first
            cherrypy.session["a"] = 1
            lib_sessions.save()
            lib_sessions.close()
            return first

    site.tree.mount(Page(), "/page")
    answer = Client(site.tree).get("/page/")
    assert f"mine={answer.text};" in answer.headers["Set-Cookie"]
    assert "another" not in answer.headers["Set-Cookie"]


@pytest.mark.parametrize("kind", ["mystore", "ram"])
def test_store_that_a_program_put_into_the_module_has_its_name(
    site: Assembly, root: Root, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    class OwnSession(RamSession):
        cache: ClassVar[dict[str, Any]] = {}

    monkeypatch.setattr(lib_sessions, f"{kind.title()}Session", OwnSession, raising=False)
    assert client(site, root, storage_type=kind).get("/count").text.startswith("1 ")
    assert len(OwnSession.cache) == 1


@pytest.mark.parametrize("kind", ["nowhere", ""])
def test_name_of_no_store_is_refused(site: Assembly, kind: str) -> None:
    with pytest.raises(ValueError, match="storage_type must be one of 'ram'"):
        list(site.tools.sessions.hooks({"storage_type": kind}))
