"""Calling a page with the arguments that came."""

from __future__ import annotations

import functools
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from cherrypy_httputil import HTTPError
from cherrypy_serving import serving

from cherrypy_dispatch import LateParamPageHandler, PageHandler, expose
from cherrypy_dispatch import test_callable_spec as check_spec

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
        (PAGES.two, ("1", "2"), "x", "y", 400, "Multiple values for parameters: x,y"),
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
