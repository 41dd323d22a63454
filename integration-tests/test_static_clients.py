"""Clients of other people's making fetch files of ours over a socket, whole, in parts and again."""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
from dataclasses import dataclass
from email import message_from_bytes
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest
import requests

import cherrypy
from cherrypy.assembly import Assembly
from cherrypy.lib import static

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE = 30.0
CONTENT = bytes(range(256)) * 4096
MODIFIED = 1_700_000_000


@dataclass(frozen=True)
class Place:
    """A site that serves a directory, and that directory."""

    base: str
    root: Path

    def url(self, name: str) -> str:
        return f"{self.base}/static/{name}"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("public")
    site = Assembly("static clients")
    site.log.screen = False
    site.config.update({"server.socket_host": "127.0.0.1", "server.socket_port": 0})
    site.engine.autoreload.unsubscribe()

    class Root:
        @cherrypy.expose
        def download(self) -> Any:
            return static.serve_download(str(root / "large.bin"), "na\xefve.bin")

    options = {"on": True, "dir": str(root), "etag": True, "max_age": 60, "precompressed": True}
    entries = {f"tools.staticdir.{name}": value for name, value in options.items()}
    plain = {"tools.staticdir.on": True, "tools.staticdir.dir": str(root)}
    site.tree.mount(Root(), config={"/static": entries, "/plain": plain})
    site.engine.start()
    yield Place(site.server.base(), root)
    site.engine.exit()


@pytest.fixture(autouse=True)
def files(place: Place) -> None:
    for name, content in {
        "large.bin": CONTENT,
        "page.html": b"<!DOCTYPE html><title>Page</title><p>Text</p>\n",
        "page.html.gz": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\x03\x00" + bytes(8),
        "empty.txt": b"",
    }.items():
        (place.root / name).write_bytes(content)
        os.utime(place.root / name, (MODIFIED, MODIFIED))


# requests.


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_requests_resumes_a_download(session: requests.Session, place: Place) -> None:
    url = place.url("large.bin")
    first = session.get(url, headers={"Range": "bytes=0-99999"}, timeout=PATIENCE)
    assert first.status_code == 206
    condition = {"Range": "bytes=100000-", "If-Range": first.headers["ETag"]}
    second = session.get(url, headers=condition, timeout=PATIENCE)
    assert second.status_code == 206
    assert first.content + second.content == CONTENT


def test_requests_gets_all_of_a_file_that_changed_meanwhile(
    session: requests.Session, place: Place
) -> None:
    url = place.url("large.bin")
    first = session.get(url, headers={"Range": "bytes=0-9"}, timeout=PATIENCE)
    (place.root / "large.bin").write_bytes(b"new" * 100000)
    condition = {"Range": "bytes=10-", "If-Range": first.headers["ETag"]}
    second = session.get(url, headers=condition, timeout=PATIENCE)
    assert (second.status_code, second.content) == (200, b"new" * 100000)


def test_requests_revalidates(session: requests.Session, place: Place) -> None:
    url = place.url("large.bin")
    first = session.get(url, timeout=PATIENCE)
    assert first.content == CONTENT
    for condition in (
        {"If-None-Match": first.headers["ETag"]},
        {"If-Modified-Since": first.headers["Last-Modified"]},
    ):
        again = session.get(url, headers=condition, timeout=PATIENCE)
        assert (again.status_code, again.content) == (304, b"")
    # The connection is the same, and in step: nothing was left over on it.
    assert session.get(url, timeout=PATIENCE).content == CONTENT


# httpx.


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=PATIENCE) as client:
        yield client


def test_httpx_streams_a_part(client: httpx.Client, place: Place) -> None:
    headers = {"Range": "bytes=-500000"}
    with client.stream("GET", place.url("large.bin"), headers=headers) as answer:
        assert answer.status_code == 206
        assert b"".join(answer.iter_bytes(10_000)) == CONTENT[-500000:]


def test_httpx_gets_several_parts(client: httpx.Client, place: Place) -> None:
    asked = "bytes=0-9,500000-600000,-5"
    answer = client.get(place.url("large.bin"), headers={"Range": asked})
    assert answer.status_code == 206
    head = f"Content-Type: {answer.headers['Content-Type']}\r\n\r\n".encode()
    parts = message_from_bytes(head + answer.content).get_payload()
    assert isinstance(parts, list)
    contents = [part.get_payload(decode=True) for part in parts if not isinstance(part, str)]
    assert contents == [CONTENT[:10], CONTENT[500000:600001], CONTENT[-5:]]


def test_httpx_leaves_a_large_file_early_and_asks_for_another(
    client: httpx.Client, place: Place
) -> None:
    with client.stream("GET", place.url("large.bin")) as answer:
        assert next(answer.iter_bytes(10)) == CONTENT[:10]
    assert client.get(place.url("empty.txt")).content == b""


def test_httpx_is_told_what_there_is(client: httpx.Client, place: Place) -> None:
    answer = client.head(place.url("large.bin"))
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.headers["Accept-Ranges"] == "bytes"
    answer = client.get(place.url("large.bin"), headers={"Range": f"bytes={len(CONTENT)}-"})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{len(CONTENT)}")


