"""The client, against applications that are a function each."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from wsgiref.validate import WSGIWarning

import pytest

from cherrypy_testing import Client, TooManyRedirectsError, Upload, WSGIError

if TYPE_CHECKING:
    import io

Start = Callable[..., Callable[[bytes], None]]
Environ = dict[str, Any]


def describe(environ: Environ, start_response: Start) -> list[bytes]:
    """Answer with what was asked."""
    described = {key: value for key, value in environ.items() if isinstance(value, str)}
    length = int(environ.get("CONTENT_LENGTH") or 0)
    described["body"] = environ["wsgi.input"].read(length).decode("latin-1")
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(described).encode()]


@pytest.fixture
def client() -> Client:
    return Client(describe, validate=True)


# What the application sees


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options"])
def test_each_method(client: Client, method: str) -> None:
    assert getattr(client, method)("/").json()["REQUEST_METHOD"] == method.upper()


def test_head_has_no_body() -> None:
    def application(environ: Environ, start_response: Start) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
        return []

    response = Client(application, validate=True).head("/")
    assert response.headers["Content-Length"] == "5"
    assert response.body == b""


def test_any_other_method(client: Client) -> None:
    with pytest.warns(WSGIWarning, match="REPORT"):
        assert client.request("REPORT", "/").json()["REQUEST_METHOD"] == "REPORT"


def test_the_path_is_decoded_as_wsgi_says(client: Client) -> None:
    environ = client.get("/a%20b/ü").json()
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/a b/ü"
    assert environ["REQUEST_URI"] == "/a%20b/%C3%BC"
    assert environ["SCRIPT_NAME"] == ""


def test_a_path_of_two_slashes_is_a_path(client: Client) -> None:
    environ = client.get("//evil").json()
    assert (environ["PATH_INFO"], environ["HTTP_HOST"]) == ("//evil", "localhost")


def test_host_port_and_scheme(client: Client) -> None:
    environ = client.get("/").json()
    assert environ["HTTP_HOST"] == environ["SERVER_NAME"] == "localhost"
    assert (environ["SERVER_PORT"], environ["wsgi.url_scheme"]) == ("80", "http")


def test_another_base() -> None:
    environ = Client(describe, base_url="https://example.com:8443/").get("/x").json()
    assert environ["HTTP_HOST"] == "example.com:8443"
    assert (environ["SERVER_PORT"], environ["wsgi.url_scheme"]) == ("8443", "https")
    assert environ["PATH_INFO"] == "/x"


def test_a_whole_url_has_its_own_host(client: Client) -> None:
    response = client.get("https://example.com/x?y")
    assert response.json()["HTTP_HOST"] == "example.com"
    assert response.json()["SERVER_PORT"] == "443"
    assert response.url == "https://example.com/x?y"


def test_a_url_without_a_path_asks_for_the_root(client: Client) -> None:
    assert client.get("http://example.com").json()["PATH_INFO"] == "/"


@pytest.mark.parametrize("url", ["x", "ftp://example.com/", ""])
def test_other_urls_are_errors(client: Client, url: str) -> None:
    with pytest.raises(ValueError, match="begins with '/'"):
        client.get(url)


@pytest.mark.parametrize(
    ("url", "params", "query"),
    [
        ("/", {"a": "1", "b": ["2", "3"]}, "a=1&b=2&b=3"),
        ("/", {"a": 1, "b": [2, 3.5]}, "a=1&b=2&b=3.5"),
        ("/", [("a", "ü &")], "a=%C3%BC+%26"),
        ("/?x=y", {"a": "1"}, "x=y&a=1"),
        ("/?x=ü", {}, "x=%C3%BC"),
        ("/?x=%41", {}, "x=%41"),
    ],
)
def test_the_query_string(client: Client, url: str, params: Any, query: str) -> None:
    response = client.get(url, params=params)
    assert response.json()["QUERY_STRING"] == query
    assert response.json()["REQUEST_URI"] == f"/?{query}"


def test_header_fields_of_the_client_and_of_the_request() -> None:
    client = Client(describe, headers={"Accept": "a/b", "X-Both": "client"})
    environ = client.get("/", headers={"x-both": "request", "Content-Type": "c/d"}).json()
    assert environ["HTTP_ACCEPT"] == "a/b"
    assert environ["HTTP_X_BOTH"] == "request"
    assert environ["CONTENT_TYPE"] == "c/d"


def test_equal_fields_are_joined(client: Client) -> None:
    fields = [("X-A", "1"), ("X-A", "2"), ("Cookie", "a=1"), ("Cookie", "b=2")]
    environ = client.get("/", headers=fields).json()
    assert environ["HTTP_X_A"] == "1, 2"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"


def test_variables_for_the_environ() -> None:
    client = Client(describe, environ={"REMOTE_USER": "bird", "SERVER_NAME": "here"})
    environ = client.get("/", environ={"SERVER_NAME": "there"}).json()
    assert (environ["REMOTE_USER"], environ["SERVER_NAME"]) == ("bird", "there")


# Bodies


def test_a_form(client: Client) -> None:
    environ = client.post("/", data={"a": "ü", "b": ["1", "2"]}).json()
    assert environ["CONTENT_TYPE"] == "application/x-www-form-urlencoded"
    assert environ["body"] == "a=%C3%BC&b=1&b=2"
    assert environ["CONTENT_LENGTH"] == "16"


@pytest.mark.parametrize(("data", "body"), [(b"raw", "raw"), ("ü", "\xc3\xbc"), (b"", "")])
def test_a_body_as_it_is(client: Client, data: bytes | str, body: str) -> None:
    environ = client.post("/", data=data).json()
    assert environ["body"] == body
    assert "CONTENT_TYPE" not in environ
    assert environ["CONTENT_LENGTH"] == str(len(body))


def test_a_request_without_a_body_has_no_length(client: Client) -> None:
    assert "CONTENT_LENGTH" not in client.get("/").json()


def test_json(client: Client) -> None:
    environ = client.post("/", json={"a": [1, None]}).json()
    assert environ["CONTENT_TYPE"] == "application/json"
    assert json.loads(environ["body"]) == {"a": [1, None]}


def test_the_media_type_may_be_given(client: Client) -> None:
    environ = client.post("/", json=1, headers={"Content-Type": "application/x+json"}).json()
    assert environ["CONTENT_TYPE"] == "application/x+json"


def test_files_and_fields(client: Client) -> None:
    files = {
        "one": Upload("a.txt", b"first"),
        "two": Upload('b"\r\n.unknown', b"second"),
        "three": Upload("c.txt", b"third", "x/y"),
    }
    environ = client.post("/", data={"a": "b"}, files=files).json()
    media_type, _, boundary = environ["CONTENT_TYPE"].partition("; boundary=")
    assert media_type == "multipart/form-data"
    assert environ["body"].split(f"--{boundary}") == [
        "",
        '\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n',
        (
            '\r\nContent-Disposition: form-data; name="one"; filename="a.txt"\r\n'
            "Content-Type: text/plain\r\n\r\nfirst\r\n"
        ),
        (
            '\r\nContent-Disposition: form-data; name="two"; filename="b%22%0D%0A.unknown"\r\n'
            "Content-Type: application/octet-stream\r\n\r\nsecond\r\n"
        ),
        (
            '\r\nContent-Disposition: form-data; name="three"; filename="c.txt"\r\n'
            "Content-Type: x/y\r\n\r\nthird\r\n"
        ),
        "--\r\n",
    ]


def test_several_files_in_one_field(client: Client) -> None:
    files = [("file", Upload("a", b"1")), ("file", Upload("b", b"2"))]
    assert client.post("/", files=files).json()["body"].count('name="file"') == 2


@pytest.mark.parametrize(
    "options",
    [
        {"json": 1, "data": {"a": "b"}},
        {"json": 1, "files": {"a": Upload("a", b"")}},
        {"data": b"raw", "files": {"a": Upload("a", b"")}},
    ],
)
def test_bodies_that_exclude_each_other(client: Client, options: Any) -> None:
    with pytest.raises(TypeError):
        client.post("/", **options)


# Cookies


def counter(environ: Environ, start_response: Start) -> list[bytes]:
    """Answer with the cookies, and set one: its value is the path, its attributes the query."""
    headers = [("Content-Type", "text/plain")]
    path, attributes = environ["PATH_INFO"], environ["QUERY_STRING"].replace("+", " ")
    if path[1:].isdigit() or attributes:
        headers.append(("Set-Cookie", f"visit={path[1:]}{attributes}"))
    start_response("200 OK", headers)
    return [environ.get("HTTP_COOKIE", "none").encode()]


def test_cookies_are_kept_and_sent() -> None:
    client = Client(counter)
    assert client.get("/1").text == "none"
    assert client.get("/2").text == "visit=1"
    assert client.cookies["visit"] == "2"
    assert dict(client.cookies) == {"visit": "2"}
    assert repr(client.cookies) == "Cookies({'visit': '2'})"
    assert len(client.cookies) == 1


def test_cookies_of_other_hosts_and_paths_are_not_sent() -> None:
    client = Client(counter)
    client.get("/deep?;+Path=/deep")
    assert client.get("/").text == "none"
    assert client.get("/deep/er").text == "visit=deep"
    assert client.get("http://example.com/deep").text == "none"


def test_expired_cookies_are_forgotten() -> None:
    client = Client(counter)
    client.get("/1")
    client.get("/2?;+Max-Age=0")
    assert "visit" not in client.cookies


def test_secure_cookies_are_for_tls() -> None:
    client = Client(counter)
    client.get("https://localhost/1?;+Secure")
    assert client.get("/").text == "none"
    client.get("https://localhost/1?;+Secure")
    assert client.get("https://localhost/").text == "visit=1"


def test_cookies_may_be_set_and_cleared() -> None:
    client = Client(counter)
    client.cookies.set("a", "b")
    client.cookies.set("c", "d")
    assert client.cookies["c"] == "d"
    assert client.get("/").text == "a=b; c=d"
    client.cookies.clear()
    assert client.get("/").text == "none"
    with pytest.raises(KeyError):
        client.cookies["a"]


def test_a_cookie_field_of_the_request_goes_first() -> None:
    client = Client(counter)
    client.get("/1")
    assert client.get("/2", headers={"cookie": "own=1"}).text == "own=1"


# Redirections


def redirector(environ: Environ, start_response: Start) -> list[bytes]:
    """`/303/302/x` redirects by 303 to `/302/x`, and so on."""
    status, _, rest = environ["PATH_INFO"][1:].partition("/")
    if not status.isdigit():
        return describe(environ, start_response)
    start_response(f"{status} Go", [("Location", f"/{rest}"), ("Content-Type", "text/plain")])
    return [b""]


def test_redirections_are_not_followed_unless_asked_for() -> None:
    response = Client(redirector).get("/302/x")
    assert (response.status_code, response.headers["Location"]) == (302, "/x")


def test_redirections_are_followed_on_request() -> None:
    response = Client(redirector).get("/302/301/x", follow_redirects=True)
    assert response.url == "http://localhost/x"
    assert [each.status_code for each in response.history] == [302, 301]


def test_a_client_may_always_follow() -> None:
    client = Client(redirector, follow_redirects=True)
    assert client.get("/302/x").status_code == 200
    assert client.get("/302/x", follow_redirects=False).status_code == 302


@pytest.mark.parametrize(
    ("code", "method", "then"),
    [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (303, "POST", "GET"),
        (303, "PUT", "GET"),
        (302, "PUT", "PUT"),
        (307, "POST", "POST"),
        (308, "POST", "POST"),
        (303, "HEAD", "HEAD"),
    ],
)
def test_what_becomes_of_the_method(code: int, method: str, then: str) -> None:
    client = Client(redirector, follow_redirects=True)
    environ = client.request(
        method, f"/{code}/x", data=b"raw", headers={"Content-Type": "a/b"}
    ).json()
    assert environ["REQUEST_METHOD"] == then
    kept = then == method
    assert environ["body"] == ("raw" if kept else "")
    assert environ.get("CONTENT_TYPE") == ("a/b" if kept else None)


def test_a_redirection_without_a_target_is_an_answer() -> None:
    def application(environ: Environ, start_response: Start) -> list[bytes]:
        start_response("302 Found", [("Content-Type", "text/plain")])
        return [b"nowhere"]

    assert Client(application, follow_redirects=True).get("/").text == "nowhere"


def test_a_loop_of_redirections_is_an_error() -> None:
    def application(environ: Environ, start_response: Start) -> list[bytes]:
        start_response("302 Found", [("Location", "/")])
        return [b""]

    with pytest.raises(TooManyRedirectsError, match="More than 20"):
        Client(application, follow_redirects=True).get("/")


def test_another_status_is_no_redirection() -> None:
    def application(environ: Environ, start_response: Start) -> list[bytes]:
        start_response("201 Created", [("Location", "/new"), ("Content-Type", "text/plain")])
        return [b""]

    assert Client(application, follow_redirects=True).get("/").status_code == 201


# Calling, streaming, closing


class Body:
    """An iterable that remembers what was done with it."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.pieces = iter(pieces)
        self.made: list[bytes] = []
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            self.made.append(piece)
            yield piece

    def close(self) -> None:
        self.closed += 1


