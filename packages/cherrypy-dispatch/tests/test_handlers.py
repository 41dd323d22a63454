"""Calling a page with the arguments that came."""

from __future__ import annotations

import functools
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_dispatch import LateParamPageHandler, PageHandler
from cherrypy_dispatch import test_callable_spec as check_spec
from cherrypy_httputil import HTTPError
from cherrypy_serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Pages:
    def one(self, x: str) -> str:
        return x

    def two(self, x: str, y: str = "2") -> str:
        return x + y

    def args(self, *args: str) -> tuple[str, ...]:
        return args

    def kwargs(self, **kwargs: str) -> dict[str, str]:
        return kwargs

    def keyword_only(self, x: str, *, k: str) -> str:
        return x + k

    def keyword_default(self, *, k: str = "k") -> str:
        return k

    def positional_only(self, x: str, /) -> str:
        return x

    def none(self) -> str:
        return "none"

    def __call__(self, x: str) -> str:
        return x


@pytest.fixture
def request_() -> Iterator[SimpleNamespace]:
    request = SimpleNamespace(
        params={}, body=SimpleNamespace(params={}), show_mismatched_params=True
    )
    serving.load(request, SimpleNamespace())
    yield request
    serving.clear()


def refusal(
    request: SimpleNamespace,
    page: Callable[..., Any],
    args: tuple[str, ...] = (),
    query: str = "",
    body: str = "",
) -> tuple[int, str]:
    """Return status and message for parameters that are given as the letters of their names."""
    request.body.params = dict.fromkeys(body, "v")
    request.params = dict.fromkeys(query + body, "v")
    with pytest.raises(HTTPError) as caught:
        LateParamPageHandler(page, *args)()
    return caught.value.code, caught.value.message


PAGES = Pages()


@pytest.mark.parametrize(
    ("page", "args", "query", "body", "status", "message"),
    [
        (PAGES.one, (), "", "", 404, "Missing parameters: x"),
        (PAGES.one, (), "", "y", 404, "Missing parameters: x"),
        (PAGES.one, ("1", "2"), "", "", 404, None),
        (PAGES.one, ("1",), "x", "", 404, "Multiple values for parameters: x"),
        (PAGES.one, ("1",), "", "x", 400, "Multiple values for parameters: x"),
        (PAGES.two, ("1", "2"), "", "xy", 400, "Multiple values for parameters: x,y"),
        (PAGES.two, ("1", "2"), "x", "y", 404, "Multiple values for parameters: x,y"),
        (PAGES.two, ("1", "2", "3"), "", "", 404, None),
        (PAGES.one, (), "xyz", "", 404, "Unexpected query string parameters: y, z"),
        (PAGES.one, (), "x", "yz", 400, "Unexpected body parameters: y, z"),
        (PAGES.one, ("1",), "y", "z", 404, "Unexpected query string parameters: y"),
        (PAGES.args, ("1",), "q", "", 404, "Unexpected query string parameters: q"),
        (PAGES.args, (), "", "q", 400, "Unexpected body parameters: q"),
        (PAGES.kwargs, ("1",), "q", "", 404, None),
        (PAGES.keyword_only, ("1",), "", "", 404, "Missing parameters: k"),
        (PAGES.keyword_only, ("1", "2"), "k", "", 404, None),
        (PAGES.keyword_default, ("1",), "", "", 404, None),
        (PAGES.keyword_default, (), "z", "", 404, "Unexpected query string parameters: z"),
        (PAGES.positional_only, (), "x", "", 404, "Missing parameters: x"),
        (PAGES.none, ("1",), "", "", 404, None),
        (PAGES, (), "", "", 404, "Missing parameters: x"),
        (functools.partial(PAGES.one, "1"), ("2",), "", "", 404, None),
        (lambda x: x, (), "", "", 404, "Missing parameters: x"),
    ],
)
def test_arguments_that_do_not_fit_are_named(
    request_: SimpleNamespace,
    page: Callable[..., Any],
    args: tuple[str, ...],
    query: str,
    body: str,
    status: int,
    message: str | None,
) -> None:
    expected = HTTPError(status, message).message
    assert refusal(request_, page, args, query, body) == (status, expected)


def test_names_are_kept_back_where_the_request_says_so(request_: SimpleNamespace) -> None:
    request_.show_mismatched_params = False
    assert refusal(request_, PAGES.one) == (404, HTTPError(404).message)
    assert refusal(request_, PAGES.one, ("1",), "", "x") == (400, HTTPError(400).message)


def test_names_are_shown_where_there_is_no_request() -> None:
    with pytest.raises(HTTPError) as caught:
        PageHandler(PAGES.one)()
    assert caught.value.message == "Missing parameters: x"


