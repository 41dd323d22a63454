from __future__ import annotations

import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from webob import Request, Response

from cherrypy_tools import CachedResponse, RedisCache, Target, record, serve_cached, uri_of

if TYPE_CHECKING:
    from collections.abc import Iterator

redis: Any = pytest.importorskip("redis")
pytestmark = pytest.mark.requires("redis-server")

PATIENCE = 30


@pytest.fixture
def client(redis_socket: str) -> Iterator[Any]:
    with redis.Redis(unix_socket_path=redis_socket) as client:
        client.flushall()
        yield client


@pytest.fixture
def cache(client: Any) -> RedisCache:
    return RedisCache(client=client)


def target(path: str = "/", vary: str = "", started: float | None = None, **sent: str) -> Target:
    headers = {name.replace("_", "-"): value for name, value in sent.items()}
    request = Request.blank(path, headers=headers)
    response = Response(headerlist=[("Vary", vary)] if vary else [])
    return Target(uri_of(request), request, response, time.time() if started is None else started)


def page(body: bytes = b"page", **headers: str) -> CachedResponse:
    return CachedResponse("200 OK", headers, body, time.time())


def test_a_response_comes_back_in_another_process(cache: RedisCache, redis_socket: str) -> None:
    first = target()
    kept = CachedResponse("203 Non-Authoritative Information", {"X": "\xfc"}, b"a\nb\xff", 5e12)
    assert cache.lookup(first) is None
    cache.keep(first, kept, 4)
    other = RedisCache()
    other.url = f"unix://{redis_socket}"
    assert other.lookup(target()) == kept
    other.client.close()


def test_it_serves_as_the_cache_of_the_tool(cache: RedisCache) -> None:
    response = Response(b"made", content_type="text/plain")
    for expected in (False, True):
        now = target()
        verdict = serve_cached(now.request, response, cache.at(now))
        assert verdict.cached is expected
        if verdict.cacheable:
            record(now.request, response, cache.at(now))
            response = Response()
    assert response.body == b"made"


def test_resources_and_variants_are_apart(cache: RedisCache) -> None:
    german = target(vary="Accept-Language", Accept_Language="de")
    cache.lookup(german)
    cache.keep(german, page(b"de"), 2)
    assert cache.lookup(target(Accept_Language="de")).body == b"de"
    cache.antistampede_timeout = None
    assert cache.lookup(target(Accept_Language="fr")) is None
    assert cache.lookup(target("/other", Accept_Language="de")) is None


def test_a_new_name_in_vary_forgets_the_older_responses(cache: RedisCache) -> None:
    cache.antistampede_timeout = None
    cache.keep(target(vary="Accept", Accept="a"), page(b"1"), 1)
    cache.keep(target(vary="Accept-Language", Accept="a", Accept_Language="de"), page(b"2"), 1)
    assert cache.lookup(target(Accept="a")) is None
    assert cache.lookup(target(Accept="a", Accept_Language="de")).body == b"2"


def test_a_forgotten_resource_takes_nothing_that_was_begun_before(cache: RedisCache) -> None:
    cache.antistampede_timeout = None
    before = target()
    cache.keep(before, page(), 4)
    cache.forget(before.uri)
    assert cache.lookup(target()) is None
    cache.keep(before, page(b"old"), 3)
    assert cache.lookup(target()) is None
    cache.keep(target(), page(b"new"), 3)
    assert cache.lookup(target()).body == b"new"


def test_everything_can_be_forgotten_but_what_is_not_ours(cache: RedisCache, client: Any) -> None:
    client.set("foreign", 1)
    cache.keep(target(), page(), 4)
    cache.clear()
    assert client.keys() == [b"foreign"]


def test_everything_has_an_end(cache: RedisCache, client: Any) -> None:
    cache.lookup(target())
    cache.keep(target(), page(), 4)
    cache.lookup(target("/b"))
    cache.give_up(target("/b"), uncacheable=True)
    cache.lookup(target("/c"))
    cache.forget(target("/d").uri)
    assert all(client.pttl(name) > 0 for name in client.scan_iter("*"))


def test_what_is_too_large_or_over_is_not_kept(cache: RedisCache, client: Any) -> None:
    cache.maxobj_size = 3
    cache.keep(target(), page(), 4)
    cache.keep(target(), page(b"x", **{"Cache-Control": "max-age=0"}), 1)
    assert not client.keys()


def test_only_our_responses_are_kept(cache: RedisCache) -> None:
    with pytest.raises(TypeError, match="CachedResponse"):
        cache.keep(target(), object(), 1)


def blocked(client: Any, count: int) -> None:
    """Return when as many clients wait for a bell."""
    end = time.monotonic() + PATIENCE
    while client.info("clients")["blocked_clients"] < count:
        assert time.monotonic() < end, f"{count} never waited"


