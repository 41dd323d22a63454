from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webob import Request, Response

from cherrypy_httputil import HTTPError
from cherrypy_tools import Origin, parse_forwarded, proxy

OWN = "http://inner:8080"


def origin(headers: Any = None, peer: Any = "10.0.0.1", **options: Any) -> Any:
    request = Request.blank("/", headers=headers or {})
    return proxy(request, Response(), own_base=OWN, peer=peer, **options)


def test_without_headers_nothing_is_learnt() -> None:
    assert origin() == Origin(OWN, None)


def test_the_usual_headers() -> None:
    headers = {
        "X-Forwarded-Host": "www.example.com",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "192.0.2.1",
    }
    assert origin(headers) == Origin("https://www.example.com", "192.0.2.1")


def test_the_scheme_alone() -> None:
    assert origin({"X-Forwarded-Proto": "HTTPS"}).base == "https://inner:8080"


@pytest.mark.parametrize(
    ("base", "result"),
    [
        ("http://www.example.com", "http://www.example.com"),
        ("www.example.com", "http://www.example.com"),
        ("https://www.example.com/path", "https://www.example.com/path"),
    ],
)
def test_a_configured_base(base: Any, result: Any) -> None:
    assert origin(base=base).base == result


def test_a_header_outranks_the_configured_base() -> None:
    headers = {"X-Forwarded-Host": "h"}
    assert origin(headers, base="http://www.example.com").base == "http://h"
    assert origin(headers, base="http://www.example.com/a", local="").base == (
        "http://www.example.com/a"
    )


def test_origin_carries_its_scheme() -> None:
    assert origin({"Origin": "https://h:8443"}, local="Origin").base == "https://h:8443"
    assert origin({"Origin": "null"}, local="Origin").base == OWN


def test_on_in_an_ssl_header() -> None:
    assert origin({"X-Forwarded-Ssl": "on"}, scheme="X-Forwarded-Ssl").base == "https://inner:8080"


def test_headers_can_be_left_unread() -> None:
    headers = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"}
    assert origin(headers, remote="", scheme="") == Origin(OWN, None)


def test_of_a_list_the_first_counts() -> None:
    headers = {
        "X-Forwarded-Host": "a, b",
        "X-Forwarded-Proto": "https, http",
        "X-Forwarded-For": "192.0.2.1, 192.0.2.2",
    }
    assert origin(headers) == Origin("https://a", "192.0.2.1")


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:4711", "192.0.2.1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("unknown", None),
        ("_hidden", None),
        ("999.1.1.1", None),
        ("1.2.3.4\r\nX: y", None),
        ("", None),
    ],
)
def test_addresses(value: Any, address: Any) -> None:
    assert origin({"X-Forwarded-For": value}).remote_ip == address


@pytest.mark.parametrize("host", ["h", "h:80", "[::1]:8080", "a.b-c.example", "192.0.2.1"])
def test_hosts(host: Any) -> None:
    assert origin({"X-Forwarded-Host": host}).base == f"http://{host}"


@pytest.mark.parametrize(
    "host",
    [
        "a b",
        "user@h",
        "h/path",
        "h?x",
        "h#x",
        "h:port",
        "[::1",
        "<script>",
        "javascript://h",
        "a\\b",
    ],
)
def test_what_is_no_host_is_a_bad_request(host: Any) -> None:
    if host == "javascript://h":
        host = "java script://h"
    with pytest.raises(HTTPError) as caught:
        origin({"X-Forwarded-Host": host})
    assert caught.value.code == 400


@pytest.mark.parametrize("scheme", ["ht tp", "http://", "1http", "x" * 40, "on", "javascript"])
def test_what_is_no_scheme_is_a_bad_request(scheme: Any) -> None:
    with pytest.raises(HTTPError) as caught:
        origin({"X-Forwarded-Proto": scheme})
    with pytest.raises(HTTPError, match="which is none"):
        origin({"X-Forwarded-Host": f"{scheme}://example.com"})
    assert caught.value.code == 400


# trusted


FORGED = {
    "X-Forwarded-For": "6.6.6.6, 192.0.2.1, 10.0.0.2",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "www.example.com",
}


def test_strangers_are_not_believed() -> None:
    for peer in ("192.0.2.9", "", "rubbish"):
        assert origin(FORGED, peer=peer, trusted=["10.0.0.0/8"]) == Origin(OWN, None)
    assert origin(FORGED, trusted=[]) == Origin(OWN, None)