def test_request_without_a_body_has_no_body_parameters(request_: SimpleNamespace) -> None:
    request_.body = None
    request_.params = {"x": "1", "y": "2"}
    with pytest.raises(HTTPError, match="Unexpected query string parameters: y"):
        LateParamPageHandler(PAGES.one)()


@pytest.mark.parametrize(
    ("page", "args", "params", "made"),
    [
        (PAGES.one, ("1",), {}, "1"),
        (PAGES.one, (), {"x": "1"}, "1"),
        (PAGES.two, ("1",), {"y": "3"}, "13"),
        (PAGES.args, ("1", "2"), {}, ("1", "2")),
        (PAGES.kwargs, (), {"q": "1"}, {"q": "1"}),
        (PAGES.keyword_only, ("1",), {"k": "2"}, "12"),
        (PAGES.keyword_default, (), {}, "k"),
        (PAGES.positional_only, ("1",), {}, "1"),
        (PAGES, ("1",), {}, "1"),
    ],
)
def test_arguments_that_fit_make_the_page(
    request_: SimpleNamespace,
    page: Callable[..., Any],
    args: tuple[str, ...],
    params: dict[str, str],
    made: object,
) -> None:
    request_.params = params
    assert LateParamPageHandler(page, *args)() == made


def test_type_error_of_the_page_itself_stays_one(request_: SimpleNamespace) -> None:
    def page(x: str) -> None:
        raise TypeError(f"mine, {x}")

    def inner(x: str) -> None: ...

    def calls() -> None:
        inner()  # type: ignore[call-arg]

    with pytest.raises(TypeError, match="mine, 1"):
        LateParamPageHandler(page, "1")()
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        LateParamPageHandler(calls)()


def passed_on(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


class Decorated:
    @passed_on
    def page(self, x: str) -> str:
        return x

    @passed_on
    def broken(self, x: str) -> None:
        raise TypeError("broken() is not what you think")

    @passed_on
    def again(self, x: str | None = None) -> None:
        self.again("1", "2")

    @passed_on
    @passed_on
    def twice(self, x: str) -> str:
        return x


def test_decorator_that_passes_everything_on_is_looked_through(
    request_: SimpleNamespace,
) -> None:
    pages = Decorated()
    assert LateParamPageHandler(pages.page, "1")() == "1"
    assert refusal(request_, pages.page) == (404, "Missing parameters: x")
    assert refusal(request_, pages.twice) == (404, "Missing parameters: x")
    assert refusal(request_, pages.page, ("1",), "", "y") == (400, "Unexpected body parameters: y")


def test_type_error_inside_a_decorated_page_stays_one(request_: SimpleNamespace) -> None:
    pages = Decorated()
    with pytest.raises(TypeError, match="not what you think"):
        LateParamPageHandler(pages.broken, "1")()
    with pytest.raises(TypeError, match="takes from 1 to 2"):
        LateParamPageHandler(pages.again)()


def test_decorator_that_supplies_arguments_keeps_its_own_signature(
    request_: SimpleNamespace,
) -> None:
    def supplied(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(**kwargs: Any) -> Any:
            return function("user", **kwargs)

        return wrapper

    page = supplied(lambda user, x="": user + x)
    assert LateParamPageHandler(page)() == "user"
    assert refusal(request_, page, ("1",)) == (404, HTTPError(404).message)


def test_callable_without_a_signature_keeps_its_type_error(request_: SimpleNamespace) -> None:
    with pytest.raises(TypeError, match="not callable"):
        PageHandler(3)()  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        PageHandler(max)()


def test_check_passes_what_fits_and_refuses_what_does_not() -> None:
    check_spec(PAGES.one, ["1"], {})
    with pytest.raises(HTTPError, match="Missing parameters: x"):
        check_spec(PAGES.one, [], {})
    with pytest.raises(TypeError):
        check_spec(3, [], {})  # type: ignore[arg-type]


def test_callable_and_arguments_can_be_read_and_replaced() -> None:
    handler = PageHandler(PAGES.two, "1", y="2")
    assert (handler.callable, handler.args, handler.kwargs) == (PAGES.two, ("1",), {"y": "2"})
    handler.args, handler.kwargs = ["3"], {"y": "4"}
    assert handler() == "34"
    handler.callable = PAGES.args
    handler.kwargs = {}
    assert handler() == ("3",)


def test_late_arguments_are_those_of_the_request_at_the_call(request_: SimpleNamespace) -> None:
    handler = LateParamPageHandler(PAGES.kwargs, own="1")
    request_.params["late"] = "2"
    assert handler.kwargs == {"late": "2", "own": "1"}
    handler.kwargs = {"late": "3"}
    assert handler() == {"late": "3"}
    assert request_.params == {"late": "2"}
