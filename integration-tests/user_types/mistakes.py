"""Mistakes that a type checker finds: each line says which code mypy gives it."""

from __future__ import annotations

from datetime import datetime

import cherrypy
from cherrypy.lib import auth_basic, sessions
from cherrypy.process import plugins
from cherrypy.test import helper


def mark(name: str, *, value: str = "yes") -> None: ...


marked = cherrypy.Tool("before_finalize", mark)


class Pages:
    @cherrypy.expose
    def index(self) -> str:
        cherrypy.log(cherrypy.request.methd)  # E: attr-defined
        cherrypy.response.stauts = 200  # E: attr-defined
        raise cherrypy.HTTPError(404, 5)  # E: arg-type

    @cherrypy.expose(alias=5)  # E: call-overload, untyped-decorator
    def aliased(self) -> str:
        return ""

    @marked(values="no")  # E: call-arg
    def wrong_name(self) -> str:
        return ""

    @marked(name="X-A", value=5)  # E: arg-type
    def wrong_value(self) -> str:
        return ""

    @cherrypy.tools.gzip(compress_level="high")  # E: arg-type
    def wrong_option(self) -> str:
        return ""

    @cherrypy.tools.json_out(indent=4)  # E: call-arg
    def unknown_option(self) -> str:
        return ""


class Mailer(plugins.SimplePlugin):
    def start(self) -> None:
        self.bus.logg("started")  # E: attr-defined


class TableSession(sessions.Session):
    def _save(self, expiration_time: int) -> None: ...  # E: override


class Timing(cherrypy.Tool[[str]]):
    def __init__(self) -> None:
        super().__init__("on_start_resource", self.begin)  # E: arg-type

    def begin(self, label: int) -> None: ...


def expires() -> datetime:
    return cherrypy.session.timeout  # E: return-value


class PagesTest(helper.CPWebCase):
    def test_index(self) -> None:
        self.getPage("/", header=[])  # E: call-arg
        self.assertStatus(2.5)  # E: arg-type


Mailer()  # E: call-arg
auth_basic.checkpassword_dict(["bird"])  # E: arg-type
cherrypy.config.update(5)  # E: arg-type
cherrypy.tree.mount(Pages(), 5)  # E: arg-type
cherrypy.engine.autoreload.frequency = "often"  # E: assignment
cherrypy.server.thread_pool = "many"  # E: assignment
cherrypy.quickstart(Pages(), config=5)  # E: arg-type
cherrypy.Application(Pages()).test_client().get(5)  # E: arg-type
