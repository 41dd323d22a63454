"""A package alone: its wheel and its declared dependencies in an empty environment.

There its own tests pass, copied out of the tree, and the programs of its README run. Siblings come
from wheels too, and only those that the metadata declares (directly or through another) are
offered, so an undeclared dependency fails. That is tried on the newest interpreter that is here;
the check ``lowest`` is the same with the lowest allowed versions, on one in the middle.
"""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workspace import environment, interpreters, lowest, programs, wheels
from workspace.checks import Setting
from workspace.errors import Failure
from workspace.packages import Package
from workspace.requirements import Requirement
from workspace.steps import Log, Step

if TYPE_CHECKING:
    from workspace.processes import Words

_WHEELS = "wheels"


@dataclass(frozen=True, slots=True)
class _Room:
    """The place where a package is tried.

    Attributes:
        version: Of the interpreter.
        constraints: The versions to which other packages are held.
    """

    directory: Path
    version: str
    parts: Sequence[Path]
    constraints: Sequence[str] = ()

    @property
    def python(self) -> Path:
        return self.directory / "environment" / "bin" / "python"


def built(setting: Setting, packages: Sequence[Package]) -> Step:
    """Return the step that builds all wheels that the packages need; the others come after it."""

    def run(log: Log) -> None:
        directory = _wheels(setting)
        shutil.rmtree(directory, ignore_errors=True)
        needed = {one.name for package in packages for one in _parts(setting, package)}
        chosen = [one for one in setting.workspace if one.name in needed]
        for one in chosen:
            log.say(wheels.build(setting.builder, one, directory).name)

    return Step(_WHEELS, run)


def alone(setting: Setting, package: Package) -> Step:
    """Return the step that tries a package with the newest allowed versions."""

    def run(log: Log) -> None:
        parts = [_wheel(setting, one) for one in _parts(setting, package)]
        place = _place(setting, "isolation", package)
        _try(setting, log, package, _Room(place, interpreters.newest(), parts))

    return Step(f"isolation {package.name}", run, (_WHEELS,))


def at_lowest(setting: Setting, package: Package) -> Step:
    """Return the step that tries a package with the lowest allowed versions."""

    def run(log: Log) -> None:
        place = _place(setting, "lowest", package)
        siblings = setting.workspace.closure(package, tests=True)
        chosen = [lowest.sibling(setting.workspace, package, one) for one in siblings]
        parts = [_wheel(setting, package)]
        for one in chosen:
            log.say(f"{one.name} {one.version} from {one.path}")
            in_tree = one.path == setting.workspace.packages[one.name].path
            parts.append(_wheel(setting, one) if in_tree else _released(setting, one))
        pins = lowest.pins([package, *chosen])
        log.say(f"held at {' '.join(pins) or '(no third-party requirement)'}")
        _try(setting, log, package, _Room(place, interpreters.middle(), parts, pins))

    return Step(f"lowest {package.name}", run, (_WHEELS,))


def _parts(setting: Setting, package: Package) -> list[Package]:
    return [package, *setting.workspace.closure(package, tests=True)]


def _try(setting: Setting, log: Log, package: Package, room: _Room) -> None:
    if not (package.path / "tests").is_dir():
        raise Failure(f"{package.name} has no directory of tests")
    shutil.rmtree(room.directory, ignore_errors=True)
    room.directory.mkdir(parents=True)
    _install(setting, log, package, room)
    shutil.copytree(package.path / "tests", room.directory / "tests")
    _run_tests(setting, log, room)
    programs.run_page(package.path / "README.md", room.python, log)
    shutil.rmtree(room.directory)


def _install(setting: Setting, log: Log, package: Package, room: _Room) -> None:
    home = room.directory / "environment"
    base = interpreters.require(room.version)
    environment.create(home, base, setting.workspace, "--without-pip")
    constraints = room.directory / "constraints.txt"
    constraints.write_text("".join(f"{line}\n" for line in room.constraints), "utf-8")
    others = _foreign(setting, package.tests)
    pip: Words = [
        setting.builder,
        "-m",
        "pip",
        "--python",
        room.python,
    ]
    options = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-compile"]
    command: Words = [*pip, "install", *options, "--constraint", constraints, *room.parts, *others]
    log.run(*command, cwd=room.directory, env=setting.environ())


def _foreign(setting: Setting, requirements: Iterable[Requirement]) -> list[str]:
    """Return the requirements that are not met by wheels of this workspace."""
    own = setting.workspace.packages
    return [one.text for one in requirements if one.name not in own or one.extras]


def _run_tests(setting: Setting, log: Log, room: _Room) -> None:
    env = setting.environ(PYTHONPATH=str(Path(__file__).resolve().parents[2]))
    command: Words = [
        room.python,
        "-m",
        "pytest",
        *setting.pytest_options(),
        "-p",
        "no:cacheprovider",
    ]
    command += ["-p", "workspace.pytest_plugin", "-c", setting.config, "--rootdir", room.directory]
    log.run(*command, room.directory / "tests", cwd=room.directory, env=env)


def _wheels(setting: Setting) -> Path:
    return setting.workspace.scratch / "wheels"


def _wheel(setting: Setting, package: Package) -> Path:
    name = f"{package.name.replace('-', '_')}-{package.version}-py3-none-any.whl"
    return _wheels(setting) / name


def _released(setting: Setting, package: Package) -> Path:
    return wheels.build(setting.builder, package, setting.workspace.scratch / "old-wheels")


def _place(setting: Setting, check: str, package: Package) -> Path:
    return setting.workspace.scratch / check / package.name
