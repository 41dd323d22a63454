"""Test cases for sites, as existing test suites use them."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import textwrap
import unittest
from http.client import HTTPSConnection
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

import cherrypy
from cherrypy.test import helper, webtest

if TYPE_CHECKING:
    from pathlib import Path


class Root:
    @cherrypy.expose
    def echo(self, message: str) -> str:
        return message

    @cherrypy.expose
    def fail(self) -> str:
        raise LookupError("the reason")

    @cherrypy.expose
    def missing(self) -> str:
        raise cherrypy.NotFound

    @cherrypy.expose
    def base(self) -> str:
        return cherrypy.url("/")


class EchoTest(helper.CPWebCase):
    """The example of the documentation, in other words."""

    @staticmethod
    def setup_server() -> None:
        cherrypy.tree.mount(Root())

    def test_message_comes_back(self) -> None:
        self.getPage("/echo?message=Hello%20world")
        self.assertStatus("200 OK")
        self.assertHeader("Content-Type", "text/html;charset=utf-8")
        self.assertBody("Hello world")

    def test_other_charsets_are_not_found(self) -> None:
        fields = [("Accept-Charset", "ISO-8859-1,utf-8"), ("Content-Type", "text/html")]
        self.getPage("/echo?message=A+bient%F4t", headers=fields)
        self.assertStatus("404 Not Found")

    def test_error_pages(self) -> None:
        self.getPage("/missing")
        self.assertErrorPage(404, "The path '/missing' was not found.", pattern=None)
        with pytest.raises(AssertionError, match="Error page does not match"):
            self.assertErrorPage(404, "another message")
        with pytest.raises(AssertionError, match="does not contain 'LookupError'"):
            self.assertErrorPage(404, "The path '/missing' was not found.", "LookupError")
        self.getPage("/fail")
        self.assertErrorPage(500, pattern="LookupError: the reason")
        self.assertErrorPage(500)
        with pytest.raises(AssertionError, match="contains a traceback"):
            self.assertErrorPage(500, pattern=None)

    def test_base_is_where_it_was_asked(self) -> None:
        assert self.prefix() == ""
        assert self.base() == f"http://127.0.0.1:{self.PORT}"
        self.getPage("/base")
        self.assertBody(self.base() + "/")
        assert cherrypy.server.socket_port == self.PORT

    def test_port_is_that_of_all_cases(self) -> None:
        assert webtest.WebCase.PORT == self.PORT
        helper.setup_client()
        assert (webtest.WebCase.HOST, webtest.WebCase.PORT) == ("127.0.0.1", self.PORT)

    def test_dates_may_differ_a_little(self) -> None:
        noon = dt.datetime(2020, 1, 1, 12, tzinfo=dt.UTC)
        self.assertEqualDates(noon, noon + dt.timedelta(seconds=2))
        with pytest.raises(AssertionError, match="more than 1 s apart"):
            self.assertEqualDates(noon, noon + dt.timedelta(seconds=2), seconds=1)

    def test_skipping(self) -> None:
        with pytest.raises(unittest.SkipTest, match="not here"):
            self.skip("not here")
        with pytest.raises(SystemExit):
            self.exit()


class ScriptNameTest(helper.CPWebCase):
    script_name = "/blog/"

    @classmethod
    def setup_server(cls) -> None:
        cherrypy.tree.mount(Root(), "/blog", {"/": {"tools.response_headers.on": True}})
        cherrypy.config.update({"server.thread_pool": 3, "own.entry": 1})
        cherrypy.engine.subscribe("start", _nothing)

    def test_paths_are_below_it(self) -> None:
        self.getPage("/echo?message=a")
        self.assertBody("a")
        assert self.prefix() == "/blog"
        assert self.base().endswith(f":{self.PORT}/blog")


def _nothing() -> None:
    pass


class AfterwardsTest(helper.CPWebCase):
    """What the class before it did is not there any more."""

    @staticmethod
    def setup_server() -> None:
        pass

    def test_nothing_is_left(self) -> None:
        assert "own.entry" not in cherrypy.config
        assert cherrypy.server.thread_pool == 10
        assert _nothing not in cherrypy.engine.listeners["start"]
        assert not cherrypy.tree.apps
        assert cherrypy.log.screen is False
        self.getPage("/blog/echo?message=a")
        self.assertStatus(404)


class NativeTest(EchoTest):
    default_server = "native"

    def test_it_is_that_server(self) -> None:
        assert isinstance(self.supervisor, helper.NativeServerSupervisor)
        assert type(cherrypy.server.httpserver).__name__ == "CPHTTPServer"


class UnicodeWSGITest(helper.CPWebCase):
    default_server = "wsgi_u"

    @staticmethod
    def setup_server() -> None:
        class Unicode:
            @cherrypy.expose
            def index(self) -> str:
                environ: Any = cherrypy.request.wsgi_environ
                return repr(environ["wsgi.version"])

        cherrypy.tree.mount(Unicode())

    def test_it_is_that_version(self) -> None:
        self.getPage("/")
        self.assertBody("('u', 0)")


class TLSTest(helper.CPWebCase):
    scheme = "https"

    @staticmethod
    def setup_server() -> None:
        cherrypy.tree.mount(Root())

    def test_page(self) -> None:
        assert self.HTTP_CONN is HTTPSConnection
        self.getPage("/base")
        self.assertBody(f"https://127.0.0.1:{self.PORT}/")

    def test_kept_connection(self) -> None:
        self.persistent = True
        self.getPage("/base")
        self.assertStatus(200)
        self.persistent = False
        assert self.HTTP_CONN is HTTPSConnection


class OwnAddressTest(helper.CPWebCase):
    """A setup may choose another port, and then that is asked."""

    chosen: ClassVar[int] = 0

    @classmethod
    def setup_server(cls) -> None:
        cherrypy.tree.mount(Root())
        cherrypy.config.update({"server.socket_port": 0})

    def test_page(self) -> None:
        self.getPage("/echo?message=there")
        self.assertBody("there")


class WithoutSetupTest(helper.CPWebCase):
    def test_no_server_is_started(self) -> None:
        assert not cherrypy.server.running


class ValidatedTest(helper.CPWebCase):
    @staticmethod
    def setup_server() -> None:
        cherrypy.tree.mount(Root())

    def test_calls_are_checked(self) -> None:
        assert isinstance(self.supervisor, helper.LocalWSGISupervisor)
        self.supervisor.validate = True
        self.supervisor.sync_apps()
        self.getPage("/echo?message=valid")
        self.assertBody("valid")
        assert "validator" in repr(self.supervisor.get_app())


def test_a_setup_that_fails_leaves_nothing_behind() -> None:
    class Failing(helper.CPWebCase):
        @staticmethod
        def setup_server() -> None:
            cherrypy.config.update({"own.entry": 1})
            raise LookupError("in setup")

    with pytest.raises(LookupError, match="in setup"):
        Failing.setup_class()
    assert "own.entry" not in cherrypy.config
    assert Failing.supervisor is None


def test_a_supervisor_has_to_be_able_to() -> None:
    supervisor = helper.Supervisor(port="80", host="h", extra=1)
    attributes: Any = supervisor
    assert (supervisor.port, supervisor.host, attributes.extra) == (80, "h", 1)
    for act in (supervisor.start, supervisor.stop):
        with pytest.raises(NotImplementedError, match="Supervisor has to"):
            act()


def test_engine_messages_go_to_the_error_stream(capsys: pytest.CaptureFixture[str]) -> None:
    helper.log_to_stderr("a message", 20)
    assert capsys.readouterr().err.strip() == "a message"


SUITE = """
    import unittest
    import cherrypy
    from cherrypy.test import helper

    class Root:
        @cherrypy.expose
        def index(self):
            return "Hello"

    class PageTest(helper.CPWebCase):
        @staticmethod
        def setup_server():
            cherrypy.tree.mount(Root())

        def test_page(self):
            self.getPage("/")
            self.assertBody("Hello")
            print("port", self.PORT, type(self.supervisor).__name__)

    if __name__ == "__main__":
        unittest.main()
