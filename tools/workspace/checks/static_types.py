"""Type-check each package with its tests, by mypy in strict mode.

Test modules of two packages may have the same name, so every package is a run of its own; the runs
share a cache and therefore come one after the other, in one step.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from workspace.checks import Setting
from workspace.errors import Failure
from workspace.locks import alone
from workspace.packages import Package
from workspace.steps import Log, Step

if TYPE_CHECKING:
    from workspace.processes import Words


class _Run(NamedTuple):
    name: str
    paths: tuple[Path, ...]
    platform: str | None


def steps(setting: Setting, packages: Sequence[Package], extra: Sequence[Path] = ()) -> list[Step]:
    """Return the step that checks the packages, and other directories, each by itself."""

    def check(log: Log) -> None:
        runs = [run for package in packages for run in _runs(package)]
        runs += [_Run(path.name, (path,), None) for path in extra if path.is_dir()]
        with alone(setting.workspace.cache / "mypy.lock"):
            failed = [run.name for run in runs if not _passes(setting, log, run)]
        if failed:
            raise Failure(f"type errors in {', '.join(failed)}")

    return [Step("types", check)]


def _runs(package: Package) -> list[_Run]:
    paths = tuple(path for path in (package.source, package.path / "tests") if path.is_dir())
    return [_Run(package.name, paths, platform) for platform in (None, *package.platforms)]


def _passes(setting: Setting, log: Log, run: _Run) -> bool:
    options: Words = ["--config-file", setting.config]
    options += ["--cache-dir", setting.workspace.cache / "mypy"]
    options += ["--platform", run.platform] if run.platform else []
    command: Words = [setting.python, "-m", "mypy", *options, *run.paths]
    try:
        log.run(*command, cwd=setting.root, env=setting.environ())
    except Failure:
        return False
    return True