def test_a_stampede_lets_one_in(cache: RedisCache, client: Any) -> None:
    cache.antistampede_timeout = 2 * PATIENCE
    other = RedisCache(client=client)
    other.antistampede_timeout = 2 * PATIENCE
    leading = target(vary="Accept")
    assert cache.lookup(leading) is None
    with ThreadPoolExecutor(6) as pool:
        waiting = [pool.submit(one.lookup, target()) for one in (cache, other) * 3]
        blocked(client, 6)
        cache.keep(leading, page(), 4)
        assert [each.result().body for each in waiting] == [b"page"] * 6


@pytest.mark.parametrize("vary", ["", "Accept"])
def test_who_comes_when_the_lock_is_free_again_looks_for_the_response(
    cache: RedisCache, client: Any, monkeypatch: pytest.MonkeyPatch, vary: str
) -> None:
    wait = cache._wait

    def wait_late(*args: Any) -> bool:
        monkeypatch.undo()
        RedisCache(client=client).keep(target(vary=vary), page(), 4)
        return wait(*args)

    monkeypatch.setattr(cache, "_wait", wait_late)
    assert cache.lookup(target()).body == b"page"
    assert not client.keys("cherrypy-cache:l:*")


def test_what_is_known_of_a_resource_and_its_first_response_come_together(client: Any) -> None:
    seen: list[tuple[int, int]] = []

    class Watched:
        def __getattr__(self, name: str) -> Any:
            def call(*args: Any, **options: Any) -> Any:
                result = getattr(client, name)(*args, **options)
                kinds = [len(client.keys(f"cherrypy-cache:{kind}:*")) for kind in "hr"]
                seen.append((kinds[0], kinds[1]))
                return result

            return call

    RedisCache(client=Watched()).keep(target(vary="Accept"), page(), 4)
    RedisCache(client=Watched()).lookup(target())
    assert set(seen) == {(0, 0), (1, 1)}


def test_a_stampede_ends_when_the_response_varies_by_something_new(
    cache: RedisCache, client: Any
) -> None:
    cache.antistampede_timeout = 2 * PATIENCE
    cache.keep(target(vary="Accept", Accept="other"), page(b"other"), 5)
    leading = target(vary="Accept-Language")
    assert cache.lookup(leading) is None
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(cache.lookup, target()) for _ in range(2)]
        blocked(client, 2)
        cache.keep(leading, page(), 4)
        assert [each.result().body for each in waiting] == [b"page"] * 2


def test_a_stampede_ends_when_the_resource_is_forgotten(cache: RedisCache, client: Any) -> None:
    cache.antistampede_timeout = 2 * PATIENCE
    cache.keep(target(vary="Accept", Accept="other"), page(b"other"), 5)
    leading = target(vary="Accept")
    assert cache.lookup(leading) is None
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(cache.lookup, target())
        blocked(client, 1)
        cache.forget(leading.uri)
        cache.keep(leading, page(b"old"), 3)
        assert waiting.result() is None


def test_when_there_is_nothing_to_keep_all_are_let_in(cache: RedisCache, client: Any) -> None:
    cache.antistampede_timeout = 2 * PATIENCE
    assert cache.lookup(target()) is None
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(cache.lookup, target()) for _ in range(3)]
        blocked(client, 3)
        cache.give_up(target(), uncacheable=True)
        assert [each.result() for each in waiting] == [None] * 3


def test_when_one_gives_up_the_next_one_makes_it(cache: RedisCache, client: Any) -> None:
    cache.antistampede_timeout = 2 * PATIENCE
    assert cache.lookup(target()) is None

    def make() -> Any:
        now = target()
        variant = cache.lookup(now)
        if variant is None:
            variant = page(b"second")
            cache.keep(now, variant, 6)
        return variant.body

    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(make) for _ in range(2)]
        blocked(client, 2)
        cache.give_up(target())
        assert [each.result() for each in waiting] == [b"second"] * 2


def test_nobody_waits_longer_than_the_timeout(cache: RedisCache) -> None:
    cache.antistampede_timeout = 0.05
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(cache.lookup, target()).result() is None
    assert cache.lookup(target()) is None


def test_nobody_waits_for_oneself(cache: RedisCache) -> None:
    cache.antistampede_timeout = 2 * PATIENCE
    assert cache.lookup(target()) is None
    assert cache.lookup(target()) is None


def test_without_a_server_every_request_is_a_miss(caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    cache = RedisCache()
    cache.url = f"redis://127.0.0.1:{port}/0"
    assert cache.lookup(target()) is None
    cache.keep(target(), page(), 4)
    cache.forget(target().uri)
    assert "cannot look for a response" in caplog.text


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ImportError, match=r"pip install 'cherrypy-tools\[redis\]'"):
        RedisCache().lookup(target())
