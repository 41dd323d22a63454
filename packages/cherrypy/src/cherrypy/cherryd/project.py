"""``cherryd new NAME``: the scaffold, copied into a project of its own.

The scaffold is the template: it runs and is tested as it stands, and its name is replaced in the
copy.
"""

from __future__ import annotations

import importlib.util
import keyword
import re
from pathlib import Path
from typing import Final

from cherrypy.cherryd.errors import CommandError

__all__ = ["FILES", "make_project"]

SCAFFOLD: Final = Path(__file__).parents[1] / "scaffold"

#: Where each file of a project comes from; ``NAME`` stands for the name of the project.
FILES: Final = {
    ".gitignore": "project/ignored.txt",
    "README.md": "project/README.md",
    "pyproject.toml": "project/metadata.toml",
    "site.conf": "site.conf",
    "production.conf": "project/production.conf",
    "NAME.service": "project/site.service",
    "conftest.py": "project/fixtures.py",
    "tests/test_site.py": "project/pages.py",
    "NAME/__init__.py": "__init__.py",
    "NAME/guestbook.py": "guestbook.py",
    "NAME/mounting.py": "mounting.py",
    "NAME/site.py": "site.py",
    "NAME/static/site.css": "static/site.css",
}

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SCAFFOLD = re.compile(r"\b(?:cherrypy\.)?scaffold\b")


def make_project(name: str, place: Path) -> Path:
    """Copy the scaffold into a new directory, and return it.

    Args:
        name: The name of the project, of its directory, and of the package in it.
        place: The directory in which it is made.

    Raises:
        CommandError: The name cannot be that of a package, or is taken, or the directory cannot be
            made.
    """
    _require_usable(name)
    project = place / name
    if project.exists() or project.is_symlink():
        raise CommandError(f"{name!r} is there already; choose another name, or move it away")
    try:
        for target, source in FILES.items():
            _copy(SCAFFOLD / source, project / target.replace("NAME", name), name)
    except OSError as error:
        raise CommandError(f"cannot make {str(project)!r}: {error.strerror}") from error
    return project


def _require_usable(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise CommandError(
            f"{name!r} cannot be the name of a package: choose one of small letters, digits and "
            "underscores that begins with a letter, as in my_site"
        )
    if keyword.iskeyword(name):
        raise CommandError(f"{name!r} is a word of Python itself; choose another name")
    if name == "tests" or importlib.util.find_spec(name) is not None:
        raise CommandError(
            f"there is a module {name!r} already, which the project would hide; choose another name"
        )


def _copy(source: Path, target: Path, name: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(_SCAFFOLD.sub(name, source.read_text("utf-8")), "utf-8")
