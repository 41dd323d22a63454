"""Two processes that share a Redis server: what one has made, the other answers with and counts."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

sys.path.insert(0, str(Path(__file__).parents[1] / "packages/cherrypy-sessions/tests"))

servers: Any = import_module("session_servers")

pytestmark = pytest.mark.requires("redis-server")

PATIENCE = 60.0
CLIENTS = 12

PROGRAM = """
import itertools
import os
import sys

import cherrypy
from cherrypy_tools import RedisCache

path = sys.argv[1]


class Root:
    made = itertools.count(1)

    @cherrypy.expose
    def page(self, name="", **params):
        cherrypy.response.headers["Vary"] = "Accept-Language"
        language = cherrypy.request.headers.get("Accept-Language", "none")
        return f"{language} {name}, made by {os.getpid()}, its number {next(self.made)}"

    @cherrypy.expose
    @cherrypy.tools.caching(on=False)
    @cherrypy.tools.rate_limit(limits="5/hour", storage=f"redis+unix://{path}")
    def limited(self):
        return "passed"

    @cherrypy.expose
    @cherrypy.tools.caching(on=False)
    @cherrypy.tools.rate_limit(limits="1/hour", storage=f"redis+unix://{path}", prefix="other")
    def once(self):
        return "passed"


caching = {
    "tools.caching.on": True,
    "tools.caching.cache_class": RedisCache,
    "tools.caching.url": f"unix://{path}",
    "tools.caching.antistampede_timeout": 60,
}
cherrypy.config.update(
    {
        "server.socket_host": "127.0.0.1",
        "server.socket_port": 0,
        "server.thread_pool": 20,
        "engine.autoreload.on": False,
        "log.access_file": "",
    }
)
cherrypy.quickstart(Root(), "/", {"/": caching})
"""


@contextmanager
def process(socket: Path) -> Iterator[httpx.Client]:
    """Run the site, and yield a client of it, for which it has the name that the other has, too."""
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, str(socket)],
        cwd=socket.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        limit = threading.Timer(2 * PATIENCE, running.kill)
        limit.start()
        try:
            assert running.stdout is not None
            found = (re.search(r"Serving on (http://\S+)$", line) for line in running.stdout)
            base = next(match[1] for match in found if match)
            named = {"Host": "site.example"}
            with httpx.Client(
                base_url=base, headers=named, timeout=PATIENCE, trust_env=False
            ) as client:
                yield client
        finally:
            limit.cancel()
            running.kill()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    server = servers.redis(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def clients(server: Any) -> Iterator[list[httpx.Client]]:
    with ExitStack() as stack:
        yield [stack.enter_context(process(server.path)) for _ in range(2)]


def test_cache_is_shared_and_forgets_for_both(clients: list[httpx.Client]) -> None:
    one, two = clients
    made = one.get("/page")
    assert "Age" not in made.headers
    kept = two.get("/page")
    assert (kept.text, "Age" in kept.headers) == (made.text, True)
    assert two.get("/page", headers={"Accept-Language": "de"}).text.startswith("de")
    assert one.get("/page").text == made.text
    assert two.post("/page").text != made.text
    again = one.get("/page")
    assert (again.text != made.text, "Age" in again.headers) == (True, False)


def test_page_is_made_once_for_all_who_come_at_once(clients: list[httpx.Client]) -> None:
    start = threading.Barrier(CLIENTS)

    def visit(number: int) -> str:
        start.wait(PATIENCE)
        return clients[number % 2].get("/page", params={"name": "busy"}).text

    with ThreadPoolExecutor(CLIENTS) as pool:
        assert len(set(pool.map(visit, range(CLIENTS)))) == 1


def test_requests_to_both_are_counted_together(clients: list[httpx.Client]) -> None:
    answers = [client.get("/limited") for client in clients * 3]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_without_the_server_pages_are_made_and_nobody_is_refused(
    clients: list[httpx.Client], server: Any
) -> None:
    one, _ = clients
    made = one.get("/page?name=alone").text
    server.stop()
    assert one.get("/page?name=alone").text != made
    assert [one.get("/once").status_code for _ in range(3)] == [200] * 3
    server.start()
    assert one.get("/page?name=back").text == one.get("/page?name=back").text
