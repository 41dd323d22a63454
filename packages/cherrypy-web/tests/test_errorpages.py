"""Error pages: the built-in one, templates, callables, and what happens when these fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_dispatch import expose
from cherrypy_httputil import HTTPError

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


def test_config_key_must_be_a_status_code(call: Any, mount: Any) -> None:
    answer = call(mount(Site(), {"/": {"error_page.nope": "x"}}), "/fail")
    assert answer.code == 500
    assert "error_page.nope names no status code" in answer.text


def test_error_response_keeps_no_header_of_the_content(call: Any, mount: Any) -> None:
    class Root:
        @expose
        def fail(self) -> None:
            from cherrypy_serving import serving

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
