"""Requests of random pieces: whatever a client sends, the answer is never the server's fault."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from cherrypy_dispatch import expose
from cherrypy_serving import serving
from cherrypy_web import Part, url

PIECES = (
    *'a=&;%+"\\\0{}(),:@ \t*/?#\x7fé\xff',
    *("%41", "%c3%a9", "%ff", "%zz", "\r\n", "\n", "--", "--X", "--X--", "..", "//", "[::1]"),
    *("0", "1", "-1", "9" * 30, "1.5", "q=", "utf-8", "utf-7", "idna", "UTF-16", "chunked", "gzip"),
    *("identity", "100-continue", "$Path", "=?utf-8?b?xx?=", "=?utf-8?q?=ff?=", "bytes=0-"),
    *("; boundary=X", "; charset=", "; filename*=utf-8''%c3%a9", "; filename*0*=utf-8'en'a"),
    *("multipart/form-data", "multipart/mixed", "text/plain", "application/json", "text/html"),
    'Content-Disposition: form-data; name="a"',
    '; filename="b"',
)
TYPES = (
    "multipart/form-data; boundary=X",
    "multipart/mixed; boundary=X",
    "application/x-www-form-urlencoded",
    "text/plain",
)
HEADS = (
    b'Content-Disposition: form-data; name="a"',
    b'Content-Disposition: form-data; name="f"; filename="x"',
)
FIELDS = ("Accept", "Cookie", "Expect", "Referer", "Content-Disposition", "Accept-Charset", "X-A")
RARE_FIELDS = ("Content-Length", "Transfer-Encoding", "Content-Type", "Host")


class Site:
    @expose
    def index(self, **params: Any) -> bytes:
        return repr([_told(value) for value in params.values()]).encode()

    @expose
    def raw(self, **_: Any) -> bytes:
        content: bytes = serving.request.body.read()
        return content

    @expose
    def look(self, **_: Any) -> bytes:
        request = serving.request
        return repr((request.cookie, request.headers, request.base, url(), request.login)).encode()


def _told(value: Any) -> object:
    if isinstance(value, list):
        return [_told(each) for each in value]
    if not isinstance(value, Part):
        return value
    content = value.file.read() if value.file else value.value
    return value.name, value.filename, value.content_type, content


def text(random: Random, most: int) -> str:
    pieces = random.choices(PIECES, k=random.randrange(most))
    return "".join(pieces).encode().decode("latin-1")


def body(random: Random) -> bytes:
    content = text(random, 30).encode("latin-1")
    if random.random() < 0.5:
        return content
    head = random.choice((*HEADS, text(random, 6).encode("latin-1")))
    return b"--X\r\n" + head + b"\r\n\r\n" + content + random.choice((b"\r\n--X--\r\n", b""))


def headers(random: Random) -> dict[str, str]:
    found = {name: text(random, 8) for name in FIELDS if random.random() < 0.3}
    found["Content-Type"] = random.choice(TYPES)
    return found | {name: text(random, 5) for name in RARE_FIELDS if random.random() < 0.1}


@pytest.mark.parametrize("seed", range(20))
def test_no_request_is_the_servers_fault(call: Any, mount: Any, seed: int) -> None:
    random = Random(seed)
    app = mount(Site())
    for _ in range(100):
        path = random.choice(("/", "/raw", "/look", f"/{text(random, 4)}"))
        query = f"?{text(random, 8)}" if random.random() < 0.3 else ""
        answer = call(
            app,
            path.partition("?")[0] + query,
            method=random.choice(("GET", "POST", "PUT", "HEAD", "FOO")),
            body=body(random),
            headers=headers(random),
            checks=False,
        )
        assert answer.code < 500 or answer.code == 501, answer
        assert "Traceback" not in answer.body.decode("latin-1")
        assert not {"\r", "\n", "\0"} & set("".join(map("".join, answer.fields)))
