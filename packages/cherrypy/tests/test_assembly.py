"""The assembled site: what config reaches, and that two assemblies do not see each other."""

from __future__ import annotations

import subprocess
import sys
import threading
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

import cherrypy
from cherrypy.assembly import Assembly
from cherrypy_config import NamespaceError
from cherrypy_testing import Client

if TYPE_CHECKING:
    from pathlib import Path


class Root:
    @cherrypy.expose
    def index(self) -> str:
        return "Hello é"

    @cherrypy.expose
    def config(self, key: str) -> str:
        return repr((cherrypy.request.config or {}).get(key))


def test_version_is_that_of_the_distribution() -> None:
    assert cherrypy.__version__ == version("cherrypy")
    assert cherrypy.__version__.replace(".", "").isdecimal()
    assert int(cherrypy.__version__.partition(".")[0]) > 18


def test_text_is_encoded_and_labelled(site: Assembly) -> None:
    site.tree.mount(Root())
    answer = Client(site.tree).get("/")
    assert answer.body == "Hello é".encode()
    assert answer.headers["Content-Type"] == "text/html;charset=utf-8"
    assert answer.headers["Server"] == f"CherryPy/{cherrypy.__version__}"


def test_site_config_lies_below_that_of_the_application(site: Assembly) -> None:
    site.config.update({"own.a": 1, "own.b": 1})
    site.tree.mount(Root(), config={"/": {"own.b": 2}})
    client = Client(site.tree)
    assert client.get("/config", params={"key": "own.a"}).text == "1"
    assert client.get("/config", params={"key": "own.b"}).text == "2"


def test_config_file_reaches_site_and_application(site: Assembly, tmp_path: Path) -> None:
    file = tmp_path / "site.conf"
    file.write_text('[global]\nserver.socket_port: 0\n[/]\nown.a: "file"\n', encoding="utf-8")
    site.mount(Root(), "", str(file))
    assert site.server.socket_port == 0
    assert Client(site.tree).get("/config", params={"key": "own.a"}).text == "'file'"
    assert str(file) in site.engine.autoreload.files


def test_application_config_is_not_taken_for_that_of_the_site(site: Assembly) -> None:
    site.mount(Root(), "", {"/": {"own.a": 1}})
    assert "/" not in site.config


def test_settings_reach_server_engine_and_log(site: Assembly, tmp_path: Path) -> None:
    site.config.update(
        {
            "server.thread_pool": 3,
            "engine.autoreload.frequency": 5,
            "log.error_file": str(tmp_path / "error.log"),
        }
    )
    assert site.server.thread_pool == 3
    assert site.engine.autoreload.frequency == 5
    assert site.log.error_file == str(tmp_path / "error.log")
    site.config["log.error_file"] = ""
    assert site.log.error_file == ""


def test_plugins_are_turned_on_and_off_by_config(site: Assembly) -> None:
    def is_on() -> bool:
        return site.engine.autoreload.start in site.engine.listeners["start"]

    site.config.update({"engine.autoreload.on": True})
    assert is_on()
    site.config.update({"engine.autoreload.on": False})
    assert not is_on()


def test_signal_without_a_listener_is_not_handled(site: Assembly) -> None:
    site.config.update({"engine.SIGTERM": None})
    assert "SIGTERM" not in site.engine.signal_handler.handlers


def test_environment_brings_its_entries(site: Assembly) -> None:
    site.config.update({"environment": "production"})
    assert site.config["request.show_tracebacks"] is False
    assert site.config["log.screen"] is False


def test_setting_that_fails_is_named(site: Assembly) -> None:
    with pytest.raises(NamespaceError, match=r"server\.socket_host"):
        site.config.update({"server.socket_host": ""})


def test_config_makes_further_servers(site: Assembly) -> None:
    site.config.update(
        {"server.admin.socket_port": 0, "server.admin.thread_pool": 1, "server.off.on": False}
    )
    site.tree.mount(Root())
    site.engine.start()
    admin = site.servers["admin"]
    with urlopen(admin.base()) as answer:
        assert answer.read().decode() == "Hello é"
    site.config.update({"server.admin.on": False})
    site.engine.stop()
    assert admin.running
    admin.stop()
    assert not site.servers["off"].running


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("server.sockt_port", "no setting sockt_port (server.sockt_port); is socket_port meant?"),
        ("server.xyz", "no setting xyz (server.xyz)"),
    ],
)
def test_a_slip_in_the_name_of_a_setting_is_reported(site: Assembly, key: str, words: str) -> None:
    lines: list[str] = []
    site.engine.subscribe("log", lambda msg, level: lines.append(msg))
    site.config.update({key: 5})
    assert len(lines) == 1
    assert lines[0].endswith(words)


