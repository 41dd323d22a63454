"""The tests of each package under branch coverage, and on further interpreters."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workspace import environment, interpreters
from workspace.checks import Setting
from workspace.errors import Failure
from workspace.packages import Package
from workspace.steps import Log, Step

if TYPE_CHECKING:
    from workspace.processes import Words


def steps(setting: Setting, packages: Sequence[Package]) -> list[Step]:
    """Return a step per package: its tests, and whether they cover as much as it asks for."""
    return [_covered(setting, package) for package in packages]


def on_interpreter(setting: Setting, packages: Sequence[Package], version: str) -> Step:
    """Return the step that runs the tests of the packages on another interpreter.

    The environment for it is made once, below ``.cache/environments``, with what the tests declare.
    """

    def run(log: Log) -> None:
        base = interpreters.require(version)
        directory = setting.workspace.cache / "environments" / version
        directory.parent.mkdir(parents=True, exist_ok=True)
        python = environment.prepare(setting.workspace, directory, base, "main", "tests").python
        failed = [one.name for one in packages if not _passes(setting, log, one, python)]
        if failed:
            raise Failure(f"tests failed on Python {version}: {', '.join(failed)}")

    return Step(f"tests on Python {version}", run)


def _covered(setting: Setting, package: Package) -> Step:
    def run(log: Log) -> None:
        data = setting.workspace.scratch / "coverage" / package.name
        data.parent.mkdir(parents=True, exist_ok=True)
        coverage: Words = [setting.python, "-m", "coverage"]
        common = [f"--rcfile={setting.config}", f"--data-file={data}"]
        sources = f"--source={','.join(package.imports)}"
        pytest: Words = ["-m", "pytest", *setting.pytest_options(), package.path]
        env = setting.environ()
        log.run(*coverage, "run", *common, sources, *pytest, cwd=setting.root, env=env)
        log.run(*coverage, "combine", "-q", *common, cwd=setting.root, env=env)
        least = [] if package.coverage is None else [f"--fail-under={package.coverage:g}"]
        log.run(*coverage, "report", *common, *least, cwd=setting.root, env=env)

    return Step(f"tests {package.name}", run)


def _passes(setting: Setting, log: Log, package: Package, python: Path) -> bool:
    options = setting.pytest_options()
    command: Words = [python, "-m", "pytest", *options, "-p", "no:cacheprovider", package.path]
    try:
        log.run(*command, cwd=setting.root, env=setting.environ())
    except Failure:
        return False
    return True
