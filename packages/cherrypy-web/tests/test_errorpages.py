"""Error pages: the built-in one, templates, callables, and what happens when these fail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cherrypy_dispatch import expose
from cherrypy_httputil import HTTPError, HTTPRedirect
from cherrypy_serving import serving
from cherrypy_web import render_error_page
from cherrypy_web.errorformats import HTML, PLAIN, PROBLEM, preferred_format

if TYPE_CHECKING:
    from pathlib import Path


class Site:
    @expose
    def fail(self, code: Any = "404") -> None:
        raise HTTPError(int(code), "the <message>")


def test_template_file_is_filled_with_escaped_fields(call: Any, mount: Any, tmp_path: Path) -> None:
    template = tmp_path / "page.html"
    template.write_text("%(status)s: %(message)s", encoding="utf-8")
    answer = call(mount(Site(), {"/": {"error_page.404": str(template)}}), "/fail")
    assert answer.text == "404 Not Found: the &lt;message&gt;"


@pytest.mark.parametrize("kind", [str, lambda text: text.encode(), lambda text: [text, b"!"]])
def test_callable_returns_text_bytes_or_pieces(call: Any, mount: Any, kind: Any) -> None:
    def page(status: Any, message: Any, traceback: Any, version: Any) -> Any:
        return kind(f"{status} {message}")

    answer = call(mount(Site(), {"/": {"error_page.404": page}}), "/fail")
    assert answer.text.startswith("404 Not Found the &lt;message&gt;")
    assert answer.headers["content-type"] == "text/html;charset=utf-8"


def test_default_page_serves_all_other_codes(call: Any, mount: Any) -> None:
    config = {"error_page.404": lambda **_: "four", "error_page.default": lambda **_: "any"}
    app = mount(Site(), {"/": config})
    assert call(app, "/fail?code=404").text == "four"
    assert call(app, "/fail?code=403").text == "any"


@pytest.mark.parametrize("page", ["/no/such/file", lambda: None, lambda **_: 5])
def test_page_that_fails_leaves_the_built_in_one_with_a_note(
    call: Any, mount: Any, page: Any
) -> None:
    answer = call(mount(Site(), {"/": {"error_page.404": page}}), "/fail")
    assert answer.code == 404
    assert "the &lt;message&gt;" in answer.text
    assert "the custom error page failed" in answer.text


def test_page_that_fails_is_logged(call: Any, mount: Any, caplog: pytest.LogCaptureFixture) -> None:
    call(mount(Site(), {"/": {"error_page.404": "/no/such/file"}}), "/fail")
    assert "FileNotFoundError: [Errno 2] No such file or directory: '/no/such/file'" in caplog.text


def test_client_sees_why_a_page_failed_where_it_may_see_tracebacks(call: Any, mount: Any) -> None:
    config = {"error_page.404": "/secret/path", "request.show_tracebacks": True}
    assert "/secret/path" in call(mount(Site(), {"/": config}), "/fail").text
    config["request.show_tracebacks"] = False
    text = call(mount(Site(), {"/": config}), "/fail").text
    assert "In addition, the custom error page failed." in text
    assert "secret" not in text


def test_config_key_must_be_a_status_code(call: Any, mount: Any) -> None:
    answer = call(mount(Site(), {"/": {"error_page.nope": "x"}}), "/fail")
    assert answer.code == 500
    assert "error_page.nope names no status code" in answer.text


def test_error_response_keeps_no_header_of_the_content(call: Any, mount: Any) -> None:
    class Root:
        @expose
        def fail(self) -> None:
            serving.response.headers["ETag"] = '"x"'
            serving.response.headers["X-Own"] = "kept"
            raise HTTPError(403)

    answer = call(mount(Root()), "/fail")
    assert "etag" not in answer.headers
    assert answer.headers["x-own"] == "kept"


def test_error_in_everything_is_still_an_answer(
    call: Any, mount: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError("error response")

    def fail() -> None:
        raise ValueError("handler")

    class Root:
        index = staticmethod(expose(fail))

    config = {"request.error_response": broken, "request.show_tracebacks": False}
    answer = call(mount(Root(), {"/": config}))
    assert answer.status == "500 Internal Server Error"
    assert answer.text == "Unrecoverable error in the server."
    assert "error response" in caplog.text


def test_plain_text_for_a_client_that_does_not_take_html(call: Any, mount: Any) -> None:
    answer = call(mount(Site()), "/fail", headers={"Accept": "image/png"})
    assert answer.headers["content-type"] == "text/plain;charset=utf-8"
    assert answer.text == "404 Not Found\n\nthe <message>\n"
    assert answer.headers["vary"] == "Accept"


def test_problem_details_for_a_client_that_prefers_json(call: Any, mount: Any) -> None:
    answer = call(mount(Site()), "/fail/", headers={"Accept": "application/json"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert json.loads(answer.text) == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "the <message>",
        "instance": "/fail/",
    }


@pytest.mark.parametrize("shows", [True, False])
def test_problem_details_have_the_traceback_where_it_is_shown(
    call: Any, mount: Any, shows: Any
) -> None:
    config = {"/": {"request.show_tracebacks": shows}}
    headers = {"Accept": "application/problem+json"}
    problem = json.loads(call(mount(Site(), config), "/fail?code=500", headers=headers).text)
    assert ("HTTPError" in problem.get("traceback", "")) is shows


def test_custom_page_is_the_same_for_all_clients(call: Any, mount: Any) -> None:
    app = mount(Site(), {"/": {"error_page.404": lambda **_: "own"}})
    answer = call(app, "/fail", headers={"Accept": "application/json"})
    assert (answer.text, answer.headers["content-type"]) == ("own", HTML)
    assert "vary" not in answer.headers


def test_custom_page_may_set_its_content_type(call: Any, mount: Any) -> None:
    def page(**_: str) -> bytes:
        serving.response.headers["Content-Type"] = "application/json"
        return b"{}"

    answer = call(mount(Site(), {"/": {"error_page.404": page}}), "/fail")
    assert answer.headers["content-type"] == "application/json"


def test_custom_page_sees_and_keeps_the_type_of_what_failed(call: Any, mount: Any) -> None:
    def page(**_: str) -> str:
        return f"was {serving.response.headers['Content-Type']}"

    class Root:
        @expose
        def index(self, kind: str) -> None:
            serving.response.headers["Content-Type"] = kind
            raise HTTPError(400)

    app = mount(Root(), {"/": {"error_page.400": page}})
    for kind, sent in (("application/json", "application/json"), ("text/html", HTML)):
        answer = call(app, f"/?kind={kind}")
        assert (answer.text, answer.headers["content-type"]) == (f"was {kind}", sent)


def test_template_is_html_whatever_failed(call: Any, mount: Any, tmp_path: Any) -> None:
    class Root:
        @expose
        def index(self) -> None:
            serving.response.headers["Content-Type"] = "application/json"
            raise HTTPError(400)

    (tmp_path / "page.html").write_text("<p>%(status)s</p>")
    answer = call(mount(Root(), {"/": {"error_page.400": str(tmp_path / "page.html")}}), "/")
    assert (answer.text, answer.headers["content-type"]) == ("<p>400 Bad Request</p>", HTML)
    assert "vary" not in answer.headers


def test_vary_keeps_what_a_tool_said(call: Any, mount: Any) -> None:
    class Root:
        @expose
        def index(self) -> None:
            error = HTTPError(404)
            error.set_response()
            serving.response.headers["Vary"] = "Cookie"
            serving.response.body = error.get_error_page(404)
            raise HTTPRedirect("/", 300)

    assert call(mount(Root())).headers["vary"] == "Cookie, Accept"


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", HTML),
        (" ", HTML),
        ("*/*", HTML),
        ("text/*", HTML),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", HTML),
        ("application/json, text/html", HTML),
        ("application/json;q=0.5, text/html;q=0.4", PROBLEM),
        ("application/json, text/plain, */*", PROBLEM),
        ("application/json, */*", PROBLEM),
        ("APPLICATION/JSON", PROBLEM),
        ("application/*", PROBLEM),
        ("text/html;q=0, */*", PLAIN),
        ("text/html;q=0", PLAIN),
        ("image/png", PLAIN),
        ("text/html;q=nan, application/json;q=0.1", PROBLEM),
        ("text/html;q=", PLAIN),
        (",;=,;q=1", PLAIN),
    ],
)
def test_format_is_what_the_client_prefers(accept: str, form: str) -> None:
    assert preferred_format(accept) == form


@given(st.text())
def test_no_accept_field_makes_an_error_of_its_own(accept: str) -> None:
    assert preferred_format(accept) in {HTML, PLAIN, PROBLEM}


def test_text_that_no_encoding_holds_does_not_break_the_page() -> None:
    assert b"bad ?" in render_error_page(400, {}, "1", message="bad \ud800")