"""


#: What looks for requests that nothing lets go; apart, since it sees all of a process.
KEEPING = """
    import pytest

    import cherrypy
    from cherrypy.test import helper

    kept = []

    class Root:
        @cherrypy.expose
        def index(self, keep=""):
            if keep:
                kept.append(cherrypy.serving.request)
            return "hello"

    class KeepingTest(helper.CPWebCase):
        do_gc_test = True
        gc_patience = 60

        @staticmethod
        def setup_server():
            cherrypy.tree.mount(Root())

        def test_gc(self):
            self.getPage("/")
            super().test_gc()
            self.getPage("/?keep=yes")
            self.gc_patience = 0
            with pytest.raises(AssertionError, match="No leaks found"):
                super().test_gc()
"""


def run_suite(tmp_path: Path, *command: str, suite: str = SUITE, **variables: str) -> str:
    import os

    (tmp_path / "test_suite.py").write_text(textwrap.dedent(suite), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, *command],
        cwd=tmp_path,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PytestWarning" not in done.stdout
    return done.stdout


def test_a_case_looks_for_requests_that_are_kept(tmp_path: Path) -> None:
    told = run_suite(tmp_path, "-m", "pytest", "-q", "test_suite.py", suite=KEEPING)
    assert "1 passed" in told


def test_suites_run_by_unittest_too(tmp_path: Path) -> None:
    assert "LocalWSGISupervisor" in run_suite(tmp_path, "test_suite.py")


def test_suites_run_by_pytest_on_the_server_that_the_environment_names(tmp_path: Path) -> None:
    variables = {"CHERRYPY_TEST_SERVER": "native", "PYTEST_ADDOPTS": ""}
    shown = run_suite(tmp_path, "-m", "pytest", "-q", "-s", "test_suite.py", **variables)
    assert "NativeServerSupervisor" in shown
    assert "2 passed" in shown


def test_the_environment_may_name_the_port(tmp_path: Path) -> None:
    import socket

    with socket.socket() as claim:
        claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        claim.bind(("127.0.0.1", 0))
        port = str(claim.getsockname()[1])
        assert f"port {port} " in run_suite(tmp_path, "test_suite.py", CHERRYPY_TEST_PORT=port)
