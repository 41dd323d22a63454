"""What is watched, and what a change does."""

import importlib.util
import os
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from cherrypy_bus import Autoreloader, Bus, State


@pytest.fixture
def bus() -> Iterator[Bus]:
    bus = Bus()
    yield bus
    bus.exit()


@pytest.fixture
def lines(bus: Bus) -> list[str]:
    lines: list[str] = []
    bus.subscribe("log", lambda msg, level: lines.append(msg.splitlines()[0]))
    return lines


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch) -> dict[object, object]:
    modules: dict[object, object] = {}
    monkeypatch.setattr(sys, "modules", modules)
    return modules


def module(name: str, **attributes: object) -> ModuleType:
    made = ModuleType(name)
    vars(made).update(attributes)
    return made


def started(bus: Bus, *files: Path) -> Autoreloader:
    """A reloader that looks when it is told to, not by itself."""
    reloader = Autoreloader(bus, frequency=3600, match="nothing")
    reloader.files.update(files)
    reloader.subscribe()
    bus.start()
    return reloader


def touch(path: Path, seconds: int = 5) -> None:
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + seconds * 10**9))


def test_the_documented_options_are_attributes(bus: Bus) -> None:
    reloader = Autoreloader(bus)
    assert (reloader.frequency, reloader.match, reloader.files) == (1, ".*", set())
    assert reloader.name == "Autoreloader"


def test_a_changed_file_restarts_the_process(bus: Bus, lines: list[str], tmp_path: Path) -> None:
    path = tmp_path / "app.conf"
    path.touch()
    reloader = started(bus, path)
    reloader.run()
    assert not lines[-1].startswith("Restarting")
    touch(path)
    reloader.run()
    assert f"Restarting because {path} changed." in lines
    assert bus.execv
    assert bus.state is State.EXITING
    assert reloader.thread is None


def test_an_older_file_is_a_change_too(bus: Bus, tmp_path: Path) -> None:
    path = tmp_path / "app.conf"
    path.touch()
    reloader = started(bus, path)
    touch(path, -5)
    reloader.run()
    assert bus.execv


def test_another_size_is_a_change_too(bus: Bus, tmp_path: Path) -> None:
    path = tmp_path / "app.conf"
    path.touch()
    reloader = started(bus, path)
    status = path.stat()
    path.write_text("more")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    reloader.run()
    assert bus.execv


def test_a_deleted_file_restarts_the_process(bus: Bus, tmp_path: Path) -> None:
    path = tmp_path / "app.conf"
    path.touch()
    reloader = started(bus, path)
    path.unlink()
    reloader.run()
    assert bus.execv


def test_a_file_that_appears_restarts_the_process(bus: Bus, tmp_path: Path) -> None:
    path = tmp_path / "app.conf"
    reloader = started(bus, path)
    reloader.run()
    assert not bus.execv
    path.touch()
    reloader.run()
    assert bus.execv


def test_a_file_that_is_added_later_counts_from_the_first_look(bus: Bus, tmp_path: Path) -> None:
    path = tmp_path / "app.conf"
    path.touch()
    reloader = started(bus)
    reloader.files.add(str(path))
    reloader.run()
    assert not bus.execv
    touch(path)
    reloader.run()
    assert bus.execv


def test_a_change_before_the_first_look_is_seen(bus: Bus, tmp_path: Path) -> None:
    path = tmp_path / "app.conf"
    path.touch()
    reloader = started(bus, path)
    touch(path)
    reloader.run()
    assert bus.execv


def test_starting_again_while_it_runs_forgets_nothing(bus: Bus, tmp_path: Path) -> None:
    path = tmp_path / "app.conf"
    path.touch()
    reloader = started(bus, path)
    touch(path)
    reloader.start()
    reloader.run()
    assert bus.execv


def test_relative_files_are_those_of_the_first_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "app.conf"
    path.touch()
    bus = Bus()
    reloader = started(bus, Path("app.conf"))
    monkeypatch.chdir("/")
    reloader.run()
    assert not bus.execv
    touch(path)
    reloader.run()
    assert bus.execv


def test_a_name_that_no_file_can_have_is_no_change(bus: Bus) -> None:
    reloader = started(bus)
    reloader.files.add("bad\0name")
    reloader.run()
    reloader.run()
    assert not bus.execv


