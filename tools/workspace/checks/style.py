"""Format and lint, by ruff; and spelling, by codespell."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workspace.checks import Setting
from workspace.steps import Log, Step

if TYPE_CHECKING:
    from workspace.processes import Words


def steps(setting: Setting, paths: Sequence[Path]) -> list[Step]:
    """Return the steps that check the files below ``paths``."""

    def formatted(log: Log) -> None:
        log.run(*_ruff(setting), "format", "--check", *paths, cwd=setting.root)

    def linted(log: Log) -> None:
        log.run(*_ruff(setting), "check", *paths, cwd=setting.root)

    def spelled(log: Log) -> None:
        texts = [file for path in paths for file in _texts(path)]
        command: Words = [setting.python, "-m", "codespell_lib", "--toml", setting.config, *texts]
        log.run(*command, cwd=setting.root)

    return [Step("format", formatted), Step("lint", linted), Step("spelling", spelled)]


def _texts(path: Path) -> list[Path]:
    """Return what people read: pages, and the sources with their docstrings; not the tests."""
    patterns = ("*.md", "docs/**/*.md", "src/**/*.py")
    inner = (path, *path.glob("packages/*"))
    return [file for place in inner for pattern in patterns for file in place.glob(pattern)]


def fix(setting: Setting, log: Log, paths: Sequence[Path]) -> None:
    """Format the files and mend what can be mended.

    Raises:
        Failure: Something is left that a person must mend.
    """
    log.run(*_ruff(setting), "format", *paths, cwd=setting.root)
    try:
        log.run(*_ruff(setting), "check", "--fix", *paths, cwd=setting.root)
    finally:
        log.run(*_ruff(setting), "format", *paths, cwd=setting.root)


def _ruff(setting: Setting) -> list[str | Path]:
    return [setting.python, "-m", "ruff"]
