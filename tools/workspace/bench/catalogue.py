"""Which scenarios there are, read from their modules without importing them."""

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workspace.errors import Failure, Misuse

DIRECTORY = Path(__file__).with_name("scenarios")


@dataclass(frozen=True, slots=True)
class Scenario:
    """Something that several subjects can do.

    Attributes:
        title: What is done, in a few words.
        module: The module of ``scenarios`` that holds it.
        group: The table and plot that it stands in.
        subjects: Who can do it.
    """

    name: str
    title: str
    module: str
    group: str
    subjects: tuple[str, ...]


def load(subjects: Sequence[str], directory: Path = DIRECTORY) -> list[Scenario]:
    """Return all scenarios, in the order that the directory's ``MODULES`` tells.

    Args:
        subjects: The names of all subjects, in the order in which they take their turns.
    """
    listed = directory / "__init__.py"
    modules: Sequence[str] = _declared(ast.parse(listed.read_text("utf-8")), listed)["MODULES"]
    files = [directory / f"{name}.py" for name in modules]
    return [scenario for file in files for scenario in read(file, subjects)]


def read(file: Path, subjects: Sequence[str]) -> list[Scenario]:
    """Return the scenarios of a module.

    Raises:
        Failure: The module has no docstring, or what it declares is no literal.
    """
    tree = ast.parse(file.read_text("utf-8"), str(file))
    title = (ast.get_docstring(tree) or "").partition("\n")[0].rstrip(".")
    if not title:
        raise Failure(f"{file.name} has no docstring that says what the scenario is")
    declared = _declared(tree, file)
    group: str = declared.get("GROUP", file.stem)
    cases: Mapping[str, str] = declared.get("CASES", {file.stem: title})
    names = _defined(tree)
    able = tuple(name for name in subjects if name in names)
    return [Scenario(name, text, file.stem, group, able) for name, text in cases.items()]


def select(scenarios: Sequence[Scenario], names: Iterable[str]) -> list[Scenario]:
    """Return the scenarios with these names, or in these groups, or all where no name is given.

    Raises:
        Misuse: There is no scenario and no group of that name.
    """
    wanted = set(names)
    known = {name for one in scenarios for name in (one.name, one.group)}
    unknown = sorted(wanted - known)
    if unknown:
        listed = ", ".join(one.name for one in scenarios)
        raise Misuse(f"unknown scenario {unknown[0]!r}; the scenarios are {listed}")
    return [one for one in scenarios if not wanted or {one.name, one.group} & wanted]


def _declared(tree: ast.Module, file: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name in {"GROUP", "CASES", "MODULES"}:
                found[name] = _literal(node.value, name, file)
    return found


def _literal(node: ast.expr, name: str, file: Path) -> object:
    try:
        return ast.literal_eval(node)
    except ValueError as error:
        raise Failure(f"{name} in {file.name} is no literal") from error


def _defined(tree: ast.Module) -> set[str]:
    """Return the names of the functions, and of what is assigned to be the same."""
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    aliases = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name)
        for target in node.targets
        if isinstance(target, ast.Name) and node.value.id in functions
    }
    return functions | aliases
