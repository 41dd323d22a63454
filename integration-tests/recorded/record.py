"""Ask an application a list of requests, and write down what it answers.

    python record.py INTERPRETER FILE

runs the application beside this file with an interpreter that has published CherryPy, and writes
the recording. Nothing but the standard library is used.
"""

from __future__ import annotations

import gzip
import json
import re
import socket
import subprocess
import sys
from base64 import b64encode
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

APPLICATION = Path(__file__).with_name("application.py")
PATIENCE = 30
ERRORS = 400

BASIC = "Basic " + b64encode(b"bird:nest").decode()
WRONG = "Basic " + b64encode(b"bird:wrong").decode()
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
UPLOAD = (
    b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\nfine\r\n'
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n'
    b"Content-Type: text/plain\r\n\r\ncontent\r\n--x--\r\n"
)

#: Method, target, header fields, body; `$cookie` stands for the session that was begun before.
REQUESTS: list[tuple[str, str, dict[str, str], bytes | None]] = [
    *(("GET", path, {}, None) for path in (
        "/", "/greet", "/greet/you", "/greet/you/and/me?x=1&y=2", "/named", "/alias", "/other_name",
        "/what/ever?a=1", "/nothing", "/two?first=1&second=2", "/two", "/two?first=1",
        "/two?first=1&second=2&third=3", "/loud", "/limited?a=1", "/limited?a=1&b=2", "/go",
        "/go?how=internal", "/go?how=gone", "/go?how=moved", "/broken", "/urls",
        "/stream", "/latin", "/cookies", "/tagged", "/fresh", "/modified", "/accepted",
        "/only_post", "/headed", "/download", "/cached", "/cached", "/proxied", "/friends",
        "/api", "/api/", "/api/2", "/api/9", "/api/x", "/shelf", "/shelf/", "/shelf/austen/",
        "/shelf/austen/1815/", "/shelf/austen/1815/newest", "/machine/", "/machine/number/7/",
        "/static/plain.txt", "/static/style.css", "/static/", "/static/missing.txt", "/one.txt",
        "/members/", "/members/secret", "/branch/", "/branch/greet/x", "/branch/nothing",
        "/branch", "/grafted/deep/er", "/shelf?x=1", "/greet/%C3%A4?b=%C3%B6", "/greet/a%2Fb",
    )),
    ("HEAD", "/", {}, None),
    ("HEAD", "/static/plain.txt", {}, None),
    ("POST", "/two", FORM, b"first=a&second=b"),
    ("POST", "/two?first=query", FORM, b"second=body"),
    ("POST", "/greet", FORM, b"name=%C3%A4&list=1&list=2"),
    ("POST", "/only_post", FORM, b"a=1"),
    ("POST", "/raw", {"Content-Type": "text/plain"}, b"anything"),
    ("POST", "/upload", {"Content-Type": "multipart/form-data; boundary=x"}, UPLOAD),
    ("POST", "/api/1", JSON, b"{}"),
    ("PUT", "/api/5", JSON, b'{"title": "Emma", "pages": [1, 2]}'),
    ("PUT", "/api/5", JSON, b"{nonsense"),
    ("PUT", "/api/5", {"Content-Type": "text/plain"}, b"text"),
    ("DELETE", "/api/5", {}, None),
    ("OPTIONS", "/api/", {}, None),
    ("GET", "/long", {"Accept-Encoding": "gzip"}, None),
    ("GET", "/long", {}, None),
    ("GET", "/accepted", {"Accept": "text/plain"}, None),
    ("GET", "/accepted", {"Accept": "image/png"}, None),
    ("GET", "/static/plain.txt", {"Range": "bytes=2-4"}, None),
    ("GET", "/static/plain.txt", {"Range": "bytes=-3"}, None),
    ("GET", "/static/plain.txt", {"Range": "bytes=100-"}, None),
    ("GET", "/static/plain.txt", {"If-Modified-Since": "Sun, 09 Sep 2001 01:46:40 GMT"}, None),
    ("GET", "/modified", {"If-Modified-Since": "Sun, 09 Sep 2001 01:46:40 GMT"}, None),
    ("GET", "/modified", {"If-Unmodified-Since": "Sat, 08 Sep 2001 01:46:40 GMT"}, None),
    ("GET", "/tagged", {"If-None-Match": "*"}, None),
    ("GET", "/tagged", {"If-Match": '"other"'}, None),
    ("GET", "/cookies?set=2", {"Cookie": "a=1; b=2"}, None),
    ("GET", "/friends", {"Referer": "http://friend.example/page"}, None),
    ("GET", "/friends", {"Referer": "http://other.example/page"}, None),
    ("GET", "/members/", {"Authorization": BASIC}, None),
    ("GET", "/members/", {"Authorization": WRONG}, None),
    ("GET", "/pages/visits", {}, None),
    ("GET", "/pages/visits", {"Cookie": "$cookie"}, None),
    ("GET", "/pages/visits", {"Cookie": "$cookie"}, None),
    ("GET", "/pages/leave", {"Cookie": "$cookie"}, None),
    ("GET", "/pages/peek", {"Cookie": "$cookie"}, None),
    ("GET", "/pages/peek", {"Cookie": "session_id=" + "0" * 40}, None),
]  # fmt: skip

#: What differs from one run to the next, and what stands for it.
VARIABLE = [
    (re.compile(r"127\.0\.0\.1:[0-9]+"), "HOST"),
    (re.compile(r"session_id=[0-9a-f]+"), "session_id=ID"),
    (re.compile(r'nonce="[^"]+"'), 'nonce="NONCE"'),
    (re.compile(r"\w{3}, \d\d \w{3} 20(?!01)\d\d \d\d:\d\d:\d\d GMT"), "NOW"),
]


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(python: str) -> Iterator[int]:
    """Run the application with an interpreter, and yield its port."""
    port = free_port()
    with subprocess.Popen(
        [python, str(APPLICATION), str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            assert process.stdout.readline() == "ready\n"
            yield port
        finally:
            process.stdin.close()
            process.wait(PATIENCE)


def ask_all(port: int) -> list[dict[str, Any]]:
    """Return what the application answers to each request."""
    answers = []
    session = ""
    for method, target, given, body in REQUESTS:
        fields = {name: value.replace("$cookie", session) for name, value in given.items()}
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request(method, target, body, fields)
            response = connection.getresponse()
            content = _content(response)
            headers = sorted((name.title(), value) for name, value in response.getheaders())
        finally:
            connection.close()
        found = re.search(r"session_id=[0-9a-f]+", str(headers))
        if found and not session:
            session = found[0]
        answers.append(
            {
                "request": f"{method} {target} {given or ''}".strip(),
                "status": response.status,
                "reason": response.reason,
                "headers": [[name, _settled(value)] for name, value in headers],
                "body": _settled(content.decode("latin-1")),
            }
        )
    return answers


def _content(response: HTTPResponse) -> bytes:
    """Return the body of a page of the application: those of built-in error pages are not ours."""
    content = response.read()
    if response.getheader("Content-Encoding") == "gzip" and content:
        return gzip.decompress(content)
    is_own = response.status < ERRORS or content.startswith(b"own page")
    return content.rstrip() if is_own else b"(built-in page)"


def _settled(text: str) -> str:
    for pattern, stand_in in VARIABLE:
        text = pattern.sub(stand_in, text)
    return text


if __name__ == "__main__":
    with running(sys.argv[1]) as application:
        recorded = ask_all(application)
    text = json.dumps(recorded, indent=1, ensure_ascii=True)
    Path(sys.argv[2]).write_text(text + "\n", encoding="utf-8")
