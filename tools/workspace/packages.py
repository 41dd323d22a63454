"""The packages of a workspace, read from ``packages/*/pyproject.toml``.

A package exists when its directory has a pyproject file: there is no other list.
"""

import os
import shutil
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from workspace.errors import Failure, Misuse
from workspace.requirements import Requirement, normal_name, parse


@dataclass(frozen=True, slots=True)
class Package:
    """One distribution: its metadata and what its ``[tool.workspace]`` table asks for.

    Attributes:
        layer: The number of its layer; imports go to lower numbers only.
        coverage: The least branch coverage of its tests in percent, or None.
        platforms: Further values of ``sys.platform`` for which it is type-checked.
    """

    name: str
    path: Path
    version: str
    description: str
    imports: tuple[str, ...]
    requirements: tuple[Requirement, ...]
    extras: Mapping[str, tuple[Requirement, ...]]
    tests: tuple[Requirement, ...]
    classifiers: tuple[str, ...]
    layer: int
    coverage: float | None
    platforms: tuple[str, ...]

    @property
    def source(self) -> Path:
        """Return the directory that is put on the module search path."""
        return self.path / "src"


@dataclass(frozen=True, slots=True)
class Workspace:
    """A checkout: its root directory and its packages, lowest layer first."""

    root: Path
    packages: Mapping[str, Package]

    @classmethod
    def load(cls, root: Path) -> Self:
        """Read every package below ``root``.

        Raises:
            Failure: A pyproject file cannot be read or lacks an obligatory key.
        """
        files = sorted((root / "packages").glob("*/pyproject.toml"))
        found = sorted(
            (read_package(file) for file in files), key=lambda one: (one.layer, one.name)
        )
        return cls(root, {package.name: package for package in found})

    def __iter__(self) -> Iterator[Package]:
        """Iterate over the packages, lowest layer first."""
        return iter(self.packages.values())

    @property
    def cache(self) -> Path:
        """Return the directory for everything that can be made again."""
        return self.root / ".cache"

    @property
    def scratch(self) -> Path:
        """Return a directory of this process alone: commands may run at the same time."""
        return self.cache / "scratch" / str(os.getpid())

    def tidy(self) -> None:
        """Remove the scratch directories of this process and of those that are gone."""
        for directory in self.scratch.parent.glob("[0-9]*"):
            if directory == self.scratch or not _is_running(int(directory.name)):
                shutil.rmtree(directory, ignore_errors=True)

    def select(self, names: Iterable[str]) -> list[Package]:
        """Return the named packages, or all where no name is given.

        Raises:
            Misuse: There is no package of that name.
        """
        wanted = {_plain(name) for name in names}
        unknown = sorted(wanted - self.packages.keys())
        if unknown:
            known = ", ".join(self.packages)
            msg = f"unknown package {unknown[0]!r}; the packages are {known}"
            raise Misuse(msg)
        return [package for package in self if not wanted or package.name in wanted]

    def siblings(self, requirements: Iterable[Requirement]) -> list[Package]:
        """Return the packages of this workspace that the requirements name."""
        names = {requirement.name for requirement in requirements}
        return [package for package in self if package.name in names]

    def closure(self, package: Package, *, tests: bool = False) -> list[Package]:
        """Return the siblings that a package needs, directly or through others, without itself."""
        requirements = [*package.requirements, *(package.tests if tests else ())]
        pending = self.siblings(requirements)
        found: dict[str, Package] = {}
        while pending:
            sibling = pending.pop()
            if sibling.name not in found:
                found[sibling.name] = sibling
                pending += self.siblings(sibling.requirements)
        return [one for one in self if one.name in found and one.name != package.name]

    def dependents(self, names: Iterable[str]) -> list[Package]:
        """Return the named packages and all that need one of them."""
        wanted = set(names)
        return [
            package
            for package in self
            if package.name in wanted
            or any(sibling.name in wanted for sibling in self.closure(package, tests=True))
        ]


def read_package(file: Path) -> Package:
    """Read one package's pyproject file.

    Raises:
        Failure: The file is no TOML, or a key is missing or of the wrong form.
    """
    try:
        data = tomllib.loads(file.read_text("utf-8"))
        return _package(file.parent, data)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        msg = f"{file}: {type(error).__name__}: {error}"
        raise Failure(msg) from error


def _is_running(number: int) -> bool:
    try:
        os.kill(number, 0)
    except OSError as error:
        return isinstance(error, PermissionError)
    return True


def _package(path: Path, data: Mapping[str, Any]) -> Package:
    project, own = data["project"], data["tool"]["workspace"]
    extras = project.get("optional-dependencies", {})
    coverage = own.get("coverage")
    return Package(
        name=normal_name(project["name"]),
        path=path,
        version=project["version"],
        description=project["description"],
        imports=tuple(part["include"] for part in data["tool"]["poetry"]["packages"]),
        requirements=_parsed(project.get("dependencies", [])),
        extras={name: _parsed(texts) for name, texts in extras.items()},
        tests=_parsed(data.get("dependency-groups", {}).get("test", [])),
        classifiers=tuple(project.get("classifiers", [])),
        layer=int(own["layer"]),
        coverage=None if coverage is None else float(coverage),
        platforms=tuple(own.get("platforms", [])),
    )


def _parsed(texts: Iterable[str]) -> tuple[Requirement, ...]:
    return tuple(parse(text) for text in texts)


def _plain(name: str) -> str:
    """Return a package's name where its directory is given (with a shell's completion)."""
    return normal_name(name.rstrip("/").rpartition("/")[2])
