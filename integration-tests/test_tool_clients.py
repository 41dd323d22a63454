"""Clients of other people's making ask pages whose tools negotiate, keep, encode and call."""

from __future__ import annotations

import gzip
import http.client
import threading
import xmlrpc.client
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import pytest

import cherrypy
from cherrypy.assembly import Assembly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 30.0
TEXT = "<!DOCTYPE html><html lang=en><title>Text</title><p>" + "Grüß Gott! " * 200
MODIFIED = "Tue, 14 Nov 2023 22:13:20 GMT"
APP = "https://app.example.com"


class Root:
    """Pages with tools, in the usual combinations."""

    @cherrypy.expose
    def plain(self) -> str:
        return TEXT

    @cherrypy.expose
    @cherrypy.tools.etags(autotags=True)
    @cherrypy.tools.gzip()
    def tagged(self) -> str:
        headers = cherrypy.response.headers
        headers["Cache-Control"] = "max-age=60"
        headers["Content-Location"] = "/tagged.html"
        return TEXT

    @cherrypy.expose
    @cherrypy.tools.caching(delay=60)
    @cherrypy.tools.etags(autotags=True)
    @cherrypy.tools.gzip()
    def cached(self) -> str:
        cherrypy.response.headers["Last-Modified"] = MODIFIED
        return TEXT

    @cherrypy.expose
    @cherrypy.tools.caching(delay=60)
    def kept(self) -> str:
        return TEXT

    @cherrypy.expose
    @cherrypy.tools.expires(secs=0)
    def stale(self) -> str:
        return TEXT

    @cherrypy.expose
    @cherrypy.tools.expires(secs=3600)
    @cherrypy.tools.compress()
    @cherrypy.tools.autovary()
    def fresh(self) -> str:
        return TEXT

    @cherrypy.expose
    @cherrypy.tools.json_out()
    @cherrypy.tools.accept(media="application/json")
    def data(self) -> Any:
        return {"greeting": "Grüß Gott!"}

    @cherrypy.expose
    @cherrypy.tools.cors(origins=[APP], methods=["PUT"], headers="X-A", credentials=True)
    def shared(self) -> str:
        return TEXT

    @cherrypy.expose
    @cherrypy.tools.secure_headers(hsts=31536000)
    def safe(self) -> str:
        return TEXT

    @cherrypy.expose
    @cherrypy.tools.rate_limit(limits="1/hour", prefix="once")
    def once(self) -> str:
        return TEXT

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["PUT"])
    def put(self) -> str:
        return TEXT


class Calls(cherrypy._cptools.XMLRPCController):
    """Methods to be called by XML-RPC."""

    @cherrypy.expose
    def echo(self, *values: Any) -> Any:
        return list(values)

    @cherrypy.expose
    def fails(self) -> None:
        raise ValueError("né <&>")

    @cherrypy.expose
    def refuses(self) -> None:
        raise xmlrpc.client.Fault(42, "not today")


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    site = Assembly("tool clients")
    site.log.screen = False
    site.config.update({"server.socket_host": "127.0.0.1", "server.socket_port": 0})
    site.engine.autoreload.unsubscribe()
    site.tree.mount(Root())
    calls = {
        "request.dispatch": cherrypy.dispatch.XMLRPCDispatcher(),
        "tools.xmlrpc.allow_none": True,
    }
    site.tree.mount(Calls(), "/calls", {"/": calls})
    site.engine.start()
    yield site.server.base()
    site.engine.exit()


# httplint, and the rules by which REDbot compares several responses.


