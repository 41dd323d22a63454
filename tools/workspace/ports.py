"""Ports: as a value of a command line, and whether one is free."""

import argparse
import errno
import socket

from workspace.errors import Failure


def port(text: str) -> int:
    """Return the number of a TCP port.

    Raises:
        ArgumentTypeError: The text is no number from 1 to 65535.
    """
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 65535):  # noqa: PLR2004 - TCP's
        raise argparse.ArgumentTypeError(f"{text!r} is no port from 1 to 65535")
    return int(text)


def port_or_any(text: str) -> int:
    """Return the number of a TCP port, or 0 for any free one.

    Raises:
        ArgumentTypeError: The text is no number from 0 to 65535.
    """
    return 0 if text == "0" else port(text)


def refuse_used(host: str, number: int) -> None:
    """Refuse a port on which another process listens.

    Raises:
        Failure: The port is in use, or the host is no address of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, number, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Failure(
                f"port {number} of {host} is in use; give another one with --port"
            ) from error
        raise Failure(f"cannot listen on {host}:{number}: {error.strerror}") from error
