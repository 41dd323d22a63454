"""Programs that use the documented modules: what must type-check, and what must not."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import cherrypy
from cherrypy import (
    _cpconfig,
    _cpdispatch,
    _cperror,
    _cplogging,
    _cpreqbody,
    _cprequest,
    _cptools,
    _cptree,
    _cpwsgi,
    _helper,
)
from cherrypy._cpserver import Server
from cherrypy._cpwsgi_server import CPWSGIServer
from cherrypy.lib import (
    auth,
    auth_basic,
    auth_digest,
    caching,
    cpstats,
    cptools,
    headers,
    httpauth,
    httputil,
    lockfile,
    reprconf,
    sessions,
    static,
)
from cherrypy.process import bus, plugins, servers, wspbus

if TYPE_CHECKING:
    from collections.abc import Iterable

# A second server, and config.

server = Server()
server.socket_port = 8090
server.subscribe()
cherrypy.server.instance = CPWSGIServer
_cpconfig.environments["staging"]["log.screen"] = False
_cpconfig.merge({"/": {}}, "site.conf")
own = _cpconfig.Config("site.conf", environment="staging")
own.update({"server.socket_port": 0})

server.socket_port = "8090"  # type: ignore[assignment]
Server(cherrypy.engine)  # type: ignore[call-arg]
_cpconfig.environments["staging"] = False  # type: ignore[assignment]
_cpconfig.merge({"/": 1}, {})  # type: ignore[dict-item]

# Classes that programs derive from.


class Loud(_cprequest.Request):
    """A request of a program's own."""

    def process_headers(self) -> None:
        """Do more."""
        super().process_headers()
        self.login = self.headers.get("X-User")


class Kept(_cpreqbody.Part):
    """A part whose file stays."""

    def make_file(self) -> Any:
        """Return a file."""
        return io.BytesIO()


class Translating(_cpwsgi.AppResponse):
    """An answer to a WSGI call that has fields of its own."""

    def translate_headers(self, environ: dict[str, Any]) -> Iterable[tuple[str, str]]:
        """Add a field."""
        yield from super().translate_headers(environ)
        yield "X-A", "b"


class App(_cptree.Application):
    """An application of a program's own."""

    request_class = Loud


class Mounted(_cptree.Tree):
    """A tree of a program's own."""

    application_class = App


class Quiet(_cperror.HTTPError):
    """An error of a program's own."""


app = Mounted().mount(None, "/app", {"/": {"wsgi.response_class": Translating}})
app.root = object()
hosts = _cpwsgi.VirtualHost(app, {"www.example.com": cherrypy.tree})
cherrypy.tree.graft(hosts, "/")
cherrypy.wsgi.VirtualHost(app, use_x_forwarded_host=False)
_cperror.get_error_page(404, message="x")
_cplogging.LogManager().error_file = "error.log"
cherrypy.request.body.part_class = Kept

App(None, 5)  # type: ignore[arg-type]
cherrypy.wsgi.VirtualHost(app, ["www.example.com"])  # type: ignore[arg-type]
_cperror.clean_headers("404")  # type: ignore[arg-type]
_cplogging.LogManager().screen = "yes"  # type: ignore[assignment]
cherrypy.wsgi.Virtual  # type: ignore[attr-defined]  # noqa: B018 - it is looked up

# Tools, hooks and dispatchers.

box = _cptools.Toolbox("mine")
box.check = _cptools.Tool("before_handler", cptools.allow, priority=20)
_cptools.default_toolbox.gzip(compress_level=6)
cherrypy.request.hooks.attach("before_finalize", caching.expires, secs=60)
_cprequest.Hook(caching.expires, failsafe=True)
_cpdispatch.VirtualHost(**{"www.example.com": "/www"})
dispatch = cherrypy.dispatch.RoutesDispatcher()
dispatch.connect("city", "/{name}", controller=object(), action="show")


class Door(cptools.SessionAuth):
    """A login of a program's own."""

    def check_username_and_password(self, username: str, password: str) -> str | None:
        """Let everybody in."""
        return None


class Calls(_cptools.XMLRPCController):
    """Methods that are called by XML-RPC."""


