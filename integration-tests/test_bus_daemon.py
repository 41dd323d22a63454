"""Real processes made of the bus: a daemon's whole life, ends that are forced, and process 1."""

import contextlib
import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")

PATIENCE = 20.0
PR_SET_CHILD_SUBREAPER = 36

PROGRAM = """
import os, sys, threading
import cherrypy_bus

bus = cherrypy_bus.Bus()
stop = threading.Event()

@bus.subscribe("log")
def log(msg, level):
    print(os.getpid(), level, msg, flush=True)

def work():
    bus.publish("acquire_thread")
    stop.wait()
    bus.publish("release_thread")

bus.subscribe("start", lambda: threading.Thread(target=work, name="worker").start(), 75)
bus.subscribe("stop", stop.set)
@bus.subscribe("main")
def ready():
    bus.unsubscribe("main", ready)
    bus.log("In the main loop")

cherrypy_bus.SignalHandler(bus).subscribe()
cherrypy_bus.ThreadManager(bus).subscribe()
cherrypy_bus.Monitor(bus, lambda: None, frequency=0.01, name="Poll").subscribe()
cherrypy_bus.PIDFile(bus, "app.pid").subscribe()
reloader = cherrypy_bus.Autoreloader(bus, frequency=0.05, match="__main__")
reloader.files.add("app.conf")
reloader.subscribe()
if "daemon" in sys.argv:
    cherrypy_bus.Daemonizer(bus, stdout="log", stderr="log").subscribe()
if "stuck" in sys.argv:
    bus.stuck_after = 0.1
    lock = threading.Lock()
    lock.acquire()
    @bus.subscribe("stop", priority=90)
    def never():
        lock.acquire()
bus.start()
bus.block()
bus.log(f"left: {[thread.name for thread in threading.enumerate()]}")
"""


class Log:
    """The lines that a process writes to a named pipe, which outlives every run of its program."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        # Open for writing too, so that it has no end when a process leaves.
        self.descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        self.rest = b""
        self.lines: list[str] = []

    def close(self) -> None:
        os.close(self.descriptor)

    def wait_for(self, text: str) -> int:
        """Read until a line holds ``text``; return the number of the process that wrote it."""
        deadline = time.monotonic() + PATIENCE
        while True:
            line = self.line(deadline, text)
            if text in line:
                return int(line.split()[0])

    def line(self, deadline: float, wanted: str) -> str:
        while b"\n" not in self.rest:
            ready, _, _ = select.select([self.descriptor], [], [], deadline - time.monotonic())
            assert ready, f"no line holds {wanted!r}: {self.lines}"
            self.rest += os.read(self.descriptor, 65536)
        line, _, self.rest = self.rest.partition(b"\n")
        self.lines.append(line.decode())
        return self.lines[-1]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(PROGRAM)
    (tmp_path / "app.conf").touch()
    return tmp_path


@pytest.fixture
def log(home: Path) -> Iterator[Log]:
    log = Log(home / "log")
    yield log
    log.close()


@pytest.fixture
def orphanage() -> Iterator[None]:
    """Let this process inherit the orphans, so that it can see how they end."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    yield
    libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def children() -> set[int]:
    text = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return {int(number) for number in text.split()}


def touch(path: Path) -> None:
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 10**9))


def end_of(pid: int) -> int:
    """Return the exit status of a process; negative for the signal that killed it."""
    deadline = time.monotonic() + PATIENCE
    descriptor = os.pidfd_open(pid)
    try:
        ready, _, _ = select.select([descriptor], [], [], deadline - time.monotonic())
        assert ready, f"process {pid} has not ended"
    finally:
        os.close(descriptor)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_a_daemon_reloads_survives_sighup_and_leaves_nothing_behind(
    home: Path, log: Log, orphanage: None
) -> None:
    before = children()
    command = [sys.executable, "app.py", "daemon"]
    parent = subprocess.run(command, cwd=home, timeout=PATIENCE, check=False)
    assert parent.returncode == 0

    pid = log.wait_for("In the main loop")
    try:
        assert (home / "app.pid").read_text() == f"{pid}\n"
        assert os.getsid(pid) not in (pid, os.getsid(0))  # it leads no session and left ours
        assert Path(f"/proc/{pid}/cwd").readlink() == home

        touch(home / "app.conf")
        log.wait_for("Restarting because app.conf changed.")
        assert log.wait_for("In the main loop") == pid  # the same process with a new program

        touch(home / "app.py")
        log.wait_for("Restarting because ")
        assert log.wait_for("In the main loop") == pid

        os.kill(pid, signal.SIGHUP)
        log.wait_for("SIGHUP caught while daemonized. Restarting.")
        assert log.wait_for("In the main loop") == pid
        assert (home / "app.pid").read_text() == f"{pid}\n"

        os.kill(pid, signal.SIGUSR1)
        log.wait_for("Bus graceful")

        os.kill(pid, signal.SIGTERM)
        log.wait_for("left: ['MainThread']")
        assert end_of(pid) == 0
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert not (home / "app.pid").exists()
    assert not Path(f"/proc/{pid}").exists()
    assert children() == before


