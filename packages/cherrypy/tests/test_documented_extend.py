"""The examples of the chapter on extending a site."""

from __future__ import annotations

import logging
import string
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

import cherrypy
from cherrypy.process import plugins
from cherrypy_testing import Client

if TYPE_CHECKING:
    from cherrypy.assembly import Assembly


class Database:
    def __init__(self) -> None:
        self.saved: list[str] = []

    def save(self, entity: str) -> str:
        self.saved.append(entity)
        return f"saved {entity}"


class DatabasePlugin(plugins.SimplePlugin):
    """The plugin of the chapter: what is published is saved, while the engine runs."""

    def __init__(self, bus: Any, db_klass: type[Database]) -> None:
        plugins.SimplePlugin.__init__(self, bus)
        self.db = db_klass()

    def start(self) -> None:
        self.bus.log("Starting up DB access")
        self.bus.subscribe("db-save", self.save_it)

    def stop(self) -> None:
        self.bus.log("Stopping down DB access")
        self.bus.unsubscribe("db-save", self.save_it)

    def save_it(self, entity: str) -> str:
        return self.db.save(entity)


# The bus.


class Shop:
    def __init__(self, site: Assembly) -> None:
        self.engine = site.engine

    @cherrypy.expose
    def save_kart(self, cart_data: str) -> str:
        return repr(self.engine.publish("db-save", cart_data))


def test_a_page_publishes_and_a_plugin_saves(site: Assembly) -> None:
    plugin = DatabasePlugin(site.engine, Database)
    plugin.subscribe()
    site.tree.mount(Shop(site))
    ask = Client(site.tree)
    assert ask.post("/save_kart", data={"cart_data": "too early"}).text == "[]"
    site.engine.start()
    assert ask.post("/save_kart", data={"cart_data": "apples"}).text == "['saved apples']"
    site.engine.stop()
    assert ask.post("/save_kart", data={"cart_data": "too late"}).text == "[]"
    assert plugin.db.saved == ["apples"]


def test_a_plugin_that_is_unsubscribed_hears_nothing(site: Assembly) -> None:
    plugin = DatabasePlugin(site.engine, Database)
    plugin.subscribe()
    plugin.unsubscribe()
    site.engine.start()
    assert site.engine.publish("db-save", "apples") == []


def test_channels_follow_the_life_of_the_engine_and_each_request(site: Assembly) -> None:
    heard: list[str] = []
    for channel in ("start", "stop", "graceful", "exit", "before_request", "after_request"):
        site.engine.subscribe(channel, lambda name=channel: heard.append(name))
    site.tree.mount(Greeting())
    site.engine.start()
    Client(site.tree).get("/")
    site.engine.graceful()
    site.engine.exit()
    assert heard == ["start", "before_request", "after_request", "graceful", "stop", "exit"]


def test_subscribers_are_called_with_what_is_published_one_after_the_other(
    site: Assembly,
) -> None:
    def first(*words: str) -> str:
        return f"first {words}"

    def second(*words: str) -> str:
        return f"second {words}"

    site.engine.subscribe("own", second, 60)
    site.engine.subscribe("own", first, 40)
    assert site.engine.publish("own", "a", "b") == ["first ('a', 'b')", "second ('a', 'b')"]
    site.engine.unsubscribe("own", first)
    assert site.engine.publish("own", "a") == ["second ('a',)"]


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage().partition("ENGINE ")[2] for record in caplog.records]


