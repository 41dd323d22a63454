"""Whatever raises, and wherever: one response or a connection that ends, and a clean next request.

Each example breaks some places of a request at random. What is broken is told by a `Trouble`, which
the hooks, pages, bodies and logs of one application ask; so all examples share its plans.
"""

from __future__ import annotations

import io
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, cast
from wsgiref.validate import validator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cherrypy_dispatch import expose
from cherrypy_httputil import HTTPError, HTTPRedirect, InternalRedirect
from cherrypy_serving import UnboundError, serving
from cherrypy_web import (
    HOOK_POINTS,
    Application,
    Entity,
    Hook,
    Part,
    Request,
    process_multipart_form_data,
)

Deed = Callable[[], object]

FORM_TYPE = "multipart/form-data; boundary=x"
FORM = (
    b"".join(
        b'--x\r\nContent-Disposition: form-data; name="%d"%s\r\n\r\n%s\r\n' % each
        for each in [
            (1, b"", b"text"),
            (2, b'; filename="f"', b"f"),
            (3, b'; filename="g"', b"g" * 9999),
        ]
    )
    + b"--x--\r\n"
)


def fail() -> None:
    raise RuntimeError("<failed>")


def refuse() -> None:
    raise HTTPError(403, "<refused>")


def break_down() -> None:
    raise HTTPError("503 Too <busy>")


def leave() -> None:
    raise HTTPRedirect("/else?where=<here>&there")


def not_modified() -> None:
    raise HTTPRedirect("", 304)


def turn() -> None:
    raise InternalRedirect("/clean")


def turn_away() -> None:
    raise InternalRedirect("/nowhere", "a=%zz")


def circle() -> None:
    raise InternalRedirect("/")


def hang_up() -> None:
    raise ConnectionResetError


def say_strange_status() -> None:
    serving.response.status = "999 What"


def break_status_line() -> None:
    serving.response.status = "200 OK\r\nX-Injected: 1"


def break_header() -> None:
    serving.response.headers["X-Bad"] = "a\r\nX-Injected: 1"


def smuggle_header() -> None:
    dict.__setitem__(serving.response.headers, "X-Bad", "a\r\nX-Injected: 1")


def put_odd_header() -> None:
    serving.response.headers["X-Odd"] = cast("Any", object)


def send_cookie() -> None:
    serving.response.cookie["a"] = "b\r\nX-Injected: 1"
    serving.response.cookie["a"]["path"] = "/\r\nX-Injected: 1"


def say_no_content() -> None:
    serving.response.status = 204


def answer_number() -> None:
    Watched.trouble.opened.clear()  # who replaces a body has the old one to close
    serving.response.body = 5


def stream() -> None:
    serving.response.stream = True


def time_out() -> None:
    serving.response.timed_out = True


def ask_cookie() -> None:
    _ = serving.request.cookie


def attach_late() -> None:
    serving.request.hooks.attach("on_end_resource", fail, failsafe=True)


RAISING = (
    fail,
    hang_up,
    refuse,
    break_down,
    leave,
    not_modified,
    turn,
    turn_away,
    circle,
    ask_cookie,
)
SPOILING_STATUS = (say_strange_status, break_status_line, say_no_content)
SPOILING_HEADERS = (break_header, smuggle_header, put_odd_header, send_cookie)
OTHERS = (answer_number, stream, time_out, attach_late)
DEEDS: tuple[Deed, ...] = RAISING + SPOILING_STATUS + SPOILING_HEADERS + OTHERS

PLACES = (
    *HOOK_POINTS,
    *(f"failsafe {point}" for point in HOOK_POINTS),
    "dispatch",
    "namespace",
    "rfile",
    "processor",
    "handler",
    "chunk 0",
    "chunk 1",
    "close body",
    "error_response",
    "error_page",
    "access log",
    "error log",
    "before_request",
    "after_request",
)


class Tracked:
    """A body of two pieces that knows whether it was closed."""

    def __init__(self, trouble: Trouble) -> None:
        self._trouble = trouble
        self._pieces = iter(("chunk 0", "chunk 1"))
        self.closed = 0
        trouble.opened.append(self)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = next(self._pieces)
        self._trouble.at(piece)
        return piece.encode()

    def close(self) -> None:
        self.closed += 1
        self._trouble.at("close body")


def make_file(trouble: Trouble) -> object:
    file = io.BytesIO(b"0123456789" * 20_000)
    trouble.opened.append(file)
    return file


def make_text(trouble: Trouble) -> Iterator[object]:
    trouble.at("chunk 0")
    yield b"bytes"
    yield "text"


BODIES: dict[str, Callable[[Trouble], object]] = {
    "bytes": lambda _: b"Hello",
    "text": lambda _: "Hello",
    "nothing": lambda _: None,
    "list": lambda _: [b"Hello", b"", b"world"],
    "list of texts": lambda _: ["Hello"],
    "number": lambda _: 7,
    "tracked": Tracked,
    "file": make_file,
    "generator": make_text,
}


