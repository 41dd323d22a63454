"""The documented import paths: what each of them gives does its work."""

from __future__ import annotations

import importlib
import io
import re
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
from cherrypy_testing import Client, Upload

if TYPE_CHECKING:
    from cherrypy.assembly import Assembly

MODULES = sorted(
    ".".join(path.relative_to(Path(cherrypy.__file__).parents[1]).with_suffix("").parts)
    for path in Path(cherrypy.__file__).parent.rglob("*.py")
    if not {"scaffold", "tutorial"} & {*path.parts}
    and path.name not in {"__init__.py", "_version.py"}
)


class Hello:
    @cherrypy.expose
    def index(self) -> str:
        return "hello"


def run(program: str) -> str:
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("name", MODULES)
def test_module_has_all_that_it_names(name: str) -> None:
    module = importlib.import_module(name)
    assert [each for each in module.__all__ if not hasattr(module, each)] == []


def test_documented_modules_are_there_after_one_import() -> None:
    program = (
        "import cherrypy\n"
        "print(cherrypy._cptools.Toolbox('mine').namespace,\n"
        "      cherrypy._cpconfig.environments['staging']['request.show_tracebacks'],\n"
        "      cherrypy.process.plugins.Monitor.__name__,\n"
        "      cherrypy.lib.httputil.urljoin('a', 'b'),\n"
        "      cherrypy.lib.sessions.RamSession.__name__, cherrypy.lib.locking.Timer.__name__,\n"
        "      cherrypy.dispatch.MethodDispatcher.__name__, cherrypy.wsgi.VirtualHost.__name__)\n"
    )
    expected = "mine False Monitor a/b RamSession Timer MethodDispatcher VirtualHost"
    assert run(program) == expected


def test_what_is_imported_later_is_listed_for_who_completes_names() -> None:
    program = (
        "import cherrypy\n"
        "lib = cherrypy.lib\n"
        "for listed in (cherrypy, lib, lib.cptools, lib.sessions):\n"
        "    assert set(listed.__all__) <= set(dir(listed)), listed\n"
        "print(*{'process', '_cpserver', '_cptools'} & set(dir(cherrypy)))\n"
    )
    assert set(run(program).split()) == {"process", "_cpserver", "_cptools"}


#: What a site may do without: nothing of it is loaded before it is asked for.
LATER = {
    "argon2",
    "ast",
    "asyncio",
    "cheroot",
    "cherrypy._cptools",
    "cherrypy.lib.cptools",
    "cherrypy.lib.encoding",
    "cherrypy.lib.sessions",
    "cherrypy.process",
    "cherrypy_auth",
    "cherrypy_diagnostics",
    "cherrypy_server.wsgi",
    "cherrypy_sessions",
    "cherrypy_static",
    "cherrypy_testing",
    "cherrypy_tools",
    "cherrypy_web.checks.findings",
    "concurrent.futures",
    "configparser",
    "dataclasses",
    "decimal",
    "email",
    "hashlib",
    "html",
    "http.client",
    "http.cookies",
    "importlib.metadata",
    "inspect",
    "itsdangerous",
    "json",
    "logging.handlers",
    "mimetypes",
    "multiprocessing",
    "pickle",
    "routes",
    "secrets",
    "selectors",
    "shutil",
    "socket",
    "sqlite3",
    "ssl",
    "subprocess",
    "tempfile",
    "tomllib",
    "unittest",
    "uuid",
    "webob",
    "wsgiref",
    "xml",
    "xmlrpc",
    "zipfile",
    "zlib",
}


def loaded_by(program: str) -> set[str]:
    """Return the modules that a program imports, and its interpreter did not."""
    before = "import sys\nbefore = set(sys.modules)\n"
    return set(run(f"{before}{program}\nprint(*set(sys.modules) - before)").split())


def test_import_loads_no_module_that_it_does_not_need() -> None:
    loaded = loaded_by("import cherrypy")
    assert "cherrypy" in loaded
    assert LATER & loaded == set()


