"""Profiles of many calls, added up in one file.

A call adds to the sum, under a lock that nobody holds while there is a file to be written. A thread
writes the file, and ends when all is written. It is no daemon: the interpreter waits for it.
"""

from __future__ import annotations

import logging
import marshal
from pathlib import Path
from threading import Condition, Thread, current_thread
from typing import TYPE_CHECKING

from cherrypy_diagnostics.profiling import Profiler, writing

if TYPE_CHECKING:
    import os

    from cherrypy_diagnostics.profiledata import Profile
    from cherrypy_diagnostics.profiling import Recording

_log = logging.getLogger(__name__)


class ProfileAggregator(Profiler):
    """Profiles calls, and keeps one file in which they are added up.

    The file is written anew, as a whole, soon after each call, by a thread of its own: no call
    waits for that. A `Profiler` of this process has it all, whichever it is; who reads the file
    by other means may call `flush` first. Where it was cleared away, there is a new one after the
    next call, with all of them.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as directory:
        ...     profiler = ProfileAggregator(directory)
        ...     _ = profiler.run(sorted, [3, 1, 2]), profiler.run(sorted, [2, 1])
        ...     profiler.statfiles()
        ['cp_0001.prof']
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        super().__init__(path)
        self._changed = Condition()
        self._sum: Profile = {}
        self._kept = 0
        self._written = 0  # how many of those are in the file, or could not be written
        self._writer: Thread | None = None
        self._file: Path | None = None

    def keep(self, recording: Recording) -> None:
        """Add a recording to the sum; nothing, if nothing was seen.

        Where that cannot be written, it is logged, and tried again after the next one.
        """
        if recording.is_empty:
            return
        with self._changed:
            recording.add_to(self._sum)
            self._kept += 1
            if self._is_writing:
                return
            writing.add(self)
            self._writer = Thread(target=self._write_all, name="ProfileAggregator")
            try:
                self._writer.start()
            except RuntimeError:  # the interpreter ends, or there are too many threads
                self._writer = current_thread()
            else:
                return
        self._write_all()

    @property
    def _is_writing(self) -> bool:
        return self._writer is not None and self._writer.is_alive()

    def flush(self) -> None:
        """Wait until all that was kept is written."""
        with self._changed:
            kept = self._kept
            self._changed.wait_for(lambda: self._written >= kept or not self._is_writing)

    def _write_all(self) -> None:
        try:
            while (found := self._unwritten()) is not None:
                self._write_sum(*found)
        except BaseException:
            self._leave()
            raise

    def _unwritten(self) -> tuple[int, bytes] | None:
        """Return how many calls there are, and the sum of them; None if all is written."""
        with self._changed:
            if self._written == self._kept:
                self._leave()
                return None
            return self._kept, marshal.dumps(self._sum)

    def _leave(self) -> None:
        with self._changed:
            self._writer = None
            writing.discard(self)
            self._changed.notify_all()

    def _write_sum(self, kept: int, data: bytes) -> None:
        try:
            self._replace(data)
        except OSError as error:
            _log.error("A profile is not kept: %s", error)
        with self._changed:
            self._written = kept
            self._changed.notify_all()

    def _replace(self, data: bytes) -> None:
        if self._file is None or not self._file.exists():  # somebody may have cleared it away
            with self._new_file() as file:
                self._file = Path(file.name)
        partial = self._file.with_suffix(".partial")
        try:
            partial.write_bytes(data)
            partial.replace(self._file)
        except OSError:  # a disk that is full needs the room
            partial.unlink(missing_ok=True)
            raise