@dataclass
class Trouble:
    """What goes wrong in one request, and what was seen of it."""

    deeds: dict[str, Deed] = field(default_factory=dict)
    body: str = "bytes"
    streams: bool = False
    content_length: bool = False
    opened: list[Any] = field(default_factory=list)
    requests: list[Watched] = field(default_factory=list)
    began: list[Request] = field(default_factory=list)
    ended: list[Request] = field(default_factory=list)
    reached: Counter[tuple[int, str]] = field(default_factory=Counter)

    def at(self, place: str) -> None:
        if place in self.deeds:
            self.deeds[place]()


class Watched(Request):
    trouble: ClassVar[Trouble] = Trouble()
    namespaces = Request.namespaces.copy()

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.trouble.requests.append(self)

    def get_resource(self, path: str) -> None:
        self.trouble.at("dispatch")
        super().get_resource(path)


Watched.namespaces["watched"] = lambda _key, _value: Watched.trouble.at("namespace")


class Upload(Part):
    def make_file(self) -> Any:
        file = super().make_file()
        Watched.trouble.opened.append(file)
        return file


class Input(io.BytesIO):
    """The body of a request, on a connection that may break."""

    def read(self, size: int | None = -1) -> bytes:
        content = super().read(size)
        Watched.trouble.at("rfile")
        return content


def process_form(entity: Entity) -> None:
    process_multipart_form_data(entity)
    Watched.trouble.at("processor")


def at(place: str) -> Callable[[], None]:
    return lambda: Watched.trouble.at(place)


def begin() -> None:
    Watched.trouble.began.append(serving.request)


def end() -> None:
    Watched.trouble.ended.append(serving.request)


def count(point: str) -> Callable[[], None]:
    return lambda: Watched.trouble.reached.update([(id(serving.request), point)])


def answer_error() -> None:
    Watched.trouble.at("error_response")
    HTTPError(500).set_response()


def make_page(**_fields: str) -> str:
    Watched.trouble.at("error_page")
    return "sorry"


class Broken(logging.Handler):
    """A log that may raise, which `logging` itself does not prevent."""

    def __init__(self, place: str) -> None:
        super().__init__()
        self._place = place

    def emit(self, record: logging.LogRecord) -> None:
        Watched.trouble.at(self._place)


class Site:
    @expose
    def index(self, **_: object) -> object:
        trouble = Watched.trouble
        if trouble.streams:
            serving.response.stream = True
        if trouble.content_length:
            serving.response.headers["Content-Length"] = "14"
        serving.response.body = BODIES[trouble.body](trouble)
        trouble.at("handler")
        return serving.response.body

    @expose
    def clean(self) -> bytes:
        return b"clean"


CONFIG: dict[str, Any] = {
    "request.error_response": answer_error,
    "error_page.503": make_page,
    "request.body.part_class": Upload,
    "request.body.processors": {"multipart/form-data": process_form},
    "hooks.on_start_resource.first": Hook(begin, failsafe=True, priority=0),
    "hooks.on_end_request.first": Hook(end, failsafe=True, priority=0),
}
for _point in HOOK_POINTS:
    CONFIG[f"hooks.{_point}.plain"] = at(_point)
    CONFIG[f"hooks.{_point}.failsafe"] = Hook(at(f"failsafe {_point}"), failsafe=True)
    CONFIG[f"hooks.{_point}.last"] = Hook(count(_point), failsafe=True, priority=99)


class App(Application):
    request_class = Watched
    before_request: ClassVar = (at("before_request"),)
    after_request: ClassVar = (at("after_request"),)


@pytest.fixture(scope="module")
def apps() -> dict[bool, App]:
    """Two applications: the second is given no shortcut, by a namespace of its own."""
    return {False: make_app(CONFIG), True: make_app({**CONFIG, "watched.it": True})}


def make_app(config: dict[str, Any]) -> App:
    app = App(Site(), config={"/": config})
    for logger, place in ((app.log.access_log, "access log"), (app.log.error_log, "error log")):
        logger.addHandler(Broken(place))
        logger.propagate = False
    return app


@dataclass
class Seen:
    """What a server saw of one answer."""

    starts: list[tuple[str, list[tuple[str, str]], Any]] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)
    error: Exception | None = None


def serve(app: Any, env: dict[str, Any], reads: int | None = None) -> Seen:
    """Call an application as a server does; the client goes away after some chunks."""
    seen = Seen()

    def start_response(status: str, fields: Any, exc_info: Any = None) -> Callable[..., None]:
        seen.starts.append((status, list(fields), exc_info))
        return lambda data: None

    iterable = validator(app)(env, start_response)
    try:
        iterator = iter(iterable)
        while reads is None or len(seen.chunks) < reads:
            try:
                seen.chunks.append(next(iterator))
            except StopIteration:
                break
            except Exception as error:  # noqa: BLE001 - it stands for the end of the connection
                seen.error = error
                break
    finally:
        cast("Any", iterable).close()
    return seen


