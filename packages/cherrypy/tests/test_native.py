"""The native server: pages over real sockets, without WSGI in between."""

from __future__ import annotations

import http.client
import socket
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
from cherrypy._cpnative_server import CPHTTPServer, NativeGateway
from cherrypy.lib import cpstats

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cherrypy.assembly import Assembly

LONG_AGO = "Sun, 06 Nov 1994 08:49:37 GMT"


class Root:
    @cherrypy.expose
    def index(self) -> str:
        return "Hello é"

    @cherrypy.expose
    def echo(self, *segments: str, **parameters: str) -> str:
        return f"{segments} {sorted(parameters.items())} {cherrypy.request.method}"

    @cherrypy.expose
    def about(self) -> str:
        request = cherrypy.request
        return f"{request.scheme} {request.remote.ip} {request.base} {request.headers['X-A']}"

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def stream(self) -> Iterator[bytes]:
        yield b"one "
        yield b"two"

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def broken(self, late: str = "") -> Iterator[bytes]:
        if late:
            yield b"begun"
        raise ValueError("a fault of the page")

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def wrong(self, length: str) -> list[bytes]:
        cherrypy.response.headers["Content-Length"] = length
        return [b"four"]

    @cherrypy.expose
    def inside(self, to: str = "/echo/x?y=z") -> None:
        raise cherrypy.InternalRedirect(to)

    @cherrypy.expose
    def circle(self) -> None:
        raise cherrypy.InternalRedirect("/circle")

    @cherrypy.expose
    def away(self) -> None:
        raise cherrypy.HTTPRedirect("/echo")


@pytest.fixture
def native(site: Assembly) -> Iterator[Assembly]:
    site.config.update({"server.socket_port": 0, "server.thread_pool": 2})
    site.server.instance = "cherrypy._cpnative_server.CPHTTPServer"
    site.tree.mount(Root())
    site.server.start()
    yield site
    site.server.stop()


def connect(site: Assembly) -> http.client.HTTPConnection:
    assert isinstance(site.server.bound_addr, tuple)
    return http.client.HTTPConnection(*site.server.bound_addr, timeout=10)


def ask(
    site: Assembly, path: str, method: str = "GET", **options: Any
) -> tuple[http.client.HTTPResponse, str]:
    with closing(connect(site)) as connection:
        connection.request(method, path, **options)
        answer = connection.getresponse()
        return answer, answer.read().decode()


def test_a_page_is_served(native: Assembly) -> None:
    answer, text = ask(native, "/")
    assert (answer.status, text) == (200, "Hello é")
    assert answer.headers["Content-Type"] == "text/html;charset=utf-8"
    assert answer.headers["Content-Length"] == "8"
    assert answer.headers["Server"].startswith("CherryPy/")


def test_parameters_come_from_path_query_and_form(native: Assembly) -> None:
    assert ask(native, "/echo/%C3%BC?q=%C3%A4")[1] == "('ü',) [('q', 'ä')] GET"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert ask(native, "/echo", "POST", body="a=1", headers=form)[1] == "() [('a', '1')] POST"


def test_a_path_that_is_not_utf_8_is_latin_1(native: Assembly) -> None:
    assert ask(native, "/echo//%FC")[1] == "('ü',) [] GET"


def test_the_request_knows_who_asks_and_where(native: Assembly) -> None:
    base = native.server.base()
    assert ask(native, "/about", headers={"X-A": "b"})[1] == f"http 127.0.0.1 {base} b"


def test_a_connection_serves_several_requests(native: Assembly) -> None:
    with closing(connect(native)) as connection:
        for method, path, text in (
            ("GET", "/", "Hello é"),
            ("HEAD", "/", ""),
            ("GET", "/stream", "one two"),
            ("GET", "/nowhere", None),
            ("GET", "/", "Hello é"),
        ):
            connection.request(method, path)
            answer = connection.getresponse()
            body = answer.read().decode()
            assert text is None or body == text


def test_a_redirection_is_sent(native: Assembly) -> None:
    answer, _ = ask(native, "/away")
    assert (answer.status, answer.headers["Location"]) == (303, f"{native.server.base()}/echo")


def test_an_internal_redirection_is_followed(native: Assembly) -> None:
    assert ask(native, "/inside")[1] == "('x',) [('y', 'z')] GET"


