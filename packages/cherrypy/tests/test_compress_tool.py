"""The tool that compresses by the coding that the client likes best."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
from cherrypy_testing import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cherrypy.assembly import Assembly

PAGE = "text " * 200


class Root:
    @cherrypy.expose
    def index(self) -> str:
        return PAGE

    @cherrypy.expose
    def stream(self) -> Iterator[str]:
        yield "text "
        yield "more text"

    @cherrypy.expose
    def short(self) -> str:
        return "text"

    @cherrypy.expose
    @cherrypy.tools.compress(codings=["gzip"], min_size=1)
    def decorated(self) -> str:
        return "text"

    @cherrypy.expose
    def fails(self) -> str:
        raise cherrypy.HTTPError(410, PAGE)


def client(site: Assembly, **options: Any) -> Client:
    entries = {"tools.compress.on": True, "tools.compress.codings": ["gzip"]}
    entries |= {f"tools.compress.{name}": value for name, value in options.items()}
    site.tree.mount(Root(), config={"/": entries, "/stream": {"response.stream": True}})
    return Client(site.tree)


GZIP = {"Accept-Encoding": "gzip;q=0.5, br"}


def test_page_is_compressed_for_a_client_that_takes_it(site: Assembly) -> None:
    answer = client(site).get("/", headers=GZIP)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.body).decode() == PAGE
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_nothing_is_compressed_unless_config_says_so(site: Assembly) -> None:
    site.tree.mount(Root())
    assert "Content-Encoding" not in Client(site.tree).get("/", headers=GZIP).headers


def test_stream_is_compressed_as_it_is_made(site: Assembly) -> None:
    answer = client(site).get("/stream", headers=GZIP)
    assert gzip.decompress(answer.body) == b"text more text"


def test_small_page_stays_plain(site: Assembly) -> None:
    assert client(site).get("/short", headers=GZIP).text == "text"


def test_decorator_turns_compression_on(site: Assembly) -> None:
    site.tree.mount(Root())
    answer = Client(site.tree).get("/decorated", headers=GZIP)
    assert gzip.decompress(answer.body) == b"text"


def test_level_and_types_are_options(site: Assembly) -> None:
    fast = client(site, levels={"gzip": 0}).get("/", headers=GZIP)
    assert len(fast.body) > len(PAGE)
    plain = client(site, mime_types=["text/css"]).get("/", headers=GZIP)
    assert plain.text == PAGE


def test_page_is_compressed_once_where_gzip_is_on_too(site: Assembly) -> None:
    site.config.update({"tools.gzip.on": True})
    assert gzip.decompress(client(site).get("/", headers=GZIP).body).decode() == PAGE


@pytest.mark.parametrize("value", ["gzip;q=much", "identity;q=0, *;q=0"])
def test_malformed_or_empty_choice_is_refused(site: Assembly, value: str) -> None:
    status = client(site).get("/", headers={"Accept-Encoding": value}).status_code
    assert status in {400, 406}


def test_error_is_sent_plain_to_who_takes_nothing(site: Assembly) -> None:
    answer = client(site).get("/fails", headers={"Accept-Encoding": "identity;q=0, *;q=0"})
    assert answer.status_code == 410
    assert "Content-Encoding" not in answer.headers


def test_endless_choice_is_not_read_to_its_end(site: Assembly) -> None:
    endless = "x," * 2000 + "gzip"
    assert client(site).get("/", headers={"Accept-Encoding": endless}).text == PAGE