def test_httpx_unpacks_what_was_packed_beforehand(client: httpx.Client, place: Place) -> None:
    answer = client.get(place.url("page.html"))
    assert (answer.headers["Content-Encoding"], answer.content) == ("gzip", b"")
    plain = client.get(place.url("page.html"), headers={"Accept-Encoding": "identity"})
    assert plain.text.startswith("<!DOCTYPE html>")
    assert plain.headers["ETag"] != answer.headers["ETag"]


# curl.


def curl(*arguments: object) -> str:
    program = shutil.which("curl")
    assert program
    command = [program, "--disable", "--noproxy", "*", "--silent", "--show-error"]
    return subprocess.run(
        [*command, *map(str, arguments)],
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    ).stdout


@pytest.mark.requires("curl")
def test_curl_resumes_a_download(place: Place, tmp_path: Path) -> None:
    begun = tmp_path / "begun.bin"
    begun.write_bytes(CONTENT[:12345])
    curl("--continue-at", "-", "--output", begun, place.url("large.bin"))
    assert begun.read_bytes() == CONTENT


@pytest.mark.requires("curl")
def test_curl_fetches_only_what_is_newer(place: Place, tmp_path: Path) -> None:
    copy, tag = tmp_path / "copy.bin", tmp_path / "tag"
    url = place.url("large.bin")
    status = ("--write-out", "%{http_code} %{size_download}")
    first = curl("--remote-time", "--etag-save", tag, "--output", copy, *status, url)
    assert first == f"200 {len(CONTENT)}"
    assert copy.stat().st_mtime == MODIFIED
    assert curl("--time-cond", copy, "--output", copy, *status, url) == "304 0"
    assert curl("--etag-compare", tag, "--output", copy, *status, url) == "304 0"
    assert copy.read_bytes() == CONTENT


@pytest.mark.requires("curl")
def test_curl_saves_a_download_under_its_name(place: Place, tmp_path: Path) -> None:
    curl(
        "--remote-name", "--remote-header-name", "--output-dir", tmp_path, f"{place.base}/download"
    )
    assert [file.name for file in tmp_path.iterdir()] == ["naive.bin"]
    assert (tmp_path / "naive.bin").read_bytes() == CONTENT


@pytest.mark.requires("curl")
@pytest.mark.parametrize("path", ["../secret", "%2e%2e/secret", "..%2fsecret", "%252e%252e/secret"])
def test_curl_does_not_get_out(place: Place, path: str) -> None:
    secret = place.root.parent / "secret"
    secret.write_text("secret")
    answer = curl(
        "--path-as-is", "--write-out", "%{http_code}", "--output", os.devnull, place.url(path)
    )
    assert answer in {"403", "404"}


# httplint.

NOT_BAD = {
    # It must have none: its parts do (RFC 9110, 15.3.7.2).
    "parts": ["This response is partial, but doesn't have a Content-Range header."],
}
ASKED: dict[str, tuple[str, str, dict[str, str], int]] = {
    "whole": ("GET", "/static/large.bin", {}, 200),
    "without options": ("GET", "/plain/page.html", {}, 200),
    "empty": ("GET", "/static/empty.txt", {}, 200),
    "head": ("HEAD", "/static/large.bin", {}, 200),
    "part": ("GET", "/static/large.bin", {"Range": "bytes=10-19"}, 206),
    "end": ("GET", "/plain/large.bin", {"Range": "bytes=-1"}, 206),
    "parts": ("GET", "/static/large.bin", {"Range": "bytes=0-9,20-29"}, 206),
    "none": ("GET", "/static/large.bin", {"Range": "bytes=9999999-"}, 416),
    "packed": ("GET", "/static/page.html", {"Accept-Encoding": "gzip"}, 200),
    "part of packed": (
        "GET",
        "/static/page.html",
        {"Accept-Encoding": "gzip", "Range": "bytes=0-1"},
        206,
    ),
    "unmodified": ("GET", "/plain/large.bin", {"If-Modified-Since": "{date}"}, 304),
    "same tag": ("GET", "/static/large.bin", {"If-None-Match": "{tag}"}, 304),
    "any": ("GET", "/static/large.bin", {"If-None-Match": "*"}, 304),
    "same part": ("GET", "/static/large.bin", {"If-Range": "{tag}", "Range": "bytes=0-1"}, 206),
    "other part": ("GET", "/static/large.bin", {"If-Range": '"x"', "Range": "bytes=0-1"}, 200),
    "other tag": ("GET", "/static/large.bin", {"If-Match": '"x"'}, 412),
    "missing": ("GET", "/static/none", {}, 404),
    "climbing": ("GET", "/static/../none", {}, 403),
    "download": ("GET", "/download", {}, 200),
}


@pytest.mark.parametrize("name", ASKED)
def test_httplint_finds_nothing_bad(
    place: Place, name: str, faults: Callable[..., list[str]]
) -> None:
    method, path, headers, status = ASKED[name]
    connection = http.client.HTTPConnection(urlsplit(place.base).netloc, timeout=PATIENCE)
    connection.request("HEAD", "/static/large.bin")
    before = connection.getresponse()
    before.read()
    known = {"date": before.headers["Last-Modified"], "tag": before.headers["ETag"]}
    sent = {key: value.format(**known) for key, value in headers.items()}
    connection.request(method, path, headers=sent)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == status
    assert faults(answer, body, method, path, sent) == NOT_BAD.get(name, [])
