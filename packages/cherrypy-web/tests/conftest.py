"""What the tests share: a WSGI call that checks the protocol, and logs that nobody sees."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from wsgiref.validate import validator

import pytest

from cherrypy_web import Application, Toolbox

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Answer:
    status: str
    fields: list[tuple[str, str]]
    body: bytes

    @property
    def code(self) -> int:
        return int(self.status[:3])

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def headers(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.fields}


def environ(
    path: str, method: str, query: str, body: bytes, headers: dict[str, str]
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path.encode("utf-8").decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "192.0.2.1",
        "REMOTE_PORT": "4711",
        "HTTP_HOST": "example.com",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if body:
        found["CONTENT_LENGTH"] = str(len(body))
        found["CONTENT_TYPE"] = "application/x-www-form-urlencoded"
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        found[key if key.startswith("CONTENT_") else f"HTTP_{key}"] = value
    return found


def wsgi_call(
    app: Callable[..., Any],
    path: str = "/",
    *,
    method: str = "GET",
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    extra: dict[str, Any] | None = None,
    checks: bool = True,
) -> Answer:
    path, _, query = path.partition("?")
    env = environ(path, method, query, body, headers or {}) | (extra or {})
    told: list[Any] = []

    def start_response(
        status: str, fields: list[Any], exc_info: object = None
    ) -> Callable[..., None]:
        told[:] = [status, list(fields)]
        return lambda data: None

    iterable: Any = (validator(app) if checks else app)(env, start_response)
    try:
        content = b"".join(iterable)
    finally:
        iterable.close()
    return Answer(told[0], told[1], content)


@pytest.fixture(scope="session")
def make_environ() -> Callable[..., dict[str, Any]]:
    """Make a WSGI environ of path, method, query string, body and header fields."""
    return environ


@pytest.fixture
def call() -> Callable[..., Answer]:
    """Make one WSGI call, under the eyes of wsgiref's validator."""
    return wsgi_call


@pytest.fixture
def toolbox() -> Toolbox:
    """A toolbox of its own for each test."""
    return Toolbox("tools")


@pytest.fixture
def mount(toolbox: Toolbox) -> Callable[..., Application]:
    """Make an application whose toolbox is this test's, and whose logs are silent."""

    class TestApplication(Application):
        toolboxes: ClassVar = {"tools": toolbox}

    def make(root: object, config: Any = None, script_name: str = "") -> Application:
        return TestApplication(root, script_name, config)

    return make
