"""Test cases for sites: each class has a server of its own, in the process of the tests.

    class PageTest(helper.CPWebCase):
        @staticmethod
        def setup_server():
            cherrypy.tree.mount(Root())

        def test_greeting(self):
            self.getPage("/")
            self.assertBody("Hello")

What ``setup_server`` mounts and configures is there for the tests of the class, and gone after
them. The server has a port of this process's own, unless the class has a ``PORT``.
"""
# ruff: noqa: N802 - documented names

from __future__ import annotations

import logging
import os
import re
import sys
import time
import unittest
from http.client import HTTPConnection, HTTPSConnection
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn

import cherrypy
from cherrypy import _cperror
from cherrypy.test import webtest
from cherrypy.test.processes import CPProcess, serverpem
from cherrypy.test.restoring import SiteState
from cherrypy.test.supervisors import (
    LocalSupervisor,
    LocalWSGISupervisor,
    NativeServerSupervisor,
    Supervisor,
)
from cherrypy_httputil import urljoin
from cherrypy_testing import own_port

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

    from cherrypy_testing.fetching import Errors, Page

__all__ = [
    "CPProcess",
    "CPWebCase",
    "LocalSupervisor",
    "LocalWSGISupervisor",
    "NativeServerSupervisor",
    "Supervisor",
    "get_cpmodpy_supervisor",
    "get_modfastcgi_supervisor",
    "get_modfcgid_supervisor",
    "get_modpygw_supervisor",
    "get_modwsgi_supervisor",
    "get_wsgi_u_supervisor",
    "log",
    "log_to_stderr",
    "serverpem",
    "setup_client",
    "webtest",
]

log: logging.Logger = logging.getLogger(__name__)

SERVER_VARIABLE: Final = "CHERRYPY_TEST_SERVER"
PORT_VARIABLE: Final = "CHERRYPY_TEST_PORT"
TLS_SETTINGS: Final = ("server.ssl_certificate", "server.ssl_private_key")

#: What the page about garbage says when there is none.
NO_LEAKS: Final = "No leaks found."

#: Stands for a traceback in an error page.
MARK: Final = "0traceback0"


def log_to_stderr(msg: str, level: int) -> None:  # noqa: ARG001 - what the engine's channel gives
    """Write a message of the engine's channel ``log`` to the standard error stream."""
    sys.stderr.write(msg + os.linesep)


def get_wsgi_u_supervisor(**options: Any) -> Supervisor:
    """Return a supervisor of the usual server, which speaks WSGI u.0.

    Args:
        options: See `Supervisor`.
    """
    cherrypy.server.wsgi_version = ("u", 0)
    return LocalWSGISupervisor(**options)


def get_modwsgi_supervisor(**options: Any) -> Supervisor:
    """Return a supervisor of Apache's httpd with mod_wsgi: see `cherrypy.test.modwsgi`."""
    from cherrypy.test.modwsgi import ModWSGISupervisor  # noqa: PLC0415 - few need it

    return ModWSGISupervisor(**options)


def get_modfcgid_supervisor(**options: Any) -> Supervisor:
    """Return a supervisor of Apache's httpd with mod_fcgid: see `cherrypy.test.modfcgid`."""
    from cherrypy.test.modfcgid import ModFCGISupervisor  # noqa: PLC0415 - few need it

    return ModFCGISupervisor(**options)


def get_modfastcgi_supervisor(**options: Any) -> Supervisor:
    """Return a supervisor of Apache's httpd with mod_proxy_fcgi: see `cherrypy.test.modfastcgi`."""
    from cherrypy.test.modfastcgi import ModFCGISupervisor  # noqa: PLC0415 - few need it

    return ModFCGISupervisor(**options)


def get_cpmodpy_supervisor(**options: Any) -> Supervisor:
    """Return a supervisor of Apache's httpd with mod_python: see `_ModPythonSupervisor`."""
    return _ModPythonSupervisor(**options)


def get_modpygw_supervisor(**options: Any) -> Supervisor:
    """Return a supervisor of mod_python with a WSGI gateway: see `_ModPythonSupervisor`."""
    return _ModPythonSupervisor(**options)


