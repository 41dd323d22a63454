"""The default tools that change a request, its parameters and its headers, as config sets them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
from cherrypy_testing import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cherrypy.assembly import Assembly


class Root:
    @cherrypy.expose
    def index(self, **params: Any) -> str:
        return f"{cherrypy.url('/here')} {cherrypy.request.remote.ip} {params}"

    @cherrypy.expose
    def other(self) -> str:
        return "the other page"

    @cherrypy.expose
    def fails(self) -> str:
        raise RuntimeError("the reason")

    @cherrypy.expose
    def number(self, limit: int = 0) -> str:
        return repr(limit)

    @cherrypy.expose
    def header(self, name: str) -> str:
        return str(cherrypy.request.headers.get(name))

    @cherrypy.expose
    def nested(self) -> Any:
        def inner() -> Iterator[bytes]:
            yield b"b"

        yield b"a"
        yield inner()
        yield [b"c", None]


def client(site: Assembly, path: str = "/", /, **entries: Any) -> Client:
    section: dict[str, Any] = {}
    for tool, options in entries.items():
        section[f"tools.{tool}.on"] = True
        section |= {f"tools.{tool}.{name}": value for name, value in options.items()}
    site.tree.mount(Root(), config={path: section})
    return Client(site.tree)


# proxy


def test_proxy_tells_what_the_client_asked_for(site: Assembly) -> None:
    forwarded = {
        "X-Forwarded-Host": "www.example.com",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "192.0.2.7, 10.0.0.1",
    }
    answer = client(site, proxy={}).get("/", headers=forwarded)
    assert answer.text == "https://www.example.com/here 192.0.2.7 {}"


def test_proxy_takes_its_base_where_no_header_tells_one(site: Assembly) -> None:
    answer = client(site, proxy={"base": "http://www.example.com"}).get("/")
    assert answer.text.startswith("http://www.example.com/here ")


def test_proxy_believes_nobody_who_is_not_trusted(site: Assembly) -> None:
    answer = client(site, proxy={"trusted": ["10.0.0.0/8"]}).get(
        "/", headers={"X-Forwarded-Host": "evil.example"}
    )
    assert answer.text.startswith("http://localhost/here ")


def test_address_that_the_proxy_tells_is_logged(
    site: Assembly, caplog: pytest.LogCaptureFixture
) -> None:
    client(site, proxy={}).get("/", headers={"X-Forwarded-For": "192.0.2.7"})
    assert "192.0.2.7 - - [" in caplog.text


# redirect and err_redirect


def test_redirect_serves_another_page_in_place(site: Assembly) -> None:
    ask = client(site, "/number", redirect={"url": "/other"})
    assert ask.get("/number").text == "the other page"


def test_redirect_can_send_the_client(site: Assembly) -> None:
    ask = client(site, "/number", redirect={"url": "/other", "internal": False})
    answer = ask.get("/number")
    assert (answer.status_code, answer.headers["Location"]) == (303, "http://localhost/other")


@pytest.mark.parametrize("internal", [True, False])
def test_unexpected_error_is_redirected(site: Assembly, internal: bool) -> None:
    ask = client(site, "/fails", err_redirect={"url": "/other", "internal": internal})
    answer = ask.get("/fails", follow_redirects=True)
    assert (answer.status_code, answer.text) == (200, "the other page")


# params and decode


def test_parameters_are_converted_as_annotated(site: Assembly) -> None:
    ask = client(site, params={})
    assert ask.get("/number?limit=12").text == "12"
    answer = ask.get("/number?limit=many")
    assert answer.status_code == 400
    assert "limit" in answer.text


def test_status_for_what_cannot_be_converted_is_an_option(site: Assembly) -> None:
    assert client(site, params={"error": 422}).get("/number?limit=many").status_code == 422


def test_tool_converts_nothing_where_there_is_no_page(site: Assembly) -> None:
    assert client(site, params={}).get("/nowhere?limit=1").status_code == 404


@pytest.mark.parametrize(
    ("options", "body", "shown"),
    [
        ({"encoding": "latin-1"}, b"q=%A3", "£"),
        ({"encoding": ["utf-8", "latin-1"]}, b"q=%A3", "£"),
        ({"default_encoding": "latin-1"}, b"q=%C2%A3", "£"),
        ({"default_encoding": "latin-1"}, b"q=%A3", "£"),
    ],
)
def test_charsets_of_the_body_are_chosen(
    site: Assembly, options: Any, body: Any, shown: Any
) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client(site, decode=options).post("/", data=body, headers=form)
    assert answer.text.endswith(str({"q": shown}))


def test_body_in_no_chosen_charset_is_refused(site: Assembly) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded;charset=latin-1"}
    answer = client(site, decode={"encoding": "utf-8"}).post("/", data=b"q=%A3", headers=form)
    assert answer.status_code == 400


# What looks at header fields.


def test_ignored_header_is_not_seen(site: Assembly) -> None:
    ask = client(site, ignore_headers={"headers": ("Range", "X-Odd")})
    sent = {"Range": "bytes=0-1", "X-Odd": "1", "X-Even": "2"}
    seen = [ask.get(f"/header?name={name}", headers=sent).text for name in sent]
    assert seen == ["None", "None", "2"]


def test_page_is_for_visitors_from_known_pages(site: Assembly) -> None:
    ask = client(site, referer={"pattern": "https://known.example/"})
    assert ask.get("/other", headers={"Referer": "https://known.example/a"}).status_code == 200
    refused = ask.get("/other", headers={"Referer": "https://other.example/"})
    assert refused.status_code == 403
    assert "Forbidden Referer header." in refused.text
    assert ask.get("/other").status_code == 403


def test_vary_names_what_was_looked_at(site: Assembly) -> None:
    ask = client(site, autovary={})
    answer = ask.get("/header?name=X-Odd", headers={"X-Odd": "1"})
    assert answer.text == "1"
    assert set(answer.headers["Vary"].split(", ")) == {"Accept-Charset", "X-Odd"}


def test_vary_does_not_name_the_host(site: Assembly) -> None:
    assert "Host" not in client(site, autovary={}).get("/").headers.get("Vary", "")


# What sets header fields.


def test_response_that_expires_at_once_is_not_cached(site: Assembly) -> None:
    headers = client(site, expires={}).get("/").headers
    assert headers["Cache-Control"] == "no-cache, must-revalidate"
    assert headers["Pragma"] == "no-cache"


def test_response_expires_when_config_says(site: Assembly) -> None:
    headers = client(site, expires={"secs": 60}).get("/").headers
    assert "Expires" in headers
    assert "Cache-Control" not in headers


def test_time_to_expiry_begins_with_the_response(site: Assembly) -> None:
    class Old:
        @cherrypy.expose
        def index(self) -> str:
            cherrypy.response.time = 0
            return ""

    site.tree.mount(Old(), config={"/": {"tools.expires.on": True, "tools.expires.secs": 60}})
    expires = Client(site.tree).get("/").headers["Expires"]
    assert expires == "Thu, 01 Jan 1970 00:01:00 GMT"


def test_headers_are_set_on_a_refusal_too(site: Assembly) -> None:
    entries = {
        "tools.accept.on": True,
        "tools.accept.media": "text/plain",
        "tools.response_headers.on": True,
        "tools.response_headers.headers": [("X-Frame-Options", "DENY")],
    }
    site.tree.mount(Root(), config={"/": entries})
    answer = Client(site.tree).get("/", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["X-Frame-Options"]) == (406, "DENY")


def test_security_headers_are_added_and_can_be_changed(site: Assembly) -> None:
    options = {"headers": {"X-Frame-Options": "DENY", "Permissions-Policy": None}}
    headers = client(site, secure_headers=options).get("/").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "Permissions-Policy" not in headers


def test_entity_tag_is_made_of_the_body(site: Assembly) -> None:
    ask = client(site, etags={"autotags": True})
    tag = ask.get("/other").headers["ETag"]
    assert ask.get("/other", headers={"If-None-Match": tag}).status_code == 304


def test_entity_tag_is_not_made_of_a_stream(site: Assembly) -> None:
    site.config.update({"response.stream": True})
    assert "ETag" not in client(site, etags={"autotags": True}).get("/other").headers


# The body, and the log.


def test_nested_body_is_sent_flat(site: Assembly) -> None:
    site.config.update({"tools.encode.on": False})
    assert client(site, flatten={}).get("/nested").text == "abc"


def test_hooks_are_logged_in_their_order(site: Assembly, caplog: pytest.LogCaptureFixture) -> None:
    client(site, log_hooks={}).get("/")
    _, _, listed = caplog.text.partition("Request Hooks for http://localhost/:")
    assert "    before_handler:\n        Hook(" in listed
    assert listed.index("on_start_resource:") < listed.index("before_handler:")
    assert listed.index("priority=60") < listed.index("priority=70")


# The encoder, and the cookie of a session, for direct use.


class Direct:
    @cherrypy.expose
    def encoded(self) -> Any:
        encoder = cherrypy.lib.encoding.ResponseEncoder(encoding="utf-16-le")
        encoder.oldhandler = lambda: "né"
        return encoder()

    @cherrypy.expose
    def attempts(self) -> str:
        encoder = cherrypy.lib.encoding.ResponseEncoder()
        encoder.body = ["n", "é"]
        tried = [encoder.encode_string(each) for each in ("ascii", "no-such", "latin-1")]
        encoder.body = [*encoder.body, "€"]
        known = [encoder.encode_stream(each) for each in ("no-such", "utf-8")]
        sent = b"".join(encoder.body)
        encoder.body = None
        encoder.encode_string("utf-8")
        return f"{tried} {known} {sent!r} {encoder.body}"

    @cherrypy.expose
    def unencodable(self) -> Any:
        encoder = cherrypy.lib.encoding.ResponseEncoder(default_encoding="ascii")
        encoder.failmsg = "cannot be %r"
        encoder.body = "é"
        encoder.find_acceptable_charset()

    @cherrypy.expose
    def leave(self) -> str:
        cherrypy.session["a"] = 1
        cherrypy.lib.sessions.expire()
        return ""

    @cherrypy.expose
    def longer(self) -> str:
        cherrypy.session["a"] = 1
        cherrypy.lib.sessions.set_response_cookie(name="sid", timeout=600, httponly=True)
        return ""


@pytest.fixture
def direct(site: Assembly) -> Client:
    entries = {"tools.sessions.on": True, "tools.sessions.name": "sid"}
    entries["tools.sessions.clean_freq"] = 0
    site.tree.mount(Direct(), config={"/": entries})
    return Client(site.tree)


def test_encoder_labels_what_it_encodes(direct: Client) -> None:
    answer = direct.get("/encoded")
    assert answer.body == "né".encode("utf-16-le")
    assert answer.headers["Content-Type"] == "text/html;charset=utf-16-le"


def test_encoder_tells_whether_a_charset_fits(direct: Client) -> None:
    shown = r"[False, False, True] [False, True] b'n\xe9\xe2\x82\xac' []"
    assert direct.get("/attempts").text == shown


def test_encoder_says_what_it_cannot_encode(direct: Client) -> None:
    answer = direct.get("/unencodable")
    assert answer.status_code == 500
    assert "cannot be &#x27;ascii&#x27;" in answer.text
    refused = direct.get("/unencodable", headers={"Accept-Charset": "ascii, iso-8859-1;q=0"})
    assert refused.status_code == 406


def test_stream_is_encoded_as_utf_8_and_closed() -> None:
    closed: list[bool] = []

    def text() -> Iterator[str]:
        try:
            yield "é"
            yield "never"
        finally:
            closed.append(True)

    encoder = cherrypy.lib.encoding.UTF8StreamEncoder(text())
    assert next(encoder) == b"\xc3\xa9"
    encoder.close()
    assert closed == [True]


def test_client_is_told_to_forget_its_session(direct: Client) -> None:
    cookie = direct.get("/leave").headers["Set-Cookie"]
    assert cookie.startswith("sid=")
    assert "expires=" in cookie.lower()
    assert "max-age" not in cookie.lower()


def test_cookie_of_the_session_is_set_with_other_options(direct: Client) -> None:
    cookie = direct.get("/longer").headers["Set-Cookie"]
    assert "Max-Age=36000" in cookie
    assert "HttpOnly" in cookie


# What tools do to each other.


def test_redirection_behind_a_proxy_leads_through_it(site: Assembly) -> None:
    site.config.update({"tools.proxy.on": True})
    ask = client(site, "/number", redirect={"url": "/other", "internal": False})
    answer = ask.get("/number", headers={"X-Forwarded-Host": "www.example.com"})
    assert answer.headers["Location"] == "http://www.example.com/other"


@pytest.mark.parametrize(("path", "status"), [("/fails", 500), ("/nowhere", 404), ("/", 200)])
def test_security_headers_are_on_errors_too(site: Assembly, path: str, status: int) -> None:
    answer = client(site, secure_headers={}).get(path)
    assert (answer.status_code, answer.headers["X-Frame-Options"]) == (status, "SAMEORIGIN")


def test_validated_answer_varies_and_is_tagged_as_the_compressed_one(site: Assembly) -> None:
    site.config.update({"tools.gzip.on": True})
    ask = client(site, etags={"autotags": True})
    packed = {"Accept-Encoding": "gzip"}
    first = ask.get("/other", headers=packed).headers
    again = ask.get("/other", headers={**packed, "If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert [again.headers[name] for name in ("ETag", "Vary")] == [first["ETag"], first["Vary"]]
    assert "Content-Type" not in again.headers


def test_validated_answer_says_where_it_is_and_how_long_it_is_fresh(site: Assembly) -> None:
    class Page:
        @cherrypy.expose
        def index(self) -> str:
            headers = cherrypy.response.headers
            headers["ETag"], headers["Content-Location"] = '"a"', "/page.html"
            return "text"

    entries = {"tools.etags.on": True, "tools.expires.on": True, "tools.expires.force": True}
    site.tree.mount(Page(), config={"/": {**entries, "tools.expires.secs": 60}})
    headers = Client(site.tree).get("/", headers={"If-None-Match": '"a"'}).headers
    assert headers["Content-Location"] == "/page.html"
    assert "Expires" in headers


# What is logged.


def test_secrets_can_be_kept_out_of_the_log(
    site: Assembly, caplog: pytest.LogCaptureFixture
) -> None:
    ask = client(site, log_headers={"hidden": ["Authorization"]})
    ask.get("/fails", headers={"Authorization": "Basic c2VjcmV0", "X-A": "b"})
    assert "\n  Authorization: ...\n" in caplog.text
    assert "\n  X-A: b" in caplog.text


@pytest.mark.parametrize(
    ("tool", "reported"),
    [
        ("encode", "'text/html', None taken: 'text/html;charset=utf-8'"),
        ("gzip", "Accept-Encoding None: compress is False"),
        ("etags", "status 200, ETag None"),
        ("allow", "GET is GET, HEAD"),
        ("expires", "Expires: "),
        ("trailing_slash", "path_info '/number/', is_index False"),
        ("caching", "nothing to answer with"),
        ("proxy", "from 127.0.0.1: Origin(base='http://localhost', remote_ip=None)"),
    ],
)
def test_decisions_are_reported_where_config_says(
    site: Assembly, caplog: pytest.LogCaptureFixture, tool: str, reported: str
) -> None:
    caplog.set_level("INFO")
    client(site).get("/number/")
    assert reported not in caplog.text
    client(site, **{tool: {"debug": True}}).get("/number/")
    assert reported in caplog.text


# The encode tool.


def test_message_of_what_cannot_be_encoded_is_an_option(site: Assembly) -> None:
    class Page:
        @cherrypy.expose
        def index(self) -> str:
            return "€"

    entries = {"default_encoding": "latin-1", "failmsg": "not in %r"}
    config = {f"tools.encode.{name}": value for name, value in entries.items()}
    site.tree.mount(Page(), config={"/": config})
    answer = Client(site.tree).get("/")
    assert (answer.status_code, "not in &#x27;latin-1&#x27;" in answer.text) == (500, True)


def test_encoder_of_a_program_is_made_for_each_request(site: Assembly) -> None:
    class Loud(cherrypy.lib.encoding.ResponseEncoder):
        def find_acceptable_charset(self) -> None:
            self.body = self.body.upper()
            super().find_acceptable_charset()

    site.tools.loud = cherrypy.Tool("before_handler", Loud, priority=65)
    ask = client(site, loud={"encoding": "utf-8"})
    assert [ask.get("/other").text for _ in range(2)] == ["THE OTHER PAGE"] * 2


def test_charsets_of_a_body_that_is_not_read_are_left_alone(site: Assembly) -> None:
    assert client(site, decode={"encoding": "ascii"}).get("/other").text == "the other page"


# JSON.


class Documents:
    @cherrypy.expose
    @cherrypy.tools.json_in()
    @cherrypy.tools.json_out()
    def echo(self) -> Any:
        return cherrypy.request.json

    @cherrypy.expose
    @cherrypy.tools.json_in(content_type="application/x", force=False, max_size=9, max_depth=2)
    def some(self) -> str:
        return repr(getattr(cherrypy.request, "json", None))

    @cherrypy.expose
    @cherrypy.tools.json_in(
        processor=lambda entity: setattr(cherrypy.request, "own", entity.length)
    )
    @cherrypy.tools.json_out(content_type=None, handler=lambda **_: b"own")
    def own(self) -> str:
        raise AssertionError

    @cherrypy.expose
    @cherrypy.tools.json_in(loads=bytes.decode)
    @cherrypy.tools.json_out(dumps=lambda value: value.upper().encode())
    def other(self) -> Any:
        return cherrypy.request.json

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def none(self) -> Any:
        return float("nan")


@pytest.fixture
def documents(site: Assembly) -> Client:
    site.tree.mount(Documents())
    return Client(site.tree)


def as_json(data: bytes, kind: str = "application/json", **more: str) -> dict[str, Any]:
    return {"data": data, "headers": {"Content-Type": kind, **more}}


@pytest.mark.parametrize("kind", ["application/json", "text/javascript", "application/json; a=b"])
def test_document_comes_in_and_goes_out(documents: Client, kind: str) -> None:
    answer = documents.post("/echo", **as_json('{"a": "é"}'.encode(), kind))
    assert answer.body == b'{"a": "\\u00e9"}'
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("data", "status"),
    [(b"", 400), (b"[", 400), (b"\xff", 400), (b"[" * 300, 400), (b"NaN", 400), (b"1" * 9999, 400)],
)
def test_document_that_is_none_is_refused(documents: Client, data: bytes, status: int) -> None:
    answer = documents.post("/echo", **as_json(data))
    assert (answer.status_code, "Invalid JSON document" in answer.text) == (status, True)


def test_document_without_length_is_refused(documents: Client) -> None:
    sent = as_json(b"2\r\n{}\r\n0\r\n\r\n", **{"Transfer-Encoding": "chunked"})
    answer = documents.post("/echo", **sent, environ={"CONTENT_LENGTH": ""})
    assert answer.status_code == 411


def test_types_depth_and_size_are_options(documents: Client) -> None:
    assert documents.post("/some", **as_json(b"[1]", "application/x")).text == "[1]"
    assert documents.post("/some", **as_json(b"[1]", "text/plain")).text == "None"
    assert documents.post("/some", **as_json(b"[[[1]]]", "application/x")).status_code == 400
    assert documents.post("/some", **as_json(b" " * 10, "application/x")).status_code == 413


def test_processor_and_handler_can_be_a_programs_own(documents: Client) -> None:
    answer = documents.post("/own", **as_json(b"anything"))
    assert (answer.text, answer.headers["Content-Type"]) == ("own", "text/html;charset=utf-8")


def test_decoder_and_encoder_can_be_a_programs_own(documents: Client) -> None:
    assert documents.post("/other", **as_json(b"text")).text == "TEXT"


def test_page_that_is_no_json_is_an_error(documents: Client) -> None:
    assert documents.get("/none").status_code == 500


def test_processor_can_be_called_by_a_program(site: Assembly) -> None:
    class Page:
        @cherrypy.expose
        def index(self) -> str:
            return repr(cherrypy.request.json)

    processors = {"application/x": cherrypy.lib.jsontools.json_processor}
    site.tree.mount(Page(), config={"/": {"request.body.processors": processors}})
    assert Client(site.tree).post("/", **as_json(b"[1]", "application/x")).text == "[1]"
