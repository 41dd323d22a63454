"""Options of the default tools that cannot work: the site does not start, the module not load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
from cherrypy_testing import Client

if TYPE_CHECKING:
    from cherrypy.assembly import Assembly


class Root:
    @cherrypy.expose
    def index(self) -> str:
        return "answered"


#: For each tool: options of which one is wrong, and what the error says of it.
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("accept", {"medium": "text/html"}, "no option 'medium'; it has media, debug"),
    ("allow", {"method": "GET"}, "no option 'method'"),
    ("autovary", {"ignored": ["Host"]}, "no option 'ignored'"),
    ("caching", {"delai": 5}, "no attribute 'delai'"),
    ("compress", {"codings": ["lzma"]}, "'lzma' is no coding: use some of br, zstd, gzip"),
    ("compress", {"levels": {"gzip": 12}}, "gzip has no level 12: use 0 to 9"),
    ("cors", {"origins": "app.example.com"}, "'app.example.com' is no origin"),
    ("cors", {"origins": "*", "credentials": True}, "name the origins"),
    ("cors", {"origins": "https://a", "credentials": True, "expose": "*"}, "name the fields"),
    ("cors", {"max_age": -1}, "max_age is -1"),
    ("csrf", {"secret": "short"}, "a secret needs 16 characters"),
    ("decode", {"encoding": "utf-9"}, "'utf-9' is no charset"),
    ("encode", {"encoding": "utf-9"}, "'utf-9' is no charset"),
    ("encode", {"errors": "ignored"}, "errors is 'ignored'"),
    ("encode", {"failmsg": "failed"}, "failmsg is 'failed'"),
    ("err_redirect", {"location": "/"}, "no option 'location'"),
    ("etags", {"autotag": True}, "no option 'autotag'"),
    ("expires", {"seconds": 5}, "no option 'seconds'"),
    ("flatten", {"deep": True}, "no option 'deep'"),
    ("gzip", {"compress_level": 12}, "gzip has no level 12: use 0 to 9"),
    ("gzip", {"level": 5}, "no option 'level'; it has compress_level, mime_types, debug"),
    ("ignore_headers", {"header": "Range"}, "no option 'header'"),
    ("json_in", {"types": "application/json"}, "no option 'types'"),
    ("json_out", {"encoder": str}, "no option 'encoder'"),
    ("log_headers", {"hide": "Authorization"}, "no option 'hide'"),
    ("log_hooks", {"sorted": True}, "no option 'sorted'"),
    ("log_tracebacks", {"level": 40}, "no option 'level'"),
    ("params", {"status": 422}, "no option 'status'"),
    ("proxy", {"trusted": ["10.0.0.0/99"]}, "10.0.0.0/99"),
    ("proxy", {"trusted": "everybody"}, "everybody"),
    ("proxy", {"hops": 0}, "hops is 0"),
    ("rate_limit", {"limits": "often"}, "often"),
    ("rate_limit", {"limits": "1/hour", "strategy": "guess"}, "'guess' is no strategy"),
    ("rate_limit", {"limits": "1/hour", "cost": 0}, "cannot cost 0"),
    ("rate_limit", {"limits": "1/hour", "prefixes": (24, 200)}, "prefixes are (24, 200)"),
    ("redirect", {"to": "/"}, "no option 'to'"),
    ("referer", {"pattern": "("}, "'(' is no regular expression"),
    ("response_headers", {"headers": [("X A", "b")]}, "'X A' is not a header name"),
    ("response_headers", {"headers": {"X-A": "b\r\n"}}, "holds a control character"),
    ("secure_headers", {"hsts": -1}, "hsts is -1"),
    ("trailing_slash", {"add": True}, "no option 'add'"),
]


@pytest.mark.parametrize(("tool", "options", "told"), WRONG)
def test_site_does_not_start_with_an_option_that_cannot_work(
    site: Assembly, tool: str, options: dict[str, Any], told: str
) -> None:
    entries = {f"tools.{tool}.{name}": value for name, value in options.items()}
    site.tree.mount(Root(), "/shop", {"/deep": {f"tools.{tool}.on": True, **entries}})
    with pytest.raises(Exception, match=f"tools.{tool}: ") as raised:
        site.engine.start()
    assert told in str(raised.value)
    assert "in the section [/deep] of Application" in str(raised.value)


@pytest.mark.parametrize(("tool", "options", "told"), WRONG)
def test_decorator_refuses_an_option_that_cannot_work(
    tool: str, options: dict[str, Any], told: str
) -> None:
    with pytest.raises((TypeError, ValueError)) as raised:
        getattr(cherrypy.tools, tool)(**options)
    assert told in str(raised.value)


def test_every_mistake_is_told_at_once(site: Assembly) -> None:
    site.config.update({"tools.gzip.on": True, "tools.gzip.level": 5})
    site.tree.mount(Root(), config={"/": {"tools.nope.on": True}})
    with pytest.raises(Exception, match=r"tools\.gzip: .*; tools\.nope: "):
        site.engine.start()


def test_site_starts_with_options_that_may_work(site: Assembly) -> None:
    site.config.update({"tools.gzip.on": True, "tools.gzip.priority": 70})
    cached = {"tools.caching.on": True, "tools.caching.delay": 5}
    # The secret may come from a handler.
    site.tree.mount(Root(), config={"/": cached, "/form": {"tools.csrf.on": True}})
    site.engine.start()
    assert Client(site.tree).get("/").text == "answered"


def test_cache_of_a_program_may_have_attributes_of_its_own(site: Assembly) -> None:
    class Own(cherrypy.lib.caching.MemoryCache):
        pass

    entries = {"on": True, "cache_class": Own, "colour": "red"}
    config = {f"tools.caching.{name}": value for name, value in entries.items()}
    site.tree.mount(Root(), config={"/": config})
    site.engine.start()
    assert Client(site.tree).get("/").text == "answered"