def test_an_internal_redirection_is_one_request_in_the_statistics(native: Assembly) -> None:
    native.tree.apps[""].merge({"/": {"tools.cpstats.on": True}})
    before = cpstats.appstats["Total Requests"]
    assert ask(native, "/inside")[0].status == 200
    assert cpstats.appstats["Total Requests"] - before == 1


def test_an_internal_redirection_in_a_circle_is_an_error(
    native: Assembly,
) -> None:
    lines: list[str] = []
    native.engine.subscribe("log", lambda msg, level: lines.append(msg))
    assert ask(native, "/circle")[0].status == 500
    assert any("The same url is visited twice: /circle?" in line for line in lines)


@pytest.mark.parametrize("path", ["/broken", "/nowhere/at/all"])
def test_an_error_before_the_answer_began_is_answered(native: Assembly, path: str) -> None:
    assert ask(native, path)[0].status in {404, 500}


def test_an_error_after_the_answer_began_ends_the_connection(native: Assembly) -> None:
    with pytest.raises(http.client.IncompleteRead):
        ask(native, "/broken?late=1")
    assert ask(native, "/")[0].status == 200


def test_what_is_beyond_the_declared_length_is_not_sent(native: Assembly) -> None:
    with closing(connect(native)) as connection:
        connection.request("GET", "/wrong?length=2")
        assert connection.getresponse().read() == b"fo"
        connection.request("GET", "/")
        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            connection.getresponse()


def test_a_response_shorter_than_declared_ends_the_connection(native: Assembly) -> None:
    with pytest.raises(http.client.IncompleteRead):
        ask(native, "/wrong?length=9")


def test_a_grafted_wsgi_application_is_a_clear_error(native: Assembly) -> None:
    lines: list[str] = []
    native.engine.subscribe("log", lambda msg, level: lines.append(msg))
    native.tree.graft(lambda environ, start_response: [b""], "/wsgi")
    assert ask(native, "/wsgi/page")[0].status == 500
    assert any("cannot call the WSGI application at '/wsgi'" in line for line in lines)


def test_where_nothing_is_mounted_is_a_404(native: Assembly) -> None:
    native.tree.apps.clear()
    assert ask(native, "/")[0].status == 404


def test_it_may_be_made_as_documented(site: Assembly) -> None:
    site.server.socket_port = 0
    site.tree.mount(Root())
    site.server.httpserver = CPHTTPServer(site.server)
    site.server.start()
    assert ask(site, "/")[1] == "Hello é"
    site.server.restart()
    assert ask(site, "/")[1] == "Hello é"
    site.server.stop()


def test_it_is_a_server_of_the_usual_site() -> None:
    server = CPHTTPServer()
    assert server.server_adapter is cherrypy.server
    assert server.gateway is NativeGateway


def test_a_malformed_body_is_refused_without_an_error_of_ours(
    native: Assembly,
) -> None:
    lines: list[str] = []
    native.engine.subscribe("log", lambda message, level: lines.append(message))
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert isinstance(native.server.bound_addr, tuple)
    with socket.create_connection(native.server.bound_addr, 10) as client:
        client.sendall(head + b"x\r\n\r\n")
        assert client.makefile("rb").read().startswith(b"HTTP/1.1 400 ")
    assert not any("Error in the native server" in line for line in lines)


@pytest.mark.parametrize("known", [{"If-None-Match": '"one"'}, {"If-Modified-Since": LONG_AGO}])
def test_a_visitor_who_comes_back_fills_the_cache(native: Assembly, known: dict[str, str]) -> None:
    class News:
        made = 0

        @cherrypy.expose
        @cherrypy.tools.caching()
        @cherrypy.tools.etags()
        def index(self) -> str:
            self.made += 1
            cherrypy.response.headers.update({"ETag": '"one"', "Last-Modified": LONG_AGO})
            return "news"

    news = News()
    native.tree.mount(news, "/news")
    for headers in (known, known, {}, {"If-None-Match": '"two"'}):
        answer, text = ask(native, "/news/", headers=headers)
        expected = (304, "") if headers == known else (200, "news")
        assert (answer.status, text, answer.headers["ETag"]) == (*expected, '"one"')
        assert news.made == 1
