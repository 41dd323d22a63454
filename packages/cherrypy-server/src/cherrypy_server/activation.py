"""Listening sockets that a service manager opened: socket activation, sd_listen_fds(3).

The descriptors themselves stay open and are never served from; a server works on a copy. So they
outlive a restart of the program, and clients that connect meanwhile wait instead of being refused.
"""

import os
import socket
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from cherrypy_server.address import BindAddress

FIRST = 3
"""The number of the first descriptor that is handed over."""

OURS = "CHERRYPY_SERVER_LISTEN"
"""Where the count is kept for the program's next run, away from processes that it starts."""


@dataclass(frozen=True, slots=True)
class Inherited:
    """A listening socket that was handed over.

    Attributes:
        descriptor: Its number.
        address: Where it listens.
    """

    descriptor: int
    address: BindAddress

    def copy(self) -> socket.socket:
        """Return a socket that may be closed while the one that was handed over stays."""
        return socket.socket(fileno=os.dup(self.descriptor))


def descriptors() -> range:
    """Return the numbers of the descriptors that were handed to this very process.

    What the environment says of them moves to a name of our own, as sd_listen_fds(3) would have it:
    children must not take it for theirs.

    Raises:
        ValueError: LISTEN_FDS is no number.
    """
    pid = str(os.getpid())
    if os.environ.get("LISTEN_PID") == pid:
        count = os.environ.get("LISTEN_FDS", "")
        if not count.isascii() or not count.isdigit():
            raise ValueError(f"LISTEN_FDS must be the number of descriptors, not {count!r}.")
        os.environ[OURS] = f"{pid}:{count}"
        for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"):
            os.environ.pop(name, None)
    owner, _, known = os.environ.get(OURS, "").partition(":")
    return range(FIRST, FIRST + (int(known) if owner == pid else 0))


class Activation:
    """Who serves which of the sockets that were handed over."""

    def __init__(self) -> None:
        self._owners: WeakKeyDictionary[object, Inherited] = WeakKeyDictionary()

    def claim(self, server: object, wanted: BindAddress | None) -> Inherited | None:
        """Return the socket for a server: what it had before, else the one with its address.

        One that finds no such socket gets the first that nobody has; None when there is none left.

        Raises:
            ValueError: What was handed over is no listening socket.
        """
        if server not in self._owners:
            taken = {each.descriptor for each in self._owners.values()}
            free = [_inherited(each) for each in descriptors() if each not in taken]
            found = next((each for each in free if each.address == wanted), None)
            if found is None and not free:
                return None
            self._owners[server] = found or free[0]
        return self._owners[server]


def _inherited(descriptor: int) -> Inherited:
    try:
        with socket.socket(fileno=os.dup(descriptor)) as copy:
            listens = bool(copy.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
            name = copy.getsockname()
    except OSError as error:
        raise ValueError(f"The descriptor {descriptor} that was handed over: {error}") from error
    if not listens:
        raise ValueError(
            f"The descriptor {descriptor} that was handed over does not listen: systemd's unit "
            "needs ListenStream= and Accept=no."
        )
    return Inherited(descriptor, name[:2] if isinstance(name, tuple) else os.fsdecode(name))


activation: Activation = Activation()
"""Of this process: descriptors are numbered once for all its servers."""