def test_a_site_loads_the_tools_that_it_uses() -> None:
    program = (
        "import io, cherrypy\n"
        "class Root:\n"
        "    @cherrypy.expose\n"
        "    def index(self):\n"
        "        return 'hello'\n"
        "app = cherrypy.tree.mount(Root())\n"
        "environ = {'REQUEST_METHOD': 'GET', 'PATH_INFO': '/', 'SERVER_NAME': 'a',\n"
        "           'SERVER_PORT': '80', 'SERVER_PROTOCOL': 'HTTP/1.1',\n"
        "           'HTTP_HOST': 'a', 'wsgi.url_scheme': 'http', 'wsgi.input': io.BytesIO()}\n"
        "cherrypy.log.screen = False\n"
        "assert b''.join(app(environ, lambda status, fields: None)) == b'hello'\n"
    )
    loaded = loaded_by(program)
    assert {"cherrypy.lib.encoding", "cherrypy.lib.redirections"} <= loaded
    others = {"cheroot", "cherrypy.lib.cptools", "cherrypy_auth", "cherrypy_sessions", "ssl"}
    assert others & loaded == set()
    assert {"cherrypy_static", "cherrypy_tools.caching", "http.cookies", "json"} & loaded == set()


def test_what_requests_need_is_imported_before_privileges_are_dropped() -> None:
    program = (
        "import sys, cherrypy\n"
        "class Drop(cherrypy.process.plugins.DropPrivileges):\n"
        "    def start(self):\n"
        "        print(*sys.modules)\n"
        "    start.priority = 77\n"
        "cherrypy.log.screen = False\n"
        "cherrypy.server.unsubscribe()\n"
        "cherrypy.engine.autoreload.unsubscribe()\n"
        "Drop(cherrypy.engine).subscribe()\n"
        "cherrypy.engine.start()\n"
        "cherrypy.engine.exit()\n"
    )
    loaded = set(run(program).split())
    assert {"cherrypy.lib.sessions", "cherrypy_static.serve", "cherrypy_tools.header_log"} <= loaded
    assert {"cherrypy_web.boundaries", "html", "http.cookies", "json"} <= loaded


def test_unknown_attribute_of_the_package_is_an_error() -> None:
    with pytest.raises(AttributeError, match="'cherrypy' has no attribute 'nowhere'"):
        cherrypy.nowhere  # type: ignore[attr-defined]  # noqa: B018 - it raises


# The config.


