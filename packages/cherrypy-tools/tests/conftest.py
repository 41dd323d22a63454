"""WebOb without its own warning; a Redis server of the tests' own; no test fails for being slow."""

from __future__ import annotations

import shutil
import socket
import subprocess
import warnings
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

with warnings.catch_warnings():
    # WebOb's release for Python 3.11 still imports cgi.
    warnings.simplefilter("ignore", DeprecationWarning)
    import webob  # noqa: F401 - the tests find it imported


settings.register_profile(
    "no deadline", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("no deadline")


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a server on a free port of this machine; stop it after the last test."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = shutil.which("redis-server") or "/usr/sbin/redis-server"
    directory = str(tmp_path_factory.mktemp("redis"))
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", directory]
    with subprocess.Popen(
        [program, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        assert server.stdout is not None
        started = any("Ready to accept connections" in line for line in server.stdout)
        assert started
        yield f"redis://127.0.0.1:{port}/0"
        server.terminate()