def test_without_a_thread_a_look_restarts_all_the_same(bus: Bus, tmp_path: Path) -> None:
    path = tmp_path / "app.conf"
    path.touch()
    reloader = Autoreloader(bus, match="nothing")
    reloader.files.add(str(path))
    reloader.run()
    touch(path)
    reloader.run()
    assert bus.execv


def test_its_own_thread_looks_and_restarts(bus: Bus, lines: list[str], tmp_path: Path) -> None:
    path = tmp_path / "app.conf"
    path.touch()
    reloader = Autoreloader(bus, frequency=0.01, match="nothing")
    reloader.files.add(str(path))
    reloader.subscribe()
    bus.start()
    thread = reloader.thread
    assert thread is not None
    touch(path)
    bus.wait(State.EXITING)
    thread.join(5)
    assert not thread.is_alive()
    assert "Stopped thread 'Autoreloader'." in lines
    assert threading.active_count() >= 1


def test_imported_modules_are_watched_by_name(bus: Bus, modules: dict[object, object]) -> None:
    modules["mine"] = module("mine", __file__="/x/mine.py")
    modules["mine.sub"] = module("mine.sub", __file__="/x/sub.py")
    modules["cherrypy.lib"] = module("cherrypy.lib", __file__="/x/cherrypy.py")
    reloader = Autoreloader(bus, match=r"^(?!cherrypy).+")
    assert reloader.sysfiles() == {"/x/mine.py", "/x/sub.py"}
    reloader.match = "mine$"
    assert reloader.sysfiles() == {"/x/mine.py"}


def test_a_compiled_file_stands_for_its_source(
    bus: Bus, modules: dict[object, object], tmp_path: Path
) -> None:
    (tmp_path / "with.py").touch()
    for name in ("with", "without"):
        modules[name] = module(name, __file__=str(tmp_path / f"{name}.pyc"))
    expected = {str(tmp_path / "with.py"), str(tmp_path / "without.pyc")}
    assert Autoreloader(bus).sysfiles() == expected


def test_a_module_in_a_zip_file_stands_for_the_file(
    bus: Bus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "library.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("zipped_for_the_reloader.py", "")
    monkeypatch.syspath_prepend(str(path))
    __import__("zipped_for_the_reloader")
    assert Autoreloader(bus, match="zipped").sysfiles() == {str(path)}
    del sys.modules["zipped_for_the_reloader"]


class Loader:
    archive = "/x/app.zip"


def test_the_loader_may_be_an_attribute_of_the_module_itself(
    bus: Bus, modules: dict[object, object]
) -> None:
    modules["old"] = module("old", __file__="/x/app.zip/old.py", __loader__=Loader())
    assert Autoreloader(bus).sysfiles() == {"/x/app.zip"}


class Broken:
    def __getattr__(self, name: str) -> object:
        raise RuntimeError(f"no {name} for you")


class Endless:
    def __getattr__(self, name: str) -> object:
        return self


class Lazy(ModuleType):
    def __getattr__(self, name: str) -> object:
        raise AssertionError("imported something")


class Plain:
    __file__ = "/x/plain.py"


def test_odd_entries_among_the_modules_are_passed_over(
    bus: Bus, modules: dict[object, object]
) -> None:
    modules.update(
        {
            "none": None,
            "namespace": module("namespace", __file__=None),
            "builtin": module("builtin"),
            "frozen": module("frozen", __file__="<frozen importlib._bootstrap>"),
            "empty": module("empty", __file__=""),
            "number": module("number", __file__=5),
            "broken": Broken(),
            "endless": Endless(),
            "lazy": Lazy("lazy"),
            "plain": Plain(),
            5: module("five", __file__="/x/five.py"),
        }
    )
    assert Autoreloader(bus).sysfiles() == {"/x/plain.py"}


def test_a_module_that_loads_when_it_is_first_used_is_not_loaded(
    bus: Bus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "waiting_module.py"
    path.write_text("raise RuntimeError")
    spec = importlib.util.spec_from_file_location("waiting_module", path)
    assert spec is not None
    assert spec.loader is not None
    spec.loader = importlib.util.LazyLoader(spec.loader)
    waiting = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(waiting)
    monkeypatch.setitem(sys.modules, "waiting_module", waiting)
    assert Autoreloader(bus, match="waiting_module").sysfiles() == {str(path)}
    with pytest.raises(RuntimeError):
        vars(waiting)


def test_the_real_modules_can_be_watched(bus: Bus) -> None:
    files = Autoreloader(bus).sysfiles()
    assert __file__ in files
    assert all(isinstance(name, str) for name in files)
