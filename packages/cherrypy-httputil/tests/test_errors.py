import copy
from collections.abc import Iterator

import pytest

from cherrypy_httputil import (
    CherryPyException,
    HTTPError,
    HTTPRedirect,
    InternalRedirect,
    NoExchangeError,
    NotFound,
    Status,
    TimeoutError,  # noqa: A004 - the documented name
    current_exchange,
    set_exchange_provider,
)


class Exchange:
    """An exchange of HTTP/1.0 at http://a.example/app/page."""

    answer: object = None

    def redirect_status(self) -> int:
        return 302

    def absolute_url(self, url: str) -> str:
        return f"http://a.example/app/{url}"

    def path(self) -> str:
        return "/app/page"

    def error_page(self, status: Status, **fields: object) -> bytes:
        return f"{status!r} {fields['message']}".encode()

    def set_error_response(self, error: HTTPError) -> None:
        self.answer = error

    def set_redirect_response(self, redirect: HTTPRedirect) -> None:
        self.answer = redirect


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    exchange = Exchange()
    set_exchange_provider(lambda: exchange)
    yield exchange
    set_exchange_provider(lambda: None)


def test_an_error_carries_its_status_and_message() -> None:
    error = HTTPError(404, "Gone fishing")
    assert (error.status, error.code, error.reason) == (404, 404, "Not Found")
    assert error.message == "Gone fishing"
    assert str(error) == "(404, 'Gone fishing')"


def test_without_a_message_it_has_the_usual_one() -> None:
    assert HTTPError(404).message == HTTPError(404, "").message == "Nothing matches the given URI"
    assert HTTPError().code == 500


def test_the_status_may_have_a_reason_of_its_own() -> None:
    error = HTTPError("410 It moved out")
    assert (error.status, error.code, error.reason) == ("410 It moved out", 410, "It moved out")


@pytest.mark.parametrize("status", [200, 304, "399 x", "abc", 600])
def test_another_status_is_no_error_and_is_named(status: Status) -> None:
    with pytest.raises(ValueError, match="status") as caught:
        HTTPError(status)
    assert repr(status) in str(caught.value)


def test_a_reason_cannot_break_the_status_line() -> None:
    with pytest.raises(ValueError, match="CR, LF or NUL"):
        HTTPError("404 x\r\ny: z")


@pytest.mark.parametrize("raised", [HTTPError(403), HTTPRedirect("/")])
def test_calling_it_raises_it(raised: HTTPError | HTTPRedirect) -> None:
    with pytest.raises(CherryPyException) as caught:
        raised()
    assert caught.value is raised


def test_an_exception_is_turned_into_an_error() -> None:
    with pytest.raises(HTTPError) as caught, HTTPError.handle(FileNotFoundError, 404):
        raise FileNotFoundError("no such file")
    assert caught.value.code == 404
    assert caught.value.message == "no such file"
    assert isinstance(caught.value.__cause__, FileNotFoundError)


def test_the_message_for_an_exception_may_be_given() -> None:
    with pytest.raises(HTTPError) as caught, HTTPError.handle((KeyError, OSError), message="Sorry"):
        raise KeyError("secret")
    assert (caught.value.code, caught.value.message) == (500, "Sorry")


def test_other_exceptions_go_on() -> None:
    with pytest.raises(KeyError), HTTPError.handle(FileNotFoundError, 404):
        raise KeyError("x")


def test_without_an_exception_nothing_happens() -> None:
    with HTTPError.handle(FileNotFoundError, 404):
        pass


def test_a_subclass_is_raised_as_itself() -> None:
    class Teapot(HTTPError):  # noqa: N818 - as applications name theirs
        pass

    with pytest.raises(Teapot), Teapot.handle(KeyError, 418):
        raise KeyError("x")


def test_not_found_names_the_path() -> None:
    error = NotFound("/a")
    assert (error.code, error.message) == (404, "The path '/a' was not found.")
    assert str(error) == "(404, \"The path '/a' was not found.\")"


def test_not_found_without_a_path_or_a_request_says_the_usual() -> None:
    assert NotFound().message == "Nothing matches the given URI"


def test_not_found_names_the_path_of_the_request(exchange: Exchange) -> None:
    assert NotFound().message == "The path '/app/page' was not found."
    assert NotFound("/a").message == "The path '/a' was not found."