def serving(body: Any) -> Client:
    def application(environ: Environ, start_response: Start) -> Any:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return body

    return Client(application)


def test_the_iterable_is_read_and_closed_once() -> None:
    body = Body([b"a", b"", b"b"])
    assert serving(body).get("/").body == b"ab"
    assert body.closed == 1


def test_a_stream_is_made_while_it_is_read() -> None:
    body = Body([b"", b"a", b"b", b"c"])
    with serving(body).stream("GET", "/") as response:
        assert response.status_code == 200
        assert body.made == [b"", b"a"]
        pieces = iter(response)
        assert [next(pieces), next(pieces)] == [b"a", b"b"]
        assert body.made == [b"", b"a", b"b"]
        assert response.body == b"c"
        assert list(response) == [b"c"]
    assert body.closed == 1


def test_leaving_a_stream_closes_it() -> None:
    body = Body([b"a", b"b"])
    with serving(body).stream("GET", "/") as response:
        assert next(iter(response)) == b"a"
    assert body.closed == 1
    assert body.made == [b"a"]


def test_an_error_in_the_test_closes_the_stream() -> None:
    body = Body([b"a", b"b"])
    with pytest.raises(ValueError, match="mine"), serving(body).stream("GET", "/"):
        raise ValueError("mine")
    assert body.closed == 1


