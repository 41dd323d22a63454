from __future__ import annotations

import sys
from typing import Any

import pytest
from webob import Request, Response

from cherrypy_tools import RateLimiter, TooManyRequests, client_of, rate_limit
from cherrypy_tools.quotas import STRATEGIES

pytest.importorskip("limits")


def send(limiter: RateLimiter, client: str = "ann", **options: Any) -> Any:
    response = Response()
    rate_limit(Request.blank("/"), response, limiter, client, **options)
    return response


def refused(limiter: RateLimiter, client: str = "ann", **options: Any) -> Any:
    response = Response()
    with pytest.raises(TooManyRequests) as caught:
        rate_limit(Request.blank("/"), response, limiter, client, **options)
    assert caught.value.code == 429
    assert response.headers["Retry-After"] == str(caught.value.retry_after)
    return response


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_client_may_send_so_many_and_no_more(strategy: str) -> None:
    limiter = RateLimiter("2/hour", strategy=strategy)
    send(limiter)
    send(limiter)
    response = refused(limiter)
    assert 0 < int(response.headers["Retry-After"]) <= 3600


def test_clients_are_counted_apart() -> None:
    limiter = RateLimiter("1/hour")
    send(limiter, "ann")
    send(limiter, "bob")
    refused(limiter, "bob")


def test_the_response_says_what_is_left() -> None:
    limiter = RateLimiter("5/minute; 10 per hour")
    headers = send(limiter, cost=2).headers
    assert headers["RateLimit-Policy"] == '"5-per-60s";q=5;w=60, "10-per-3600s";q=10;w=3600'
    first, second = headers["RateLimit"].split(", ")
    assert first.startswith('"5-per-60s";r=3;t=')
    assert second.startswith('"10-per-3600s";r=8;t=')


def test_the_fields_can_be_left_out() -> None:
    assert "RateLimit" not in send(RateLimiter("5/minute"), headers=False).headers


def test_the_longer_limit_counts_too() -> None:
    limiter = RateLimiter("3/hour; 2/second")
    send(limiter, cost=2)
    assert '"2-per-1s"' in refused(limiter, cost=2).headers["RateLimit"]


def test_a_request_may_cost_more() -> None:
    refused(RateLimiter("2/hour"), cost=3)


@pytest.mark.parametrize("options", [{"limits": "often"}, {"strategy": "guess"}])
def test_malformed_options_are_refused_at_once(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"often|guess"):
        RateLimiter(**{"limits": "1/hour", **options})


class Broken:
    def hit(self, *args: Any, **options: Any) -> bool:
        from limits.errors import StorageError

        raise StorageError(ConnectionError("gone"))


def test_when_the_storage_fails_requests_pass(caplog: pytest.LogCaptureFixture) -> None:
    limiter = RateLimiter("1/hour")
    limiter._strategy = Broken()
    assert "RateLimit" not in send(limiter).headers
    assert "gone" in caplog.text


def test_when_the_storage_fails_requests_may_fail() -> None:
    limiter = RateLimiter("1/hour", fail_open=False)
    limiter._strategy = Broken()
    with pytest.raises(Exception, match="gone"):
        send(limiter)


@pytest.mark.requires("redis-server")
def test_several_processes_count_together_in_redis(redis_socket: str) -> None:
    pytest.importorskip("redis")
    redis_url = f"redis+unix://{redis_socket}"
    send(RateLimiter("2/hour", redis_url))
    limiter = RateLimiter("2/hour", redis_url)
    send(limiter)
    refused(limiter)
    send(RateLimiter("2/hour", redis_url, prefix="other"))


def test_the_error_sets_its_field_last(monkeypatch: pytest.MonkeyPatch) -> None:
    from cherrypy_httputil import HTTPError

    response = Response()
    error = TooManyRequests(5, response)
    monkeypatch.setattr(HTTPError, "set_response", lambda self: response.headers.clear())
    error.set_response()
    assert response.headers["Retry-After"] == "5"


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.1", "192.0.2.1/32"),
        ("::ffff:192.0.2.1", "192.0.2.1/32"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix:", "unix:"),
        ("", ""),
    ],
)
def test_whom_an_address_stands_for(address: str, client: str) -> None:
    assert client_of(address) == client


def test_larger_networks_can_be_one_client() -> None:
    assert client_of("192.0.2.1", (24, 48)) == "192.0.2.0/24"


@pytest.mark.parametrize(
    ("module", "extra", "storage"),
    [("limits", "rate-limit", "memory://"), ("redis", "redis", "redis://127.0.0.1:1/0")],
)
def test_without_the_library_it_says_what_to_install(
    module: str, extra: str, storage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=rf"pip install 'cherrypy-tools\[{extra}\]'"):
        RateLimiter("1/hour", storage)
