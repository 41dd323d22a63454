"""What the tests share: assemblies of their own, so that none sees another's mounts and config."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from cherrypy.assembly import Assembly

if TYPE_CHECKING:
    from collections.abc import Iterator

_numbers = itertools.count()


@pytest.fixture
def site() -> Iterator[Assembly]:
    """An assembly without a socket, whose engine stops with the test."""
    assembly = Assembly(f"test-site-{next(_numbers)}")
    assembly.log.screen = False
    assembly.server.unsubscribe()
    assembly.engine.autoreload.unsubscribe()
    yield assembly
    assembly.engine.exit()
