"""Requests leave nothing behind: no object of any type grows in number.

``MEMORY_REQUESTS=100000 pytest tests/test_memory.py`` makes as many requests as it says.
"""

from __future__ import annotations

import gc
import io
import os
from collections import Counter
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any, ClassVar

from cherrypy_dispatch import expose
from cherrypy_httputil import HTTPError, HTTPRedirect, InternalRedirect
from cherrypy_serving import serving
from cherrypy_web import Application, Toolbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REQUESTS = int(os.environ.get("MEMORY_REQUESTS", "3000"))
UPLOAD = (
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\ncontent\r\n--x--\r\n'
)
LARGE_UPLOAD = UPLOAD.replace(b"content", b"content" * 1_000)

box = Toolbox("tools")


@box.register("before_finalize")
def sign(name: str = "") -> None:
    serving.response.headers["X-Name"] = name


class Site:
    @expose
    def index(self, **params: object) -> bytes:
        return repr(params).encode()

    @expose
    @box.sign(name="a")
    def positional(self, *segments: str) -> bytes:
        return "/".join(segments).encode()

    @expose
    def fail(self) -> None:
        raise RuntimeError("broken")

    @expose
    def refuse(self) -> None:
        raise HTTPError(403)

    @expose
    def leave(self) -> None:
        raise HTTPRedirect("/")

    @expose
    def turn(self) -> None:
        raise InternalRedirect("/")

    @expose
    def attach(self) -> bytes:
        serving.request.hooks.attach("on_end_request", lambda: None)
        serving.response.cookie["a"] = repr(dict(serving.request.cookie))
        return repr(serving.request.headers).encode()

    @expose
    def stream(self) -> Iterator[bytes]:
        serving.response.stream = True
        yield b"a"
        yield b"b"

    @expose
    def file(self) -> object:
        return io.BytesIO(b"content")

    @expose
    def cut(self) -> Iterator[bytes]:
        serving.response.stream = True
        yield b"a"
        raise RuntimeError("in a stream")

    @expose
    def stumble(self) -> Iterator[bytes]:
        serving.response.stream = True
        yield b""
        raise RuntimeError("before a stream")

    @expose
    def read(self) -> bytes:
        text: str = serving.request.body.decode_entity(serving.request.body.read())
        return text.encode()


class App(Application):
    toolboxes: ClassVar = {"tools": box}


#: Path, method, body and header fields of one request each. ``{}`` stands for a number.
KINDS: list[tuple[str, str, bytes, dict[str, str]]] = [
    ("/", "GET", b"", {}),
    ("/?a={}&b={}", "GET", b"", {"X-{}": "{}"}),
    ("/positional/{}/b", "GET", b"", {}),
    ("/", "POST", b"a=1&b=2", {}),
    ("/", "POST", UPLOAD, {"Content-Type": "multipart/form-data; boundary=x"}),
    ("/", "POST", LARGE_UPLOAD, {"Content-Type": "multipart/form-data; boundary=x"}),
    ("/", "POST", UPLOAD[:-9], {"Content-Type": "multipart/form-data; boundary=x"}),
    ("/", "POST", b"a=%ff&b={}", {}),
    ("/", "POST", b"a=1", {"Content-Length": "", "Transfer-Encoding": "chunked"}),
    ("/read", "PUT", b"text", {"Content-Type": "text/plain; charset=x-{}"}),
    ("/missing/{}", "GET", b"", {"Accept": "text/plain;q=0.{}"}),
    ("/fail", "GET", b"", {}),
    ("/refuse", "GET", b"", {"Accept": "application/json, x/{}"}),
    ("/leave", "GET", b"", {}),
    ("/turn", "GET", b"", {}),
    ("/attach", "GET", b"", {"Cookie": "a={}"}),
    ("/stream", "GET", b"", {}),
    ("/stream", "HEAD", b"", {}),
    ("/file", "GET", b"", {}),
    ("/cut", "GET", b"", {}),
    ("/stumble", "GET", b"", {}),
    ("/?a=%zz", "GET", b"", {"Host": "host{}"}),
]


def ask(app: App, environ: dict[str, Any], reads: int) -> None:
    answer: Any = app(environ, lambda *_: None)
    try:
        for _ in islice(answer, reads):
            pass
    except RuntimeError:
        pass
    finally:
        answer.close()


def make_requests(app: App, make_environ: Callable[..., dict[str, Any]], count: int) -> None:
    for number, (target, method, body, headers) in enumerate(islice(cycle(KINDS), count)):
        path, _, query = target.replace("{}", str(number)).partition("?")
        fields = {k.format(number): v.format(number) for k, v in headers.items()}
        ask(app, make_environ(path, method, query, body, fields), reads=number % 4)


def census() -> Counter[str]:
    gc.collect()
    return Counter(f"{type(each).__module__}.{type(each).__name__}" for each in gc.get_objects())


def silent_app() -> App:
    """Return an application whose logs nobody takes: pytest keeps what it captures.

    It captures what does not propagate, too, if it was there when the test began.
    """
    app = App(Site())
    for log in (app.log.access_log, app.log.error_log):
        log.propagate = False
    return app


def test_no_type_of_object_grows_in_number(make_environ: Callable[..., dict[str, Any]]) -> None:
    app = silent_app()
    # Caches are bounded, but they fill: the names, hosts and plans that are new each time among
    # the requests have done so after these. So do those of the counting itself.
    make_requests(app, make_environ, 6000)
    census()
    # What leaks does so each time. What is made once, by a thread of an earlier test or when a
    # cache is filled for the first time, does not.
    first, second = (growth(app, make_environ) for _ in range(2))
    assert {kind: count for kind, count in first.items() if min(count, second[kind]) > 20} == {}


def growth(app: App, make_environ: Callable[..., dict[str, Any]]) -> Counter[str]:
    """Return how many objects of each type some requests have left behind."""
    before = census()
    make_requests(app, make_environ, REQUESTS)
    return Counter({kind: count - before[kind] for kind, count in census().items()})
