"""Let the server send a file by itself, where it offers `wsgi.file_wrapper` (PEP 3333).

A body tells that it is a file by a method ``as_file``, which returns one with a descriptor, or
None. What the server gets in place of the answer ends the request when the server closes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cherrypy_web.wsgi import AppResponse

__all__ = ["sent_by_server"]

CHUNK: Final = 64 * 1024


def sent_by_server(
    answer: Any, wrapper: Callable[[SentFile, int], Iterable[bytes]]
) -> Iterable[bytes]:
    """Return an answer as the server wants files, or as it is if its body is none.

    Args:
        answer: The `AppResponse`, or what a program has in place of it.
        wrapper: The server's ``wsgi.file_wrapper``.
    """
    as_file = getattr(getattr(answer, "_body", None), "as_file", None)
    file = None if as_file is None else as_file()
    if file is None:
        unchanged: Iterable[bytes] = answer
        return unchanged
    return wrapper(SentFile(file, answer), CHUNK)


class SentFile:
    """A file that a server sends by itself or, if it cannot, reads.

    Args:
        file: The file.
        answer: What is over when the file is closed.
    """

    def __init__(self, file: Any, answer: AppResponse) -> None:
        self._read = file.read
        self._log = answer.cpapp.log
        self.fileno: Any = file.fileno
        self.seek: Any = file.seek
        self.tell: Any = file.tell
        self.close: Callable[[], None] = answer.close

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at most ``size`` of them unless that is negative."""
        try:
            chunk: bytes = self._read(size)
        except Exception:
            # What has been sent cannot be taken back: the server has to end the connection.
            self._log.failure()
            raise
        return chunk
