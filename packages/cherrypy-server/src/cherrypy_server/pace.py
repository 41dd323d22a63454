"""How long a client may keep a connection waiting: seconds of credit, which its bytes earn.

One who stands still has used up the credit in time; so has one who trickles, and one who sent much
before is forgiven no more than the whole credit.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from cherrypy_server.head import Refused


class Late(TimeoutError, Refused):  # noqa: N818 - it says what the client did
    """The client took too long; answered with 408, if nothing was sent yet."""

    def __init__(self, *_: object) -> None:
        Refused.__init__(self, "408 Request Timeout", "The request did not come in time.")


class Pace:
    """The patience with one direction of a connection.

    Args:
        patience: Seconds that the client may do nothing.
        rate: Bytes per second that it has to move; 0 for any number, as long as there are some.

    Attributes:
        left: Seconds that it may still do nothing.
    """

    def __init__(self, patience: float, rate: float) -> None:
        self._patience = patience
        self.left: float = patience
        self._rate = rate

    def begin(self) -> None:
        """Begin anew, with the whole credit."""
        self.left = self._patience

    def end(self) -> None:
        """Wait no more."""
        self.left = 0

    def moved(self, size: int) -> None:
        """Give credit for bytes."""
        if self.left < self._patience and size > 0:
            earned = size / self._rate if self._rate else self._patience
            self.left = min(self._patience, self.left + earned)

    def waited(self, seconds: float) -> None:
        """Take credit for a wait."""
        self.left -= seconds

    @contextmanager
    def waiting(self) -> Iterator[float]:
        """Give the seconds that a wait may last, and take credit for those that it did.

        Raises:
            Late: There were none left.
        """
        if self.left <= 0:
            raise Late
        began = time.monotonic()
        yield self.left
        self.waited(time.monotonic() - began)
