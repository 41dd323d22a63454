"""Who listens on an address, read from a directory that looks like /proc."""

import errno
from pathlib import Path

import pytest

from cherrypy_server import BindError, holder
from cherrypy_server.holder import holder_of

TCP = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1001 1
   1: 0100007F:1F91 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 1002 1
"""
UNIX = """\
Num       RefCount Protocol Flags    Type St Inode Path
ffff: 00000002 00000000 00010000 0001 01 1003 /run/site.sock
ffff: 00000002 00000000 00010000 0001 01 1004
"""


@pytest.fixture
def proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system where process 42 has the three sockets open, and process 41 cannot be looked at."""
    monkeypatch.setattr(holder, "PROC", tmp_path)
    (tmp_path / "net").mkdir()
    (tmp_path / "net/tcp").write_text(TCP)
    (tmp_path / "net/unix").write_text(UNIX)
    (tmp_path / "41").mkdir()
    (tmp_path / "42/fd").mkdir(parents=True)
    (tmp_path / "42/comm").write_text("nginx\n")
    for inode in (1001, 1002, 1003):
        (tmp_path / f"42/fd/{inode}").symlink_to(f"socket:[{inode}]")
    return tmp_path


@pytest.mark.usefixtures("proc")
@pytest.mark.parametrize(
    ("address", "found"),
    [
        (("127.0.0.1", 8080), "process 42 (nginx)"),
        (("127.0.0.1", 8081), None),
        (("127.0.0.1", 8082), None),
        ("/run/site.sock", "process 42 (nginx)"),
        ("/run/other.sock", None),
    ],
)
def test_the_process_that_listens(address: tuple[str, int] | str, found: str | None) -> None:
    assert holder_of(address) == found


def test_a_socket_whose_process_is_not_visible(proc: Path) -> None:
    (proc / "42/fd/1001").unlink()
    assert holder_of(("127.0.0.1", 8080)) is None


def test_a_system_without_such_a_directory(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(holder, "PROC", tmp_path / "missing")
    assert holder_of(("127.0.0.1", 8080)) is None


def test_a_directory_that_cannot_be_read(proc: Path) -> None:
    (proc / "net/tcp").unlink()
    (proc / "net/tcp").mkdir()
    assert holder_of(("127.0.0.1", 8080)) is None


@pytest.mark.usefixtures("proc")
def test_the_error_names_address_reason_and_holder() -> None:
    error = BindError(errno.EADDRINUSE, ("127.0.0.1", 8080))
    assert str(error).endswith(
        "Cannot listen on 127.0.0.1:8080: Address already in use (held by process 42 (nginx))",
    )
    assert error.holder == "process 42 (nginx)"
