"""The default tools are made when they are first asked for."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
from cherrypy_bus import Bus

if TYPE_CHECKING:
    from cherrypy.assembly import Assembly


def test_a_tool_is_made_once(site: Assembly) -> None:
    assert site.tools.gzip is site.tools.gzip
    assert site.tools.gzip is not cherrypy.tools.gzip
    assert (site.tools.gzip._name, site.tools.gzip.namespace) == ("gzip", "tools")
    assert "ompress" in str(site.tools.gzip.__doc__)


def test_threads_that_ask_at_the_same_time_get_the_same(site: Assembly) -> None:
    found: list[object] = []
    together = threading.Barrier(4, timeout=60)

    def ask() -> None:
        together.wait()
        found.append(site.tools.rate_limit)  # it counts, so two of them would count too little

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [site.tools.rate_limit] * 4


def test_all_of_them_are_listed(site: Assembly) -> None:
    names = {name for name, _ in site.tools}
    assert {"auth_digest", "caching", "encode", "gzip", "sessions", "staticdir"} <= names
    assert names <= set(dir(site.tools))


def test_a_default_tool_can_be_replaced_and_deleted(site: Assembly) -> None:
    tools: Any = site.tools
    tools.gzip = mine = cherrypy.Tool("before_handler", lambda: None)
    assert tools.gzip is mine
    assert mine._name == "gzip"
    del tools.gzip
    with pytest.raises(AttributeError, match="'gzip' was deleted"):
        _ = tools.gzip
    with pytest.raises(AttributeError, match="'gzip' was deleted"):
        del tools.gzip
    assert "gzip" not in {name for name, _ in tools}
    tools.gzip = mine
    assert tools.gzip is mine
    tools.gzip = None
    assert tools.gzip is None


def test_one_that_nobody_asked_for_can_be_deleted(site: Assembly) -> None:
    del site.tools.flatten
    assert not hasattr(site.tools, "flatten")
    assert type(site.tools)(Bus()).flatten is not None


def test_the_class_tells_of_them() -> None:
    assert type(type(cherrypy.tools).gzip).__name__ == "later"
