"""WebOb without its own warning; a Redis server of the tests' own; no test fails for being slow."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
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
def redis_socket() -> Iterator[str]:
    """Start a server at a socket of the file system, whose path it is; stop it at the end."""
    program = shutil.which("redis-server") or "/usr/sbin/redis-server"
    with tempfile.TemporaryDirectory() as directory:  # pytest's own have paths that are too long
        path = f"{directory}/redis.sock"
        options = ["--port", "0", "--unixsocket", path, "--save", "", "--dir", directory]
        with subprocess.Popen(
            [program, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as server:
            assert server.stdout is not None
            started = any("eady to accept connections" in line for line in server.stdout)
            assert started
            yield path
            server.terminate()
