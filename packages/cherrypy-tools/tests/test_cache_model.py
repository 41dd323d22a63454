"""Whatever is done to a cache in memory, its books agree with what it holds."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from webob import Request, Response

from cherrypy_tools import CachedResponse, MemoryCache, Target
from cherrypy_tools.stampede import Pending

URIS = st.sampled_from(["/a", "/b", "/c", "/d"])
LANGUAGES = st.sampled_from([None, "de", "fr"])
VARY = st.sampled_from(["", "Accept-Language", "Accept", "Accept, Accept-Language", "*"])


class CacheModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.cache = MemoryCache(clock=lambda: self.now)
        self.cache.maxobjects = 4
        self.cache.maxsize = 25
        self.cache.maxobj_size = 15
        self.cache.antistampede_timeout = 0

    def target(self, uri: str, language: str | None, vary: str = "") -> Target:
        headers = {} if language is None else {"Accept-Language": language}
        request = Request.blank(uri, headers=headers)
        response = Response(headerlist=[("Vary", vary)] if vary else [])
        return Target(uri, request, response, self.now)

    @rule(uri=URIS, language=LANGUAGES)
    def look(self, uri: str, language: str | None) -> None:
        found = self.cache.lookup(self.target(uri, language))
        if found is not None:
            assert found.status == uri
            assert self.now - found.made < found.headers["X-Lifetime"]

    @rule(
        uri=URIS,
        language=LANGUAGES,
        vary=VARY,
        size=st.integers(0, 20),
        fresh=st.integers(0, 20),
    )
    def keep(self, uri: str, language: str | None, vary: str, size: int, fresh: int) -> None:
        headers: Any = {"Cache-Control": f"max-age={fresh}", "X-Lifetime": fresh}
        variant = CachedResponse(uri, headers, b"x" * size, self.now)
        self.cache.keep(self.target(uri, language, vary), variant, size)

    @rule(uri=URIS)
    def forget(self, uri: str) -> None:
        self.cache.forget(uri)
        assert uri not in self.cache.store
        self.now += 1

    @rule(uri=URIS, language=LANGUAGES, uncacheable=st.booleans())
    def give_up(self, uri: str, language: str | None, uncacheable: bool) -> None:
        self.cache.give_up(self.target(uri, language), uncacheable=uncacheable)

    @rule(seconds=st.integers(1, 30))
    def wait(self, seconds: int) -> None:
        self.now += seconds
        self.cache.expire_cache()

    @rule()
    def clear(self) -> None:
        self.cache.clear()
        assert not self.cache.store
        self.now += 1

    @invariant()
    def the_books_agree(self) -> None:
        held = {
            (uri, key): value
            for uri, variants in self.cache.store.items()
            for key, value in variants.items()
        }
        kept = {entry for entry, value in held.items() if not isinstance(value, Pending)}
        assert kept == set(self.cache._kept._entries)
        assert self.cache._kept.size == sum(len(held[entry].body) for entry in kept)
        assert len(kept) <= 4
        assert self.cache._kept.size <= 25
        assert set(held) - kept <= set(self.cache._leading)
        assert all(self.cache.store.values())


TestCacheModel = CacheModel.TestCase
