"""Ports, asked from outside."""

import socket

import pytest

from cherrypy_server.occupancy import (
    check_port,
    client_host,
    wait_for_free_port,
    wait_for_occupied_port,
)


def test_a_port_with_a_listener_is_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(OSError, match=f"Port {port} is in use on '0.0.0.0'"):
            check_port("0.0.0.0", port)
        wait_for_occupied_port("127.0.0.1", port)
        with pytest.raises(OSError, match="is still in use"):
            wait_for_free_port("127.0.0.1", port, 0)


def test_a_port_without_one_is_free() -> None:
    with socket.socket() as bound:  # nobody else can have it, and nobody listens
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        check_port("127.0.0.1", port)
        wait_for_free_port("127.0.0.1", port)
        with pytest.raises(OSError, match=f"Nobody listens on port {port}"):
            wait_for_occupied_port("127.0.0.1", port, 0.1)


@pytest.mark.parametrize("host", ["", None])
def test_a_host_is_needed(host: str) -> None:
    with pytest.raises(ValueError, match="write an address"):
        check_port(host, 80)


def test_all_interfaces_are_reached_at_the_loopback() -> None:
    assert [client_host(each) for each in ("0.0.0.0", "::", "::1", "a.example")] == [
        "127.0.0.1", "::1", "::1", "a.example"
    ]  # fmt: skip
