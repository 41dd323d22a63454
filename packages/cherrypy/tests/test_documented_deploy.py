"""The examples of the chapter on deployment that need no other program.

Daemons, supervisors, other servers and proxies are started by the integration tests.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
from cherrypy.process.plugins import Daemonizer, DropPrivileges, PIDFile
from cherrypy_testing import Client

if TYPE_CHECKING:
    from pathlib import Path

    from cherrypy.assembly import Assembly


class Root:
    @cherrypy.expose
    def index(self) -> str:
        return "Hello World!"

    @cherrypy.expose
    def where(self) -> str:
        return f"{cherrypy.url('/')} {cherrypy.request.remote.ip}"


def test_the_process_id_is_in_a_file_while_the_engine_runs(site: Assembly, tmp_path: Path) -> None:
    file = tmp_path / "myapp.pid"
    PIDFile(site.engine, str(file)).subscribe()
    site.engine.start()
    assert file.read_text("utf-8").strip() == str(os.getpid())
    site.engine.exit()
    assert not file.exists()


def priority(method: Any) -> int:
    return int(getattr(method, "priority", 50))


def test_daemon_server_and_privileges_start_in_their_order(site: Assembly) -> None:
    daemon = Daemonizer(site.engine)
    privileges = DropPrivileges(site.engine, uid=1000, gid=1000)
    server = site.server
    assert priority(daemon.start) == 65
    assert priority(server.start) == 75
    assert priority(daemon.start) < priority(server.start) < priority(privileges.start)
    assert (daemon.stdin, daemon.stdout, daemon.stderr) == ("/dev/null",) * 3
    assert (privileges.uid, privileges.gid) == (1000, 1000)


def test_certificates_are_settings_of_the_server(site: Assembly) -> None:
    site.server.ssl_module = "builtin"
    site.server.ssl_certificate = "cert.pem"
    site.server.ssl_private_key = "privkey.pem"
    site.server.ssl_certificate_chain = "certchain.perm"
    site.server.socket_port = 0
    site.server.subscribe()
    with pytest.raises(Exception, match=r"cert\.pem"):  # there is no such file
        site.engine.start()


def test_embedded_turns_off_what_another_server_does(site: Assembly) -> None:
    site.config.update({"environment": "embedded"})
    site.tree.mount(Root())
    site.engine.start()
    assert site.log.screen is False
    assert site.engine.autoreload.start not in site.engine.listeners["start"]
    handlers = site.engine.signal_handler.handlers
    assert not {"SIGHUP", "SIGTERM"} & handlers.keys()
    ask = Client(site.tree, validate=True)
    assert ask.get("/").text == "Hello World!"
    assert ask.get("/?unknown=1").status_code == 404
    assert "unknown" not in ask.get("/?unknown=1").text


class Virtual:
    def __init__(self) -> None:
        self.app1 = Named("app1")
        self.app2 = Named("app2")


class Named:
    def __init__(self, name: str) -> None:
        self.name = name

    @cherrypy.expose
    def index(self) -> str:
        return f"Hello world from {self.name}"


@pytest.mark.parametrize(("host", "name"), [("company.com", "app1"), ("home.net", "app2")])
def test_the_host_chooses_the_application(site: Assembly, host: str, name: str) -> None:
    hostmap = {"company.com:8080": "/app1", "home.net:8080": "/app2"}
    config = {"request.dispatch": cherrypy.dispatch.VirtualHost(**hostmap)}
    site.tree.mount(Virtual(), "/", {"/": config})
    ask = Client(site.tree, base_url=f"http://{host}:8080")
    assert ask.get("/").text == f"Hello world from {name}"
    assert Client(site.tree, base_url=f"http://{host}").get("/").status_code == 404


def test_behind_a_proxy_links_and_addresses_are_those_of_the_client(site: Assembly) -> None:
    site.config.update({"tools.proxy.on": True, "tools.proxy.base": "http://www.example.com"})
    site.tree.mount(Root())
    fields = {"X-Forwarded-For": "203.0.113.7", "X-Real-IP": "203.0.113.7"}
    found = Client(site.tree).get("/where", headers=fields).text
    assert found == "http://www.example.com/ 203.0.113.7"
