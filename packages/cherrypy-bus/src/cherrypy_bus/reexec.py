"""Replace the running program by a new copy of itself.

Rule: the new process gets the command line that the old one was started with, not what the program
made of ``sys.argv`` since. The interpreter's options, ``-m`` and relative paths then mean what they
meant.
"""

import contextlib
import os
import sys
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

_FIRST_FREE_DESCRIPTOR = 3


def command_line() -> list[str]:
    """Return the arguments that start this program again, the executable first."""
    executable = sys.executable or (sys.orig_argv or sys.argv)[0]
    rest = sys.orig_argv[1:] if sys.orig_argv else sys.argv
    return [executable, *rest]


def quoted(arguments: Sequence[str], platform: str = sys.platform) -> list[str]:
    """Quote arguments where the platform joins them to one line without doing so itself."""
    if platform != "win32":
        return list(arguments)
    from subprocess import list2cmdline  # noqa: PLC0415 - needed on Windows only

    return [list2cmdline([argument]) for argument in arguments]


def open_descriptors(limit: int) -> Iterable[int]:
    """Return the numbers of the descriptors that may be open, standard streams left out.

    Args:
        limit: Where to stop guessing on a system that does not list them.
    """
    for directory in ("/proc/self/fd", "/dev/fd"):
        with contextlib.suppress(OSError):
            numbers = sorted(int(entry.name) for entry in Path(directory).iterdir())
            return [number for number in numbers if number >= _FIRST_FREE_DESCRIPTOR]
    return range(_FIRST_FREE_DESCRIPTOR, limit)


def close_on_exec(limit: int, survivors: Collection[int] = ()) -> None:
    """Let the new program inherit the standard streams and ``survivors``, and no other descriptor.

    Args:
        limit: Where to stop guessing on a system that does not list the open descriptors.
        survivors: The descriptors to keep open.
    """
    for descriptor in open_descriptors(limit):
        with contextlib.suppress(OSError):  # it was closed meanwhile
            os.set_inheritable(descriptor, descriptor in survivors)


def flush_streams() -> None:
    """Write out what the standard streams hold: the new program would not."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
