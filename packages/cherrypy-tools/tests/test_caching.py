from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from webob import Request, Response

from cherrypy_httputil import HTTPError, HTTPRedirect
from cherrypy_tools import (
    Cache,
    CachedResponse,
    MemoryCache,
    Target,
    Verdict,
    forget_changed,
    record,
    serve_cached,
    uri_of,
)

START = 1_000_000.0


class Site:
    """A resource behind a cache, with a clock of its own."""

    def __init__(self, **attributes: Any) -> None:
        self.now = START
        self.cache = MemoryCache(clock=lambda: self.now)
        for name, value in attributes.items():
            setattr(self.cache, name, value)
        self.calls = 0
        self.fields: dict[str, str] = {}
        self.status = 200
        self.options: dict[str, Any] = {}

    def page(self, request: Request) -> Any:
        self.calls += 1
        return [f"page {self.calls}".encode()]

    def __call__(self, path: str = "/", method: str = "GET", **sent: str) -> Any:
        headers = {name.replace("_", "-"): value for name, value in sent.items()}
        request = Request.blank(path, method=method, headers=headers)
        response: Any = Response(status=self.status, content_type="text/plain")
        started = self.now
        cache = self.cache.at(Target(uri_of(request), request, response, started))
        verdict = serve_cached(request, response, cache, now=self.now)
        if not verdict.cached:
            response.app_iter = self.page(request)
            response.headerlist = [*response.headerlist, *self.fields.items()]
            if verdict.cacheable:
                record(request, response, cache, made=started, **self.options)
            forget_changed(request, response, cache)
        response.verdict = verdict
        return response


@pytest.fixture
def site() -> Site:
    return Site()


def test_the_second_request_is_answered_from_the_cache(site: Site) -> None:
    first, second = site(), site()
    assert first.verdict == Verdict(cached=False, cacheable=True)
    assert second.verdict == Verdict(cached=True, cacheable=False)
    assert second.body == b"page 1"
    assert second.headers["Content-Type"] == first.headers["Content-Type"]


def test_status_and_fields_come_back(site: Site) -> None:
    site.status, site.fields = 203, {"X-Own": "x"}
    site()
    site.status = 200
    again = site()
    assert (again.status_code, again.headers["X-Own"]) == (203, "x")


def test_fields_that_were_set_before_go(site: Site) -> None:
    site()
    request, response = Request.blank("/"), Response(headerlist=[("X-Other", "y")])
    cache = site.cache.at(Target(uri_of(request), request, response, site.now))
    assert serve_cached(request, response, cache, now=site.now).cached
    assert "X-Other" not in response.headers


def test_the_age_and_the_date_are_those_of_the_first(site: Site) -> None:
    site()
    site.now += 7
    again = site()
    assert again.headers["Age"] == "7"
    assert again.headers["Date"] == "Mon, 12 Jan 1970 13:46:40 GMT"


def test_it_ends_after_the_delay() -> None:
    site = Site(delay=60)
    site()
    site.now += 59
    assert site().verdict.cached
    site.now += 1
    assert site().body == b"page 2"


def test_it_ends_when_the_response_says(site: Site) -> None:
    site.fields = {"Cache-Control": "max-age=5"}
    site()
    site.now += 5
    assert site().body == b"page 2"


def test_queries_hosts_and_paths_are_apart(site: Site) -> None:
    site("/a?b=1")
    for path in ("/a?b=2", "/a", "/a%3Fb=1"):
        assert not site(path).verdict.cached
    assert not site("/a?b=1", Host="other").verdict.cached
    assert site("/a?b=1", Host="LOCALHOST:80").verdict.cached
    site("/a/b")
    assert not site("/b", Host="localhost:80/a").verdict.cached


def test_a_response_that_must_not_be_kept_is_made_each_time(site: Site) -> None:
    site.fields = {"Cache-Control": "no-store"}
    site()
    assert site().body == b"page 2"


def test_variants_are_apart(site: Site) -> None:
    site.fields = {"Vary": "Accept-Language, Accept"}
    site(Accept_Language="de")
    assert not site(Accept_Language="fr").verdict.cached
    assert site(Accept_Language="de").body == b"page 1"
    assert site(Accept_Language="fr").body == b"page 2"


