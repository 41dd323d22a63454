"""The PID file belongs to one living process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cherrypy_bus import Bus, ChannelFailures, PIDFile, PIDFileError
from cherrypy_bus.plugins import pidfile


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def lines(bus: Bus) -> list[str]:
    lines: list[str] = []
    bus.subscribe("log", lambda msg, level: lines.append(msg))
    return lines


def test_the_file_lives_from_start_to_exit(bus: Bus, lines: list[str], tmp_path: Path) -> None:
    path = tmp_path / "app.pid"
    PIDFile(bus, path).subscribe()
    bus.start()
    assert path.read_text() == f"{os.getpid()}\n"
    bus.stop()
    assert path.exists()
    bus.exit()
    assert not path.exists()
    assert f"PID {os.getpid()} written to {str(path)!r}." in lines
    assert f"PID file removed: {str(path)!r}." in lines


def test_starting_again_writes_nothing(bus: Bus, lines: list[str], tmp_path: Path) -> None:
    plugin = PIDFile(bus, str(tmp_path / "app.pid"))
    plugin.start()
    plugin.start()
    assert lines[-1] == f"PID {os.getpid()} already written to {plugin.pidfile!r}."
    plugin.exit()


def test_a_file_that_somebody_deleted_is_written_again(bus: Bus, tmp_path: Path) -> None:
    path = tmp_path / "app.pid"
    plugin = PIDFile(bus, path)
    plugin.start()
    path.unlink()
    plugin.start()
    assert path.read_text() == f"{os.getpid()}\n"
    plugin.exit()


@pytest.mark.parametrize("content", ["1\n", "999999999\n", "rubbish", "x" * 500, "\udcff"])
def test_a_stale_file_is_taken_over_and_reported(
    bus: Bus, lines: list[str], tmp_path: Path, content: str
) -> None:
    path = tmp_path / "app.pid"
    path.write_text(content, errors="surrogateescape")
    plugin = PIDFile(bus, path)
    plugin.start()
    assert path.read_text() == f"{os.getpid()}\n"
    assert lines[0].startswith(f"PID file {str(path)!r} was stale: it held ")
    plugin.exit()


def test_the_own_number_of_an_earlier_life_is_no_news(
    bus: Bus, lines: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "app.pid"
    path.write_text(f"{os.getpid()}\n")  # process 1 of the container's last run
    plugin = PIDFile(bus, path)
    plugin.start()
    assert lines == [f"PID {os.getpid()} written to {str(path)!r}."]
    plugin.exit()


HOLDER = """
import sys, cherrypy_bus
bus = cherrypy_bus.Bus()
cherrypy_bus.PIDFile(bus, sys.argv[1]).subscribe()
bus.start()
print("ready", flush=True)
sys.stdin.read()
bus.exit()
"""


def test_a_file_held_by_another_process_is_refused(bus: Bus, tmp_path: Path) -> None:
    path = tmp_path / "app.pid"
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        PIDFile(bus, path).subscribe()
        with pytest.raises(ChannelFailures) as caught:
            bus.start()
        [error] = caught.value.get_instances()
        assert isinstance(error, PIDFileError)
        assert error.pid == str(other.pid)
        assert error.pidfile == str(path)
        assert f"held by process {other.pid}, which runs" in str(error)
        assert path.read_text() == f"{other.pid}\n"
        other.communicate()
    assert not path.exists()


INTRUDER = """
import sys, cherrypy_bus
try:
    cherrypy_bus.PIDFile(cherrypy_bus.Bus(), sys.argv[1]).start()
except cherrypy_bus.PIDFileError as error:
    print(error.pid)
"""


def test_starting_again_keeps_the_file(bus: Bus, tmp_path: Path) -> None:
    path = tmp_path / "app.pid"
    plugin = PIDFile(bus, path)
    plugin.start()
    plugin.start()
    command = [sys.executable, "-c", INTRUDER, str(path)]
    other = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
    assert other.stdout == f"{os.getpid()}\n"
    plugin.exit()


def test_a_file_that_its_last_owner_removes_meanwhile_is_made_anew(
    bus: Bus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "app.pid"
    opened: list[int] = []

    def lock(descriptor: int) -> bool:
        opened.append(descriptor)
        if len(opened) == 1:
            path.unlink()
        return True

    monkeypatch.setattr(pidfile, "_lock", lock)
    plugin = PIDFile(bus, path)
    plugin.start()
    assert path.read_text() == f"{os.getpid()}\n"
    assert len(opened) == 2
    plugin.exit()


def test_only_the_owner_removes_the_file(bus: Bus, lines: list[str], tmp_path: Path) -> None:
    path = tmp_path / "app.pid"
    plugin = PIDFile(bus, path)
    plugin.start()
    path.write_text("4711\n")
    plugin.exit()
    assert path.read_text() == "4711\n"
    assert not any("removed" in line for line in lines)


def test_a_plugin_that_never_started_removes_nothing(bus: Bus, tmp_path: Path) -> None:
    path = tmp_path / "app.pid"
    path.write_text(f"{os.getpid()}\n")
    PIDFile(bus, path).exit()
    assert path.exists()


def test_a_file_that_cannot_be_removed_does_not_stop_the_exit(
    bus: Bus, lines: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    plugin = PIDFile(bus, tmp_path / "app.pid")
    plugin.start()
    monkeypatch.setattr(Path, "unlink", refuse)
    plugin.exit()
    assert "could not be removed: [Errno 13]" in lines[-1]


def test_a_directory_that_is_not_there_is_an_error(bus: Bus, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        PIDFile(bus, tmp_path / "nowhere" / "app.pid").start()


def test_a_relative_path_means_the_directory_of_that_moment(
    bus: Bus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plugin = PIDFile(bus, "app.pid")
    plugin.start()
    monkeypatch.chdir("/")
    plugin.exit()
    assert plugin.pidfile == "app.pid"
    assert not (tmp_path / "app.pid").exists()


def test_it_starts_before_servers_and_after_the_daemonizer(bus: Bus, tmp_path: Path) -> None:
    path = tmp_path / "app.pid"
    seen: list[bool] = []
    PIDFile(bus, path).subscribe()
    bus.subscribe("start", lambda: seen.append(path.exists()), 65)
    bus.subscribe("start", lambda: seen.append(path.exists()), 75)
    bus.start()
    bus.exit()
    assert seen == [False, True]
