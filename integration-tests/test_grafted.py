"""An application of another framework, grafted into a site that our server serves."""

from __future__ import annotations

import hashlib
import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, redirect, request, send_file, session

import cherrypy
from cherrypy.assembly import Assembly

sys.path.insert(0, str(Path(__file__).parent))

from deployed import Answer, ask

Ask = Callable[..., Answer]

CONTENT = bytes(range(256)) * 2048


class Root:
    @cherrypy.expose
    def index(self) -> str:
        return "ours"


def flask_application() -> Flask:
    app = Flask(__name__)
    app.secret_key = "a test has no secrets"

    @app.route("/")
    def index() -> str:
        return "Hello World!"

    @app.route("/greet/<name>", methods=["GET", "POST"])
    def greet(name: str) -> str:
        return f"{request.script_root} {name} {request.values['times']}"

    @app.route("/upload", methods=["POST"])
    def upload() -> str:
        sent = request.files["file"]
        return f"{sent.filename} {hashlib.sha256(sent.read()).hexdigest()}"

    @app.route("/stream")
    def stream() -> Response:
        return Response(f"line {number}\n" for number in range(5000))

    @app.route("/leave")
    def leave() -> Any:
        return redirect("/flask/")

    @app.route("/visit")
    def visit() -> str:
        session["count"] = session.get("count", 0) + 1
        return str(session["count"])

    @app.route("/fail")
    def fail() -> str:
        raise ValueError("a secret")

    @app.route("/file")
    def file() -> Any:
        return send_file(io.BytesIO(b"0123456789" * 10), "text/plain", conditional=True)

    return app


def plain(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """A WSGI application without any framework."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['SCRIPT_NAME']} {environ['PATH_INFO']} ".encode(), body]


@pytest.fixture(scope="module")
def at() -> Iterator[Ask]:
    site = Assembly("grafted")
    site.log.screen = False
    site.server.unsubscribe()
    site.server.socket_port = 0
    site.tree.mount(Root())
    site.tree.graft(flask_application(), "/flask")
    site.tree.graft(plain, "/plain")
    site.server.start()
    assert isinstance(site.server.bound_addr, tuple)
    port = site.server.bound_addr[1]
    yield lambda path, *args, **options: ask(port, path, *args, **options)
    site.server.stop()
    site.engine.exit()


def test_each_path_has_its_application(at: Ask) -> None:
    assert at("/").body == b"ours"
    assert at("/flask/").body == b"Hello World!"
    assert at("/flask/", method="HEAD").body == b""
    assert at("/plain/a/b", b"a body", method="PUT").body == b"/plain /a/b a body"


def test_path_query_and_form_arrive(at: Ask) -> None:
    assert at("/flask/greet/J%C3%BCrgen?times=2").body.decode() == "/flask Jürgen 2"
    fields = {"Content-Type": "application/x-www-form-urlencoded"}
    assert at("/flask/greet/you", b"times=%C3%A9", fields).body.decode() == "/flask you é"


def test_a_file_is_uploaded(at: Ask) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
    fields = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = at("/flask/upload", head + CONTENT + b"\r\n--x--\r\n", fields)
    assert answer.body.decode() == f"a.bin {hashlib.sha256(CONTENT).hexdigest()}"


def test_a_stream_and_a_range_are_sent(at: Ask) -> None:
    lines = at("/flask/stream").body.decode().splitlines()
    assert lines == [f"line {number}" for number in range(5000)]
    part = at("/flask/file", headers={"Range": "bytes=5-9"})
    assert (part.status, part.body) == (206, b"56789")


def test_a_redirection_and_a_session_come_back(at: Ask) -> None:
    answer = at("/flask/leave")
    assert (answer.status, answer.headers["Location"]) == (302, "/flask/")
    first = at("/flask/visit")
    cookie = first.headers["Set-Cookie"].partition(";")[0]
    assert (first.body, at("/flask/visit", headers={"Cookie": cookie}).body) == (b"1", b"2")


def test_its_errors_are_its_own(at: Ask) -> None:
    assert at("/flask/nowhere").status == 404
    answer = at("/flask/fail")
    assert (answer.status, b"a secret" in answer.body) == (500, False)
    assert at("/flask/").status == 200
