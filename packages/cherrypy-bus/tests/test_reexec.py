"""The command line and the descriptors of the new run."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cherrypy_bus import Bus, reexec

PROGRAM = """
import os, sys
import cherrypy_bus

bus = cherrypy_bus.Bus()
print(os.getpid(), os.getcwd(), sys.flags.optimize, sys.flags.utf8_mode, sys.argv[1:], __name__)
if "AGAIN" in os.environ:
    raise SystemExit(7)
os.environ["AGAIN"] = "1"
os.chdir("/")
sys.argv[:] = ["spoilt"]
bus.subscribe("main", bus.restart)
bus.start()
bus.block()
"""
ARGUMENTS = ["one", "two words", "-x", ""]


def run(*command: str, cwd: Path) -> list[str]:
    environment = {name: value for name, value in os.environ.items() if name != "AGAIN"}
    result = subprocess.run(
        [sys.executable, "-O", "-X", "utf8", *command, *ARGUMENTS],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert result.stderr == ""
    assert result.returncode == 7
    return result.stdout.splitlines()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    package = tmp_path / "project" / "app"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(PROGRAM)
    (package / "tool.py").write_text(PROGRAM)
    (package.parent / "script.py").write_text(PROGRAM)
    # A shebang cannot hold a space; to Python, the second line is a text.
    through_a_shell = f"#!/bin/sh\n'''exec' '{sys.executable}' \"$0\" \"$@\"\n' '''\n"
    (package.parent / "entry").write_text(through_a_shell + PROGRAM)
    return package.parent


@pytest.mark.parametrize(
    "command",
    [
        ["script.py"],
        ["./entry"],
        ["-m", "app"],
        ["-m", "app.tool"],
        ["app"],
        ["-c", PROGRAM],
        ["-W", "error", "script.py"],
    ],
    ids=["script", "entry point", "package", "module", "directory", "text", "option"],
)
def test_the_new_run_is_like_the_first(project: Path, command: list[str]) -> None:
    first, second = run(*command, cwd=project)
    assert first == second
    assert f"{project} 1 1 {ARGUMENTS!r} __main__" in first


def test_a_program_that_was_started_as_an_executable_is_started_so_again(project: Path) -> None:
    entry = project / "entry"
    entry.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if name != "AGAIN"}
    result = subprocess.run(
        ["./entry", "x"], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    first, second = result.stdout.splitlines()
    assert first == second


def test_a_program_without_an_executable_uses_what_it_knows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "")
    monkeypatch.setattr(sys, "orig_argv", ["/opt/app", "serve"])
    assert reexec.command_line() == ["/opt/app", "serve"]
    monkeypatch.setattr(sys, "orig_argv", [])
    monkeypatch.setattr(sys, "argv", ["app.py", "serve"])
    assert reexec.command_line() == ["app.py", "app.py", "serve"]
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3")
    assert reexec.command_line() == ["/usr/bin/python3", "app.py", "serve"]


def test_arguments_are_quoted_where_the_platform_does_not() -> None:
    arguments = ["C:/Program Files/python.exe", "a b", "c"]
    assert reexec.quoted(arguments, "linux") == arguments
    assert reexec.quoted(arguments, "win32") == ['"C:/Program Files/python.exe"', '"a b"', "c"]


def test_only_survivors_are_inherited() -> None:
    with socket.socket() as listening, socket.socket() as other:
        other.set_inheritable(True)
        reexec.close_on_exec(64, survivors={listening.fileno()})
        assert listening.get_inheritable()
        assert not other.get_inheritable()


SOCKET = """
import os, socket, sys
import cherrypy_bus

if "AGAIN" in os.environ:
    kept, closed = map(int, os.environ["AGAIN"].split())
    print(socket.socket(fileno=kept).getsockname())
    os.fstat(closed)
bus = cherrypy_bus.Bus()
kept, closed = socket.create_server(("127.0.0.1", 0)), socket.create_server(("127.0.0.1", 0))
closed.set_inheritable(True)
print(kept.getsockname(), flush=True)
bus.survivors.add(kept.fileno())
os.environ["AGAIN"] = f"{kept.fileno()} {closed.fileno()}"
bus.subscribe("main", bus.restart)
bus.start()
bus.block()
"""


def test_a_listening_socket_survives_and_another_one_does_not(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "AGAIN"}
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SOCKET],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    first, second = result.stdout.splitlines()
    assert first == second
    assert "OSError: [Errno 9] Bad file descriptor" in result.stderr


def test_descriptors_are_guessed_where_the_system_does_not_list_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(path: Path) -> None:
        raise FileNotFoundError(str(path))

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert list(reexec.open_descriptors(6)) == [3, 4, 5]


def test_the_standard_streams_are_not_among_the_descriptors() -> None:
    assert min(reexec.open_descriptors(64), default=3) >= 3


def test_streams_that_cannot_be_flushed_are_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with (tmp_path / "closed").open("w") as stream:
        pass
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "stderr", None)
    reexec.flush_streams()


def test_the_bus_replaces_the_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    calls: list[object] = []
    lines: list[str] = []
    bus = Bus()
    bus.subscribe("log", lambda msg, level: lines.append(msg))
    bus.directory = tmp_path
    bus.survivors.add(99)
    monkeypatch.setattr(os, "chdir", calls.append)
    monkeypatch.setattr(os, "execv", lambda path, arguments: calls.append((path, arguments)))
    monkeypatch.setattr(reexec, "close_on_exec", lambda limit, keep: calls.append((limit, keep)))
    monkeypatch.setattr(reexec, "command_line", lambda: ["/bin/python", "app.py"])
    bus.execv = True
    bus._do_execv()
    assert calls == [tmp_path, (20_000, {99}), ("/bin/python", ["/bin/python", "app.py"])]
    assert lines == ["Re-spawning /bin/python app.py"]
