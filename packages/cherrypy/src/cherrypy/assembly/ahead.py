"""What is imported before a process gives up its rights: afterwards, files may be out of reach."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Final

from cherrypy import lib
from cherrypy_bus import DropPrivileges

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cherrypy_bus import Bus

__all__ = ["import_ahead"]

PACKAGES: Final = ("cherrypy_auth", "cherrypy_static", "cherrypy_tools", "cherrypy_web")
OTHERS: Final = ("difflib", "html", "http.cookies", "inspect", "itsdangerous", "json", "uuid")


def import_ahead(bus: Bus) -> None:
    """Import what requests would, if a plugin of a bus is going to drop privileges.

    A site may be installed where only its first user can read.
    """
    if any(
        isinstance(getattr(each, "__self__", None), DropPrivileges)
        for each in bus.listeners["start"]
    ):
        for name in _names():
            with suppress(ImportError):  # an extra
                import_module(name)


def _names() -> Iterator[str]:
    from pkgutil import walk_packages  # noqa: PLC0415 - most sites do without it

    yield from OTHERS
    for name in lib.__all__:
        getattr(lib, name)
    for package in PACKAGES:
        yield from (
            each.name for each in walk_packages(import_module(package).__path__, package + ".")
        )
