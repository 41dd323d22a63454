"""Plug-ins for CherryPy by others run as they are, with their own tests where they ship some."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "packages/cherrypy-sessions/tests"))
servers: Any = import_module("session_servers")

REQUIREMENTS = HERE / "plugins/requirements.txt"
SUITE = HERE / "plugins/suite_plugins.py"

# What cherrypy-foundation ships, but for what needs a browser, an LDAP server or the network.
FOUNDATION = ("tests", "plugins/tests/test_db.py", "tools/tests/test_auth.py")

#: Its tests that expect what we do otherwise on purpose.
DIFFERENT = (
    "test_url_for",  # it insists on port 54583; ours is free on any machine
    "test_get_page_relative",  # its header field begins with an underscore: not passed on
)


@pytest.fixture(scope="session")
def installed() -> Path:
    """Install the plug-ins, once for each list of them, away from all other environments."""
    key = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()[:12]
    directory = HERE.parent / f".cache/plugins-{key}"
    if not directory.exists():
        directory.parent.mkdir(exist_ok=True)
        with TemporaryDirectory(dir=directory.parent) as new:
            options = ["--quiet", "--no-deps", "--disable-pip-version-check", "--target"]
            pip = [sys.executable, "-m", "pip", "install", *options, f"{new}/all"]
            subprocess.run([*pip, "--requirement", str(REQUIREMENTS)], check=True, timeout=600)
            Path(new, "all").rename(directory)
    return directory


def run(installed: Path, tmp_path: Path, *arguments: str, **variables: str) -> str:
    """Run a suite of tests, in a process with the plug-ins, and return what it printed."""
    pytest_itself = [
        "-m",
        "pytest",
        "-q",
        "--noconftest",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
    ]
    done = subprocess.run(
        [sys.executable, *pytest_itself, "--rootdir", str(tmp_path), *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed), **variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    return done.stdout


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[str]:
    """Run a Redis server of the test's own."""
    server = servers.redis(tmp_path)
    try:
        yield servers.redis_options(server)["url"]
    finally:
        server.stop()


@pytest.mark.parametrize("name", ["Cors", "Jinja2", "SQLAlchemy", "WebSocket"])
def test_plugin_runs_unchanged(installed: Path, tmp_path: Path, name: str) -> None:
    assert "passed" in run(installed, tmp_path, str(SUITE), "-k", f"{name}Test")


def test_recipes_of_the_documentation_run(installed: Path, tmp_path: Path) -> None:
    assert "passed" in run(installed, tmp_path, str(SUITE.with_name("suite_recipes.py")))


@pytest.mark.requires("redis-server")
def test_session_store_runs_unchanged(installed: Path, tmp_path: Path, redis: str) -> None:
    run(installed, tmp_path, str(SUITE), "-k", "RedisSessionTest", PLUGINS_REDIS=redis)


def test_suite_of_a_plugin_passes_unchanged(installed: Path, tmp_path: Path) -> None:
    tests = [str(installed / "cherrypy_foundation" / each) for each in FOUNDATION]
    shown = run(
        installed, tmp_path, *tests, "-k", " and ".join(f"not {name}" for name in DIFFERENT)
    )
    assert "passed" in shown