def test_environment_that_a_program_adds_can_be_named(
    site: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(cherrypy._cpconfig.environments, "Greek", {"tools.encode.encoding": "x"})
    site.config.update({"environment": "Greek"})
    assert site.config["tools.encode.encoding"] == "x"


def test_config_of_the_site_is_one_that_programs_can_make() -> None:
    assert isinstance(cherrypy.config, cherrypy._cpconfig.Config)
    other = cherrypy._cpconfig.Config(io.StringIO("[global]\na.b: 1\n"), **{"c.d": 2})
    assert (other["a.b"], other["c.d"]) == (1, 2)
    assert other["tools.encode.on"] is True
    assert "a.b" not in cherrypy.config


def test_sections_are_merged_and_their_file_is_watched(tmp_path: Path) -> None:
    file = tmp_path / "more.conf"
    file.write_text("[/a]\nx: 2\n", encoding="utf-8")
    base = {"/a": {"x": 1, "y": 1}}
    try:
        cherrypy._cpconfig.merge(base, str(file))
        assert str(file) in cherrypy.engine.autoreload.files
    finally:
        cherrypy.engine.autoreload.files.discard(str(file))
    assert base == {"/a": {"x": 2, "y": 1}}
    with pytest.raises(ValueError, match="lonely"):
        cherrypy._cpconfig.merge(base, {"lonely": 1})


# Servers.


def test_server_of_the_site_is_one_that_programs_can_make() -> None:
    from cherrypy._cpserver import Server

    server = Server()
    assert isinstance(cherrypy.server, Server)
    assert (server.bus, server.application) == (cherrypy.engine, cherrypy.tree)
    assert issubclass(Server, cherrypy.process.servers.ServerAdapter)
    port = cherrypy.server.socket_port
    server.socket_port = 8090
    assert cherrypy.server.socket_port == port


def test_second_server_follows_the_engine(site: Assembly) -> None:
    site.tree.mount(Hello())
    site.config.update({"server.socket_port": 0})
    second = site.server_class()
    second.socket_port = 0
    site.server.subscribe()
    second.subscribe()
    site.engine.start()
    for server in (site.server, second):
        with urllib.request.urlopen(server.base()) as answer:
            assert answer.read() == b"hello"
    assert site.server.base() != second.base()
    site.engine.stop()
    assert not second.running


def test_http_server_is_named_in_config(site: Assembly) -> None:
    from cherrypy._cpwsgi_server import CPWSGIServer

    site.config.update({"server.instance": "cherrypy._cpwsgi_server.CPWSGIServer"})
    made, _ = site.server.httpserver_from_self()
    assert isinstance(made, CPWSGIServer)


# Applications, trees and WSGI.


def test_tree_of_a_program_mounts_applications_of_the_site() -> None:
    tree = cherrypy._cptree.Tree()
    app = tree.mount(Hello(), "/hello")
    assert isinstance(cherrypy.tree, cherrypy._cptree.Tree)
    assert type(app) is cherrypy._cptree.Application is cherrypy.Application
    assert Client(tree).get("/hello/").text == "hello"
    assert app not in cherrypy.tree.apps.values()


def test_wsgi_application_is_chosen_by_the_host(site: Assembly) -> None:
    class Other:
        @cherrypy.expose
        def index(self) -> str:
            return "other"

    default = site.application_class(Hello())
    other = site.application_class(Other())
    hosts = cherrypy.wsgi.VirtualHost(default, {"other.example": other})
    ask = Client(hosts)
    assert ask.get("/").text == "hello"
    assert ask.get("/", headers={"Host": "other.example"}).text == "other"


# Requests.


def test_request_class_of_a_program_serves(site: Assembly) -> None:
    class Loud(cherrypy._cprequest.Request):
        def process_query_string(self) -> None:
            super().process_query_string()
            self.params = {name: value.upper() for name, value in self.params.items()}

    class Echo:
        @cherrypy.expose
        def index(self, word: str) -> str:
            return word

    app = site.tree.mount(Echo())
    app.request_class = Loud
    assert Client(site.tree).get("/?word=quiet").text == "QUIET"


def test_hook_of_a_program_runs_at_its_point(site: Assembly) -> None:
    seen: list[str] = []
    hook = cherrypy._cprequest.Hook(lambda: seen.append("ran"), failsafe=True, priority=5)
    point = cherrypy._cprequest.hookpoints[0]
    site.tree.mount(Hello(), config={"/": {f"hooks.{point}": hook}})
    Client(site.tree).get("/")
    assert seen == ["ran"]


def test_request_has_an_identifier_that_stays() -> None:
    identifier = cherrypy._cprequest.LazyUUID4()
    assert re.fullmatch(r"[0-9a-f-]{36}", str(identifier))
    assert str(identifier) == identifier.uuid4
    assert str(cherrypy._cprequest.LazyUUID4()) != str(identifier)


def test_part_class_of_a_program_takes_the_parts(site: Assembly) -> None:
    class Kept(cherrypy._cpreqbody.Part):
        def make_file(self) -> Any:
            return io.BytesIO()

    def use_it() -> None:
        cherrypy.request.body.part_class = Kept

    class Uploads:
        @cherrypy.expose
        def index(self, file: Any) -> str:
            return f"{type(file).__name__} {file.file.read()!r}"

    site.tools.kept = cherrypy.Tool("before_request_body", use_it)
    site.tree.mount(Uploads(), config={"/": {"tools.kept.on": True}})
    answer = Client(site.tree).post("/", files={"file": Upload("a.txt", b"xxxxx")})
    assert answer.text == "Kept b'xxxxx'"


# Errors and logs.


def test_error_page_is_made_by_itself(site: Assembly) -> None:
    class Odd:
        @cherrypy.expose
        def index(self) -> bytes:
            cherrypy._cperror.clean_headers(404)
            return cherrypy._cperror.get_error_page(404, message="nothing & nobody")

    site.tree.mount(Odd())
    assert "nothing &amp; nobody" in Client(site.tree).get("/").text


def test_exception_is_shown_as_text() -> None:
    try:
        raise cherrypy._cperror.NotFound("/x")
    except cherrypy.HTTPError:
        assert "The path '/x' was not found." in cherrypy._cperror.format_exc()
    assert cherrypy._cperror.bare_error("why")[2] == [b"Unrecoverable error in the server.\nwhy"]


def test_log_manager_of_a_program_writes_to_its_file(tmp_path: Path) -> None:
    manager = cherrypy._cplogging.LogManager("mine", "test_modules")
    manager.error_file = tmp_path / "error.log"
    manager.error("it is so", "TEST")
    manager.error_file = ""
    assert (tmp_path / "error.log").read_text().endswith("TEST it is so\n")


# Tools and dispatchers.


def test_toolbox_of_a_program_has_its_own_namespace(site: Assembly) -> None:
    seen: list[int] = []

    def check(level: int = 0) -> None:
        seen.append(level)

    box = cherrypy._cptools.Toolbox("newauth")
    box.check = cherrypy._cptools.Tool("before_handler", check)
    app = site.tree.mount(Hello())
    app.toolboxes = {**app.toolboxes, "newauth": box}  # type: ignore[misc]  # its own
    app.merge({"/": {"newauth.check.on": True, "newauth.check.level": 3}})
    Client(site.tree).get("/")
    assert seen == [3]


def test_default_toolbox_is_that_of_the_site() -> None:
    assert cherrypy._cptools.default_toolbox is cherrypy.tools
    assert isinstance(cherrypy.tools.sessions, cherrypy._cptools.SessionTool)
    assert isinstance(cherrypy.tools.staticdir, cherrypy._cptools.HandlerTool)
    assert isinstance(cherrypy.tools.err_redirect, cherrypy._cptools.ErrorTool)


def test_session_tool_of_a_program_keeps_sessions(site: Assembly) -> None:
    class Counter:
        @cherrypy.expose
        def index(self) -> str:
            cherrypy.session["n"] = cherrypy.session.get("n", 0) + 1
            return str(cherrypy.session["n"])

    site.tools.mine = cherrypy._cptools.SessionTool()
    entries = {"tools.mine.on": True, "tools.mine.clean_freq": 0}
    site.tree.mount(Counter(), config={"/": entries})
    ask = Client(site.tree)
    assert [ask.get("/").text, ask.get("/").text] == ["1", "2"]


def test_virtual_host_dispatcher_puts_a_prefix_before_the_path(site: Assembly) -> None:
    class Root:
        shop = Hello()

    dispatch = cherrypy.dispatch.VirtualHost(**{"shop.example": "/shop"})
    site.tree.mount(Root(), config={"/": {"request.dispatch": dispatch}})
    ask = Client(site.tree)
    assert ask.get("/", headers={"Host": "shop.example"}).text == "hello"
    assert ask.get("/").status_code == 404


def test_xmlrpc_dispatcher_takes_its_prefix_away(site: Assembly) -> None:
    dispatch = cherrypy.dispatch.XMLRPCDispatcher()
    site.tree.mount(Hello(), config={"/": {"request.dispatch": dispatch}})
    assert Client(site.tree).get("/RPC2/").text == "hello"


def test_routes_dispatcher_finds_pages_by_patterns(site: Assembly) -> None:
    pytest.importorskip("routes")

    class Cities:
        def show(self, name: str) -> str:
            return f"city of {name}"

    dispatch = cherrypy.dispatch.RoutesDispatcher()
    dispatch.connect("city", "/cities/{name}", controller=Cities(), action="show")
    site.tree.mount(None, config={"/": {"request.dispatch": dispatch}})
    assert Client(site.tree).get("/cities/Rome").text == "city of Rome"


def test_helpers_are_those_of_the_top_level() -> None:
    from cherrypy import _helper

    assert _helper.normalize_path("/a/../b/./c") == "/b/c"
    assert _helper.url is cherrypy.url
    assert _helper.expose is cherrypy.expose
    assert _helper.popargs is cherrypy.popargs


def test_the_older_server_runs_a_site_by_itself(site: Assembly) -> None:
    site.tree.mount(Hello())
    server = cherrypy.wsgiserver.CherryPyWSGIServer(("127.0.0.1", 0), site.tree, numthreads=1)
    server.prepare()
    serving = threading.Thread(target=server.serve)
    serving.start()
    try:
        host, port = server.bind_addr
        with urllib.request.urlopen(f"http://{host}:{port}/") as answer:
            assert answer.read() == b"hello"
        with pytest.raises(OSError, match="is in use"):
            cherrypy.process.servers.check_port(host, port)
    finally:
        server.stop()
        serving.join()
    cherrypy._cpserver.wait_for_free_port(host, port)
