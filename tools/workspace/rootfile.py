"""The lines of the root's pyproject.toml that follow from the packages' own.

``tools/lock`` writes them between two comments, so that the one lock file covers every package,
its extras and the libraries of its tests, and nobody keeps a second list by hand.
"""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workspace.errors import Failure
from workspace.packages import Package, Workspace
from workspace.requirements import normal_name

BEGIN = "# From here on tools/lock writes the lines, from packages/*/pyproject.toml."
END = "# Up to here."


def lines(workspace: Workspace) -> str:
    """Return what must stand between the two comments."""
    tests = sorted(
        {one.text for package in workspace for one in _foreign_tests(workspace, package)}
    )
    rows = [
        "[tool.poetry.dependencies]",
        *(_dependency(workspace, package) for package in workspace),
    ]
    rows += [
        "",
        "[dependency-groups]",
        "tests = [",
        *(f"    {json.dumps(text)}," for text in tests),
        "]",
    ]
    return "\n".join(rows)


def updated(workspace: Workspace, text: str) -> str:
    """Return the root's pyproject file with the lines up to date.

    Raises:
        Failure: The two comments are not there.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise Failure(f"pyproject.toml lacks the comment {BEGIN if not begin else END!r}")
    return f"{before}{begin}\n{lines(workspace)}\n{end}{after}"


def stale(workspace: Workspace) -> list[str]:
    """Return what is not up to date: of the root's pyproject file and of poetry.lock."""
    text = (workspace.root / "pyproject.toml").read_text("utf-8")
    found = [] if updated(workspace, text) == text else ["pyproject.toml"]
    return found + [f"poetry.lock ({name})" for name in _unlocked(workspace)]


def _dependency(workspace: Workspace, package: Package) -> str:
    path = package.path.relative_to(workspace.root).as_posix()
    extras = f", extras = {json.dumps(sorted(package.extras))}" if package.extras else ""
    return f'{package.name} = {{ path = "{path}", develop = true{extras} }}'


def _foreign_tests(workspace: Workspace, package: Package) -> Iterator[Any]:
    return (one for one in package.tests if one.name not in workspace.packages)


def _unlocked(workspace: Workspace) -> Iterator[str]:
    """Return the packages whose requirements are others than the lock file says."""
    locked = _locked(workspace.root / "poetry.lock")
    for package in workspace:
        wanted = {one.name for one in package.requirements}
        wanted |= {one.name for extra in package.extras.values() for one in extra}
        known = locked.get(package.name, {})
        if (
            package.name not in locked
            or {normal_name(name) for name in known.get("dependencies", {})} != wanted
        ):
            yield package.name


def _locked(file: Path) -> dict[str, dict[str, Any]]:
    if not file.is_file():
        return {}
    packages: list[dict[str, Any]] = tomllib.loads(file.read_text("utf-8")).get("package", [])
    return {normal_name(one["name"]): one for one in packages}
