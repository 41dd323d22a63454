"""Who listens on an address, as far as this system tells.

A courtesy for error messages: whatever goes wrong here, the answer is None and never an error.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
LISTENING_TCP = "0A"


def holder_of(bind_addr: tuple[str, int] | str) -> str | None:
    """Return "process 4711 (nginx)" for the process that listens on an address, or None."""
    with suppress(OSError):
        for inode in _inodes(bind_addr):
            if found := _process_with(f"socket:[{inode}]"):
                return found
    return None


def _inodes(bind_addr: tuple[str, int] | str) -> Iterator[str]:
    """Yield the inodes of the sockets that listen on a port or a path."""
    if isinstance(bind_addr, str):
        yield from _unix_inodes(bind_addr)
        return
    port = f":{bind_addr[1]:04X}"
    for table in ("tcp", "tcp6"):
        for row in _rows(table):
            if row[1].endswith(port) and row[3] == LISTENING_TCP:
                yield row[9]


def _unix_inodes(path: str) -> Iterator[str]:
    named_columns = 8
    for row in _rows("unix"):
        if len(row) == named_columns and row[7] == path:
            yield row[6]


def _rows(table: str) -> Iterator[list[str]]:
    path = PROC / "net" / table
    if path.exists():
        yield from (line.split() for line in path.read_text().splitlines()[1:])


def _process_with(link: str) -> str | None:
    """Return the first process, of those we may look at, with such a descriptor."""
    for process in PROC.glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile, or belongs to somebody else
            if any(str(fd.readlink()) == link for fd in (process / "fd").iterdir()):
                name = (process / "comm").read_text().strip()
                return f"process {process.name} ({name})"
    return None
