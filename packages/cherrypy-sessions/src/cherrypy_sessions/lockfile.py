"""A file that is locked until it is released: for the stores of others.

To lock is to try once; `filelocks` has the locks that wait.
"""

import os
import sys
from typing import ClassVar

from cherrypy_sessions import kernel


class LockError(Exception):
    """A lock could not be had.

    Args:
        path: Of which file.

    Examples:
        >>> print(LockError("/run/report.lock"))
        Unable to lock '/run/report.lock'
    """

    msg: ClassVar[str] = "Unable to lock %r"

    def __init__(self, path: str) -> None:
        super().__init__(self.msg % (path,))


class UnlockError(LockError):
    """A lock could not be given back.

    Examples:
        >>> print(UnlockError("/run/report.lock"))
        Unable to unlock '/run/report.lock'
    """

    msg: ClassVar[str] = "Unable to unlock %r"


class SystemLockFile:
    """Lock a file, or fail at once.

    Args:
        path: The file; it is made if there is none, and gets the process id of its holder.

    Raises:
        LockError: Somebody else has it.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as directory:
        ...     lock = SystemLockFile(f"{directory}/report.lock")
        ...     lock.release()
        ...     lock.remove()
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            kernel.lock(self._descriptor, wait=False)
        except OSError as error:
            os.close(self._descriptor)
            raise LockError(path) from error
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Give the lock back; do nothing without it.

        Raises:
            UnlockError: The system would not.
        """
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        try:
            kernel.unlock(descriptor)
        except OSError as error:
            raise UnlockError(self.path) from error
        finally:
            os.close(descriptor)

    def remove(self) -> None:
        """Remove the file."""
        os.remove(self.path)  # noqa: PTH107 - the path is a text all the way


class UnixLockFile(SystemLockFile):
    """A locked file on Unix.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as directory:
        ...     lock = UnixLockFile(f"{directory}/report.lock")
        ...     lock.release()
    """


class WindowsLockFile(SystemLockFile):
    """A locked file on Windows.

    Examples:
        >>> issubclass(LockFile, SystemLockFile)  # this one, or `UnixLockFile`
        True
    """


LockFile: type[SystemLockFile] = WindowsLockFile if sys.platform == "win32" else UnixLockFile
"""The class for this system."""