def test_a_redirect_keeps_its_urls_without_a_request() -> None:
    redirect = HTTPRedirect(["../a", "b"])
    assert (redirect.urls, redirect.status) == (["../a", "b"], 303)
    assert str(redirect) == "(['../a', 'b'], 303)"
    assert HTTPRedirect("a").urls == ["a"]
    assert HTTPRedirect(iter(("a", b"b"))).urls == ["a", "b"]
    assert HTTPRedirect([], 304).urls == []


def test_a_redirect_is_made_absolute_for_the_request(exchange: Exchange) -> None:
    redirect = HTTPRedirect(["a", "b"])
    assert redirect.urls == ["http://a.example/app/a", "http://a.example/app/b"]
    assert str(redirect) == f"({redirect.urls}, 302)"


def test_the_default_status_comes_from_the_request(exchange: Exchange) -> None:
    assert HTTPRedirect.default_status == HTTPRedirect("a").status == 302
    assert HTTPRedirect("a", 301).status == 301


def test_a_subclass_may_have_its_own_default_status() -> None:
    class Moved(HTTPRedirect):
        default_status = 301

    assert HTTPRedirect.default_status == 303
    assert Moved("a").status == 301


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 305, 307, 308, "301"])
def test_these_are_redirects(status: int | str) -> None:
    assert HTTPRedirect("a", status).status == int(status)


@pytest.mark.parametrize("status", [306, 309, 200, 404, "abc", "301 Moved", -301])
def test_another_status_is_no_redirect_and_is_named(status: int | str) -> None:
    with pytest.raises(ValueError, match="use one of 300, 301") as caught:
        HTTPRedirect("a", status)
    assert repr(status) in str(caught.value)


def test_urls_in_bytes_are_decoded() -> None:
    assert HTTPRedirect("ü".encode()).urls == ["ü"]
    redirect = HTTPRedirect([b"\xfc"], encoding="iso-8859-1")
    assert (redirect.urls, redirect.encoding) == (["ü"], "iso-8859-1")


@pytest.mark.parametrize("url", ["/a\r\nSet-Cookie: b", b"/\0", ["/", "/\n"]])
def test_a_url_cannot_break_the_header(url: str | bytes | list[str | bytes]) -> None:
    with pytest.raises(ValueError, match="CR, LF or NUL"):
        HTTPRedirect(url)


def test_an_internal_redirect_splits_off_the_query_string() -> None:
    redirect = InternalRedirect("a?b=1?2", "c=3")
    assert (redirect.path, redirect.query_string) == ("a", "b=1?2")
    assert str(redirect) == "('a', 'b=1?2')"
    assert InternalRedirect("/a", "c=3").query_string == "c=3"
    assert InternalRedirect("/a").query_string == ""


def test_a_response_is_set_through_the_exchange(exchange: Exchange) -> None:
    for raised in (HTTPError(404), HTTPRedirect("a")):
        raised.set_response()
        assert exchange.answer is raised


def test_a_page_comes_from_the_exchange(exchange: Exchange) -> None:
    assert HTTPError(404).get_error_page(404, message="Gone") == b"404 Gone"


def test_without_a_request_a_response_cannot_be_set() -> None:
    assert current_exchange() is None
    for act in (
        HTTPError().set_response,
        HTTPRedirect("a").set_response,
        HTTPError().get_error_page,
    ):
        with pytest.raises(NoExchangeError, match="needs a request"):
            act()


def test_all_errors_have_one_base_and_can_be_copied() -> None:
    for error in (
        HTTPError(404, "x"),
        NotFound("/a"),
        HTTPRedirect(["a"], 301),
        InternalRedirect("/a", "b=1"),
        TimeoutError("x"),
        NoExchangeError("x"),
    ):
        assert isinstance(error, CherryPyException)
        twin = copy.copy(error)
        assert type(twin) is type(error)
        assert vars(twin) == vars(error)
        assert twin.args == error.args


def test_the_classes_have_the_documented_attributes() -> None:
    assert [HTTPError.status, HTTPError.code, HTTPError.reason] == [None] * 3
    assert [HTTPRedirect.urls, HTTPRedirect.status] == [None] * 2
    assert HTTPRedirect.encoding == "utf-8"