def test_a_field_that_is_absent_is_not_one_that_is_empty(site: Site) -> None:
    site.fields = {"Vary": "Accept"}
    site()
    assert not site(Accept="").verdict.cached


def test_a_name_in_vary_that_comes_later_counts_for_all(site: Site) -> None:
    site.fields = {"Vary": "Accept"}
    site(Accept="a")
    site.fields = {"Vary": "Accept-Language"}
    site(Accept="b", Accept_Language="de")
    assert not site(Accept="a", Accept_Language="fr").verdict.cached
    assert not site(Accept="c", Accept_Language="de").verdict.cached
    assert site(Accept="b", Accept_Language="de").verdict.cached


def test_head_is_answered_by_get_but_not_the_other_way_round(site: Site) -> None:
    assert site(method="HEAD").verdict == Verdict(cached=False, cacheable=False)
    assert not site().verdict.cached
    assert site(method="HEAD").verdict.cached


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "PURGE"])
def test_a_method_that_may_change_the_resource_forgets_it(site: Site, method: str) -> None:
    site()
    site.now += 1
    assert site(method=method).verdict == Verdict(cached=False, cacheable=False)
    site.now += 1
    assert not site().verdict.cached


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE"])
def test_other_safe_methods_leave_it(site: Site, method: str) -> None:
    site()
    assert not site(method=method).verdict.cached
    assert site().verdict.cached


def test_what_was_begun_before_a_change_is_not_kept_after_it(site: Site) -> None:
    page = site.page

    def changed_meanwhile(request: Request) -> Any:
        site.page = page  # type: ignore[method-assign]
        site(method="POST")
        return [b"old"]

    site.page = changed_meanwhile  # type: ignore[method-assign]
    site()
    site.now += 1
    assert site().body != b"old"


@pytest.mark.parametrize("field", ["no-cache", "max-age=0"])
def test_a_client_can_ask_for_a_new_one(site: Site, field: str) -> None:
    site()
    site.now += 1
    assert site(Cache_Control=field).body == b"page 2"
    assert site().body == b"page 2"


def test_a_client_can_ask_for_nothing_new(site: Site) -> None:
    with pytest.raises(HTTPError) as caught:
        site(Cache_Control="only-if-cached")
    assert caught.value.code == 504
    site()
    assert site(Cache_Control="only-if-cached").body == b"page 1"


def test_a_client_that_has_it_gets_304(site: Site) -> None:
    site.fields = {"ETag": '"a"', "Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT"}
    site()
    for condition in (
        {"If_None_Match": '"a"'},
        {"If_Modified_Since": site.fields["Last-Modified"]},
    ):
        with pytest.raises(HTTPRedirect) as caught:
            site(**condition)
        assert caught.value.status == 304
    assert site(If_None_Match='"b"').body == b"page 1"
    with pytest.raises(HTTPError) as failed:
        site(If_Unmodified_Since="Sun, 06 Nov 1993 08:49:37 GMT")
    assert failed.value.code == 412


def test_credentials_are_not_answered_with_what_was_kept_for_others(site: Site) -> None:
    site()
    assert not site(Authorization="Basic eDp5").verdict.cached
    site.fields = {"Cache-Control": "public"}
    site("/public")
    assert site("/public", Authorization="Basic eDp5").verdict.cached


def test_a_user_whom_the_server_knows_otherwise_counts_as_one_with_credentials() -> None:
    request, response = Request.blank("/"), Response("text")
    cache = MemoryCache(clock=lambda: START).at(Target(uri_of(request), request, response, START))

    def is_hit(authorized: bool = False) -> bool:
        return serve_cached(
            request, response, cache, authorized=authorized, for_user=True, now=START
        ).cached

    record(request, response, cache, for_user=True, made=START)
    assert cache.get() is None
    record(request, response, cache, made=START)
    assert not is_hit()
    assert is_hit(authorized=True)


def test_nobody_waits_for_a_response_to_credentials(site: Site) -> None:
    site.page = lambda request: iter([b"slow"])  # type: ignore[method-assign]
    site(Authorization="Basic eDp5")
    assert not site.cache.store
    assert not site.cache._unkept