def test_an_error_in_the_application_reaches_the_test_and_closes_the_iterable() -> None:
    def broken() -> Iterator[bytes]:
        yield b"a"
        raise ValueError("broken")

    body = Body(broken())
    with pytest.raises(ValueError, match="broken"):
        serving(body).get("/")
    assert body.closed == 1


def test_an_empty_body() -> None:
    assert serving([]).get("/").body == b""


def test_write_comes_before_the_iterable() -> None:
    def application(environ: Environ, start_response: Start) -> list[bytes]:
        write = start_response("200 OK", [("Content-Type", "text/plain")])
        write(b"a")
        write(b"b")
        return [b"c"]

    assert Client(application).get("/").body == b"abc"


def test_write_without_an_iterable() -> None:
    def application(environ: Environ, start_response: Start) -> list[bytes]:
        start_response("200 OK", [])(b"a")
        return []

    assert Client(application).get("/").body == b"a"


def test_the_application_may_start_over_with_an_error() -> None:
    def application(environ: Environ, start_response: Start) -> list[bytes]:
        start_response("200 OK", [])
        try:
            int("late")
        except ValueError:
            start_response("500 Oops", [("X-A", "1")], sys.exc_info())
        return [b"error"]

    response = Client(application).get("/")
    assert (response.status, response.headers["X-A"]) == ("500 Oops", "1")