class Root:
    """Pages with the default tools."""

    @_helper.expose
    @cherrypy.tools.params(error=422)
    @cherrypy.tools.proxy(trusted=["10.0.0.0/8"])
    @cherrypy.tools.secure_headers(hsts=3600)
    @cherrypy.tools.decode(encoding=["utf-8", "latin-1"])
    @cherrypy.tools.autovary(ignore={"Host"})
    @cherrypy.tools.rate_limit(limits="10/minute", client=lambda: "everybody")
    @cherrypy.tools.csrf(secret=["the last one", "this one"], cookie="__Host-csrf")
    @cherrypy.tools.cors(origins=["https://app.example.com"], credentials=True, max_age=60)
    @cherrypy.tools.compress(codings=["gzip"], levels={"gzip": 9}, min_size=100)
    def index(self, limit: int = 0) -> Any:
        """Answer."""
        cptools.accept(["text/html"])
        sessions.expire()
        return static.serve_file("/tmp/x", "text/plain")

    @_helper.expose
    @cherrypy.tools.auth_basic(realm="earth", checkpassword=lambda realm, user, password: True)
    @cherrypy.tools.auth_digest(
        realm="earth", get_ha1=auth_digest.get_ha1_dict_plain({}), key="k", qop=["auth", "auth-int"]
    )
    @cherrypy.tools.basic_auth(realm="earth", users={"a": "b"}, encrypt=auth_digest.md5_hex)
    @cherrypy.tools.digest_auth(realm="earth", users=lambda: {"a": "b"})
    def guarded(self) -> str:
        """Answer those who may see it."""
        auth_digest.digest_auth("earth", auth_digest.get_ha1_dict({}), "k", True, "UTF-8")
        auth_basic.basic_auth("earth", auth_basic.checkpassword_dict({}))
        return str(auth.check_auth({"a": "b"}, realm="earth")) + httpauth.doAuth("earth")


_cptools.Tool("before_handler", 5)  # type: ignore[arg-type]
cherrypy.tools.proxy(trust=["10.0.0.0/8"])  # type: ignore[call-arg]
cherrypy.tools.secure_headers(hsts="long")  # type: ignore[arg-type]
cherrypy.tools.compress(compress_level=6)  # type: ignore[call-arg]
cherrypy.tools.rate_limit(limit="10/minute")  # type: ignore[call-arg]
cherrypy.tools.csrf(secret=5)  # type: ignore[arg-type]
cherrypy.tools.cors(origin="https://app.example.com")  # type: ignore[call-arg]
cherrypy.tools.auth_basic(realm="earth", chekpassword=None)  # type: ignore[call-arg]
cherrypy.tools.auth_basic(realm="earth", checkpassword="x")  # type: ignore[arg-type]
cherrypy.tools.auth_digest(realm="earth", key="k")  # type: ignore[call-arg]
cherrypy.tools.auth_digest(realm=5, get_ha1={}, key="k")  # type: ignore[arg-type]
cherrypy.tools.auth_digest(realm="a", get_ha1={}, key="k", nonce_count=1)  # type: ignore[call-arg]
cherrypy.tools.basic_auth(realm="earth", users="bird")  # type: ignore[arg-type]
cherrypy.tools.digest_auth(realm="earth", encrypt=None)  # type: ignore[call-arg]
cherrypy.tools.session_auth(session_key="user", debug=True)
cherrypy.tools.session_auth(anonymus=None)  # type: ignore[call-arg]
cherrypy.tools.session_auth(session_key=5)  # type: ignore[arg-type]
cherrypy.tools.params(status=422)  # type: ignore[call-arg]
caching.expires("soon")  # type: ignore[arg-type]

# Values.

found: list[httputil.HeaderElement] = httputil.header_elements("Accept", "text/html")
name, options = headers.parse_header("text/html; q=1")
value: str = name.upper()
reprconf.Config({"a.b": 1}).namespaces["a"] = lambda key, value: None
lockfile.LockFile("lock").release()
cpstats.ByteCountWrapper(io.BytesIO()).read(5)
sessions.set_response_cookie(timeout="long")  # type: ignore[arg-type]
cherrypy.lib.file_generator(io.BytesIO(), chunkSize="5")  # type: ignore[arg-type]


class Poll(plugins.Monitor):
    """A plugin of a program's own."""


Poll(bus, lambda: None, frequency=5).subscribe()
servers.ServerAdapter(wspbus.Bus(), server).subscribe()
wspbus.Bus().wait("STARTED")  # type: ignore[arg-type]
cptools.redirect(5)  # type: ignore[arg-type]
