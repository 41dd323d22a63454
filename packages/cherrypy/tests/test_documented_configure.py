"""The examples of the chapter on configuration; its environments are in `test_environments`."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
from cherrypy_testing import Client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cherrypy.assembly import Assembly


class Root:
    exposed = True

    def GET(self, *path: str) -> str:  # noqa: N802 - the name of the method
        return f"got {path}"


class Pages:
    @cherrypy.expose
    def index(self) -> str:
        return repr({key: value for key, value in config().items() if key.startswith("own.")})

    @cherrypy.expose
    def path(self) -> str:
        return f"{cherrypy.response.timeout} {cherrypy.request.app.config['Databases']}"


def config() -> dict[str, Any]:
    return dict(cherrypy.request.config or {})


# Scopes and where they come from.


def test_the_site_is_set_as_a_whole(site: Assembly) -> None:
    site.config.update({"server.socket_host": "64.72.221.48", "server.socket_port": 80})
    assert site.server.bind_addr == ("64.72.221.48", 80)
    assert site.config["server.socket_port"] == 80


def as_file_name(text: str, place: Path) -> Any:
    (place / "app.conf").write_text(text, "utf-8")
    return str(place / "app.conf")


def as_open_file(text: str, place: Path) -> Any:
    return io.StringIO(text)


def as_dict(text: str, place: Path) -> Any:
    return {
        "/": {
            "tools.trailing_slash.on": False,
            "request.dispatch": cherrypy.dispatch.MethodDispatcher(),
        }
    }


@pytest.mark.parametrize("form", [as_file_name, as_open_file, as_dict])
@pytest.mark.parametrize("merged", [False, True])
def test_an_application_is_set_by_file_name_open_file_and_dict(
    site: Assembly, tmp_path: Path, form: Callable[[str, Path], Any], merged: bool
) -> None:
    given = form(
        "[/]\ntools.trailing_slash.on = False\n"
        "request.dispatch: cherrypy.dispatch.MethodDispatcher()\n",
        tmp_path,
    )
    app = site.tree.mount(Root(), config=None if merged else given)
    if merged:
        app.merge(given)
    assert isinstance(app.config["/"]["request.dispatch"], cherrypy.dispatch.MethodDispatcher)
    ask = Client(site.tree)
    assert ask.get("/a/b").text == "got ('a', 'b')"
    assert ask.post("/a").status_code == 405


COMBINED = """\
[global]
server.socket_host: "0.0.0.0"

[Databases]
driver: "postgres"
host: "localhost"
port: 5432

