"""Find out where the time of calls goes, with Python's own profiler.

One call at a time is profiled in a process: the interpreter has room for one profiler. Nothing
waits for that room, because a call that is being profiled may itself wait for another one.
"""

from __future__ import annotations

import cProfile
import logging
import marshal
import pstats
from io import StringIO
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO, Final, ParamSpec, TypeVar

from cherrypy_diagnostics.profiledata import Profile, add

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger(__name__)
_room = Lock()


class Recording:
    """What the profiler saw of one or more calls that belong together.

    Examples:
        >>> recording = Recording()
        >>> recording.call(sorted, [3, 1, 2])
        [1, 2, 3]
        >>> recording.stats().total_calls > 0
        True
    """

    def __init__(self) -> None:
        self._profile = cProfile.Profile()
        self._has_begun = False

    def call(self, func: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what a function returns, profiled unless the profiler is in use elsewhere."""
        if not self._begin():
            _log.info("Not profiled, because another call is: %r", func)
            return func(*args, **kwargs)
        try:
            return func(*args, **kwargs)
        finally:
            self._profile.disable()
            _room.release()

    def _begin(self) -> bool:
        """Turn the profiler on, unless this module or somebody else has it."""
        if not _room.acquire(blocking=False):
            return False
        try:
            self._profile.enable()
        except ValueError:  # somebody else, from Python 3.12 on
            _room.release()
            return False
        self._has_begun = True
        return True

    @property
    def is_empty(self) -> bool:
        """Whether nothing was seen, because the profiler was in use elsewhere."""
        return not self._has_begun

    def add_to(self, whole: Profile) -> None:
        """Add what was seen to a profile."""
        add(self._profile.getstats(), whole)

    def stats(self) -> pstats.Stats | None:
        """Return what was seen, or None if that is nothing."""
        seen: Profile = {}
        self.add_to(seen)
        if not seen:
            return None
        stats = pstats.Stats()
        stats.stats = seen  # type: ignore[attr-defined] # typeshed lacks it
        stats.get_top_level_stats()
        return stats


class Profiler:
    """Profiles calls, and keeps a file for each of them.

    Args:
        path: The directory of the files; `profile` in the current one by default. It is made when
            there is something to put into it. Whoever can write to it can crash who reads them.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as directory:
        ...     profiler = Profiler(directory)
        ...     print(profiler.run(sorted, [3, 1, 2]), profiler.statfiles())
        ...     print("sorted" in profiler.stats("cp_0001.prof"))
        [1, 2, 3] ['cp_0001.prof']
        True
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self.path: Path = Path("profile" if path is None else path).absolute()
        self._last: int | None = None

    def run(self, func: Callable[P, T], *args: P.args, **params: P.kwargs) -> T:
        """Call a function, keep its profile, and return what it returns.

        A call that comes while another one is being profiled is not profiled.
        """
        recording = Recording()
        try:
            return recording.call(func, *args, **params)
        finally:
            self.keep(recording)

    def keep(self, recording: Recording) -> None:
        """Write a recording to a file; nothing, if nothing was seen.

        Where that is not possible, it is logged: what was profiled has its result all the same.
        """
        if recording.is_empty:
            return
        seen: Profile = {}
        recording.add_to(seen)
        try:
            self._write(seen)
        except OSError as error:
            _log.error("A profile is not kept: %s", error)

    def _write(self, seen: Profile) -> None:
        file = self._new_file()
        try:
            with file:
                marshal.dump(seen, file)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise

    def _new_file(self) -> BinaryIO:
        """Return a file with the next number, opened for writing; no other process gets it."""
        self.path.mkdir(parents=True, exist_ok=True)
        number = self._greatest() if self._last is None else self._last
        while True:
            number += 1
            try:
                file = (self.path / f"cp_{number:04}.prof").open("xb")
            except FileExistsError:
                continue
            self._last = number
            return file

    def _greatest(self) -> int:
        numbers = [name[3:-5] for name in self._names()]
        return max((int(each) for each in numbers if each.isdecimal()), default=0)

    def flush(self) -> None:
        """Wait until all that was kept is written; here, that has no need to be waited for."""

    def statfiles(self) -> list[str]:
        """Return the names of the files, in order, when all is written that this process kept."""
        for other in writing.copy():
            if other.path == self.path:
                other.flush()
        return self._names()

    def _names(self) -> list[str]:
        names = (each.name for each in self.path.glob("cp_*.prof"))
        return sorted(names, key=lambda name: (len(name), name))  # 9999 comes before 10000

    def load(self, filename: str) -> pstats.Stats:
        """Return the profile in a file.

        Args:
            filename: One of `statfiles`.

        Raises:
            FileNotFoundError: It is none of them.
            ValueError: It is no profile, or not yet written.
        """
        if filename not in self.statfiles():
            raise FileNotFoundError(f"there is no profile {filename!r} in {self.path}")
        try:
            return pstats.Stats(str(self.path / filename))
        except (EOFError, TypeError, ValueError, AttributeError) as error:
            raise ValueError(f"{filename!r} is no profile, or is still being written") from error

    def stats(self, filename: str, sortby: str = "cumulative") -> str:
        """Return a file as the text that `pstats` prints.

        Args:
            filename: One of `statfiles`.
            sortby: What it is sorted by, as `pstats.Stats.sort_stats` has it.

        Raises:
            FileNotFoundError: There is no such file.
            KeyError: Nothing can be sorted by that.
            ValueError: It is no profile, or not yet written.
        """
        stats = self.load(filename)
        text = StringIO()
        stats.stream = text  # type: ignore[attr-defined] # typeshed lacks it; pstats documents it
        stats.strip_dirs().sort_stats(sortby).print_stats()
        return text.getvalue()


writing: Final[set[Profiler]] = set()
"""Those that have something which is still to be written."""
