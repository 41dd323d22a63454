"""What the package offers is there when it is asked for, and not loaded before."""

from __future__ import annotations

import subprocess
import sys

import pytest

import cherrypy_server

LATER = ["cheroot", "ssl", "wsgiref", "concurrent.futures", "socket"]


def test_everything_that_it_names_is_there() -> None:
    assert [name for name in cherrypy_server.__all__ if not hasattr(cherrypy_server, name)] == []
    assert set(cherrypy_server.__all__) <= set(dir(cherrypy_server))


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match="'cherrypy_server' has no attribute 'nothing'"):
        getattr(cherrypy_server, "nothing")  # noqa: B009 - a type checker knows


def test_import_loads_nothing_that_takes_long() -> None:
    program = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "import cherrypy_server\n"
        "print(*sorted(set(sys.modules) - before))\n"
    )
    command = [sys.executable, "-c", program]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert "cherrypy_server" in loaded
    assert set(LATER) & set(loaded) == set()
