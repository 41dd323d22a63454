"""Fixtures for pytest: a site for the time of one test.

Name them in ``conftest.py``: ``pytest_plugins = ["cherrypy.test.fixtures"]``. What a test mounts
and configures is gone after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pytest

import cherrypy
from cherrypy.test.restoring import SiteState
from cherrypy_testing import own_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cherrypy.assembly.sites import SiteApplication
    from cherrypy_config import ConfigSource

__all__ = ["LiveSite", "Mount", "cherrypy_app", "cherrypy_site", "live_server"]


class Mount(Protocol):
    """What `cherrypy_app` is: `cherrypy.tree.mount`, for the time of the test."""

    def __call__(
        self, root: object, script_name: str = "", config: ConfigSource | None = None
    ) -> SiteApplication:
        """Mount a root object, and return the application.

        Args:
            root: The object at the root.
            script_name: The path that it is mounted at.
            config: The config of the application; a section ``global`` in it is for the site.
        """


@dataclass(frozen=True)
class LiveSite:
    """The site over a socket: what is mounted, also later, is served.

    Attributes:
        base_url: Scheme, host and port.
    """

    base_url: str

    def url(self, path: str = "/") -> str:
        """Return the url of a path, which begins with a slash."""
        return self.base_url + path


@pytest.fixture
def cherrypy_site() -> Iterator[None]:
    """Have nothing mounted and nothing configured, and put everything back after the test."""
    site = cherrypy._assembly  # noqa: SLF001 - our own
    state = SiteState(site)
    state.clear()
    cherrypy.config.update({"environment": "test_suite"})
    try:
        yield
    finally:
        state.restore()


@pytest.fixture
def cherrypy_app(cherrypy_site: None) -> Mount:  # noqa: ARG001 - it puts back what this mounts
    """Mount a root object; ``cherrypy_app(Root()).test_client().get("/")`` asks it in process."""

    def mount(
        root: object, script_name: str = "", config: ConfigSource | None = None
    ) -> SiteApplication:
        return cherrypy._assembly.mount(root, script_name, config)  # noqa: SLF001

    return mount


@pytest.fixture
def live_server(cherrypy_site: None) -> Iterator[LiveSite]:  # noqa: ARG001
    """Serve the site over HTTP, with its engine and all plugins started."""
    cherrypy.server.socket_host, cherrypy.server.socket_port = "127.0.0.1", own_port()
    cherrypy.engine.start()
    try:
        yield LiveSite(cherrypy.server.base())
    finally:
        cherrypy.engine.exit()
