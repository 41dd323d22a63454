"""Type-check each package with its tests, by mypy in strict mode.

Test modules of two packages may have the same name, so every package is a run of its own; the runs
share a cache and therefore come one after the other, in one step.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workspace.checks import Setting
from workspace.errors import Failure
from workspace.packages import Package
from workspace.steps import Log, Step

if TYPE_CHECKING:
    from workspace.processes import Words


def steps(setting: Setting, packages: Sequence[Package], extra: Sequence[Path] = ()) -> list[Step]:
    """Return the step that checks the packages, and other directories, each by itself."""

    def check(log: Log) -> None:
        runs = [run for package in packages for run in _runs(package)]
        runs += [(path.name, (path,), None) for path in extra if path.is_dir()]
        failed = [
            name for name, paths, platform in runs if not _passes(setting, log, paths, platform)
        ]
        if failed:
            raise Failure(f"type errors in {', '.join(failed)}")

    return [Step("types", check)]


def _runs(package: Package) -> list[tuple[str, tuple[Path, ...], str | None]]:
    paths = tuple(path for path in (package.source, package.path / "tests") if path.is_dir())
    return [(package.name, paths, platform) for platform in (None, *package.platforms)]


def _passes(setting: Setting, log: Log, paths: Sequence[Path], platform: str | None) -> bool:
    options = ["--platform", platform] if platform else []
    cache = setting.workspace.cache / "mypy"
    command: Words = [setting.python, "-m", "mypy", "--config-file", setting.config]
    try:
        log.run(
            *command,
            "--cache-dir",
            cache,
            *options,
            *paths,
            cwd=setting.root,
            env=setting.environ(),
        )
    except Failure:
        return False
    return True
