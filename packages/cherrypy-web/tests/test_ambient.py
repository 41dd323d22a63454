"""Functions and attributes that work on the request that is running."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_dispatch import expose
from cherrypy_serving import serving
from cherrypy_web import (
    AppResponse,
    HookMap,
    LazyRfc3339UtcTime,
    clean_headers,
    get_error_page,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def asked(call: Any, mount: Any, page: Callable[..., Any], **options: Any) -> Any:
    class Root:
        @expose
        def index(self, **params: Any) -> Any:
            return page()

    return call(mount(Root(), options.pop("config", None)), **options)


def test_error_page_says_what_it_is_given(call: Any, mount: Any) -> None:
    answer = asked(call, mount, lambda: get_error_page(404, message="It <moved>", version="1.2.3"))
    assert "<h2>404 Not Found</h2>" in answer.text
    assert "It &lt;moved&gt;" in answer.text
    assert "CherryPy 1.2.3" in answer.text


def test_error_page_is_the_one_of_the_application(call: Any, mount: Any) -> None:
    config = {"/": {"error_page.404": lambda **fields: f"mine: {fields['message']}"}}
    answer = asked(call, mount, lambda: get_error_page(404, message="x"), config=config)
    assert answer.text == "mine: x"


@pytest.mark.parametrize(("status", "kept"), [(500, False), (416, True)])
def test_headers_of_the_content_are_removed(call: Any, mount: Any, status: Any, kept: Any) -> None:
    def page() -> bytes:
        headers = serving.response.headers
        headers |= {"ETag": '"a"', "Content-Range": "bytes */5", "X-Other": "stays"}
        clean_headers(status)
        return b""

    answer = asked(call, mount, page)
    assert "etag" not in answer.headers
    assert answer.headers["x-other"] == "stays"
    assert ("content-range" in answer.headers) is kept


def test_parameters_of_the_body_are_there_alone(call: Any, mount: Any) -> None:
    answer = asked(
        call,
        mount,
        lambda: repr(serving.request.body_params).encode(),
        path="/?a=1",
        method="POST",
        body=b"b=2",
    )
    assert answer.text == "{'b': '2'}"


def test_hooks_that_are_given_run_in_their_order() -> None:
    ran: list[str] = []
    hooks = HookMap()
    hooks.attach("on_end_resource", lambda: ran.append("later"), priority=90)
    hooks.attach("on_end_resource", lambda: ran.append("earlier"), priority=10)
    serving.load(None, None)
    try:
        HookMap.run_hooks(hook for hook in hooks["on_end_resource"])
    finally:
        serving.clear()
    assert ran == ["later", "earlier"]


def test_application_response_can_translate_headers_itself(call: Any, mount: Any) -> None:
    class Translating(AppResponse):
        def translate_headers(self, environ: dict[str, Any]) -> Iterable[tuple[str, str]]:
            yield from super().translate_headers(environ)
            yield "Authorization", environ["HTTP_CGI_AUTHORIZATION"]

    answer = asked(
        call,
        mount,
        lambda: repr(serving.request.headers["Authorization"]).encode(),
        config={"/": {"wsgi.response_class": Translating}},
        headers={"CGI-Authorization": "Basic eA=="},
    )
    assert answer.text == "'Basic eA=='"


def test_time_is_the_present_in_utc_each_time() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", str(LazyRfc3339UtcTime()))
