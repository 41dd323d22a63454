"""Call a WSGI application as a server does, with the headers that a browser sends.

It runs under every subject's Python, so it imports the standard library alone.
"""

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Application: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

BROWSER = {
    "Host": "127.0.0.1:8080",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.7,de;q=0.3",
    "Accept-Encoding": "gzip, deflate, br",
    "Connection": "keep-alive",
    "Referer": "http://127.0.0.1:8080/",
    "Cookie": "theme=dark; visited=1",
    "Upgrade-Insecure-Requests": "1",
}


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for.

    Attributes:
        headers: They are sent beside those of a browser, or instead of the same ones.
        body: It is sent with its Content-Length; None if the method has none.
    """

    path: str
    query: str = ""
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        headers: By lower-case name; of several with one name the last.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


Expected: TypeAlias = bytes | Callable[[Answer], object]


def asking(
    application: Application, request: Request, expected: Expected, status: int = 200
) -> Callable[[], bytes]:
    """Return what makes one request, after having checked the answer once.

    Args:
        expected: What the body must be, or what is true of a right answer.

    Raises:
        AssertionError: The answer is another one.
    """
    answer = ask(application, request)
    right = answer.body == expected if isinstance(expected, bytes) else expected(answer)
    if answer.status != status or not right:
        told = f"{answer.status} {answer.body[:80]!r} {dict(answer.headers)}"
        raise AssertionError(f"{request.path} answers {told}, which is not expected")
    environ, body = _environ(request), request.body or b""

    def call() -> bytes:
        return _call(application, {**environ, "wsgi.input": io.BytesIO(body)}, _ignore)

    return call


def ask(application: Application, request: Request) -> Answer:
    """Make one request."""
    started: list[Any] = []

    def start_response(*arguments: Any) -> Callable[[bytes], object]:
        started[:] = arguments
        return print

    environ = {**_environ(request), "wsgi.input": io.BytesIO(request.body or b"")}
    body = _call(application, environ, start_response)
    headers = {name.lower(): value for name, value in started[1]}
    return Answer(int(started[0][:3]), headers, body)


def _call(
    application: Application, environ: dict[str, Any], start_response: Callable[..., Any]
) -> bytes:
    chunks = application(environ, start_response)
    body = b"".join(chunks)
    close = getattr(chunks, "close", None)
    if close is not None:
        close()
    return body


def _ignore(_status: str, _headers: Any, _exc_info: Any = None) -> Callable[[bytes], object]:
    return print


def _environ(request: Request) -> dict[str, Any]:
    headers = {**BROWSER, **request.headers}
    if request.body is not None:
        headers["Content-Length"] = str(len(request.body))
    return {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path,
        "QUERY_STRING": request.query,
        "REQUEST_URI": f"{request.path}?{request.query}" if request.query else request.path,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8080",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "ACTUAL_SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_SOFTWARE": "bench",
        "REMOTE_ADDR": "127.0.0.1",
        "REMOTE_PORT": "50000",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **{_key(name): value for name, value in headers.items()},
    }


def _key(header: str) -> str:
    key = header.upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
