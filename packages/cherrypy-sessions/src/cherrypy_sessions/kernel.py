"""Exclusive locks on open files, kept by the operating system: they end with their process."""

import sys

if sys.platform == "win32":  # pragma: no cover - the other system's half
    import msvcrt

    def lock(descriptor: int, *, wait: bool) -> None:
        """Lock an open file.

        Raises:
            OSError: Somebody else has it; with `wait`, still after some ten seconds.
        """
        msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)

    def unlock(descriptor: int) -> None:
        """Unlock an open file."""
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def lock(descriptor: int, *, wait: bool) -> None:
        """Lock an open file; with `wait`, as soon as it can be had.

        Raises:
            OSError: Somebody else has it.
        """
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))

    def unlock(descriptor: int) -> None:
        """Unlock an open file."""
        fcntl.flock(descriptor, fcntl.LOCK_UN)
