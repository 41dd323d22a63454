"""Make the site that a command line describes: modules, then config files, then environment."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import cherrypy
from cherrypy.cherryd.errors import CommandError
from cherrypy_bus import State
from cherrypy_config import ConfigError
from cherrypy_web import Application

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

__all__ = ["load"]


def load(
    imports: Iterable[str] = (),
    configs: Iterable[str] = (),
    environment: str | None = None,
) -> None:
    """Import the modules of a site and read its config.

    Args:
        imports: Names of modules, or files whose name ends in ``.py``.
        configs: Names of config files, the strongest last.
        environment: The name of a config environment, which lies over the files.

    Raises:
        CommandError: Something is not there or cannot be read.
    """
    _require_no_namesake(Path("cherrypy.py"))
    if "" not in sys.path:
        sys.path.insert(0, "")  # the command itself may be installed anywhere
    for name in imports:
        _import(name)
    for file in configs:
        with _told(f"the config file {file!r}"):
            cherrypy.config.update(file)
            _give_to_the_only_one(file)
    if environment is not None:
        with _told("the option -e"):
            cherrypy.config.update({"environment": environment})


def _require_no_namesake(file: Path) -> None:
    if file.is_file():
        raise CommandError(f"the file {str(file)!r} hides CherryPy: give it another name")


def _import(name: str) -> None:
    if name.endswith(".py"):
        name = _module_of_file(Path(name))
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or f"{name}.".startswith(f"{error.name}."):
            raise CommandError(
                f"there is no module {name!r} (option -i), neither here nor on Python's path; "
                "-P names one more directory to look in"
            ) from error
        raise
    _require_own(name, module)
    if cherrypy.engine.state is State.EXITING:
        raise CommandError(
            f"the module {name!r} served the site while it was imported, and it has ended; write "
            "cherrypy.tree.mount in place of cherrypy.quickstart, or put that below "
            "if __name__ == '__main__'"
        )


def _require_own(name: str, module: ModuleType) -> None:
    """Refuse a module of Python's own that was found in place of the one that lies here."""
    file = Path(f"{name.replace('.', '/')}.py")
    origin = getattr(module, "__file__", None)
    if file.is_file() and (origin is None or not file.samefile(origin)):
        raise CommandError(
            f"another module {name!r} was found in place of {str(file)!r}: "
            f"{origin or 'a part of Python'}; give your file another name"
        )


def _module_of_file(file: Path) -> str:
    if not file.is_file():
        raise CommandError(f"there is no file {str(file)!r} (option -i)")
    sys.path.insert(0, str(file.parent.absolute()))
    return file.stem


def _give_to_the_only_one(file: str) -> None:
    apps = list(cherrypy.tree.apps.values())
    if len(apps) == 1 and isinstance(apps[0], Application):
        apps[0].merge(file)


@contextmanager
def _told(of: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ConfigError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise CommandError(f"{of}: {reason}") from error
