"""Load a server of this process from another one, over connections that are kept alive.

Each connection sends its next request when it has the answer to the last. The other process runs
on the other cores: where the scenario's core does nothing else, the server is busy all the time.
It runs under every subject's Python, so it imports the standard library alone.
"""

import contextlib
import os
import selectors
import socket
import subprocess
import sys
from collections.abc import Sequence
from typing import IO

from workspace.bench.wsgi import BROWSER

CONNECTIONS = 16
PATIENCE = 30.0
_LINES = ["GET / HTTP/1.1", *(f"{name}: {value}" for name, value in BROWSER.items()), "", ""]
_REQUEST = "\r\n".join(_LINES).encode()
_DONE = "done\n"


class Load:
    """Makes requests to a port of the loopback interface; the other process ends with this one.

    Args:
        expected: The body of every answer; all answers must have the same length.
        connections: How many connections there are.

    Raises:
        AssertionError: An answer is another one, or there is none.
    """

    def __init__(self, port: int, expected: bytes, connections: int = CONNECTIONS) -> None:
        words = [sys.executable, "-m", __name__, str(port), expected.decode(), str(connections)]
        self._process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self()

    def __call__(self) -> None:
        """Make one request."""
        self.repeat(1)

    def repeat(self, number: int) -> None:
        """Make so many requests; return when all of them are answered."""
        stdin, stdout = _pipes(self._process)
        stdin.write(f"{number}\n")
        stdin.flush()
        if stdout.readline() != _DONE:
            raise AssertionError("the load generator got an answer that is not expected")


class Client:
    """The other side: some connections to a server, each with one request made.

    A connection that says nothing would keep a thread of the server waiting.

    Raises:
        AssertionError: An answer does not end as it should.
    """

    def __init__(self, port: int, expected: bytes, connections: int = CONNECTIONS) -> None:
        self._selector = selectors.DefaultSelector()
        self._connections: list[socket.socket] = []
        try:
            for _ in range(connections):
                self._connect(port, expected)
        except AssertionError:
            self.close()
            raise

    def _connect(self, port: int, expected: bytes) -> None:
        connection = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._connections.append(connection)
        self._selector.register(connection, selectors.EVENT_READ)
        self._length = _first(connection, expected)

    def close(self) -> None:
        """Close the connections."""
        self._selector.close()
        for connection in self._connections:
            connection.close()

    def send(self, number: int) -> None:
        """Make so many requests.

        Raises:
            AssertionError: An answer has another length than the first, or does not come.
        """
        waiting = dict.fromkeys(self._connections[:number], self._length)
        to_send = number - len(waiting)
        for connection in waiting:
            connection.sendall(_REQUEST)
        while waiting:
            for connection in self._readable():
                waiting[connection] -= _received(connection, waiting[connection])
                if waiting[connection]:
                    continue
                del waiting[connection]
                if to_send:
                    to_send -= 1
                    waiting[connection] = self._length
                    connection.sendall(_REQUEST)

    def _readable(self) -> Sequence[socket.socket]:
        ready = [key.fileobj for key, _ in self._selector.select(PATIENCE)]
        if not ready:
            raise AssertionError("no answer")
        return ready  # type: ignore[return-value]  # sockets were registered


def _first(connection: socket.socket, expected: bytes) -> int:
    """Return the length of the answer to the first request."""
    connection.sendall(_REQUEST)
    answer = b""
    while not answer.endswith(b"\r\n\r\n" + expected):
        data = connection.recv(65536)
        if not data:
            raise AssertionError(f"{answer!r} is not expected")
        answer += data
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise AssertionError(f"{answer!r} is not expected")
    return len(answer)


def _received(connection: socket.socket, most: int) -> int:
    """Return how many bytes came in."""
    found = len(connection.recv(65536))
    if not 0 < found <= most:
        raise AssertionError("an answer is longer or shorter than the first")
    return found


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    if process.stdin is None or process.stdout is None:
        raise AssertionError("the process has no pipes")
    return process.stdin, process.stdout


def main(port: int, expected: bytes, connections: int) -> None:
    """Make as many requests as each line of the input says, and answer it."""
    with contextlib.suppress(AttributeError, OSError):
        every = set(range(os.cpu_count() or 1))
        os.sched_setaffinity(0, every - os.sched_getaffinity(0))
    with contextlib.closing(Client(port, expected, connections)) as client:
        for line in sys.stdin:
            client.send(int(line))
            print(_DONE, end="", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2].encode(), int(sys.argv[3]))
