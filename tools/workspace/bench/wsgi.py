"""Call a WSGI application as a server does, with the headers that a browser sends.

It runs under every subject's Python, so it imports the standard library alone.
"""

import io
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

Application: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_HEADERS = {
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


def getting(
    application: Application, path: str, expected: bytes, query: str = ""
) -> Callable[[], bytes]:
    """Return what makes one GET request, after having checked the answer once.

    Args:
        expected: What the body must be.

    Raises:
        AssertionError: The answer is another one.
    """
    environ = _environ(path, query)
    status: list[str] = []

    def start_response(line: str, _headers: Any, _exc_info: Any = None) -> Callable[..., None]:
        status[:] = [line]
        return print

    def request() -> bytes:
        chunks = application({**environ, "wsgi.input": io.BytesIO()}, start_response)
        body = b"".join(chunks)
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
        return body

    answer = request()
    if status != ["200 OK"] or answer != expected:
        raise AssertionError(f"{path} answers {status} {answer[:80]!r}, not {expected!r}")
    return request


def _environ(path: str, query: str) -> dict[str, Any]:
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in _HEADERS.items()}
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REQUEST_URI": f"{path}?{query}" if query else path,
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
        **headers,
    }
