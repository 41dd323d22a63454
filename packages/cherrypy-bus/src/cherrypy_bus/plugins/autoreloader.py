"""Start the program anew when one of its files changes.

Rule: what ``sys.modules`` holds is anybody's: nothing in it is trusted to be a module, to have a
file, or to answer without an error.
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from cherrypy_bus.bus import Bus
from cherrypy_bus.plugins.monitor import Monitor

_Stamp = tuple[int, int] | None


class Autoreloader(Monitor):
    """Restart the process when a file that it was made from changes or is deleted.

    The files are those of the imported modules whose *names* match, and those in ``files``. A
    module inside a zip file stands for the whole zip file.

    Args:
        bus: The bus to subscribe to.
        frequency: Seconds between two looks.
        match: A regular expression; only modules whose names it matches from the start are watched.

    Attributes:
        files: Further files to watch.
        match: The regular expression.

    Examples:
        >>> bus = Bus()
        >>> reloader = Autoreloader(bus, match=r"^(?!site_packages)")
        >>> reloader.files.add("app.conf")
        >>> reloader.subscribe()
    """

    files: set[str | os.PathLike[str]] = None  # type: ignore[assignment] # documented; the constructor sets it
    frequency: float = 1
    match: str = ".*"

    def __init__(self, bus: Bus, frequency: float = 1, match: str = ".*") -> None:
        super().__init__(bus, self.run, frequency)
        self.files = set()
        self.match = match
        self._stamps: dict[str, _Stamp] = {}

    def start(self) -> None:
        """Remember what the files look like, and start the thread."""
        if self.thread is None:
            self._stamps = {filename: self._look(filename) for filename in self._watched()}
        super().start()

    start.priority = 70  # type: ignore[attr-defined] # how a listener says its priority

    def run(self) -> None:
        """Look at every file once; restart the process if one has changed since the last look."""
        for filename in self._watched():
            stamp = self._look(filename)
            if self._stamps.setdefault(filename, stamp) != stamp:
                self.bus.log(f"Restarting because {filename} changed.")
                if self.thread is not None:
                    self.thread.cancel()
                self.bus.restart()
                return

    def _watched(self) -> list[str]:
        return sorted(self.sysfiles() | {os.fspath(filename) for filename in self.files})

    def _look(self, filename: str) -> _Stamp:
        """Return what a change would change, or None if the file is not there."""
        try:
            status = (self.bus.directory / filename).stat()
        except (OSError, ValueError):  # ValueError: it is no name of a file
            return None
        return status.st_mtime_ns, status.st_size

    def sysfiles(self) -> set[str]:
        """Return the files of the imported modules whose names match."""
        matches = re.compile(self.match).match
        modules: list[tuple[object, object]] = list(sys.modules.items())
        return {
            filename
            for name, module in modules
            if isinstance(name, str) and matches(name)
            for filename in _files_of(module)
        }


def _files_of(module: object) -> Iterator[str]:
    """Give the file that a module was read from, if it was read from one."""
    filename = _attribute(module, "__file__")
    loader = _attribute(_attribute(module, "__spec__"), "loader") or _attribute(
        module, "__loader__"
    )
    archive = _attribute(loader, "archive")
    if isinstance(archive, str) and archive:
        yield archive
    elif isinstance(filename, str) and filename and not filename.startswith("<"):
        yield _source(filename)


def _attribute(entry: object, name: str) -> object:
    """Read an attribute of something odd."""
    try:
        if isinstance(entry, ModuleType):
            # Past what the module does when it is asked: it may be loaded, or import others, then.
            names: dict[str, object] = ModuleType.__getattribute__(entry, "__dict__")
            return names.get(name)
        return getattr(entry, name, None)
    except Exception:  # noqa: BLE001 - a stranger's attribute may raise anything
        return None


def _source(filename: str) -> str:
    """Name the source of a compiled file, if that is there."""
    source = filename[:-1]
    return source if filename.endswith((".pyc", ".pyo")) and Path(source).exists() else filename
