"""What the tests share: a client of the site, without a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import cherrypy
from cherrypy.scaffold import Guestbook, application

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cherrypy_testing import Client

pytest_plugins: list[str] = ["cherrypy.test.fixtures"]


@pytest.fixture
def client(
    cherrypy_site: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Client]:
    """A client of the site, whose guestbook is empty."""
    guestbook = Guestbook(cherrypy.engine, tmp_path)
    monkeypatch.setattr(cherrypy.engine, "guestbook", guestbook, raising=False)
    app = cherrypy.tree.mount(application())
    app.merge("site.conf")
    guestbook.start()
    yield app.test_client()
    guestbook.stop()
