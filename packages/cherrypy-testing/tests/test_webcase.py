"""Test cases that ask a server: what they send, what they compare, and how they fail."""

from __future__ import annotations

import io
import socket
import threading
from http.client import HTTPConnection, NotConnected
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_testing import LiveServer, ServerError, WebCase, cleanHeaders, openURL, server_error
from cherrypy_testing import interface as client_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer with what came, and with the status that the path says."""
    status = environ["PATH_INFO"].strip("/") or "200 OK"
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    fields = [
        ("Content-Type", "text/plain;charset=utf-8"),
        ("Vary", "Accept, Cookie"),
        ("Set-Cookie", "a=1; Path=/"),
        ("Set-Cookie", "b=2; Path=/"),
        ("X-Query", environ["QUERY_STRING"]),
        ("X-Protocol", environ["SERVER_PROTOCOL"]),
        ("X-Client-Port", environ["REMOTE_PORT"]),
        ("X-Cookie", environ.get("HTTP_COOKIE", "")),
        ("X-Type", environ.get("CONTENT_TYPE", "")),
        ("Content-Length", str(len(body or b"\xc3\xa4 page"))),
    ]
    start_response(status, fields)
    return [body or b"\xc3\xa4 page"]


@pytest.fixture(scope="module")
def live() -> Iterator[LiveServer]:
    with LiveServer(echo) as server:
        yield server


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEBTEST_INTERACTIVE", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO())


def port_of(live: LiveServer) -> int:
    return int(live.base_url.rpartition(":")[2])


@pytest.fixture
def case(live: LiveServer) -> Iterator[WebCase]:
    case = WebCase()
    case.PORT = port_of(live)
    yield case
    if case.persistent:
        case.set_persistent(False)


def test_page_is_kept_and_returned(case: WebCase) -> None:
    page = case.getPage("/?q=1")
    assert page == (case.status, case.headers, case.body)
    assert (case.url, case.status, case.body) == ("/?q=1", "200 OK", "ä page".encode())
    assert ("X-Query", "q=1") in (case.headers or [])
    assert case.time is not None
    assert case.time > 0


def test_cookies_of_an_answer_can_be_sent_with_the_next_request(case: WebCase) -> None:
    case.getPage("/")
    assert case.cookies == [("Cookie", "a=1; Path=/"), ("Cookie", "b=2; Path=/")]
    case.getPage("/", case.cookies)
    case.assertHeader("X-Cookie", "a=1; Path=/; b=2; Path=/")


@pytest.mark.parametrize(
    ("url", "query"), [("/?q=\xe4 b", "q=%C3%A4%20b"), (b"/?q=%FF", "q=%FF"), ("/?a=[b]", "a=[b]")]
)
def test_urls_are_sent_as_they_are_but_for_what_cannot_be(
    case: WebCase, url: str | bytes, query: str
) -> None:
    case.getPage(url)
    case.assertHeader("X-Query", query)


@pytest.mark.parametrize("body", ["ä=1", "ä=1".encode()])
def test_bodies_go_with_a_type_and_a_length(case: WebCase, body: str | bytes) -> None:
    case.getPage("/", method="POST", body=body)
    case.assertHeader("X-Type", "application/x-www-form-urlencoded")
    case.assertBody("ä=1")


def test_protocol_is_that_of_the_case_or_the_request(case: WebCase) -> None:
    case.getPage("/")
    case.assertHeader("X-Protocol", "HTTP/1.1")
    case.getPage("/", protocol="HTTP/1.0")
    case.assertHeader("X-Protocol", "HTTP/1.0")


def test_requests_go_over_one_connection_when_it_is_kept(case: WebCase) -> None:
    def port() -> str:
        case.getPage("/")
        return case.assertHeader("X-Client-Port")

    assert not case.persistent
    case.persistent = True
    assert case.persistent
    assert port() == port()
    case.set_persistent(on=False)
    assert case.HTTP_CONN is HTTPConnection
    assert port() != port()


def test_a_kept_connection_that_was_closed_is_opened_again_only_if_told_to(case: WebCase) -> None:
    close = [("Connection", "close")]
    case.set_persistent()
    case.getPage("/", close)
    with pytest.raises(NotConnected):
        case.getPage("/")
    case.set_persistent(auto_open=True)
    case.getPage("/", close)
    case.getPage("/")
    case.assertStatus(200)


def test_another_client_for_all_interfaces() -> None:
    assert client_address("0.0.0.0") == "127.0.0.1"
    assert client_address("::") == "::1"
    assert client_address("example.com") == "example.com"
    assert WebCase().interface() == "127.0.0.1"


@pytest.mark.parametrize(
    ("arguments", "added"),
    [
        (([], "GET", None, "127.0.0.1", 8080), [("Host", "127.0.0.1:8080")]),
        (([], "GET", None, "h", 80), [("Host", "h")]),
        (([], "GET", None, "::1", 8080), [("Host", "[::1]:8080")]),
        (([("host", "x")], "GET", None, "h", 1), []),
        (
            ([("Host", "x")], "put", None, "h", 1),
            [("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", "0")],
        ),
        (
            ([("Host", "x"), ("Content-type", "a/b")], "PATCH", b"123", "h", 1),
            [("Content-Length", "3")],
        ),
        (([("Host", "x"), ("Content-type", "a/b")], "POST", None, "h", 1), []),
        (
            (
                [("Host", "x"), ("Content-Type", "a/b"), ("Transfer-Encoding", "chunked")],
                "POST",
                b"0\r\n\r\n",
                "h",
                1,
            ),
            [],
        ),
    ],
)
def test_only_missing_fields_are_added(arguments: Any, added: list[tuple[str, str]]) -> None:
    assert cleanHeaders(*arguments)[len(arguments[0]) :] == added


def test_a_server_that_comes_late_is_waited_for() -> None:
    late = LiveServer(echo)
    with socket.socket() as claim:
        claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        claim.bind(("127.0.0.1", 0))
        late.server.socket_port = port = claim.getsockname()[1]
        tried = threading.Event()

        class Waiting(HTTPConnection):
            def connect(self) -> None:
                try:
                    super().connect()
                finally:
                    tried.set()

        pages: list[Any] = []
        client = threading.Thread(
            target=lambda: pages.append(openURL("/", port=port, http_conn=Waiting))
        )
        client.start()
        assert tried.wait(30)
        with late:
            client.join(30)
    assert pages[0][0] == "200 OK"


def test_errors_that_are_named_are_raised_at_once() -> None:
    class Refusing(HTTPConnection):
        def connect(self) -> None:
            raise ConnectionRefusedError("at once")

    with pytest.raises(ConnectionRefusedError, match="at once"):
        openURL("/", http_conn=Refusing, raise_subcls=ConnectionRefusedError)


def test_a_server_that_never_comes_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("cherrypy_testing.fetching.time.sleep", waits.append)

    class Refusing(HTTPConnection):
        def connect(self) -> None:
            raise ConnectionRefusedError("never")

    with pytest.raises(ConnectionRefusedError, match="never"):
        openURL("/", http_conn=Refusing, raise_subcls=(TimeoutError,))
    assert sum(waits) < 10


# Comparing.


def test_comparisons_that_hold(case: WebCase) -> None:
    case.getPage("/404 Not Found?q")
    for status in (404, "404", "404 Not Found", (200, 404), ["200 OK", "404 Not Found"]):
        case.assertStatus(status)
    assert case.assertHeader("content-TYPE") == "text/plain;charset=utf-8"
    assert case.assertHeader("Set-Cookie", "b=2; Path=/") == "b=2; Path=/"
    assert case.assertHeader("content-length", 7) == "7"
    assert case.assertHeaderIn("X-Query", ["p", "q"]) == "q"
    assert case.assertHeaderItemValue("Vary", "Cookie") == "Cookie"
    case.assertNoHeader("Location")
    case.assertNoHeaderItemValue("Vary", "Accept-Language")
    case.assertBody("ä page")
    case.assertBody("ä page".encode())
    case.assertInBody("page")
    case.assertNotInBody(b"pages")
    found = case.assertMatchesBody("P(a)GE", flags=2)
    assert found is not None
    assert found[1] == b"a"


@pytest.mark.parametrize(
    ("method", "arguments", "words"),
    [
        ("assertStatus", (404,), "Status '200 OK', not 404"),
        ("assertStatus", ((201, "204 No Content"),), "not 201 or '204 No Content'"),
        ("assertStatus", ("200 Fine",), "not '200 Fine'"),
        ("assertHeader", ("Location",), "Location is not in the headers"),
        ("assertHeader", ("Vary", "Accept"), "Vary is 'Accept, Cookie', not 'Accept'"),
        ("assertHeaderIn", ("Vary", ["a", "b"]), r"none of ['a', 'b']"),
        ("assertHeaderItemValue", ("Vary", "Origin"), "'Origin' is not among"),
        ("assertNoHeader", ("vary",), "vary is in the headers"),
        ("assertNoHeaderItemValue", ("Vary", "Cookie"), "'Cookie' is in Vary"),
        ("assertBody", ("page",), "expected body:\n'page'"),
        ("assertInBody", ("pages",), "'pages' is not in the body"),
        ("assertNotInBody", ("ä",), "'ä' is in the body"),
        ("assertMatchesBody", ("^page",), "No match for '^page'"),
    ],
)
def test_comparisons_that_fail(
    case: WebCase, method: str, arguments: tuple[Any, ...], words: str
) -> None:
    case.getPage("/")
    with pytest.raises(AssertionError) as failure:
        getattr(case, method)(*arguments)
    assert words in str(failure.value)
    with pytest.raises(AssertionError, match=r"^own words$"):
        getattr(case, method)(*arguments, msg="own words")


def test_before_any_request_there_is_nothing_to_compare_with() -> None:
    case = WebCase()
    case.assertNoHeader("Vary")
    with pytest.raises(AssertionError):
        case.assertStatus(200)
    with pytest.raises(AssertionError):
        case.assertInBody("a")


# Errors of the server.


def test_an_error_in_the_server_is_raised_by_the_request(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        try:
            {}[environ["PATH_INFO"]]
        except LookupError:
            assert server_error()
        start_response("500 Oops", [("Content-Length", "0")])
        return []

    with LiveServer(broken) as live:
        case = WebCase()
        case.PORT = port_of(live)
        with pytest.raises(ServerError):
            case.getPage("/reason")
    assert "KeyError: '/reason'" in capsys.readouterr().out


def test_errors_that_are_expected_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cherrypy_testing.servererrors.ignored_exceptions", [LookupError])
    monkeypatch.setattr(ServerError, "on", False)
    assert not server_error()
    assert not server_error((KeyError, KeyError("a"), None))
    assert not ServerError.on
    assert server_error((ValueError, ValueError("a"), None))
    assert ServerError.on


# Somebody at the terminal.


def answer(monkeypatch: pytest.MonkeyPatch, keys: str) -> None:
    monkeypatch.setenv("WEBTEST_INTERACTIVE", "1")
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{key}\n" for key in keys)))


def test_who_sits_there_is_shown_the_answer_and_may_go_on(
    case: WebCase, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case.getPage("/?here")
    answer(monkeypatch, "usbh?i")
    case.assertStatus(404)
    shown = capsys.readouterr().out
    assert "ERROR: Status '200 OK', not 404" in shown
    assert "U\n/?here\n" in shown
    assert "S\n200 OK\n" in shown
    assert "B\nä page\n" in shown
    assert "('Vary', 'Accept, Cookie')" in shown


def test_long_answers_are_shown_page_by_page(
    case: WebCase, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case.body, case.console_height = b"one\ntwo\nthree\nfour\nfive", 2
    answer(monkeypatch, "b qr")
    with pytest.raises(AssertionError):
        case.assertBody("")
    shown = capsys.readouterr().out
    assert "one\ntwo\n<-- More -->" in shown
    assert "four" in shown
    assert "\nfive\n" not in shown


def test_who_sits_there_may_end_it_all(case: WebCase, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "x")
    with pytest.raises(SystemExit):
        case.assertStatus(404)


def test_at_the_end_of_the_input_nobody_is_waited_for(
    case: WebCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, "")
    with pytest.raises(SystemExit):
        case.assertStatus(404)


@pytest.mark.parametrize("told", ["0", "false", "False"])
def test_nobody_is_asked_when_told_so(
    case: WebCase, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("sys.stdout", Terminal())
    assert [case.interactive] == [True]
    monkeypatch.setenv("WEBTEST_INTERACTIVE", told)
    assert [case.interactive] == [False]
    with pytest.raises(AssertionError):
        case.assertStatus(404)


def test_nobody_is_asked_where_there_is_no_terminal(case: WebCase) -> None:
    assert not case.interactive