def test_starting_over_after_the_first_piece_raises_the_error() -> None:
    def application(environ: Environ, start_response: Start) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"a"
        try:
            int("too late")
        except ValueError:
            start_response("500 Oops", [], sys.exc_info())
        yield b"b"

    with pytest.raises(ValueError, match="too late"):
        Client(application).get("/")


def test_an_application_may_start_when_it_is_iterated() -> None:
    def application(environ: Environ, start_response: Start) -> Iterator[bytes]:
        start_response("200 OK", [("X-A", "1")])
        yield b"a"

    assert Client(application).get("/").headers["X-A"] == "1"


def never_started(environ: Environ, start_response: Start) -> list[bytes]:
    return [b"a"]


def never_started_nor_made(environ: Environ, start_response: Start) -> list[bytes]:
    return []


def started_twice(environ: Environ, start_response: Start) -> list[bytes]:
    start_response("200 OK", [])
    start_response("200 OK", [])
    return []


def text(environ: Environ, start_response: Start) -> Any:
    start_response("200 OK", [])
    return ["a"]


@pytest.mark.parametrize(
    ("application", "message"),
    [
        (never_started, "did not call start_response"),
        (never_started_nor_made, "did not call start_response"),
        (started_twice, "twice"),
        (text, "'a', which is not bytes"),
    ],
)
def test_a_broken_rule_of_wsgi_is_an_error(application: Any, message: str) -> None:
    with pytest.raises(WSGIError, match=message):
        Client(application).get("/")


