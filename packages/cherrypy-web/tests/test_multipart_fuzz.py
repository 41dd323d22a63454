"""Random multipart bodies: what was put together comes apart, and nothing else breaks."""

from __future__ import annotations

import io
import re
from random import Random

import pytest

from cherrypy_httputil import HeaderMap, HTTPError
from cherrypy_web import RequestBody

PIECES = (
    b"\r\n",
    b"\r",
    b"\n",
    b"--",
    b"-",
    b"X",
    b"XX",
    b"\r\n--",
    b"\r\n--X",
    b"",
    b"\0",
    b"abc",
)
HEADERS = HeaderMap(
    {"Content-Type": "multipart/form-data; boundary=XX", "Transfer-Encoding": "chunked"}
)


class Dribble(io.BytesIO):
    """A file that gives as much as it likes at a time."""

    def __init__(self, content: bytes, random: Random) -> None:
        super().__init__(content)
        self.random = random

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size or 0, self.random.choice((1, 2, 3, 7, 100))))


def content_of(random: Random) -> bytes:
    content = b"".join(random.choices(PIECES, k=random.randrange(40)))
    return re.sub(rb"--X+", b"--X", content)


def encode(contents: list[bytes]) -> bytes:
    head = b'--XX\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\n'
    return b"".join(head + content + b"\r\n" for content in contents) + b"--XX--\r\n"


@pytest.mark.parametrize("seed", range(100))
def test_contents_survive_whatever_they_are(seed: int) -> None:
    random = Random(seed)
    contents = [content_of(random) for _ in range(random.randrange(1, 6))]
    body = RequestBody(Dribble(encode(contents), random), HEADERS)
    body.process()
    found = body.params["a"]
    files = [part.file for part in (found if isinstance(found, list) else [found])]
    assert [file.read() for file in files] == contents
    body.close()


@pytest.mark.parametrize("seed", range(200))
def test_damaged_body_is_a_clients_error_or_none(seed: int) -> None:
    random = Random(seed)
    damaged = bytearray(encode([content_of(random) for _ in range(3)]))
    for _ in range(random.randrange(1, 6)):
        at = random.randrange(len(damaged))
        damaged[at : at + random.randrange(4)] = random.choice(PIECES)
    body = RequestBody(Dribble(bytes(damaged), random), HEADERS)
    code = 0
    try:
        body.process()
    except HTTPError as error:
        code = error.code
    body.close()
    assert code in {0, 400}