class Answer(NamedTuple):
    """A response, and what httplint calls bad in it."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    faults: list[str]


@pytest.fixture
def ask(base: str, faults: Callable[..., list[str]]) -> Callable[..., Answer]:
    """Ask for a path; names of header fields have underscores."""

    def ask(path: str, method: str = "GET", **sent: str) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=PATIENCE)
        headers = {name.replace("_", "-"): value for name, value in sent.items()}
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        found = faults(answer, body, method, path, headers)
        return Answer(answer.status, answer.headers, body, found)

    return ask


#: What httplint calls bad and is not.
NOT_BAD = {
    # Documented for `expires`, for caches of HTTP/1.0.
    "stale": {'"Pragma" isn\'t valid in a response.'},
}
PAGES = ["plain", "tagged", "cached", "stale", "fresh", "data", "shared", "safe"]
VARIANTS: list[dict[str, str]] = [
    {},
    {"Accept_Encoding": "gzip"},
    {"Accept_Encoding": "br, zstd"},
    {"Accept_Encoding": "identity;q=0, gzip"},
    {"If_None_Match": "*"},
    {"If_Modified_Since": MODIFIED},
    {"If_Match": '"other"'},
    {"If_Unmodified_Since": "Sun, 06 Nov 1994 08:49:37 GMT"},
    {"Range": "bytes=0-9"},
    {"Accept": "image/png"},
    {"Accept_Charset": "us-ascii;q=0.5"},
    {"Origin": APP},
    {"Cache_Control": "only-if-cached"},
    {"Cache_Control": "no-store"},
]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("page", PAGES)
def test_httplint_finds_nothing_bad_whatever_is_asked(ask: Any, page: str, method: str) -> None:
    for sent in VARIANTS:
        for _ in range(2):
            found = ask(f"/{page}", method, **sent).faults
            assert set(found) <= NOT_BAD.get(page, set()), sent


@pytest.mark.parametrize(
    ("path", "method", "sent", "status"),
    [
        ("/put", "GET", {}, 405),
        ("/nowhere", "GET", {}, 404),
        ("/shared", "OPTIONS", {"Origin": APP, "Access_Control_Request_Method": "PUT"}, 204),
        ("/shared", "OPTIONS", {"Origin": "null", "Access_Control_Request_Method": "PUT"}, 204),
        ("/calls", "GET", {}, 405),
    ],
)
def test_httplint_finds_nothing_bad_in_refusals(
    ask: Any, path: str, method: str, sent: dict[str, str], status: int
) -> None:
    answer = ask(path, method, **sent)
    assert (answer.status, answer.faults) == (status, [])


def test_httplint_finds_nothing_bad_in_a_limit(ask: Any) -> None:
    answers = [ask("/once") for _ in range(2)]
    assert [(answer.status, answer.faults) for answer in answers] == [(200, []), (429, [])]


@pytest.mark.parametrize("page", ["tagged", "cached", "fresh"])
def test_compressed_and_plain_answers_are_two_forms_of_one(ask: Any, page: str) -> None:
    plain = ask(f"/{page}")
    packed = ask(f"/{page}", Accept_Encoding="gzip")
    assert gzip.decompress(packed.body) == plain.body == TEXT.encode()
    assert packed.headers["Content-Encoding"] == "gzip"
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]
    if "ETag" in plain.headers:
        assert packed.headers["ETag"] != plain.headers["ETag"]


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("page", ["tagged", "cached"])
def test_answer_is_validated_and_says_the_same_of_its_freshness(
    ask: Any, page: str, encoding: str
) -> None:
    first = ask(f"/{page}", Accept_Encoding=encoding)
    tag = first.headers["ETag"]
    again = ask(f"/{page}", Accept_Encoding=encoding, If_None_Match=f'"x", {tag}')
    assert (again.status, again.body, again.faults) == (304, b"", [])
    # RFC 9110, 15.4.5.
    for name in ("Cache-Control", "Content-Location", "ETag", "Expires", "Vary"):
        assert again.headers[name] == first.headers[name], name
    assert "Date" in again.headers


def test_kept_answer_tells_its_age_and_its_date(ask: Any) -> None:
    first, again = ask("/kept"), ask("/kept")
    assert "Age" not in first.headers
    assert again.headers["Age"].isdecimal()
    assert again.headers["Date"] == first.headers["Date"]
    assert again.body == first.body


# xmlrpc.client.


@pytest.fixture
def server(base: str) -> Iterator[xmlrpc.client.ServerProxy]:
    with xmlrpc.client.ServerProxy(f"{base}/calls", allow_none=True) as server:
        yield server


@pytest.mark.parametrize("path", ["", "/", "/RPC2", "/RPC2/"])
def test_method_is_called_wherever_clients_look_for_it(base: str, path: str) -> None:
    with xmlrpc.client.ServerProxy(f"{base}/calls{path}") as server:
        assert server.echo(1, "né") == [1, "né"]


def test_values_come_back_as_they_were_sent(server: xmlrpc.client.ServerProxy) -> None:
    date = xmlrpc.client.DateTime("20231114T22:13:20")
    values = [None, True, -5, 2.5, "né <&>", {"a": [1, {"b": "c"}]}, date]
    assert server.echo(*values) == values
    binary = server.echo(xmlrpc.client.Binary(b"\0\xff"))
    assert isinstance(binary, list)
    assert binary[0].data == b"\0\xff"


@pytest.mark.parametrize(
    ("method", "code", "text"),
    [
        ("fails", 1, "né <&>"),
        ("refuses", 42, "not today"),
        ("missing", 1, 'method "missing" is not supported'),
        ("_expose", 1, 'method "_expose" is not supported'),
        ("echo.__self__", 1, 'method "echo.__self__" is not supported'),
    ],
)
def test_failure_is_a_fault(
    server: xmlrpc.client.ServerProxy, method: str, code: int, text: str
) -> None:
    with pytest.raises(xmlrpc.client.Fault) as raised:
        getattr(server, method)()
    assert (raised.value.faultCode, raised.value.faultString) == (code, text)


def test_clients_call_at_the_same_time(base: str) -> None:
    answers: list[Any] = []

    def call(number: int) -> None:
        with xmlrpc.client.ServerProxy(f"{base}/calls") as server:
            answers.extend(server.echo(number))  # type: ignore[arg-type]  # it is a list

    threads = [threading.Thread(target=call, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == list(range(8))
