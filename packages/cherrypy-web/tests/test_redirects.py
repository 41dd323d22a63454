"""`HTTPRedirect`: where it leads from the running request, and the page that links there."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cherrypy_dispatch import expose
from cherrypy_httputil import HTTPRedirect
from cherrypy_serving import serving
from cherrypy_web import Tree


class Leaving:
    def __init__(self, *arguments: Any) -> None:
        self._arguments = arguments

    @expose
    def page(self, **_: str) -> None:
        raise HTTPRedirect(*self._arguments)


def ask(call: Any, mount: Any, *arguments: Any, **extra: Any) -> Any:
    tree = Tree()
    tree.mount(mount(Leaving(*arguments), script_name="/app"))
    return call(tree, "/app/page?old=1", extra=extra)


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("/top", "http://example.com/top"),
        ("there", "http://example.com/app/there"),
        ("./", "http://example.com/app/"),
        ("../up", "http://example.com/up"),
        ("/a/../b", "http://example.com/b"),
        ("?new=2", "http://example.com/app/page?new=2"),
        ("#part", "http://example.com/app/page#part"),
        ("there?a=1#part", "http://example.com/app/there?a=1#part"),
        ("", "http://example.com/app/page"),
        ("//other.example/x", "http://other.example/x"),
        ("https://other.example/x", "https://other.example/x"),
        ("mailto:ann@example.com", "mailto:ann@example.com"),
        ("/a b/é€", "http://example.com/a%20b/%C3%A9%E2%82%AC"),
        ("/a%20b", "http://example.com/a%20b"),
    ],
)
def test_url_is_resolved_against_that_of_the_request(
    call: Any, mount: Any, url: str, location: str
) -> None:
    answer = ask(call, mount, url)
    assert (answer.status, answer.headers["location"]) == ("303 See Other", location)


def test_base_is_the_one_that_the_client_used(call: Any, mount: Any) -> None:
    answer = ask(call, mount, "/x", **{"wsgi.url_scheme": "https", "HTTP_HOST": "h:8443"})
    assert answer.headers["location"] == "https://h:8443/x"


def test_link_is_escaped(call: Any, mount: Any) -> None:
    text = ask(call, mount, '/x?a=<b>&c="d"\'').text
    link = "http://example.com/x?a=&lt;b&gt;&amp;c=&quot;d&quot;&#x27;"
    assert text == f'This resource can be found at <a href="{link}">{link}</a>.'


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (300, "This resource can be found at "),
        (301, "This resource has permanently moved to "),
        (302, "This resource resides temporarily at "),
        (303, "This resource can be found at "),
        (307, "This resource has moved temporarily to "),
        (308, "This resource has permanently moved to "),
    ],
)
def test_page_says_what_kind_of_redirection_it_is(
    call: Any, mount: Any, status: int, says: str
) -> None:
    answer = ask(call, mount, "/x", status)
    assert answer.code == status
    assert answer.text == f'{says}<a href="http://example.com/x">http://example.com/x</a>.'
    assert answer.headers["content-type"] == "text/html;charset=utf-8"


def test_several_urls_have_a_link_each(call: Any, mount: Any) -> None:
    answer = ask(call, mount, ["/a", "b"], 300)
    assert answer.headers["location"] == "http://example.com/a"
    assert answer.text.count("<a href=") == 2
    assert "http://example.com/app/b</a>" in answer.text


@pytest.mark.parametrize("status", [200, 306, 309, 404, "x"])
def test_status_that_does_not_redirect_is_the_programs_fault(
    call: Any, mount: Any, status: Any
) -> None:
    answer = ask(call, mount, "/x", status)
    assert answer.code == 500
    assert re.search(f"ValueError: .*{status}", answer.text)


@pytest.mark.parametrize("url", ["/x\r\nSet-Cookie: a=b", "/x\ny", "/x\0"])
def test_url_cannot_end_its_line(call: Any, mount: Any, url: str) -> None:
    answer = ask(call, mount, url)
    assert "set-cookie" not in answer.headers
    assert all("\n" not in value for value in answer.headers.values())


def test_redirection_shows_where_it_leads_before_it_is_raised(call: Any, mount: Any) -> None:
    class Root:
        @expose
        def index(self) -> bytes:
            redirect = HTTPRedirect("#x")
            return repr((redirect.urls, redirect.status)).encode()

    assert call(mount(Root())).text == repr((["http://example.com/#x"], 303))


def test_content_that_was_described_before_is_forgotten(call: Any, mount: Any) -> None:
    class Root:
        @expose
        def index(self) -> None:
            serving.response.headers["Content-Length"] = "1000"
            serving.response.headers["X-Own"] = "kept"
            raise HTTPRedirect("/x")

    answer = call(mount(Root()))
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.headers["x-own"] == "kept"
