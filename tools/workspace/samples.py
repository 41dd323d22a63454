"""Small workspaces that tests write, to see each check pass and fail on them."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from workspace.packages import Workspace

_PYPROJECT = """\
[project]
name = "{name}"
version = "{version}"
description = "A sample."
readme = "README.md"
requires-python = ">=3.11"
dependencies = {requires}

[dependency-groups]
test = {tests}

[tool.poetry]
packages = [{{ include = "{module}", from = "src" }}]

[tool.workspace]
layer = {layer}
{own}

[build-system]
requires = ["poetry-core>=2.1,<3"]
build-backend = "poetry.core.masonry.api"
"""
_ROOT = """\
[tool.pytest.ini_options]
addopts = ["--import-mode=importlib"]

[tool.mypy]
strict = true

[tool.coverage.run]
branch = true
parallel = true
"""


@dataclass(slots=True)
class Sample:
    """A package to write.

    Attributes:
        code: The text of its only module.
        test: The text of its only test module.
        own: Further lines of its table ``[tool.workspace]``.
    """

    name: str
    layer: int = 0
    version: str = "0.1.0"
    requires: list[str] = field(default_factory=list)
    code: str = "def answer() -> int:\n    return 42\n"
    test: str = ""
    own: str = ""

    @property
    def module(self) -> str:
        """Return its import name."""
        return self.name.replace("-", "_")

    def write(self, root: Path) -> None:
        """Write the package into a workspace."""
        home = root / "packages" / self.name
        source = home / "src" / self.module
        test = self.test or (
            f"from {self.module} import answer\n\n\n"
            "def test_the_answer() -> None:\n    assert answer() == 42\n"
        )
        fields = {"name": self.name, "version": self.version, "module": self.module}
        pyproject = _PYPROJECT.format(
            **fields, requires=self.requires, tests=["pytest>=8.3"], layer=self.layer, own=self.own
        )
        texts = {
            home / "pyproject.toml": pyproject,
            home / "README.md": "# A sample\n",
            home / "CHANGELOG.md": f"# Changelog\n\n## {self.version} (2030-01-31)\n",
            source / "__init__.py": self.code,
            source / "py.typed": "",
            home / "tests" / f"test_{self.module}.py": test,
        }
        for file, text in texts.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")


def workspace(root: Path, *samples: Sample) -> Workspace:
    """Write a workspace of packages and read it."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "pyproject.toml").write_text(_ROOT, "utf-8")
    for sample in samples:
        sample.write(root)
    return Workspace.load(root)


def commit(root: Path, *tags: str) -> None:
    """Commit everything in a workspace, which becomes a git repository, and tag the commit."""
    git = ["git", "-c", "user.name=Sample", "-c", "user.email=sample@localhost"]
    for words in (
        ["init", "--quiet"],
        ["add", "--all"],
        ["commit", "--quiet", "--allow-empty", "--message", "A sample"],
        *(["tag", tag] for tag in tags),
    ):
        subprocess.run([*git, *words], cwd=root, check=True)
