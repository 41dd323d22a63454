"""The file of a Unix socket: whose it is, who may connect, and when it goes.

A path is taken over only from a socket that nobody listens on any more.
"""

import errno
import os
import socket
from contextlib import suppress
from pathlib import Path
from stat import S_ISSOCK


class UnixSocketFile:
    """The socket file that a server has just bound.

    Args:
        path: Where it is.
        mode: The permission bits it gets. On Linux whoever may write to it may connect.
    """

    def __init__(self, path: str, mode: int) -> None:
        self.path: Path = Path(path)
        self.path.chmod(mode)
        self._inode = self.path.stat().st_ino

    def remove(self) -> None:
        """Remove the file, unless another server has put its own there meanwhile."""
        with suppress(FileNotFoundError):
            if self.path.stat().st_ino == self._inode:
                self.path.unlink()

    @staticmethod
    def require_free(path: str) -> None:
        """Return if a server may bind this path.

        Raises:
            OSError: EADDRINUSE if a server listens there, ENOTSOCK if the file is something else.
        """
        with suppress(FileNotFoundError):
            if not S_ISSOCK(Path(path).lstat().st_mode):
                raise OSError(errno.ENOTSOCK, "There is a file that is not a socket")
            if _somebody_listens(path):
                raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))


def _somebody_listens(path: str) -> bool:
    """Return whether a connection is accepted: the file alone may be a dead server's."""
    with socket.socket(socket.AF_UNIX) as client:
        client.setblocking(False)
        return client.connect_ex(path) in {0, errno.EAGAIN}
