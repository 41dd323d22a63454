"""What the tests of the tools share: a setting to run checks with on a small workspace."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from workspace import environment
from workspace.checks import Setting
from workspace.cli import ROOT
from workspace.packages import Workspace


@pytest.fixture
def setting() -> Callable[[Workspace], Setting]:
    """Make a setting whose programs find the packages of a workspace in its tree."""

    def make(workspace: Workspace) -> Setting:
        sources = ":".join(str(package.source) for package in workspace)
        variables = {"PYTHONPATH": sources, "MYPYPATH": sources}
        return Setting(workspace, Path(sys.executable), variables=variables)

    return make


@pytest.fixture(scope="session")
def installer() -> Path:
    """Return the interpreter that has pip and poetry-core."""
    return environment.poetry(Workspace.load(ROOT)).python
