"""Run the checks, of everything or of the packages that are named."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from workspace import environment, interpreters, prerequisites
from workspace.checks import (
    Setting,
    current,
    installed,
    interface,
    layers,
    pages,
    public_types,
    static_types,
    style,
    together,
    unit,
)
from workspace.errors import Failure
from workspace.packages import Package, Workspace
from workspace.steps import Runner, Step


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("package", nargs="*", help="a package; all of them where none is named")
    parser.add_argument("--fast", action="store_true", help="only what needs no other environment")
    parser.add_argument("--real", action="store_true", help="let no test skip")
    parser.add_argument("--python", metavar="3.12", help="run the tests on that Python only")


def run(options: argparse.Namespace, workspace: Workspace) -> int:
    """Set up the environment and run the steps."""
    packages = workspace.select(options.package)
    if options.python:
        interpreters.require(options.python)
    absent = prerequisites.missing(workspace.root)
    _tell_missing(absent, real=options.real)
    setting = Setting(workspace, environment.main(workspace).python, real=options.real)
    chosen = _steps(setting, packages, options)
    return 0 if Runner(workspace.cache / "logs").run(chosen) else 1


def check(workspace: Workspace, packages: list[Package]) -> bool:
    """Run all checks of packages; return whether they pass."""
    setting = Setting(workspace, environment.main(workspace).python)
    return Runner(workspace.cache / "logs").run(_of_packages(setting, packages, fast=False))


def _tell_missing(absent: Sequence[str], *, real: bool) -> None:
    for name in absent:
        environment.say(f"a test {prerequisites.advice(name)}")
    if absent and real:
        raise Failure(f"--real lets nothing skip, and {', '.join(absent)} is not installed")


def _steps(setting: Setting, packages: list[Package], options: argparse.Namespace) -> list[Step]:
    if options.python:
        return [unit.on_interpreter(setting, packages, options.python)]
    if options.package:
        return _of_packages(setting, packages, fast=options.fast)
    return _of_everything(setting, packages, fast=options.fast)


def _of_packages(setting: Setting, packages: list[Package], *, fast: bool) -> list[Step]:
    quick = [
        *style.steps(setting, [package.path for package in packages]),
        *layers.steps(setting),
        *static_types.steps(setting, packages),
        *public_types.steps(setting, packages),
        *unit.steps(setting, packages),
        *interface.steps(setting, packages),
    ]
    return quick if fast else [*quick, *elsewhere(setting, packages)]


def _of_everything(setting: Setting, packages: list[Package], *, fast: bool) -> list[Step]:
    root = setting.root
    quick = [
        *style.steps(setting, [root]),
        *current.steps(setting),
        *layers.steps(setting),
        *static_types.steps(setting, packages, _other_sources(root)),
        *public_types.steps(setting, packages),
        *unit.steps(setting, packages),
        *interface.steps(setting, packages),
        *together.steps(setting),
        pages.drawn(setting),
        pages.built(setting),
        pages.executed(setting),
    ]
    return quick if fast else [*quick, *elsewhere(setting, packages)]


def elsewhere(setting: Setting, packages: list[Package]) -> list[Step]:
    """Return the steps that need environments of their own.

    Two interpreters need no step of their own: on them each package is tried alone, with the
    newest and with the lowest versions of what it needs.
    """
    covered = {interpreters.newest(), interpreters.middle()}
    further = [one for one in interpreters.others() if one not in covered]
    return [
        installed.built(setting, packages),
        *(unit.on_interpreter(setting, packages, version) for version in further),
        *(installed.alone(setting, package) for package in packages),
        *(installed.at_lowest(setting, package) for package in packages),
    ]


def _other_sources(root: Path) -> list[Path]:
    return [root / "tools", root / "integration-tests"]
