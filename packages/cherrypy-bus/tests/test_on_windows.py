"""The branches for Windows, in copies of the modules that believe to be there."""

import ctypes
import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import cherrypy_bus
from cherrypy_bus import Bus

PACKAGE = Path(cherrypy_bus.__file__).parent


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    def load(path: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location("on_windows", PACKAGE / path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        with monkeypatch.context() as patched:
            patched.setattr(sys, "platform", "win32")
            spec.loader.exec_module(module)
        return module

    return load


class Function:
    """A function of a Windows library."""

    def __init__(self, name: str, library: "Library") -> None:
        self.name = name
        self.library = library

    def __call__(self, *arguments: Any) -> Any:
        self.library.calls.append((self.name, *arguments))
        return self.library.answers.get(self.name, 1)


class Library:
    """Stands for ``kernel32.dll``: it keeps what it is called with and answers as it is told."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.answers: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Function:
        function = Function(name, self)
        setattr(self, name, function)
        return function


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    library = Library()
    for name, value in {
        "WinDLL": lambda name, use_last_error: library,
        "WINFUNCTYPE": lambda *types: lambda function: ("callback", function),
        "get_last_error": lambda: 6,
        "WinError": lambda code: OSError(code, "The handle is invalid"),
    }.items():
        monkeypatch.setattr(ctypes, name, value, raising=False)
    return library


@pytest.fixture
def kernel(load: Callable[[str], ModuleType], library: Library) -> Any:
    return load("win32.py").NativeKernel()


def test_the_kernel_is_found_on_windows(
    load: Callable[[str], ModuleType], library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = load("win32.py")
    monkeypatch.setattr(sys, "platform", "win32")
    assert isinstance(module.native_kernel(), module.NativeKernel)


def test_the_same_callback_is_added_and_removed(kernel: Any, library: Library) -> None:
    kernel.add_console_handler(print)
    kernel.remove_console_handler(print)
    assert library.calls == [
        ("SetConsoleCtrlHandler", ("callback", print), 1),
        ("SetConsoleCtrlHandler", ("callback", print), 0),
    ]


def test_events_are_created_set_and_reset(kernel: Any, library: Library) -> None:
    library.answers["CreateEventW"] = 77
    handle = kernel.create_event("a name")
    kernel.set_event(handle)
    kernel.reset_event(handle)
    assert library.calls == [
        ("CreateEventW", None, 1, 0, "a name"),
        ("SetEvent", 77),
        ("ResetEvent", 77),
    ]


@pytest.mark.parametrize(("answer", "result"), [(0, True), (1, True), (0x102, False)])
def test_waiting_tells_an_event_from_the_end_of_the_time(
    kernel: Any, library: Library, answer: int, result: bool
) -> None:
    library.answers["WaitForMultipleObjects"] = answer
    assert kernel.wait_for_any([77, 78], 500) is result
    name, count, handles, every, milliseconds = library.calls[0]
    assert (name, count, list(handles), every, milliseconds) == (
        "WaitForMultipleObjects",
        2,
        [77, 78],
        0,
        500,
    )


@pytest.mark.parametrize(
    ("function", "answer", "call"),
    [
        ("CreateEventW", None, lambda kernel: kernel.create_event("x")),
        ("SetEvent", 0, lambda kernel: kernel.set_event(1)),
        ("ResetEvent", 0, lambda kernel: kernel.reset_event(1)),
        ("SetConsoleCtrlHandler", 0, lambda kernel: kernel.add_console_handler(print)),
        ("WaitForMultipleObjects", -1, lambda kernel: kernel.wait_for_any([1], 1)),
    ],
)
def test_what_windows_refuses_is_an_error(
    kernel: Any, library: Library, function: str, answer: Any, call: Callable[[Any], object]
) -> None:
    library.answers[function] = answer
    with pytest.raises(OSError, match="The handle is invalid"):
        call(kernel)


def test_there_is_no_fork(load: Callable[[str], ModuleType]) -> None:
    daemonizer = load("plugins/daemonizer.py").Daemonizer(Bus())
    with pytest.raises(OSError, match="this platform cannot fork"):
        daemonizer.start()


def test_only_the_umask_is_dropped(
    load: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = load("plugins/privileges.py")
    masks: list[int] = []

    def umask(mask: int) -> int:
        masks.append(mask)
        return 0o022

    monkeypatch.setattr(os, "umask", umask)
    plugin = module.DropPrivileges(Bus(), uid="nobody", gid="nogroup", umask=0o077)
    plugin.start()
    assert (plugin.uid, plugin.gid, masks) == (None, None, [0o077])


def test_user_numbers_mean_nothing_there(load: Callable[[str], ModuleType]) -> None:
    module = load("plugins/privileges.py")
    assert (module._user("5"), module._group(6)) == (5, 6)
    assert module._current() == "the user who started it"
    module._become(5, 6)


def test_every_pid_file_is_taken_to_be_stale(
    load: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    path = tmp_path / "app.pid"
    path.write_text("1\n")
    plugin = load("plugins/pidfile.py").PIDFile(Bus(), path)
    plugin.start()
    assert path.read_text() == f"{os.getpid()}\n"
    assert plugin._descriptor is None  # Windows would not remove a file that is open
    plugin.exit()
    assert not path.exists()
