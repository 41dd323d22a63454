"""Every default tool in both of its forms, where it hangs, and what options it has by default."""

from __future__ import annotations

import inspect
import logging
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import cherrypy
from cherrypy_testing import Client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cherrypy.assembly import Assembly

# Where the tools hang, and their options.

WHERE = {
    "accept": ("on_start_resource", 50),
    "allow": ("on_start_resource", 50),
    "autovary": ("on_start_resource", 0),
    "caching": ("before_handler", 90),
    "compress": ("before_finalize", 80),
    "cors": ("on_start_resource", 10),
    "csrf": ("before_handler", 10),
    "decode": ("before_request_body", 50),
    "encode": ("before_handler", 70),
    "err_redirect": ("before_error_response", 0),
    "etags": ("before_finalize", 75),
    "expires": ("before_finalize", 50),
    "flatten": ("before_finalize", 50),
    "gzip": ("before_finalize", 80),
    "ignore_headers": ("before_request_body", 50),
    "json_in": ("before_request_body", 30),
    "json_out": ("before_handler", 30),
    "log_headers": ("before_error_response", 50),
    "log_hooks": ("on_end_request", 100),
    "log_tracebacks": ("before_error_response", 50),
    "params": ("before_handler", 15),
    "proxy": ("on_start_resource", 5),
    "rate_limit": ("before_request_body", 35),
    "redirect": ("on_start_resource", 50),
    "referer": ("before_request_body", 50),
    "response_headers": ("on_start_resource", 50),
    "secure_headers": ("before_finalize", 50),
    "session_auth": ("before_handler", 50),
    "trailing_slash": ("before_handler", 60),
    "xmlrpc": ("before_error_response", 0),
}

NEEDED = {
    "csrf": {"secret": "s" * 20},
    "rate_limit": {"limits": "5/second"},
    "referer": {"pattern": "http://"},
}

DEFAULTS: dict[str, dict[str, Any]] = {
    "accept": {"media": None, "debug": False},
    "allow": {"methods": None, "debug": False},
    "autovary": {"ignore": None, "debug": False},
    "caching": {
        "invalid_methods": ("POST", "PUT", "DELETE"),
        "debug": False,
        "cache_class": None,
        "authorized": False,
        "cookies": False,
    },
    "decode": {"encoding": None, "default_encoding": "utf-8"},
    "encode": {
        "encoding": None,
        "errors": "strict",
        "text_only": True,
        "add_charset": True,
        "default_encoding": "utf-8",
        "media_types": (),
        "debug": False,
        "failmsg": None,
    },
    "err_redirect": {"url": "", "internal": True, "debug": False},
    "etags": {"autotags": False, "debug": False},
    "expires": {"secs": 0, "force": False, "debug": False},
    "flatten": {"debug": False},
    "gzip": {"compress_level": 5, "mime_types": ("text/html", "text/plain"), "debug": False},
    "ignore_headers": {"headers": ("Range",), "debug": False},
    "json_in": {
        "content_type": ("application/json", "text/javascript"),
        "force": True,
        "debug": False,
        "processor": cherrypy.lib.jsontools.json_processor,
        "max_size": None,
        "max_depth": 200,
        "loads": inspect.Parameter.empty,
    },
    "json_out": {
        "content_type": "application/json",
        "debug": False,
        "handler": cherrypy.lib.jsontools.json_handler,
        "dumps": inspect.Parameter.empty,
    },
    "log_headers": {"debug": False, "hidden": ()},
    "log_hooks": {"debug": False},
    "log_tracebacks": {"severity": logging.ERROR, "debug": False},
    "params": {"exception": ValueError, "error": 400},
    "proxy": {
        "base": None,
        "local": "X-Forwarded-Host",
        "remote": "X-Forwarded-For",
        "scheme": "X-Forwarded-Proto",
        "debug": False,
        "trusted": None,
        "hops": None,
        "forwarded": False,
    },
    "redirect": {"url": "", "internal": True, "debug": False},
    "referer": {
        "pattern": inspect.Parameter.empty,
        "accept": True,
        "accept_missing": False,
        "error": 403,
        "message": "Forbidden Referer header.",
        "debug": False,
    },
    "response_headers": {"headers": None, "debug": False},
    "secure_headers": {"headers": None, "hsts": None},
    "trailing_slash": {"missing": True, "extra": False, "status": None, "debug": False},
    "xmlrpc": {"encoding": "utf-8", "allow_none": False},
}