def test_the_engine_tells_what_it_starts(site: Assembly, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    site.config.update({"checker.on": False})
    site.tree.mount(Greeting())
    site.engine.autoreload.subscribe()
    site.engine.autoreload.files = set()
    site.server.socket_port = 0
    site.server.subscribe()
    site.engine.start()
    site.engine.exit()
    started = lines(caplog)[:5]
    assert started[0] == "Bus STARTING"
    assert set(started[1:3]) == {
        "Started monitor thread 'Autoreloader'.",
        "Started monitor thread '_TimeoutMonitor'.",
    }
    assert started[3].startswith("Serving on http://127.0.0.1:")
    assert started[4] == "Bus STARTED"


def test_without_the_server_the_engine_starts_all_the_same(
    site: Assembly, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    site.server.subscribe()
    site.server.unsubscribe()
    site.engine.start()
    started = lines(caplog)
    assert started[-1] == "Bus STARTED"
    assert not any("Serving" in line for line in started)


# Tools.


class Greeting:
    @cherrypy.expose
    def index(self) -> str:
        return "hello world"


def turned_on(name: str, **options: Any) -> dict[str, Any]:
    entries = {f"tools.{name}.{key}": value for key, value in options.items()}
    return {"/": {f"tools.{name}.on": True, **entries}}


def test_a_function_becomes_a_tool_by_decorator_and_by_assignment(site: Assembly) -> None:
    addresses: list[str] = []

    @site.tools.register("before_finalize")
    def logit() -> None:
        addresses.append(cherrypy.request.remote.ip)

    site.tools.other = cherrypy.Tool("before_finalize", logit)

    class Root(Greeting):
        @cherrypy.expose
        @site.tools.logit()
        def decorated(self) -> str:
            return "hello world"

    site.tree.mount(Root(), "", {"/other": turned_on("other")["/"]})
    site.tree.mount(Greeting(), "/other", turned_on("other"))
    ask = Client(site.tree)
    ask.get("/")
    assert addresses == []
    ask.get("/decorated")
    ask.get("/other/")
    assert addresses == ["127.0.0.1", "127.0.0.1"]


class TimingTool(cherrypy.Tool[...]):
    """The tool of the chapter, which hangs on two points; it counts instead of measuring."""

    def __init__(self) -> None:
        cherrypy.Tool.__init__(self, "before_handler", self.start_timer, priority=95)
        self.log: list[str] = []

    def _setup(self) -> None:
        cherrypy.Tool._setup(self)
        cherrypy.request.hooks.attach("before_finalize", self.end_timer, priority=5)

    def start_timer(self) -> None:
        cherrypy.request._time = 7  # type: ignore[attr-defined]

    def end_timer(self) -> None:
        self.log.append(f"Page handler took {cherrypy.request._time}")  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", ["decorator", "config"])
def test_a_tool_keeps_something_between_two_points(site: Assembly, form: str) -> None:
    tool = TimingTool()
    site.tools.timeit = tool

    class Root:
        @cherrypy.expose
        def index(self) -> str:
            return "hello world"

    config = turned_on("timeit") if form == "config" else None
    if form == "decorator":
        site.tools.timeit()(Root.index)
    site.tree.mount(Root(), "", config)
    ask = Client(site.tree)
    assert [ask.get("/").text, ask.get("/").text] == ["hello world", "hello world"]
    assert tool.log == ["Page handler took 7"] * 2


def test_lower_priorities_come_first_and_equals_as_they_stand(site: Assembly) -> None:
    calls: list[str] = []

    def tool(name: str, priority: int) -> None:
        def call() -> None:
            calls.append(name)

        setattr(site.tools, name, cherrypy.Tool("before_handler", call, priority=priority))

    for name, priority in (("late", 90), ("one", 50), ("two", 50), ("early", 10)):
        tool(name, priority)
    order = ["late", "two", "one", "early"]
    site.tree.mount(Greeting(), "", {"/": {f"tools.{name}.on": True for name in order}})
    Client(site.tree).get("/")
    assert calls == ["early", "two", "one", "late"]


@pytest.mark.parametrize(("default", "status"), [(True, 200), (False, 401)])
def test_a_toolbox_of_ones_own(site: Assembly, default: bool, status: int) -> None:
    newauthtools = cherrypy._cptools.Toolbox("newauth")

    @newauthtools.register("before_request_body")
    def check_access(default: bool = False) -> None:
        if not getattr(cherrypy.request, "userid", default):
            raise cherrypy.HTTPError(401)

    class Root:
        @cherrypy.expose
        def default(self, *path: str) -> str:
            return "Hello"

    config = {"/demo": {"newauth.check_access.on": True, "newauth.check_access.default": default}}
    app = site.tree.mount(Root(), config=config)
    app.toolboxes["newauth"] = newauthtools
    ask = Client(site.tree)
    assert ask.get("/demo").status_code == status
    assert ask.get("/elsewhere").status_code == 200


class User:
    known: ClassVar[dict[int, str]] = {7: "jon"}

    def __init__(self, name: str) -> None:
        self.name = name

    @classmethod
    def get(cls, number: int) -> User:
        return cls(cls.known[number])


class UserManager(cherrypy.Tool[...]):
    """Hands a user to the page, in the place of a number."""

    def __init__(self) -> None:
        cherrypy.Tool.__init__(self, "before_handler", self.load, priority=10)

    def load(self) -> None:
        params = cherrypy.request.params
        params["user"] = User.get(int(params.pop("user_id")))


def test_a_tool_changes_the_parameters(site: Assembly) -> None:
    site.tools.user = UserManager()

    class Root:
        @cherrypy.expose
        @site.tools.user()
        def index(self, user: User) -> str:
            return f"hello {user.name}"

    site.tree.mount(Root())
    assert Client(site.tree).get("/?user_id=7").text == "hello jon"


HOOKS = [
    "on_start_resource",
    "before_request_body",
    "before_handler",
    "before_finalize",
    "on_end_resource",
    "on_end_request",
]
AFTER_AN_ERROR = [
    "on_start_resource",
    "before_request_body",
    "before_handler",
    "on_end_resource",
    "before_error_response",
    "after_error_response",
    "on_end_request",
]


@pytest.mark.parametrize(("path", "points"), [("/", HOOKS), ("/fail", AFTER_AN_ERROR)])
def test_each_point_has_its_moment(site: Assembly, path: str, points: list[str]) -> None:
    reached: list[str] = []

    class Root(Greeting):
        @cherrypy.expose
        def fail(self) -> None:
            raise LookupError

    entries = {
        f"hooks.{point}": (lambda name=point: reached.append(name))
        for point in {*HOOKS, *AFTER_AN_ERROR}
    }
    site.tree.mount(Root(), "", {"/": entries})
    Client(site.tree).get(path)
    assert reached == points


# Dispatchers and bodies.


class ForceLowerDispatcher(cherrypy._cpdispatch.Dispatcher):
    """Finds pages whatever the case of the path."""

    def __call__(self, path_info: str) -> None:
        return cherrypy._cpdispatch.Dispatcher.__call__(self, path_info.lower())


class StringGenerator:
    @cherrypy.expose
    def generate(self, length: str = "8") -> str:
        return string.hexdigits[: int(length)]


@pytest.mark.parametrize(
    ("config", "status"),
    [({"/": {"request.dispatch": ForceLowerDispatcher()}}, 200), (None, 404)],
)
def test_a_dispatcher_of_ones_own(site: Assembly, config: Any, status: int) -> None:
    site.tree.mount(StringGenerator(), "/", config)
    ask = Client(site.tree)
    assert ask.get("/generate?length=3").text == "012"
    answer = ask.get("/GENerAte?length=3")
    assert answer.status_code == status
    assert (answer.text == "012") == (status == 200)


def test_a_body_processor_of_ones_own(site: Assembly) -> None:
    def shout(body: Any) -> None:
        body.params["text"] = body.read().decode().upper()

    class Root:
        @cherrypy.expose
        def index(self, text: str) -> str:
            return text

    def add() -> None:
        cherrypy.request.body.processors["text/shout"] = shout

    site.tree.mount(Root(), "", {"/": {"hooks.before_request_body": add}})
    ask = Client(site.tree, headers={"Content-Type": "text/shout"})
    assert ask.post("/", data=b"hello").text == "HELLO"