def check(trouble: Trouble, seen: Seen, *, is_whole: bool) -> None:
    assert seen.starts
    assert all(exc_info for _, _, exc_info in seen.starts[1:])
    status, fields, _ = seen.starts[-1]
    assert 200 <= int(status[:3]) <= 599
    assert not any("\n" in part or "\r" in part for pair in [*fields, (status,)] for part in pair)
    assert "X-Injected" not in dict(fields)
    if is_whole and "Content-Length" in dict(fields) and not trouble.content_length:
        assert sum(map(len, seen.chunks)) == int(dict(fields)["Content-Length"])
    assert all(request.closed for request in trouble.requests)
    ended = Counter(map(id, trouble.ended))
    assert all(ended[id(request)] == 1 for request in trouble.began)
    assert set(trouble.reached.values()) <= {1, 2}  # before_finalize runs again after an HTTPError
    for request in trouble.began:
        assert trouble.reached[id(request), "on_end_resource"] == 1
        assert trouble.reached[id(request), "on_end_request"] == 1
    for body in trouble.opened:
        assert body.closed
    with pytest.raises(UnboundError):
        _ = serving.request


def check_clean(app: App, make_environ: Callable[..., dict[str, Any]]) -> None:
    Watched.trouble = Trouble()
    seen = serve(app, make_environ("/clean", "GET", "", b"", {}))
    ((status, fields, _),) = seen.starts
    assert (status, b"".join(seen.chunks), seen.error) == ("200 OK", b"clean", None)
    assert {name for name, _ in fields} == {"Content-Type", "Server", "Date", "Content-Length"}


troubles = st.builds(
    Trouble,
    deeds=st.dictionaries(st.sampled_from(PLACES), st.sampled_from(DEEDS), max_size=4),
    body=st.sampled_from(sorted(BODIES)),
    streams=st.booleans(),
    content_length=st.booleans(),
)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    troubles,
    st.sampled_from([None, 0, 1]),
    st.sampled_from(["GET", "HEAD", "POST"]),
    st.sampled_from(["HTTP/1.1", "HTTP/1.0"]),
    st.booleans(),
)
@example(Trouble({"before_finalize": fail}, "file"), None, "GET", "HTTP/1.1", False)
@example(Trouble({"before_finalize": leave}, "tracked"), None, "GET", "HTTP/1.1", False)
@example(Trouble({}, "file", streams=True), 0, "GET", "HTTP/1.1", False)
@example(Trouble({}, "file"), None, "HEAD", "HTTP/1.1", False)
@example(Trouble({"chunk 1": fail}, "tracked", streams=True), None, "GET", "HTTP/1.1", False)
@example(Trouble({"chunk 1": turn}, "tracked", content_length=True), None, "GET", "HTTP/1.1", False)
@example(Trouble({"handler": fail, "error_response": fail}, "file"), None, "GET", "HTTP/1.1", False)
@example(Trouble({"handler": fail, "error log": fail}), None, "GET", "HTTP/1.1", False)
@example(Trouble({"access log": fail, "error log": fail}), None, "GET", "HTTP/1.1", False)
@example(Trouble({"before_request": fail}), None, "GET", "HTTP/1.1", False)
@example(Trouble({"after_request": fail}), None, "GET", "HTTP/1.1", False)
@example(Trouble({"before_finalize": smuggle_header}), None, "GET", "HTTP/1.1", False)
@example(Trouble({"namespace": fail}), None, "GET", "HTTP/1.1", True)
@example(Trouble({"dispatch": refuse}), None, "GET", "HTTP/1.1", False)
@example(Trouble({"rfile": hang_up}), None, "POST", "HTTP/1.1", False)
@example(Trouble({"rfile": turn}), None, "POST", "HTTP/1.1", False)
@example(Trouble({"processor": fail}), None, "POST", "HTTP/1.1", False)
@example(Trouble({"on_end_request": fail}), None, "POST", "HTTP/1.1", False)
def test_any_trouble_ends_in_one_answer_and_a_clean_thread(
    apps: dict[bool, App],
    make_environ: Callable[..., dict[str, Any]],
    trouble: Trouble,
    reads: int | None,
    method: str,
    protocol: str,
    watches: bool,
) -> None:
    Watched.trouble = trouble
    app = apps[watches]
    env = make_environ("/", method, "", b"", {}) | {"SERVER_PROTOCOL": protocol}
    if method == "POST":
        env |= {
            "wsgi.input": Input(FORM),
            "CONTENT_LENGTH": str(len(FORM)),
            "CONTENT_TYPE": FORM_TYPE,
        }
    seen = serve(app, env, reads)
    is_whole = reads is None and seen.error is None and method != "HEAD"
    check(trouble, seen, is_whole=is_whole)
    check_clean(app, make_environ)
