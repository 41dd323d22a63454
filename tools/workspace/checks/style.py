"""Format and lint, by ruff."""

from collections.abc import Sequence
from pathlib import Path

from workspace.checks import Setting
from workspace.steps import Log, Step


def steps(setting: Setting, paths: Sequence[Path]) -> list[Step]:
    """Return the steps that check the files below ``paths``."""

    def formatted(log: Log) -> None:
        log.run(*_ruff(setting), "format", "--check", *paths, cwd=setting.root)

    def linted(log: Log) -> None:
        log.run(*_ruff(setting), "check", *paths, cwd=setting.root)

    return [Step("format", formatted), Step("lint", linted)]


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