def test_validate_checks_the_finer_rules() -> None:
    def application(environ: Environ, start_response: Start) -> list[bytes]:
        start_response("200 OK", [("Status", "200")])
        return [b""]

    assert Client(application).get("/").status_code == 200
    with pytest.raises(AssertionError):
        Client(application, validate=True).get("/")


def test_what_the_application_says_about_errors() -> None:
    def application(environ: Environ, start_response: Start) -> list[bytes]:
        errors: io.StringIO = environ["wsgi.errors"]
        errors.write("careful")
        start_response("200 OK", [])
        return []

    assert Client(application).get("/").errors == "careful"


def test_application_binds_what_it_likes_in_a_context_of_its_own() -> None:
    bound: ContextVar[str] = ContextVar("bound", default="nothing")

    class Body:
        def __init__(self) -> None:
            self.seen = [bound.get()]

        def __iter__(self) -> Iterator[bytes]:
            self.seen.append(bound.get())
            yield b"x"
            self.seen.append(bound.get())

        def close(self) -> None:
            self.seen.append(bound.get())

    bodies = []

    def application(environ: Any, start_response: Any) -> Body:
        bound.set("application")
        start_response("200 OK", [])
        bodies.append(Body())
        return bodies[0]

    assert Client(application).get("/").body == b"x"
    assert bodies[0].seen == ["application"] * 4
    assert bound.get() == "nothing"


def test_an_option_that_there_is_not_is_named(client: Client) -> None:
    with pytest.raises(TypeError, match="no option auth, cookie; it has data, environ, files, "):
        client.get("/", auth=("jon", "secret"), cookie="a=1")  # type: ignore[call-arg]


def test_a_file_that_is_no_upload_is_named(client: Client) -> None:
    files: Any = {"notes": ("notes.txt", b"Two left")}
    with pytest.raises(TypeError, match=r"an Upload\(filename, content\); notes is \('notes"):
        client.post("/", files=files)