def test_the_last_address_that_is_no_proxy_is_the_client() -> None:
    answer = origin(FORGED, trusted=["10.0.0.0/8"])
    assert answer == Origin("https://www.example.com", "192.0.2.1")


def test_when_all_are_proxies_the_first_is_the_client() -> None:
    headers = {"X-Forwarded-For": "10.0.0.3, 10.0.0.2"}
    assert origin(headers, trusted=["10.0.0.0/8"]).remote_ip == "10.0.0.3"


def test_rubbish_in_the_list_ends_the_trust() -> None:
    headers = {"X-Forwarded-For": "6.6.6.6, rubbish, 10.0.0.2"}
    assert origin(headers, trusted=["10.0.0.0/8"]).remote_ip is None


@pytest.mark.parametrize("peer", ["10.0.0.1", "::1", "10.0.0.1:99"])
def test_single_addresses_and_ipv6_can_be_trusted(peer: Any) -> None:
    assert origin(FORGED, peer=peer, trusted=["10.0.0.1", "::1/128"]).remote_ip == "10.0.0.2"


def test_a_local_socket_can_be_trusted() -> None:
    assert origin(FORGED, peer="", trusted=["unix"]).remote_ip == "10.0.0.2"


def test_what_is_no_network_is_an_error() -> None:
    with pytest.raises(ValueError, match="'everybody'"):
        origin(trusted=["everybody"])


# hops


@pytest.mark.parametrize(
    ("hops", "client"),
    [(1, "10.0.0.2"), (2, "192.0.2.1"), (3, "6.6.6.6"), (4, "6.6.6.6")],
)
def test_the_proxies_can_be_counted(hops: Any, client: Any) -> None:
    assert origin(FORGED, hops=hops).remote_ip == client


def test_the_count_holds_for_each_list() -> None:
    headers = {
        "X-Forwarded-For": "6.6.6.6, 192.0.2.1, 10.0.0.2",
        "X-Forwarded-Proto": "gopher, https, http",
        "X-Forwarded-Host": "evil, www.example.com, inner",
    }
    assert origin(headers, hops=2) == Origin("https://www.example.com", "192.0.2.1")


@pytest.mark.parametrize("hops", [0, -1])
def test_there_is_at_least_one_proxy(hops: Any) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        origin(hops=hops)


def test_the_answer_is_logged(caplog: Any) -> None:
    caplog.set_level("INFO")
    origin(debug=True)
    assert "http://inner:8080" in caplog.text


# Forwarded


def test_the_standard_field() -> None:
    headers = {
        "Forwarded": 'for="[2001:db8::1]:4711";proto=https;host="www.example.com:8443"',
        "X-Forwarded-For": "6.6.6.6",
    }
    assert origin(headers, forwarded=True) == Origin("https://www.example.com:8443", "2001:db8::1")


def test_elements_of_the_standard_field_are_counted_like_lists() -> None:
    headers = {"Forwarded": "for=6.6.6.6;host=evil, for=192.0.2.1;proto=https, for=10.0.0.2"}
    answer = origin(headers, forwarded=True, trusted=["10.0.0.0/8"])
    assert answer == Origin("https://inner:8080", "192.0.2.1")


@pytest.mark.parametrize(
    ("value", "elements"),
    [
        ("", []),
        ("for=1.2.3.4", [{"for": "1.2.3.4"}]),
        ("For=a;PROTO=b", [{"for": "a", "proto": "b"}]),
        (" for = a ", []),
        ('for="a\\"b, c";by=d , for=e', [{"for": 'a"b, c', "by": "d"}, {"for": "e"}]),
        ("for=a;;by=b,,for=c;", [{"for": "a", "by": "b"}, {"for": "c"}]),
        ("for=a, rubbish, for=b", [{"for": "b"}]),
        ('for=a, for="b', []),
        (",", []),
    ],
)
def test_the_syntax_of_the_standard_field(value: Any, elements: Any) -> None:
    assert parse_forwarded(value) == elements


@given(st.text(), st.text(alphabet='for=";,\\ab '))
def test_any_text_is_read(anything: Any, nearly: Any) -> None:
    parse_forwarded(anything)
    parse_forwarded(nearly)


def test_a_long_field_is_read_in_one_pass() -> None:
    assert parse_forwarded("x," * 100_000 + "for=a") == [{"for": "a"}]
    assert parse_forwarded('for="' + "\\" * 100_000) == []
