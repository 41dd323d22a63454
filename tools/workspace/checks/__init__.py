"""The checks that ``tools/test`` is made of, one module each.

Each offers functions that return steps; a step gets what it needs (workspace, interpreter,
packages) from them, so that a test can run any check on a small workspace of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workspace import environment
from workspace.packages import Workspace
from workspace.processes import environ


@dataclass(frozen=True, slots=True)
class Setting:
    """What all checks are run with.

    Attributes:
        python: The interpreter of the environment that has the packages and the checkers.
        real: Whether a skipped test fails the check.
        installer: An interpreter that has pip and poetry-core, where it is not that of ``.poetry``.
        variables: Environment variables that the programs get beside the usual ones.
    """

    workspace: Workspace
    python: Path
    real: bool = False
    installer: Path | None = None
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        """Return the root of the checkout."""
        return self.workspace.root

    @property
    def config(self) -> Path:
        """Return the file with the configuration of all checkers."""
        return self.root / "pyproject.toml"

    @property
    def builder(self) -> Path:
        """Return an interpreter that has pip and poetry-core."""
        return self.installer or environment.poetry(self.workspace).python

    def environ(self, **extra: str) -> dict[str, str]:
        """Return the environment for a program."""
        return environ({**self.variables, **extra})

    def pytest_options(self) -> list[str]:
        """Return the options that all test runs get."""
        return ["-q", *(["--real"] if self.real else [])]