def test_decorator_gives_config_to_a_handler(site: Assembly) -> None:
    class Decorated:
        @cherrypy.expose
        @cherrypy.config(**{"response.headers.X-A": "b"})
        def index(self) -> str:
            return ""

    site.tree.mount(Decorated())
    assert Client(site.tree).get("/").headers["X-A"] == "b"


def test_default_tools_are_on(site: Assembly) -> None:
    class Nested:
        page = Root()

    site.tree.mount(Nested())
    answer = Client(site.tree).get("/page")
    assert (answer.status_code, answer.headers["Location"]) == (301, "http://localhost/page/")


def test_errors_are_logged_with_the_request_headers(
    site: Assembly, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        @cherrypy.expose
        def index(self) -> str:
            raise RuntimeError("the reason")

    site.tree.mount(Broken())
    assert Client(site.tree).get("/", headers={"X-Clue": "found"}).status_code == 500
    assert "RuntimeError: the reason" in caplog.text
    assert (
        "Request Headers:\n  Remote-Addr: 127.0.0.1\n  Host: localhost\n  X-Clue: found"
        in caplog.text
    )


def test_request_channels_are_published(site: Assembly) -> None:
    seen: list[str] = []
    for channel in ("acquire_thread", "before_request", "after_request"):
        site.engine.subscribe(channel, lambda channel=channel: seen.append(channel))
    site.tree.mount(Root())
    Client(site.tree).get("/")
    assert seen == ["acquire_thread", "before_request", "after_request"]


def test_log_goes_to_the_running_application_and_reaches_the_site(
    site: Assembly, tmp_path: Path
) -> None:
    class Talking:
        @cherrypy.expose
        def index(self) -> str:
            site.log("from the handler")
            return ""

    own, whole = tmp_path / "app.log", tmp_path / "site.log"
    site.log.error_file = str(whole)
    app = site.tree.mount(Talking(), config={"/": {"log.error_file": str(own)}})
    Client(site.tree).get("/")
    app.log.error_file = site.log.error_file = ""
    assert "from the handler" in own.read_text(encoding="utf-8")
    assert "from the handler" in whole.read_text(encoding="utf-8")


def test_url_outside_of_a_request_begins_with_the_server() -> None:
    assert cherrypy.url("/a", qs={"b": 1}) == f"{cherrypy.server.base()}/a?b=1"


def test_outside_of_a_request_the_defaults_show() -> None:
    assert cherrypy.response.stream is False
    assert cherrypy.request.method == "GET"
    with pytest.raises(AttributeError, match=r"tools\.sessions\.on"):
        cherrypy.session["a"] = 1


def test_hooks_and_error_pages_set_outside_of_a_request_are_those_of_all(site: Assembly) -> None:
    def mark() -> None:
        cherrypy.response.headers["X-Marked"] = "yes"

    site.tree.mount(Root())
    client = Client(site.tree)
    assert "X-Marked" not in client.get("/").headers
    cherrypy.request.hooks.attach("before_finalize", mark)
    cherrypy.request.error_page[404] = lambda **_: "own page"
    try:
        assert client.get("/").headers["X-Marked"] == "yes"
        assert client.get("/missing").text == "own page"
    finally:
        hooks = cherrypy.request.hooks["before_finalize"]
        hooks.remove(next(hook for hook in hooks if hook.callback is mark))
        del cherrypy.request.error_page[404]
    assert "X-Marked" not in client.get("/").headers
    assert client.get("/missing").text != "own page"


def test_two_assemblies_do_not_see_each_other(site: Assembly) -> None:
    other = Assembly("test-other-site")
    other.server.unsubscribe()
    other.log.screen = False
    other.tools.only_here = cherrypy.Tool("before_handler", lambda: None)
    other.config.update({"own.a": "other"})
    other.tree.mount(Root())
    site.tree.mount(Root())
    start, answers = threading.Barrier(2), {}

    def ask(name: str, assembly: Assembly) -> None:
        client = Client(assembly.tree)
        start.wait()
        answers[name] = {client.get("/config?key=own.a").text for _ in range(200)}

    threads = [
        threading.Thread(target=ask, args=(name, each))
        for name, each in (("site", site), ("other", other))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {"site": {"None"}, "other": {"'other'"}}
    assert not hasattr(site.tools, "only_here")
    assert "own.a" not in cherrypy.config


def test_importing_has_no_effect_but_definitions(tmp_path: Path) -> None:
    program = (
        "import sys, threading, signal\n"
        "before = signal.getsignal(signal.SIGTERM), list(sys.path), sys.excepthook\n"
        "acts = {'socket.bind', 'socket.connect', 'subprocess.Popen', 'os.mkdir', 'os.putenv'}\n"
        "seen = []\n"
        "sys.addaudithook(lambda event, _: event in acts and seen.append(event))\n"
        "import cherrypy\n"
        "assert seen == [], seen\n"
        "assert threading.active_count() == 1\n"
        "assert before == (signal.getsignal(signal.SIGTERM), list(sys.path), sys.excepthook)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_anything_can_be_hung_on_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    module: Any = cherrypy
    monkeypatch.setattr(module, "anything", 1, raising=False)
    assert module.anything == 1


def test_interrupt_before_the_engine_blocks_ends_it_too(
    site: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(site.engine, "block", interrupted)
    site.quickstart(Root())
    site.engine.signals.unsubscribe()
    assert site.engine.state is site.engine.states.EXITING


def test_config_file_of_a_mounted_application_is_watched(site: Assembly, tmp_path: Path) -> None:
    file = tmp_path / "app.conf"
    file.write_text("[/]\nown.a: 1\n", encoding="utf-8")
    site.tree.mount(Root(), "", str(file))
    assert str(file) in site.engine.autoreload.files


def test_config_file_may_be_a_path(site: Assembly, tmp_path: Path) -> None:
    file = tmp_path / "site.conf"
    file.write_text("[global]\nserver.thread_pool: 3\n", encoding="utf-8")
    site.mount(Root(), "", file)
    assert site.server.thread_pool == 3
    assert str(file) in site.engine.autoreload.files


def test_config_may_mount_applications(site: Assembly) -> None:
    site.config.update({"tree.one": site.application_class(Root(), "/one")})
    two, three = site.application_class(Root()), site.application_class(Root(), None)
    site.config.update({"tree.more": {"": two, "/three/": three}})
    assert sorted(site.tree.apps) == ["", "/one", "/three"]
    assert Client(site.tree).get("/three/").text == "Hello é"
    with pytest.raises(NamespaceError, match=r"tree\.wrong"):
        site.config.update({"tree.wrong": 1})


def test_config_of_the_site_that_changes_while_it_serves(site: Assembly) -> None:
    site.tree.mount(Root())
    client = Client(site.tree)

    def seen() -> str:
        return client.get("/config", params={"key": "own.a"}).text

    site.config.update({"own.a": 1})
    assert seen() == "1"
    site.config["own.a"] = 2
    assert seen() == "2"
    site.config.setdefault("own.a", 3)
    assert seen() == "2"
    site.config.pop("own.a")
    assert seen() == "None"
    site.config.update({"environment": "production"})
    assert client.get("/config", params={"key": "request.show_tracebacks"}).text == "False"
    assert site.config.pop("request.show_tracebacks") is False
    assert client.get("/config", params={"key": "request.show_tracebacks"}).text == "None"


def test_default_tools_turned_off_and_on_while_it_serves(site: Assembly) -> None:
    class Nested:
        page = Root()

    app = site.tree.mount(Nested(), config={"/": {}})
    client = Client(site.tree)
    codes = [client.get("/page").status_code]
    site.config["tools.trailing_slash.on"] = False
    codes.append(client.get("/page").status_code)
    app.config["/"]["tools.trailing_slash.on"] = True
    codes.append(client.get("/page").status_code)
    app.config["/"]["tools.trailing_slash.missing"] = False
    codes.append(client.get("/page").status_code)
    assert codes == [301, 200, 301, 200]


def test_namespace_of_the_site_is_called_when_its_config_is_updated(site: Assembly) -> None:
    seen: list[object] = []
    site.config.namespaces["db"] = lambda key, value: seen.append((key, value))
    site.tree.mount(Root(), config={"/": {"db.of_application": 1}})
    site.config.update({"db.connstring": "here"})
    site.config["db.pool"] = 4
    Client(site.tree).get("/")
    assert seen == [("connstring", "here"), ("pool", 4)]


def test_option_of_a_default_tool_changed_in_place(site: Assembly) -> None:
    fields = [("X-A", "1")]
    entries = {"tools.response_headers.on": True, "tools.response_headers.headers": fields}
    site.tree.mount(Root(), config={"/": entries})
    client = Client(site.tree)
    assert "X-B" not in client.get("/").headers
    fields.append(("X-B", "2"))
    assert client.get("/").headers["X-B"] == "2"
    fields.clear()
    assert "X-A" not in client.get("/").headers


def test_mount_point_without_its_slash_is_redirected(site: Assembly) -> None:
    site.tree.mount(Root(), "/app")
    answer = Client(site.tree).get("/app", params={"a": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (301, "http://localhost/app/?a=1")


def test_handler_may_ask_another_application(site: Assembly) -> None:
    class Asking:
        @cherrypy.expose
        def index(self) -> str:
            answer = Client(inner).get("/").text
            return f"{answer} {cherrypy.request.path_info} {cherrypy.session.setdefault('a', 1)}"

    inner = site.application_class(Root())
    site.tree.mount(Asking(), "/app", {"/": {"tools.sessions.on": True}})
    assert Client(site.tree).get("/app/").text == "Hello é / 1"
