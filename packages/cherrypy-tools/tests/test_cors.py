from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webob import Request, Response

from cherrypy_tools import CorsPolicy, cors

APP = "https://app.example.com"


def ask(origin: str | None = APP, method: str = "GET", **options: Any) -> Any:
    asked = options.pop("asked", {})
    request = Request.blank("/", method=method, headers=asked)
    if origin is not None:
        request.headers["Origin"] = origin
    response: Any = Response(b"page", content_type="text/plain")
    response.answered = cors(request, response, **{"origins": APP, **options})
    return response


def preflight(origin: str = APP, asked: str = "PUT", names: str = "", **options: Any) -> Any:
    fields = {"Access-Control-Request-Method": asked}
    if names:
        fields["Access-Control-Request-Headers"] = names
    return ask(origin, "OPTIONS", asked=fields, **options)


def fields(response: Any) -> dict[str, str]:
    prefix = "Access-Control-"
    return {n[len(prefix) :]: v for n, v in response.headers.items() if n.startswith(prefix)}


def test_a_page_of_a_named_origin_may_read() -> None:
    response = ask()
    assert fields(response) == {"Allow-Origin": APP}
    assert response.headers["Vary"] == "Origin"
    assert not response.answered
    assert response.body == b"page"


def test_without_configuration_nobody_may() -> None:
    assert fields(ask(origins=())) == {}


def test_a_page_of_another_origin_may_not_and_the_answer_varies_still() -> None:
    response = ask("https://evil.example")
    assert fields(response) == {}
    assert response.headers["Vary"] == "Origin"


def test_a_request_without_an_origin_varies_too() -> None:
    assert ask(None).headers["Vary"] == "Origin"


def test_everybody_may_without_credentials() -> None:
    response = ask("null", origins="*")
    assert fields(response) == {"Allow-Origin": "*"}
    assert "Vary" not in response.headers


def test_what_everybody_may_read_says_so_in_every_answer() -> None:
    """A cache may hand the answer on to a page (Fetch, 3.2.5)."""
    response = ask(None, origins="*", expose="X-Total")
    assert fields(response) == {"Allow-Origin": "*", "Expose-Headers": "X-Total"}
    beforehand = {"Access-Control-Request-Method": "PUT"}
    assert not ask(None, "OPTIONS", asked=beforehand, origins="*").answered


def test_credentials_need_named_origins() -> None:
    assert fields(ask(credentials=True))["Allow-Credentials"] == "true"
    with pytest.raises(ValueError, match="every origin"):
        ask(origins=["*", APP], credentials=True)


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://a.example.com", True),
        ("https://a.b.example.com", True),
        ("https://example.com", False),
        ("http://a.example.com", False),
        ("https://a.example.com:8443", False),
        ("https://evil.com/.example.com", False),
        ("https://evil.com#.example.com", False),
        ("https://user@x.example.com", False),
        ("https://aexample.com", False),
        ("https://.example.com", False),
        ("null", False),
    ],
)
def test_hosts_below_another(origin: str, allowed: bool) -> None:
    assert bool(fields(ask(origin, origins=["https://*.example.com"]))) is allowed


@given(st.text(alphabet="htps:/.*examplco", max_size=30))
def test_no_other_text_passes_for_a_named_origin(origin: str) -> None:
    request, response = Request.blank("/"), Response()
    request.environ["HTTP_ORIGIN"] = origin
    cors(request, response, origins=[APP])
    assert ("Access-Control-Allow-Origin" in response.headers) is (origin == APP)


def test_fields_can_be_exposed() -> None:
    assert fields(ask(expose=["X-Total", "Link"]))["Expose-Headers"] == "X-Total, Link"


def test_a_preflight_is_answered_completely() -> None:
    response = preflight(names="x-own", methods=["GET", "PUT"], headers="X-Own", expose="X-Total")
    assert response.answered
    assert (response.status_code, response.body) == (204, b"")
    assert fields(response) == {
        "Allow-Origin": APP,
        "Allow-Methods": "GET, PUT",
        "Allow-Headers": "X-Own",
        "Max-Age": "600",
    }
    assert response.headers["Vary"] == (
        "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
    )


def test_a_preflight_of_another_origin_gets_nothing() -> None:
    response = preflight("https://evil.example")
    assert response.answered
    assert fields(response) == {}


def test_any_field_may_be_allowed_by_its_name() -> None:
    response = preflight(names="x-a, x-b,bad name,\t", headers="*", credentials=True)
    assert fields(response)["Allow-Headers"] == "x-a, x-b"


def test_any_method_may_be_allowed_by_its_name() -> None:
    response = preflight(methods="*", credentials=True)
    assert fields(response)["Allow-Methods"] == "PUT"


def test_all_fields_can_be_exposed_without_credentials_only() -> None:
    assert fields(ask(expose="*"))["Expose-Headers"] == "*"
    with pytest.raises(ValueError, match="name the fields"):
        ask(expose=["X-A", "*"], credentials=True)


def test_other_requests_with_options_are_the_applications() -> None:
    assert not ask(method="OPTIONS").answered
    assert not ask(None, "OPTIONS", asked={"Access-Control-Request-Method": "PUT"}).answered


@pytest.mark.parametrize(
    "options",
    [
        {"origins": "example.com"},
        {"origins": "https://example.com/"},
        {"origins": "https://*"},
        {"origins": "https://*example.com"},
        {"methods": ["G T"]},
        {"headers": ["a: b"]},
        {"expose": ["a\r\nb"]},
    ],
)
def test_malformed_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is no"):
        ask(**options)


def test_a_policy_answers_many_requests() -> None:
    policy = CorsPolicy("http://[::1]:8080", expose="X-A")
    for origin, allowed in (("http://[::1]:8080", True), ("http://[::2]:8080", False)):
        response = Response()
        assert policy(Request.blank("/", headers={"Origin": origin}), response) is False
        assert ("Access-Control-Allow-Origin" in response.headers) is allowed


def test_a_negative_age_is_refused() -> None:
    with pytest.raises(ValueError, match="max_age is -1"):
        CorsPolicy("*", max_age=-1)
