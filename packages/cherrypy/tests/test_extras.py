"""What is advised where an optional library is missing: to install an extra that there is."""

from __future__ import annotations

import re
from importlib.metadata import metadata
from importlib.util import find_spec
from pathlib import Path

import pytest

ADVICE = re.compile(r"pip install '(cherrypy[\w-]*)\[([\w-]+)\]'")
PACKAGES = (
    "cherrypy",
    "cherrypy_auth",
    "cherrypy_diagnostics",
    "cherrypy_dispatch",
    "cherrypy_server",
    "cherrypy_web",
)


def advised(package: str) -> set[tuple[str, str]]:
    spec = find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    (directory,) = spec.submodule_search_locations
    texts = (path.read_text("utf-8") for path in Path(directory).rglob("*.py"))
    return {found for text in texts for found in ADVICE.findall(text)}


@pytest.mark.parametrize("package", PACKAGES)
def test_extra_that_is_advised_is_there(package: str) -> None:
    found = advised(package)
    assert found
    for distribution, extra in found:
        assert extra in (metadata(distribution).get_all("Provides-Extra") or [])


@pytest.mark.parametrize(
    ("extra", "library"),
    [
        ("coverage", "coverage"),
        ("opentelemetry", "opentelemetry-api"),
        ("prometheus", "prometheus-client"),
    ],
)
def test_extra_brings_its_library(extra: str, library: str) -> None:
    for distribution in ("cherrypy", "cherrypy-diagnostics"):
        required = metadata(distribution).get_all("Requires-Dist") or []
        found = [one for one in required if f'extra == "{extra}"' in one.replace("'", '"')]
        assert re.match(rf"{library}\b", found[0])
