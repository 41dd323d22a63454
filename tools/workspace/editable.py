"""Packages that are installed as editable, but with other entry points than they have now.

poetry sees that a package is installed and leaves it as it is, so a program that was added to the
package's metadata would be missing. Such a package is uninstalled first.
"""

import configparser
import tomllib
from pathlib import Path
from typing import TypeAlias

from workspace.packages import Package, Workspace

EntryPoints: TypeAlias = dict[str, dict[str, str]]


def stale(workspace: Workspace, environment: Path) -> list[str]:
    """Return the names of the packages that must be installed anew in an environment."""
    return [
        package.name
        for package in workspace
        for info in _installed(package, environment)
        if _recorded(info) != declared(package)
    ]


def declared(package: Package) -> EntryPoints:
    """Return the entry points in a package's pyproject file, by group."""
    project = tomllib.loads((package.path / "pyproject.toml").read_text("utf-8"))["project"]
    groups: EntryPoints = {
        "console_scripts": project.get("scripts", {}),
        "gui_scripts": project.get("gui-scripts", {}),
        **project.get("entry-points", {}),
    }
    return {group: dict(entries) for group, entries in groups.items() if entries}


def _installed(package: Package, environment: Path) -> list[Path]:
    name = package.name.replace("-", "_")
    return list(environment.glob(f"lib/python*/site-packages/{name}-*.dist-info"))


def _recorded(info: Path) -> EntryPoints:
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # names have case
    parser.read(info / "entry_points.txt", "utf-8")
    return {group: dict(parser[group]) for group in parser.sections()}