def started(home: Path, log: Log, *arguments: str) -> subprocess.Popen[bytes]:
    with (home / "log").open("wb", buffering=0) as stream:
        return subprocess.Popen(
            [*arguments], cwd=home, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream
        )


@contextlib.contextmanager
def running(home: Path, log: Log, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program until the end of the block at the latest."""
    process = started(home, log, *arguments)
    try:
        log.wait_for("In the main loop")
        yield process
        process.wait(PATIENCE)
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_process_that_is_no_daemon_ends_on_these_signals(
    home: Path, log: Log, number: int
) -> None:
    with running(home, log, sys.executable, "app.py") as process:
        process.send_signal(number)
        log.wait_for("left: ['MainThread']")
    assert process.returncode == 0
    assert not (home / "app.pid").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_a_process_that_is_stuck(home: Path, log: Log, number: int) -> None:
    with running(home, log, sys.executable, "app.py", "stuck") as process:
        process.send_signal(number)
        log.wait_for("'stop' listener __main__.never has not returned; the bus has waited 0.1 s")
        process.send_signal(number)
    assert process.returncode == -number


def test_a_log_that_nobody_reads_any_more_does_not_stop_the_end(home: Path) -> None:
    command = [sys.executable, "app.py"]
    with subprocess.Popen(command, cwd=home, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while b"Bus STARTED" not in process.stdout.readline():
            pass
        process.stdout.close()
        process.terminate()
        process.wait(PATIENCE)
    assert not (home / "app.pid").exists()


def namespaces() -> bool:
    """Say whether processes may be started with a number 1 of their own here."""
    if shutil.which("unshare") is None:
        return False
    attempt = subprocess.run(
        ["unshare", "--pid", "--fork", "true"], capture_output=True, check=False
    )
    return attempt.returncode == 0


@pytest.fixture
def container() -> list[str]:
    if not namespaces():
        pytest.skip("this system does not let us start a process 1")
    return ["unshare", "--pid", "--fork", "--kill-child", sys.executable, "app.py"]


def inside(process: subprocess.Popen[bytes]) -> int:
    """Return the number by which we know the process 1 that ``unshare`` started."""
    pid = process.pid
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text())


def test_process_1_ends_on_sigterm(home: Path, log: Log, container: list[str]) -> None:
    with running(home, log, *container) as process:
        os.kill(inside(process), signal.SIGTERM)
        assert log.wait_for("left: ['MainThread']") == 1
    assert process.returncode == 0
    assert not (home / "app.pid").exists()


def test_process_1_is_not_fooled_by_the_pid_file_of_its_last_life(
    home: Path, log: Log, container: list[str]
) -> None:
    (home / "app.pid").write_text("1\n")
    with running(home, log, *container) as process:
        os.kill(inside(process), signal.SIGTERM)
    assert not any("stale" in line for line in log.lines)
    assert not (home / "app.pid").exists()


def test_process_1_stays_in_the_foreground(home: Path, log: Log, container: list[str]) -> None:
    with running(home, log, *container, "daemon") as process:
        assert any("Not daemonizing: this is process 1" in line for line in log.lines)
        os.kill(inside(process), signal.SIGTERM)
        assert log.wait_for("left: ['MainThread']") == 1
    assert process.returncode == 0


def test_process_1_ends_on_the_second_signal(home: Path, log: Log, container: list[str]) -> None:
    with running(home, log, *container, "stuck") as process:
        pid = inside(process)
        os.kill(pid, signal.SIGTERM)
        log.wait_for("'stop' listener __main__.never has not returned")
        os.kill(pid, signal.SIGTERM)
    assert process.returncode == 128 + signal.SIGTERM
