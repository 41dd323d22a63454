from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from cherrypy_tools import AntiStampedeCache


def waiters(cache: AntiStampedeCache, count: int, pool: ThreadPoolExecutor) -> list[object]:
    """Start threads that wait for "k", and return their futures once all of them wait."""
    futures = [pool.submit(cache.wait, "k", 30) for _ in range(count)]
    with cache._changed:
        while cache.waiting < count:
            cache._changed.wait(0.001)
    return list(futures)


def test_a_value_is_returned() -> None:
    cache = AntiStampedeCache()
    cache["k"] = 1
    assert cache.wait("k") == 1


def test_one_makes_the_value_and_everybody_else_gets_it() -> None:
    cache = AntiStampedeCache()
    assert cache.wait("k") is None
    with ThreadPoolExecutor(5) as pool:
        futures = waiters(cache, 5, pool)
        cache["k"] = "made"
        assert [future.result() for future in futures] == ["made"] * 5  # type: ignore[attr-defined]


def test_waiting_ends_with_the_timeout_and_the_sentinel_is_the_waiters() -> None:
    cache = AntiStampedeCache()
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(cache.wait, "k").result() is None
    assert cache.wait("k", timeout=0.01) is None
    assert cache.release("k")


def test_nobody_waits_for_oneself() -> None:
    cache = AntiStampedeCache()
    assert cache.wait("k", timeout=30) is None
    assert cache.wait("k", timeout=30) is None


def test_without_a_timeout_nobody_waits_and_nothing_is_left() -> None:
    cache = AntiStampedeCache()
    assert cache.wait("k", timeout=None) is None
    assert not cache
    cache.wait("k")
    assert cache.wait("k", timeout=None) is None


def test_when_the_maker_gives_up_the_next_one_makes_it() -> None:
    cache = AntiStampedeCache()
    cache.wait("k")
    made = []

    def make() -> object:
        value = cache.wait("k", 30)
        if value is None:
            made.append(threading.get_ident())
            cache["k"] = value = "made"
        return value

    with ThreadPoolExecutor(3) as pool:
        futures = [pool.submit(make) for _ in range(3)]
        assert cache.release("k")
        assert [future.result() for future in futures] == ["made"] * 3
    assert len(made) == 1


def test_only_the_maker_gives_up() -> None:
    cache = AntiStampedeCache()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(cache.wait, "k").result()
    assert not cache.release("k")
    cache["k"] = 1
    assert not cache.release("k")


def test_a_reset_sends_the_waiting_away_without_making_them_makers() -> None:
    cache = AntiStampedeCache()
    cache.wait("k")
    with ThreadPoolExecutor(2) as pool:
        futures = waiters(cache, 2, pool)
        cache.reset(("accept",))
        assert [future.result() for future in futures] == [None] * 2  # type: ignore[attr-defined]
    assert not cache
    assert cache.selecting_headers == ("accept",)


def test_keys_are_the_values_of_the_selecting_headers() -> None:
    cache = AntiStampedeCache()
    cache.reset(("accept", "x"))
    assert cache.key_for({"accept": "a ,b"}) == ("a,b", None)