[/path]
response.timeout: 6000
"""


def test_one_file_for_the_site_its_application_and_the_programs_own(
    site: Assembly, tmp_path: Path
) -> None:
    file = as_file_name(COMBINED, tmp_path)
    site.config.update(file)
    site.tree.mount(Pages(), config=file)
    assert site.server.socket_host == "0.0.0.0"
    found = Client(site.tree).get("/path").text
    assert found == "6000 {'driver': 'postgres', 'host': 'localhost', 'port': 5432}"


def test_the_site_lies_below_the_application_and_both_below_nothing(site: Assembly) -> None:
    site.config.update({"own.site": 1, "own.both": 1})
    site.tree.mount(Pages(), "/one", {"/": {"own.both": 2, "own.app": 2}})
    site.tree.mount(Pages(), "/two", {"/other": {"own.app": 3}})
    ask = Client(site.tree)
    assert ask.get("/one/").text == "{'own.site': 1, 'own.both': 2, 'own.app': 2}"
    assert ask.get("/two/").text == "{'own.site': 1, 'own.both': 1}"


def test_an_internal_redirection_has_the_config_of_its_page(site: Assembly) -> None:
    class Moved:
        @cherrypy.expose
        def old(self) -> None:
            raise cherrypy.InternalRedirect("/new")

        @cherrypy.expose
        def new(self) -> str:
            return str(config().get("own.page"))

    site.tree.mount(Moved(), "", {"/old": {"own.page": "old"}, "/new": {"own.page": "new"}})
    assert Client(site.tree).get("/old").text == "new"


def test_values_are_python(site: Assembly, tmp_path: Path) -> None:
    log = tmp_path / "myapp.log"
    text = (
        f"[global]\nlog.error_file: {str(log)!r}\nenvironment = 'production'\n"
        "server.max_request_body_size: 1200\n\n"
        "[/myapp]\ntools.trailing_slash.on = False\n"
        "request.dispatch: cherrypy.dispatch.MethodDispatcher()\n"
    )
    site.config.update(io.StringIO(text))
    assert site.server.max_request_body_size == 1200
    assert site.log.error_file == str(log)
    assert site.config["request.show_tracebacks"] is False
    app = site.tree.mount(Pages(), config=io.StringIO(text))
    assert app.config["/myapp"]["tools.trailing_slash.on"] is False


# Config on handlers.

METHODS = ("POST", "PUT", "PROPPATCH")


class Configured:
    @cherrypy.expose
    def page(self) -> str:
        return f"Hello, world! {cherrypy.request.process_request_body}"

    page._cp_config = {"request.methods_with_bodies": METHODS}  # type: ignore[attr-defined]  # noqa: RUF012 - as documented


class SetOPages:
    _cp_config: dict[str, Any] = {"request.methods_with_bodies": METHODS}  # noqa: RUF012

    @cherrypy.expose
    def page(self) -> str:
        return f"Hullo, Werld! {cherrypy.request.process_request_body}"


@pytest.mark.parametrize("root", [Configured(), SetOPages()])
def test_a_method_with_a_body_is_declared_where_it_is_handled(site: Assembly, root: object) -> None:
    site.tree.mount(root, "/set")
    site.tree.mount(root, "/unset", {"/page": {"request.methods_with_bodies": ("POST",)}})
    ask = Client(site.tree, headers={"Content-Type": "text/plain"})
    assert ask.request("PROPPATCH", "/set/page", data=b"body").text.endswith(" True")
    # A file may say otherwise.
    assert ask.request("PROPPATCH", "/unset/page", data=b"body").text.endswith(" False")


# Namespaces.


def test_an_entry_sets_the_attribute_that_it_names(site: Assembly) -> None:
    class Root:
        @cherrypy.expose
        def index(self) -> str:
            return f"{cherrypy.response.stream} {cherrypy.request.show_tracebacks}"

    assert cherrypy.response.stream is False
    entries = {"response.stream": True, "request.show_tracebacks": False}
    site.tree.mount(Root(), "", {"/": entries})
    assert Client(site.tree).get("/").text == "True False"


def test_a_plugin_of_the_engine_is_set_and_turned_off(site: Assembly) -> None:
    site.config.update({"engine.autoreload.frequency": 60, "engine.autoreload.on": True})
    assert site.engine.autoreload.frequency == 60
    start = site.engine.autoreload.start
    assert start in site.engine.listeners["start"]
    site.config.update({"engine.autoreload.on": False})
    assert start not in site.engine.listeners["start"]


def test_a_hook_is_hung_by_config(site: Assembly) -> None:
    seen: list[str] = []

    def my_hook_func() -> None:
        seen.append(cherrypy.request.path_info)

    site.tree.mount(Pages(), "", {"/": {"hooks.before_handler": my_hook_func}})
    Client(site.tree).get("/")
    assert seen == ["/"]


def test_each_application_may_have_logs_of_its_own(site: Assembly, tmp_path: Path) -> None:
    files = [tmp_path / "site.log", tmp_path / "app.log"]
    site.config.update({"log.access_file": str(files[0])})
    site.tree.mount(Pages(), "/own", {"/": {"log.access_file": str(files[1])}})
    site.tree.mount(Pages(), "/other")
    ask = Client(site.tree)
    ask.get("/own/")
    ask.get("/other/")
    assert "GET /own/ " in files[1].read_text("utf-8")
    assert "GET /other/ " in files[0].read_text("utf-8")
    assert "GET /other/ " not in files[1].read_text("utf-8")


class Shout:
    """Middleware: what the application says, louder."""

    def __init__(self, nextapp: Any, mark: str = "!") -> None:
        self.nextapp = nextapp
        self.mark = mark.encode()

    def __call__(self, environ: Any, start_response: Any) -> Iterator[bytes]:
        for chunk in self.nextapp(environ, lambda status, headers, *_: start_response(status, [])):
            yield chunk.upper() + self.mark


def test_middleware_is_added_with_its_options(site: Assembly) -> None:
    class Hello:
        @cherrypy.expose
        def index(self) -> str:
            return "hello"

    entries = {"wsgi.pipeline": [("shout", Shout)], "wsgi.shout.mark": "?"}
    site.tree.mount(Hello(), "", {"/": entries})
    assert Client(site.tree).get("/").text == "HELLO?"


def test_the_class_of_responses_is_set_by_config(site: Assembly) -> None:
    class Own(cherrypy.wsgi.AppResponse):
        def run(self) -> None:  # type: ignore[override]  # as in CherryPy
            self.environ["QUERY_STRING"] = ""
            super().run()

    class Hello:
        @cherrypy.expose
        def index(self) -> str:
            return "hello"

    app = site.tree.mount(Hello(), "", {"/": {"wsgi.response_class": Own}})
    assert app.wsgiapp.response_class is Own
    assert Client(site.tree).get("/?unknown=1").text == "hello"


def test_a_check_is_turned_off_by_config(
    site: Assembly, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    site.tree.mount(Pages(), "/app", {"/app": {"own.a": 1}})
    words = "/app/app"
    site.engine.start()
    site.engine.stop()
    warned = "script name" in caplog.text or words in caplog.text
    caplog.clear()
    site.config.update({"checker.check_app_config_entries_dont_start_with_script_name": False})
    site.engine.start()
    site.engine.stop()
    assert warned
    assert "script name" not in caplog.text
    assert words not in caplog.text


# Namespaces of a program's own.


def test_a_namespace_of_the_site(site: Assembly) -> None:
    connected: list[Any] = []

    def db_namespace(key: str, value: Any) -> None:
        if key == "connstring":
            connected.append(value)

    site.config.namespaces["db"] = db_namespace
    site.config.update({"db.connstring": "Oracle:host=1.10.100.200;sid=TEST"})
    assert connected == ["Oracle:host=1.10.100.200;sid=TEST"]


def test_a_namespace_of_an_application_and_of_its_requests(site: Assembly) -> None:
    seen: list[tuple[str, str, Any]] = []

    class OwnRequest(cherrypy._cprequest.Request):
        namespaces = cherrypy._cprequest.Request.namespaces.copy()

    app = cherrypy.Application(Pages(), "")
    app.request_class = OwnRequest
    app.namespaces["app"] = lambda key, value: seen.append(("app", key, value))
    OwnRequest.namespaces["each"] = lambda key, value: seen.append(("request", key, value))
    site.tree.mount(app, "", {"/": {"app.a": 1, "each.b": 2}})
    assert seen == [("app", "a", 1)]
    ask = Client(site.tree)
    ask.get("/")
    ask.get("/")
    assert seen[1:] == [("request", "b", 2)] * 2


def test_a_namespace_may_be_told_when_all_is_there(site: Assembly) -> None:
    events: list[Any] = []

    class Database:
        def __enter__(self) -> Callable[[str, Any], None]:
            return lambda key, value: events.append((key, value))

        def __exit__(self, *_: object) -> None:
            events.append("all there")

    site.config.namespaces["db"] = Database()
    site.config.update({"db.host": "h", "db.port": 1})
    assert events == [("host", "h"), ("port", 1), "all there"]