def test_cookies_are_kept_only_if_asked(site: Site) -> None:
    site.fields = {"Set-Cookie": "a=b"}
    site()
    assert not site().verdict.cached
    site.options = {"cookies": True}
    site.now += 10
    site()
    assert site().headers["Set-Cookie"] == "a=b"


def test_fields_of_the_connection_and_of_one_client_are_not_kept(site: Site) -> None:
    site.fields = {"Connection": "close, X-Hop", "X-Hop": "1", "RateLimit": '"a";r=5'}
    site()
    again = site()
    assert not {"connection", "x-hop", "ratelimit"} & {name.lower() for name in again.headers}


def test_a_body_that_is_large_is_sent_and_not_kept() -> None:
    site = Site(maxobj_size=5)
    assert site().body == b"page 1"
    assert site().body == b"page 2"
    assert not site.cache.store


def test_a_stream_is_kept_when_it_was_read(site: Site) -> None:
    site.page = lambda request: iter([b"a", b"b"])  # type: ignore[method-assign]
    first = site()
    assert site.cache.store["//localhost:80/?"].wait((), timeout=None) is None
    assert b"".join(first.app_iter) == b"ab"
    assert site().body == b"ab"


def test_a_stream_that_breaks_off_is_not_kept(site: Site) -> None:
    closed = []

    class Body:
        def __iter__(self) -> Any:
            return iter([b"a", b"b"])

        def close(self) -> None:
            closed.append(True)

    site.page = lambda request: Body()  # type: ignore[method-assign]
    response = site()
    next(iter(response.app_iter))
    response.app_iter.close()
    assert closed
    assert not site().verdict.cached


def test_a_stream_that_is_too_long_is_sent_and_not_kept() -> None:
    site = Site(maxobj_size=3)
    site.page = lambda request: iter([b"ab", b"cd", b"e"])  # type: ignore[method-assign]
    assert site().body == b"abcde"
    assert not site().verdict.cached


def test_the_number_of_responses_is_bounded_and_the_used_ones_stay() -> None:
    site = Site(maxobjects=2)
    site("/a")
    site("/b")
    site("/a")
    site("/c")
    assert site("/a").verdict.cached
    assert not site("/b").verdict.cached
    assert len(site.cache.store) == 2


def test_the_size_of_all_is_bounded() -> None:
    site = Site(maxsize=13)
    for path in ("/a", "/b", "/c"):
        site(path)
    assert len(site.cache.store) == 2


def test_many_variants_of_one_page_are_bounded() -> None:
    site = Site(maxobjects=3)
    site.fields = {"Vary": "Accept"}
    for number in range(20):
        site(Accept=str(number))
    assert sum(map(len, site.cache.store.values())) == 3


def test_requests_that_leave_nothing_leave_nothing() -> None:
    site = Site(maxobjects=5)
    site.fields = {"Cache-Control": "no-store"}
    for number in range(50):
        site(f"/{number}")
        site(f"/{number}", method="POST")
    assert not site.cache.store
    assert len(site.cache._unkept) <= 5
    assert len(site.cache._deleted) <= 5


def test_what_was_replaced_again_and_again_does_not_pile_up(site: Site) -> None:
    for _ in range(1000):
        site(Cache_Control="no-cache")
    assert len(site.cache._kept._heap) < 200


def test_what_has_ended_is_removed_by_the_scheduler(site: Site) -> None:
    site.cache.start(lambda task, frequency, name: (task, frequency))
    task, frequency = site.cache.expiration_thread
    assert frequency == 0.1
    site.fields = {"Cache-Control": "max-age=5"}
    site("/short")
    site.fields = {}
    site("/long")
    site.now += 5
    task()
    assert list(site.cache.store) == ["//localhost:80/long?"]


def test_a_maker_that_vanished_is_forgotten(site: Site) -> None:
    request, response = Request.blank("/"), Response()
    site.cache.lookup(Target("//gone", request, response, site.now))
    assert site.cache.store
    site.now += 5
    site.cache.expire_cache()
    assert not site.cache.store


def test_everything_can_be_forgotten(site: Site) -> None:
    site("/a")
    site.cache.clear()
    site.now += 1
    assert not site("/a").verdict.cached
    assert site("/a").verdict.cached


