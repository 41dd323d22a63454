"""Every setting of the site, from a dict, from a file, and while it runs."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

import cherrypy
from cherrypy_testing import Client

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cherrypy.assembly import Assembly

SETTINGS: list[tuple[str, Any, str]] = [
    ("server.socket_host", "127.0.0.2", "server.socket_host"),
    ("server.thread_pool", 3, "server.thread_pool"),
    ("server.ssl_certificate", "/some/where.pem", "server.ssl_certificate"),
    ("server.admin.socket_port", 8081, "servers['admin'].socket_port"),
    ("engine.autoreload.frequency", 5, "engine.autoreload.frequency"),
    ("engine.autoreload.match", "myapp", "engine.autoreload.match"),
    ("engine.timeout_monitor.frequency", 5, "engine.timeout_monitor.frequency"),
    ("engine.join_timeout", 5, "engine.join_timeout"),
    ("log.screen", True, "log.screen"),
    ("log.wsgi", True, "log.wsgi"),
    ("log.error_file", "ERRORS", "log.error_file"),
    ("log.access_file", "ACCESS", "log.access_file"),
    ("checker.on", False, "checker.on"),
    ("checker.check_localhost", False, "checker.check_localhost"),
    ("request.show_tracebacks", False, "config['request.show_tracebacks']"),
]


def as_dict(site: Assembly, key: str, value: Any, _: Path) -> None:
    site.config.update({key: value})


def as_file(site: Assembly, key: str, value: Any, home: Path) -> None:
    file = home / "site.conf"
    file.write_text(f"[global]\n{key}: {value!r}\n")
    site.config.update(str(file))


def as_item(site: Assembly, key: str, value: Any, _: Path) -> None:
    site.config[key] = value


def beside_the_application(site: Assembly, key: str, value: Any, _: Path) -> None:
    site.mount(None, "", {"global": {key: value}, "/": {}})


@pytest.mark.parametrize("way", [as_dict, as_file, as_item, beside_the_application])
@pytest.mark.parametrize(("key", "value", "place"), SETTINGS)
def test_setting_takes_effect(
    site: Assembly,
    tmp_path: Path,
    key: str,
    value: Any,
    place: str,
    way: Callable[[Assembly, str, Any, Path], None],
) -> None:
    if key.endswith("_file"):
        value = str(tmp_path / value)
    way(site, key, value, tmp_path)
    assert eval(f"site.{place}") == value


@pytest.mark.parametrize("way", [as_dict, as_file, as_item])
@pytest.mark.parametrize("plugin", ["autoreload", "timeout_monitor", "thread_manager"])
def test_plugin_is_turned_off_and_on(
    site: Assembly, tmp_path: Path, plugin: str, way: Callable[[Assembly, str, Any, Path], None]
) -> None:
    stop = getattr(site.engine, plugin).stop
    for on in (True, False, True):
        way(site, f"engine.{plugin}.on", on, tmp_path)
        assert (stop in site.engine.listeners["stop"]) is on


def test_a_plugin_of_the_program_is_set_by_its_name(site: Assembly) -> None:
    class Queue(cherrypy.process.plugins.SimplePlugin):
        size = 5

        def start(self) -> None:
            """Begin."""

    site.engine.queue = Queue(site.engine)  # type: ignore[attr-defined]  # as programs do
    site.config.update({"engine.queue.size": 7, "engine.queue.on": True})
    assert site.engine.queue.size == 7  # type: ignore[attr-defined]
    assert site.engine.queue.start in site.engine.listeners["start"]  # type: ignore[attr-defined]


def test_a_plugin_that_there_is_not_is_named(site: Assembly) -> None:
    with pytest.raises(ValueError, match=r"engine\.autoreloader\.on"):
        site.config.update({"engine.autoreloader.on": False})


def test_a_listener_may_stand_for_a_signal(site: Assembly) -> None:
    site.config.update({"engine.SIGHUP": print, "engine.SIGTERM": None})
    handlers = site.engine.signal_handler.handlers
    assert handlers["SIGHUP"] is print
    assert "SIGTERM" not in handlers


def test_signals_are_caught_by_quickstart_only(
    site: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribed: list[str] = []
    monkeypatch.setattr(site.engine.signal_handler, "subscribe", lambda: subscribed.append("it"))
    site.tree.mount(None)
    site.engine.start()
    site.engine.stop()
    assert subscribed == []
    site.engine.subscribe("start", site.engine.exit)
    site.quickstart(None)
    assert subscribed == ["it"]


class Root:
    def __init__(self, name: str) -> None:
        self.name = name

    @cherrypy.expose
    def index(self, number: str) -> str:
        cherrypy.session["number"] = number
        app, config = cherrypy.request.app, cherrypy.request.config or {}
        return f"{self.name} {app.root.name} {config['own.name']} {number}"


def test_threads_are_published_while_a_server_serves(site: Assembly) -> None:
    said: list[tuple[str, int]] = []
    for channel in ("start_thread", "stop_thread"):
        site.engine.subscribe(channel, lambda number, of=channel: said.append((of, number)))
    site.config.update({"server.socket_port": 0, "server.thread_pool": 1, "own.name": "x"})
    site.server.subscribe()
    site.tree.mount(Root("x"), "", {"/": {"tools.sessions.on": True}})
    site.engine.start()
    for number in range(3):
        urlopen(f"{site.server.base()}/?number={number}").close()
    assert said == [("start_thread", 1)]
    site.engine.stop()
    assert said == [("start_thread", 1), ("stop_thread", 1)]


def test_two_assemblies_serve_under_load_without_seeing_each_other(site: Assembly) -> None:
    other = cherrypy.Assembly("site-under-load")
    other.log.screen = False
    other.engine.autoreload.unsubscribe()
    counted: dict[str, list[int]] = {"one": [], "two": []}
    wrong: list[str] = []
    for name, each in (("one", site), ("two", other)):
        each.config.update({"server.socket_port": 0, "own.name": name})
        each.tree.mount(Root(name), "", {"/": {"tools.sessions.on": True}})
        each.engine.subscribe("before_request", lambda of=name: counted[of].append(1))
    site.server.subscribe()

    def ask(each: Assembly, name: str) -> None:
        for number in range(25):
            with urlopen(f"{each.server.base()}/?number={number}", timeout=30) as answer:
                text = answer.read().decode()
            if text != f"{name} {name} {name} {number}":
                wrong.append(text)

    try:
        site.engine.start()
        other.engine.start()
        clients = [
            threading.Thread(target=ask, args=pair) for pair in [(site, "one"), (other, "two")] * 4
        ]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        site.engine.stop()
        ask(other, "two")  # it goes on when the other one has stopped
    finally:
        other.engine.exit()
    assert wrong == []
    assert {name: len(each) for name, each in counted.items()} == {"one": 100, "two": 125}
    assert cherrypy.tree.apps.get("") is not site.tree.apps[""]


def test_the_environment_of_an_application_has_no_effect(site: Assembly) -> None:
    app = site.tree.mount(None, "", {"/": {"environment": "production"}})
    assert "request.show_tracebacks" not in site.config
    assert Client(app).get("/").status_code == 404