@pytest.mark.parametrize("name", WHERE)
def test_tool_hangs_where_it_is_documented(site: Assembly, name: str) -> None:
    tool = getattr(site.tools, name)
    point, hook = next(iter(tool.hooks(NEEDED.get(name, {}))))
    assert (point, hook.priority) == WHERE[name]


@pytest.mark.parametrize("name", DEFAULTS)
def test_options_and_their_defaults_are_the_documented_ones(site: Assembly, name: str) -> None:
    parameters = inspect.signature(getattr(site.tools, name).callable).parameters.values()
    named = [
        each for each in parameters if each.kind in {each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY}
    ]
    expected = DEFAULTS[name]
    assert [each.name for each in named] == list(expected)
    for each in named:
        if expected[each.name] is not inspect.Parameter.empty:
            assert each.default == expected[each.name]


# What each does, turned on by config and by decoration.

PAGE = "text and more of it " * 40
APP = "https://app.example.com"
PACKED = {"Accept-Encoding": "gzip"}


def make_page(name: str) -> Any:
    """Return one of the pages that the cases ask for, made anew: a decorator marks it."""

    def text(self: object) -> str:
        return PAGE

    def echo(self: object, **params: Any) -> str:
        return f"{cherrypy.request.base} {cherrypy.request.headers.get('Range')} {params}"

    def number(self: object, limit: int = 0) -> str:
        return repr(limit)

    def nested(self: object) -> Iterator[Any]:
        yield b"a"
        yield iter([b"b"])

    def data(self: object) -> Any:
        return {"a": 1}

    def fails(self: object) -> str:
        raise RuntimeError("the reason")

    def foreign(self: object) -> str:
        return "€"

    return cherrypy.expose(locals()[name])


class Case(NamedTuple):
    """What `ask` finds where a tool is on, and does not find where it is off."""

    tool: str
    options: dict[str, Any]
    page: str
    ask: Callable[[Client], Any]
    found: Any


def field(name: str, **sent: str) -> Callable[[Client], Any]:
    return lambda ask: ask.get("/page", headers=sent).headers.get(name)


def status(**sent: str) -> Callable[[Client], Any]:
    return lambda ask: ask.get("/page", headers=sent).status_code


def body(**sent: str) -> Callable[[Client], Any]:
    return lambda ask: ask.get("/page", headers=sent).text


def posted(**options: Any) -> Callable[[Client], Any]:
    return lambda ask: ask.post("/page", **options).status_code


def second_age(ask: Client) -> Any:
    ask.get("/page")
    return ask.get("/page").headers.get("Age")


def second_status(ask: Client) -> Any:
    ask.get("/page")
    return ask.get("/page").status_code


FORWARDED = {"X-Forwarded-Host": "a.example"}
BROKEN = {"data": b"{", "headers": {"Content-Type": "application/json"}}

CASES = [
    Case("accept", {"media": "text/plain"}, "text", status(Accept="image/png"), 406),
    Case("allow", {"methods": "PUT"}, "text", status(), 405),
    Case("autovary", {}, "echo", field("Vary"), "Accept-Charset, Range"),
    Case("caching", {"delay": 60}, "text", second_age, "0"),
    Case("compress", {"codings": ["gzip"]}, "text", field("Content-Encoding", **PACKED), "gzip"),
    Case("cors", {"origins": APP}, "text", field("Access-Control-Allow-Origin", Origin=APP), APP),
    Case("csrf", {"secret": "s" * 20}, "echo", posted(data={"a": "b"}), 403),
    Case("decode", {"encoding": "ascii"}, "echo", posted(data={"a": "é"}), 400),
    Case("encode", {"encoding": "latin-1"}, "foreign", status(), 406),
    Case("err_redirect", {"url": "/"}, "fails", body(), "the root"),
    Case("etags", {"autotags": True}, "text", status(**{"If-None-Match": "*"}), 304),
    Case("expires", {"secs": 0}, "text", field("Pragma"), "no-cache"),
    Case("flatten", {}, "nested", body(), "ab"),
    Case("gzip", {"compress_level": 9}, "text", field("Content-Encoding", **PACKED), "gzip"),
    Case("ignore_headers", {}, "echo", body(Range="a=0-1"), "http://localhost None {}"),
    Case("json_in", {}, "echo", posted(**BROKEN), 400),
    Case("json_out", {}, "data", body(), '{"a": 1}'),
    Case("params", {}, "number", lambda ask: ask.get("/page?limit=3.5").status_code, 400),
    Case("proxy", {"remote": ""}, "echo", body(**FORWARDED), "http://a.example None {}"),
    Case("rate_limit", {"limits": "1/hour"}, "text", second_status, 429),
    Case("redirect", {"url": "/"}, "text", body(), "the root"),
    Case("referer", {"pattern": "http://a/"}, "text", status(), 403),
    Case("response_headers", {"headers": {"X-A": "b"}}, "text", field("X-A"), "b"),
    Case("secure_headers", {}, "text", field("X-Frame-Options"), "SAMEORIGIN"),
    Case("trailing_slash", {"extra": True}, "text", lambda ask: ask.get("/page/").status_code, 301),
    Case("xmlrpc", {}, "fails", field("Content-Type"), "text/xml;charset=utf-8"),
]