class _ModPythonSupervisor(Supervisor):
    """Says what to do instead: there is no site under mod_python."""

    using_apache = True

    def start(self, modulename: str | None = None) -> NoReturn:
        """Say what to do instead.

        Raises:
            NotImplementedError: Always.
        """
        raise NotImplementedError(
            "Test cases do not start Apache's httpd with mod_python. Test with the server 'wsgi', "
            "'native', 'modwsgi', 'modfcgid' or 'modfastcgi', or start httpd yourself, with a "
            "class without setup_server whose HOST and PORT say where it listens."
        )

    def stop(self) -> None:
        """Do nothing: nothing was started."""


def setup_client() -> None:
    """Have the test cases ask the site's server, wherever it listens."""
    address = cherrypy.server.bound_addr
    if isinstance(address, tuple):
        webtest.WebCase.HOST, webtest.WebCase.PORT = address
    if cherrypy.server.ssl_certificate:
        CPWebCase.scheme = "https"


class CPWebCase(webtest.WebCase):
    """A test case with a site of its own: ``setup_server`` mounts it.

    Attributes:
        script_name: What the paths of `getPage` are below.
        scheme: ``https`` gives the server a certificate.
        available_servers: What makes a supervisor, by name.
        default_server: The name of the one to use, unless `CHERRYPY_TEST_SERVER` in the environment
            names another one.
        date_tolerance: The seconds that two dates may be apart.
        do_gc_test: Whether `test_gc` looks for requests that were never let go.
        gc_patience: Seconds that it waits for them to go.
        supervisor: Who controls the server.
    """

    script_name = ""
    scheme = "http"

    available_servers: ClassVar[dict[str, Callable[..., Supervisor]]] = {
        "wsgi": LocalWSGISupervisor,
        "wsgi_u": get_wsgi_u_supervisor,
        "native": NativeServerSupervisor,
        "cpmodpy": get_cpmodpy_supervisor,
        "modpygw": get_modpygw_supervisor,
        "modwsgi": get_modwsgi_supervisor,
        "modfcgid": get_modfcgid_supervisor,
        "modfastcgi": get_modfastcgi_supervisor,
    }
    default_server = "wsgi"
    date_tolerance = 2
    do_gc_test: bool = False
    gc_patience: float = 10

    setup_server: ClassVar[Any]
    supervisor: ClassVar[Supervisor | None] = None
    _state: ClassVar[SiteState | None] = None

    @classmethod
    def setUpClass(cls) -> None:
        """Begin as `setup_class` does, where the test runner is not pytest, which calls that."""
        if not _in_pytest():
            cls.setup_class()

    @classmethod
    def tearDownClass(cls) -> None:
        """End as `teardown_class` does."""
        if not _in_pytest():
            cls.teardown_class()

    @classmethod
    def setup_class(cls) -> None:
        """Mount what the class tests, and start the server."""
        host, port = cls._address()
        cls._state = SiteState(cherrypy._assembly)  # noqa: SLF001 - our own
        cls._state.clear()
        cherrypy.config.update(
            {
                "environment": "test_suite",
                "server.socket_host": host,
                "server.socket_port": port,
                "server.protocol_version": cls.PROTOCOL,
            }
        )
        cls.HTTP_CONN = HTTPConnection
        if cls.scheme == "https":
            cls.HTTP_CONN = HTTPSConnection
            cherrypy.config.update(dict.fromkeys(TLS_SETTINGS, serverpem))
        make = cls.available_servers[os.environ.get(SERVER_VARIABLE, cls.default_server)]
        cls.supervisor = make(scheme=cls.scheme, host=host, port=port, protocol=cls.PROTOCOL)
        try:
            cls._start()
        except BaseException:
            cls._put_back()
            raise

    @classmethod
    def teardown_class(cls) -> None:
        """Stop the server, and put back what the class changed."""
        try:
            if cls.supervisor is not None and hasattr(cls, "setup_server"):
                cls.supervisor.stop()
        finally:
            cls._put_back()

    @classmethod
    def _start(cls) -> None:
        if not hasattr(cls, "setup_server") or cls.supervisor is None:
            return
        cls.setup_server()
        if cls.do_gc_test:
            gctools: Any = import_module("cherrypy.lib.gctools")
            cherrypy.tree.mount(gctools.GCRoot(), "/gc")
        cls.supervisor.case = cls.__qualname__
        cls.supervisor.start(cls.__module__)
        if isinstance(cls.supervisor, LocalSupervisor) and not cls.supervisor.using_apache:
            address = cherrypy.server.bound_addr
            if isinstance(address, tuple):  # setup_server may have set another one
                cls.HOST, cls.PORT = address

    @classmethod
    def _put_back(cls) -> None:
        cls.supervisor = None
        if cls._state is not None:
            cls._state.restore()
            cls._state = None

    @classmethod
    def _address(cls) -> tuple[str, int]:
        """Return where to listen: as the class says, or else the environment, or a port of ours."""
        told = [
            each for each in cls.__mro__ if each is not webtest.WebCase and "PORT" in vars(each)
        ]
        if told:
            return cls.HOST, cls.PORT
        port = int(os.environ.get(PORT_VARIABLE) or own_port(cls.HOST))
        webtest.WebCase.PORT = port
        return cls.HOST, port

    def getPage(
        self,
        url: str | bytes,
        headers: Iterable[tuple[str, str]] | None = None,
        method: str = "GET",
        body: bytes | str | None = None,
        protocol: str | None = None,
        raise_subcls: Errors | None = None,
    ) -> Page:
        """Ask for a page below `script_name`; see `cherrypy_testing.WebCase.getPage`."""
        if self.script_name and isinstance(url, str):
            url = urljoin(self.script_name, url)
        return super().getPage(url, headers, method, body, protocol, raise_subcls)

    def prefix(self) -> str:
        """Return the path that the pages are below, without a slash at its end."""
        return self.script_name.rstrip("/")

    def base(self) -> str:
        """Return the url that the pages are below, without a slash at its end."""
        usual = {"http": 80, "https": 443}[self.scheme] == self.PORT
        return f"{self.scheme}://{self.HOST}{'' if usual else f':{self.PORT}'}{self.prefix()}"

    def exit(self) -> NoReturn:
        """End the test run."""
        sys.exit()

    def skip(self, msg: str = "skipped ") -> NoReturn:
        """End the test without a result.

        Args:
            msg: The reason.
        """
        raise unittest.SkipTest(msg)

    def assertErrorPage(
        self, status: int | str, message: str | None = None, pattern: str | None = ""
    ) -> None:
        """Fail if the body is not the built-in error page of a status.

        Args:
            status: A code, or a code with a reason.
            message: The message in it; ``None`` for the usual one of the status.
            pattern: A regular expression that is found in its traceback; ``""`` for any traceback
                or none, and ``None`` for none.
        """
        page = _cperror.get_error_page(status, message=message, traceback=MARK)
        expected = re.escape(page).replace(re.escape(MARK.encode()), b"(.*)")
        found = re.fullmatch(expected, self.body or b"", re.DOTALL)
        if found is None:
            self._handlewebError(f"Error page does not match; expected:\n{page!r}")
            return
        traceback = found[1]
        if pattern is None:
            if traceback:
                self._handlewebError(f"Error page contains a traceback:\n{traceback!r}")
        elif not re.search(pattern.encode(self.encoding), traceback):
            self._handlewebError(f"Error page does not contain {pattern!r} in its traceback")

    def assertEqualDates(
        self, dt1: dt.datetime, dt2: dt.datetime, seconds: float | None = None
    ) -> None:
        """Fail if two dates are further apart than `date_tolerance`, or so many seconds."""
        tolerance = self.date_tolerance if seconds is None else seconds
        if abs((dt1 - dt2).total_seconds()) > tolerance:
            raise self.failureException(f"{dt1} and {dt2} are more than {tolerance} s apart")

    def test_gc(self) -> None:
        """Fail if the server has kept requests or responses, where `do_gc_test` asks for that.

        Another thread may be about to let the last ones go: it has `gc_patience` for that.
        """
        if not self.do_gc_test:
            return
        until = time.monotonic() + self.gc_patience
        self.getPage("/gc/stats")
        while NO_LEAKS.encode() not in (self.body or b"") and time.monotonic() < until:
            self.getPage("/gc/stats")
        self.assertInBody(NO_LEAKS)


def _in_pytest() -> bool:
    """Return whether pytest runs the tests: it calls ``setup_class`` itself."""
    return "pytest" in sys.modules and "PYTEST_CURRENT_TEST" in os.environ
