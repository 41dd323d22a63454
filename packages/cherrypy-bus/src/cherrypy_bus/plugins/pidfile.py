"""Keep the number of the process in a file.

Rule: the file belongs to the process that holds a lock on it. The lock ends with the process,
however it ends, so a file without one is stale, whatever number it holds: numbers are used again,
and in a container always the same. The system also ends the lock when the process closes the file,
even if it had opened it a second time: what is held is read through its own descriptor only.
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

    Examples:
        >>> print(PIDFileError("/run/site.pid", "4711"))
        PID file '/run/site.pid' is held by process 4711, which runs: stop that one first, ...
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

    Examples:
        >>> import os
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> bus = Bus()
        >>> with TemporaryDirectory() as directory:
        ...     path = Path(directory, "site.pid")
        ...     PIDFile(bus, path).subscribe()
        ...     bus.start()
        ...     print(path.read_text().strip() == str(os.getpid()))
        ...     bus.exit()
        ...     print(path.exists())
        True
        False
    """

    def __init__(self, bus: Bus, pidfile: str | os.PathLike[str]) -> None:
        super().__init__(bus)
        self.pidfile: str = os.fspath(pidfile)
        self.finalized: bool = False
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
        while not self._take(pid):
            pass  # its last owner removed it just now: there is another one, or none
        self.finalized = True
        self.bus.log(f"PID {pid} written to {self.pidfile!r}.")

    start.priority = 70  # type: ignore[attr-defined] # how a listener says its priority

    def _take(self, pid: str) -> bool:
        """Lock the file and write it; say whether the locked file is the one at the path."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        with contextlib.ExitStack() as stack:
            stack.callback(os.close, descriptor)
            if not _lock(descriptor):
                raise PIDFileError(self.pidfile, _text(descriptor))
            if not _is_at(self._path, descriptor):
                return False
            self._write(descriptor, pid)
            stack.pop_all()
        self._descriptor = _keep(descriptor)
        return True

    def _write(self, descriptor: int, pid: str) -> None:
        stale = _text(descriptor)
        if stale not in ("", pid):
            self.bus.log(f"PID file {self.pidfile!r} was stale: it held {stale!r}.", level=30)
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, f"{pid}\n".encode())

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
        """Return what the file at the path holds."""
        if self._descriptor is not None:
            return _text(self._descriptor) if _is_at(self._path, self._descriptor) else ""
        with contextlib.suppress(OSError):
            return self._path.read_text("ascii", "replace").strip()
        return ""

    def _let_go(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _text(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.read(descriptor, 64).decode("ascii", "replace").strip()


if sys.platform == "win32":

    def _lock(_descriptor: int) -> bool:
        return True  # every file is taken to be stale

    def _is_at(_path: Path, _descriptor: int) -> bool:
        return True  # a file that is open cannot be removed

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

    def _is_at(path: Path, descriptor: int) -> bool:
        """Say whether the open file is still the one at this path."""
        with contextlib.suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(descriptor), path.stat())
        return False

    def _keep(descriptor: int) -> int | None:
        return descriptor  # the lock ends when it is closed
