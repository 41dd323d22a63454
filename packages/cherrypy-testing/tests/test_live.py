"""Servers for the time of a test, and ports that nobody else gets."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

from cherrypy_testing import LiveServer, own_port

if TYPE_CHECKING:
    from collections.abc import Iterable


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["PATH_INFO"].encode()]


def test_a_server_lasts_as_long_as_its_block() -> None:
    before = threading.active_count()
    with LiveServer(application) as live:
        assert live.base_url.startswith("http://127.0.0.1:")
        with urlopen(live.url("/here")) as answer:
            assert answer.read() == b"/here"
    assert threading.active_count() == before


def test_servers_side_by_side_do_not_meet() -> None:
    with LiveServer(application) as one, LiveServer(application) as other:
        assert one.base_url != other.base_url


def test_own_port_stays_the_same_and_can_be_listened_on_again_and_again() -> None:
    assert own_port() == own_port()
    for _ in range(2):
        server = LiveServer(application)
        server.server.socket_port = own_port()
        with server as live:
            assert live.base_url.endswith(f":{own_port()}")


def test_own_port_is_given_to_no_other_process() -> None:
    program = "from cherrypy_testing import own_port; print(own_port())"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) != own_port()
    with socket.create_server(("127.0.0.1", 0)) as other:
        assert other.getsockname()[1] != own_port()
