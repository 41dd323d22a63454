"""Which package may import which, by import-linter; its contracts are derived from the metadata.

The first contract is the stack of layers: imports go down, and packages of one layer do not know
each other. The others forbid a package to import a sibling that it does not declare.
"""

import itertools
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from workspace.checks import Setting
from workspace.packages import Package, Workspace
from workspace.steps import Log, Step

if TYPE_CHECKING:
    from workspace.processes import Words

_LINT = "from importlinter.cli import lint_imports_command as lint; raise SystemExit(lint())"


def steps(setting: Setting) -> list[Step]:
    """Return the step that checks the imports of all packages."""

    def check(log: Log) -> None:
        file = setting.workspace.scratch / "importlinter.ini"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(configuration(setting.workspace), "utf-8")
        command: Words = [setting.python, "-c", _LINT, "--config", file, "--no-cache"]
        log.run(*command, cwd=setting.root, env=setting.environ())

    return [Step("imports", check)]


def configuration(workspace: Workspace) -> str:
    """Return import-linter's configuration for a workspace."""
    contracts = [_layers(workspace), *_declared(workspace)]
    names = _lines(name for package in workspace for name in package.imports)
    return "\n".join([f"[importlinter]\nroot_packages ={names}\n", *contracts])


def _layers(workspace: Workspace) -> str:
    groups = itertools.groupby(workspace, key=lambda package: package.layer)
    rows = [
        " | ".join(name for package in group for name in package.imports) for _, group in groups
    ]
    return (
        "[importlinter:contract:layers]\nname = imports go down a layer\ntype = layers\n"
        f"layers ={_lines(reversed(rows))}\n"
    )


def _declared(workspace: Workspace) -> Iterator[str]:
    for package in workspace:
        own = {package.name, *(one.name for one in workspace.siblings(package.requirements))}
        others = [one for one in workspace if one.name not in own]
        if others:
            yield _forbidden(package, others)


def _forbidden(package: Package, others: list[Package]) -> str:
    forbidden = _lines(name for other in others for name in other.imports)
    return (
        f"[importlinter:contract:{package.name}]\n"
        f"name = {package.name} imports only siblings that it declares\ntype = forbidden\n"
        f"source_modules ={_lines(package.imports)}\nforbidden_modules ={forbidden}\n"
        "allow_indirect_imports = true\n"
    )


def _lines(names: Iterable[str]) -> str:
    return "".join(f"\n    {name}" for name in names)