def client(site: Assembly, case: Case, form: str) -> Client:
    page, entries = make_page(case.page), {}
    if form == "decorator":
        page = getattr(site.tools, case.tool)(**case.options)(page)
    elif form == "config":
        entries = {f"tools.{case.tool}.{name}": value for name, value in case.options.items()}
        entries[f"tools.{case.tool}.on"] = True
    members = {"page": page, "index": cherrypy.expose(lambda _: "the root")}
    # The tool that is on by default is off where the case is about it.
    off = {f"tools.{case.tool}.on": False} if case.tool in {"encode", "trailing_slash"} else {}
    site.config.update(off)
    site.tree.mount(type("Root", (), members)(), config={"/page": entries})
    return Client(site.tree)


@pytest.mark.parametrize("form", ["config", "decorator"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.tool)
def test_tool_does_its_work_in_either_form(site: Assembly, case: Case, form: str) -> None:
    assert case.ask(client(site, case, form)) == case.found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.tool)
def test_nothing_of_it_is_done_without_the_tool(site: Assembly, case: Case) -> None:
    assert case.ask(client(site, case, "off")) != case.found


@pytest.mark.parametrize(
    ("tool", "logged"),
    [
        ("log_tracebacks", "RuntimeError: the reason"),
        ("log_headers", "\n  X-A: b"),
        ("log_hooks", "Request Hooks for http://localhost/page:"),
    ],
)
@pytest.mark.parametrize("form", ["config", "decorator", "off"])
def test_log_tool_writes_in_either_form(
    site: Assembly, caplog: pytest.LogCaptureFixture, tool: str, form: str, logged: str
) -> None:
    site.config.update({"tools.log_tracebacks.on": False, "tools.log_headers.on": False})
    ask = client(site, Case(tool, {}, "fails", status(), 500), form)
    assert ask.get("/page", headers={"X-A": "b"}).status_code == 500
    assert (logged in caplog.text) is (form != "off")


# What comes from the network.

FIELDS = [
    "Accept",
    "Accept-Charset",
    "Accept-Encoding",
    "Access-Control-Request-Headers",
    "Access-Control-Request-Method",
    "Authorization",
    "Cache-Control",
    "Content-Type",
    "Cookie",
    "Forwarded",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "If-Unmodified-Since",
    "Origin",
    "Pragma",
    "Range",
    "Referer",
    "X-CSRF-Token",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
]
OTHER_METHODS = {
    "Access-Control-Request-Headers": "OPTIONS",
    "Access-Control-Request-Method": "OPTIONS",
    "Content-Type": "POST",
    "X-CSRF-Token": "POST",
}
VALUES = [
    "",
    "\xff\xfe",
    "x" * 8000,
    "*," * 4000,
    ";;,,==",
    '"',
    "*;q=nan, a;q=1e999, b;q=-1",
    "%00%0d%0a",
    "=?utf-8?q?=00=0D=0A?=",
    "max-age=" + "9" * 5000,
    "Sun, 99 Nov 99999 99:99:99 GMT",
    "a=" + "\\" * 4000,
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.tool)
def test_no_field_of_a_request_breaks_a_tool(
    site: Assembly, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    client(site, case, "config")
    ask = Client(site.tree, validate=False)
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)
    for name, value in product(FIELDS, VALUES):
        method = OTHER_METHODS.get(name, "GET")
        answer = ask.request(method, "/page", headers={name: value}, data=b"{")
        assert answer.status_code < 500, (name, value[:50])
        assert not any("\r" in each or "\n" in each for _, each in answer.headers.items())
