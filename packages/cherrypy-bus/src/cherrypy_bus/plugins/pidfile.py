"""Keep the number of the process in a file.

Rule: the file belongs to the process that holds a lock on it. The lock ends with the process,
however it ends, so a file without one is stale, whatever number it holds: numbers are used again,
and in a container always the same.
"""

import contextlib
import os
import sys
from pathlib import Path

from cherrypy_bus.bus import Bus
from cherrypy_bus.plugins.simple import SimplePlugin

if sys.platform != "win32":
    import fcntl


class PIDFileError(RuntimeError):
    """Another process that runs holds the PID file.

    Attributes:
        pidfile: The path of the file.
        pid: What the file says of the other process.
    """

    def __init__(self, pidfile: str, pid: str) -> None:
        super().__init__(
            f"PID file {pidfile!r} is held by process {pid or 'unknown'}, which runs: "
            "stop that one first, or choose another file"
        )
        self.pidfile = pidfile
        self.pid = pid


class PIDFile(SimplePlugin):
    """Write the process number to a file on ``start``, at priority 70; delete it on ``exit``.

    Args:
        bus: The bus to subscribe to.
        pidfile: The path of the file. A relative one is taken from the working directory of this
            moment.

    Attributes:
        finalized: Whether the file has been written.
    """

    def __init__(self, bus: Bus, pidfile: str | os.PathLike[str]) -> None:
        super().__init__(bus)
        self.pidfile = os.fspath(pidfile)
        self.finalized = False
        self._path = Path(pidfile).absolute()
        self._descriptor: int | None = None

    def start(self) -> None:
        """Write the file.

        Raises:
            PIDFileError: Another process holds it.
            OSError: It cannot be written.
        """
        pid = str(os.getpid())
        if self.finalized and self._read() == pid:
            self.bus.log(f"PID {pid} already written to {self.pidfile!r}.")
            return
        self._let_go()
        self._take(pid)
        self.finalized = True
        self.bus.log(f"PID {pid} written to {self.pidfile!r}.")

    start.priority = 70  # type: ignore[attr-defined] # how a listener says its priority

    def _take(self, pid: str) -> None:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            stale = os.read(descriptor, 64).decode("ascii", "replace").strip()
            if not _lock(descriptor):
                raise PIDFileError(self.pidfile, stale)  # noqa: TRY301 - the descriptor is closed below
            if stale not in ("", pid):
                self.bus.log(f"PID file {self.pidfile!r} was stale: it held {stale!r}.", level=30)
            os.ftruncate(descriptor, 0)
            os.lseek(descriptor, 0, os.SEEK_SET)
            os.write(descriptor, f"{pid}\n".encode())
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = _keep(descriptor)

    def exit(self) -> None:
        """Delete the file if it is still this process's own."""
        if not self.finalized:
            return
        own = self._read() == str(os.getpid())
        if own:
            self._remove()
        self._let_go()
        self.finalized = False

    def _remove(self) -> None:
        try:
            self._path.unlink()
        except OSError as error:
            self.bus.log(f"PID file {self.pidfile!r} could not be removed: {error}", level=30)
        else:
            self.bus.log(f"PID file removed: {self.pidfile!r}.")

    def _read(self) -> str:
        with contextlib.suppress(OSError):
            return self._path.read_text("ascii", "replace").strip()
        return ""

    def _let_go(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


if sys.platform == "win32":

    def _lock(_descriptor: int) -> bool:
        return True  # every file is taken to be stale

    def _keep(descriptor: int) -> int | None:
        os.close(descriptor)  # a file that is open could not be removed
        return None

else:

    def _lock(descriptor: int) -> bool:
        """Take the lock on a file if no other process has it; say whether that worked."""
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            return False
        return True

    def _keep(descriptor: int) -> int | None:
        return descriptor  # the lock ends when it is closed