def concurrently(site: Site, count: int, fields: dict[str, str]) -> list[bytes]:
    """Send requests while the page of the first one is being made; return the bodies."""
    inside, may_end = threading.Event(), threading.Event()
    make = site.page

    def slow(request: Request) -> Any:
        inside.set()
        assert may_end.wait(30)
        return make(request)

    site.fields = fields
    site.page = slow  # type: ignore[method-assign]
    with ThreadPoolExecutor(count) as pool:
        first = pool.submit(lambda: site().body)
        assert inside.wait(30)
        others = [pool.submit(lambda: site().body) for _ in range(count - 1)]
        variants = site.cache.store["//localhost:80/?"]
        with site.cache._lock:
            while variants.waiting < count - 1:
                variants._changed.wait(0.001)
        may_end.set()
        return [each.result() for each in [first, *others]]


def test_a_stampede_makes_the_page_once() -> None:
    site = Site(antistampede_timeout=30)
    assert concurrently(site, 6, {}) == [b"page 1"] * 6
    assert site.calls == 1


def test_a_stampede_makes_a_page_that_varies_once() -> None:
    site = Site(antistampede_timeout=30)
    assert concurrently(site, 6, {"Vary": "Accept-Language"}) == [b"page 1"] * 6


def test_a_page_that_cannot_be_kept_is_made_for_each_and_nobody_waits_again() -> None:
    site = Site(antistampede_timeout=30)
    bodies = concurrently(site, 4, {"Cache-Control": "private"})
    assert len(set(bodies)) == 4
    assert site.cache.lookup(target := _target(site)) is None
    assert site.cache.lookup(target) is None


def test_nobody_waits_longer_than_the_timeout() -> None:
    site = Site(antistampede_timeout=0.01)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(site.cache.lookup, _target(site)).result()
    assert site.cache.lookup(_target(site)) is None


def test_without_a_timeout_nobody_waits() -> None:
    site = Site(antistampede_timeout=None)
    assert site.cache.lookup(_target(site)) is None
    assert site.cache.lookup(_target(site)) is None
    assert not site.cache.store
    site()
    assert site().verdict.cached


def _target(site: Site) -> Target:
    request = Request.blank("/")
    return Target(uri_of(request), request, Response(), site.now)


def test_the_documented_methods_ask_for_the_current_exchange() -> None:
    now = _target(Site())
    cache = MemoryCache(lambda: now, clock=lambda: START)
    assert cache.get() is None
    cache.put(("200 OK", {}, b"of one's own", START), 12)
    assert cache.get() == ("200 OK", {}, b"of one's own", START)
    cache.delete()
    cache.antistampede_timeout = None
    assert cache.get() is None
    cache.release()


def test_without_a_current_exchange_it_says_what_to_do() -> None:
    with pytest.raises(LookupError, match=r"cache\.at"):
        MemoryCache().get()


def test_the_documented_attributes() -> None:
    expected = {
        "antistampede_timeout": 5,
        "debug": False,
        "delay": 600,
        "expire_freq": 0.1,
        "maxobj_size": 100_000,
        "maxobjects": 1000,
        "maxsize": 10_000_000,
    }
    assert {name: getattr(MemoryCache, name) for name in expected} == expected


class Foreign:
    """A cache with the four documented methods and nothing else."""

    def __init__(self) -> None:
        self.variant: Any = None

    def get(self) -> Any:
        return self.variant

    def put(self, variant: Any, size: int) -> None:
        self.variant = variant

    def delete(self) -> None:
        self.variant = None

    def clear(self) -> None:
        self.variant = None


def test_a_class_with_the_four_documented_methods_will_do() -> None:
    cache: Any = Foreign()
    request, response = Request.blank("/"), Response(b"x")
    assert serve_cached(request, response, cache).cacheable
    record(request, response, cache)
    stored: object = cache.get()
    assert isinstance(stored, CachedResponse)
    assert serve_cached(request, Response(), cache).cached
    request.headers["Cache-Control"] = "no-store"
    record(request, response, cache)
    assert not serve_cached(Request.blank("/", method="PUT"), Response(), cache).cached
    assert not cache.get()


def test_the_interface_must_be_complete() -> None:
    with pytest.raises(TypeError):
        Cache()  # type: ignore[abstract]
