"""Rights are dropped in the right order, or the start fails."""

import grp
import os
import pwd
from collections.abc import Callable
from typing import Any

import pytest

from cherrypy_bus import Bus, DropPrivileges
from cherrypy_bus.plugins import privileges as module

NOBODY = pwd.getpwnam("nobody")
GROUP = grp.getgrgid(NOBODY.pw_gid)


class System:
    """What the calls to the system were; they take effect here only."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, uid: int = 0, gid: int = 0) -> None:
        self.calls: list[tuple[str, Any]] = []
        self.uid, self.gid, self.mask = uid, gid, 0o022
        for name in ("setgroups", "setgid", "setuid", "umask"):
            monkeypatch.setattr(os, name, self.record(name))
        monkeypatch.setattr(os, "getuid", lambda: self.uid)
        monkeypatch.setattr(os, "geteuid", lambda: self.uid)
        monkeypatch.setattr(os, "getgid", lambda: self.gid)

    def record(self, name: str) -> Callable[[Any], int]:
        def call(value: Any) -> int:
            old = self.mask
            self.calls.append((name, value))
            setattr(self, {"setuid": "uid", "setgid": "gid", "umask": "mask"}.get(name, "_"), value)
            return old

        return call


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def lines(bus: Bus) -> list[tuple[str, int]]:
    lines: list[tuple[str, int]] = []
    bus.subscribe("log", lambda msg, level: lines.append((msg, level)))
    return lines


def test_groups_go_first_and_the_user_last(
    bus: Bus, lines: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    system = System(monkeypatch)
    DropPrivileges(bus, uid=NOBODY.pw_uid, gid=GROUP.gr_gid).start()
    assert system.calls == [
        ("setgroups", []),
        ("setgid", GROUP.gr_gid),
        ("setuid", NOBODY.pw_uid),
    ]
    assert lines == [
        ("Started as uid: 'root' gid: 'root'", 20),
        (f"Running as uid: 'nobody' gid: {GROUP.gr_name!r}", 20),
        ("umask not set", 30),
    ]


@pytest.mark.parametrize(
    ("given", "number"),
    [("nobody", NOBODY.pw_uid), (1234, 1234), ("1234", 1234), (None, None), (0, 0)],
)
def test_a_user_is_given_by_name_or_number(
    bus: Bus, given: int | str | None, number: int | None
) -> None:
    assert DropPrivileges(bus, uid=given).uid == number


@pytest.mark.parametrize(
    ("given", "number"), [(GROUP.gr_name, GROUP.gr_gid), (1234, 1234), ("1234", 1234), (None, None)]
)
def test_a_group_is_given_by_name_or_number(
    bus: Bus, given: int | str | None, number: int | None
) -> None:
    assert DropPrivileges(bus, gid=given).gid == number


@pytest.mark.parametrize(("option", "kind"), [("uid", "user"), ("gid", "group")])
def test_an_unknown_name_is_an_error_at_once(bus: Bus, option: Any, kind: str) -> None:
    options: dict[str, Any] = {option: "nosuchname"}
    with pytest.raises(KeyError, match=f"this system has no {kind} named 'nosuchname'"):
        DropPrivileges(bus, **options)


@pytest.mark.parametrize("umask", [-1, 0o1000])
def test_an_impossible_umask_is_an_error_at_once(bus: Bus, umask: int) -> None:
    with pytest.raises(ValueError, match="is not between 0 and 0o777"):
        DropPrivileges(bus, umask=umask)


def test_the_umask_is_set_and_both_are_logged(
    bus: Bus, lines: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    system = System(monkeypatch)
    DropPrivileges(bus, umask=0o077).start()
    assert system.calls == [("umask", 0o077)]
    assert lines == [("uid/gid not set", 30), ("umask old: 022, new: 077", 20)]


@pytest.mark.parametrize(
    ("ids", "calls"),
    [({"uid": 5}, ["setgroups", "setuid"]), ({"gid": 5}, ["setgroups", "setgid"])],
)
def test_user_or_group_alone_may_be_given(
    bus: Bus, monkeypatch: pytest.MonkeyPatch, ids: Any, calls: list[str]
) -> None:
    system = System(monkeypatch)
    DropPrivileges(bus, **ids).start()
    assert [name for name, _ in system.calls] == calls


def test_it_is_done_once(
    bus: Bus, lines: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    system = System(monkeypatch)
    plugin = DropPrivileges(bus, umask=0o077, uid="nobody", gid=GROUP.gr_name)
    plugin.start()
    count = len(system.calls)
    del lines[:]
    plugin.start()
    assert len(system.calls) == count
    assert lines == [
        (f"Already running as uid: 'nobody' gid: {GROUP.gr_name!r}", 20),
        ("umask already set to: 077", 20),
    ]


def test_nothing_to_do_is_said_once(
    bus: Bus, lines: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = DropPrivileges(bus)
    plugin.start()
    plugin.start()
    assert lines == [("uid/gid not set", 30), ("umask not set", 30)]


def test_who_runs_as_that_user_already_needs_no_rights(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = System(monkeypatch, uid=70001, gid=70002)
    DropPrivileges(bus, uid=70001, gid=70002).start()
    assert system.calls == []


def test_numbers_stand_for_users_without_names(
    bus: Bus, lines: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    System(monkeypatch, uid=70001, gid=70002)
    DropPrivileges(bus, uid=70001).start()
    assert lines[0] == ("Started as uid: 70001 gid: 70002", 20)


def test_missing_rights_are_an_error(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(groups: list[int]) -> None:
        raise PermissionError(1, "Operation not permitted")

    System(monkeypatch, uid=70001)
    monkeypatch.setattr(os, "setgroups", refuse)
    plugin = DropPrivileges(bus, uid="nobody")
    with pytest.raises(PermissionError):
        plugin.start()
    assert not plugin.finalized


def test_a_platform_without_users_ignores_them_aloud(
    bus: Bus, lines: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HAS_IDS", False)
    plugin = DropPrivileges(bus, uid="nobody", gid=5)
    assert plugin.uid is plugin.gid is None
    assert lines == [
        ("This platform has no uid; ignoring it.", 30),
        ("This platform has no gid; ignoring it.", 30),
    ]


def test_it_comes_just_after_servers(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    system = System(monkeypatch)
    counts: list[int] = []
    DropPrivileges(bus, umask=0o022).subscribe()
    bus.subscribe("start", lambda: counts.append(len(system.calls)), 75)
    bus.subscribe("start", lambda: counts.append(len(system.calls)), 78)
    bus.start()
    bus.exit()
    assert counts == [0, 1]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can drop rights")
def test_a_real_process_loses_user_group_and_supplementary_groups() -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            DropPrivileges(Bus(), uid="nobody", gid=GROUP.gr_name).start()
            os.write(writing, repr((os.getresuid(), os.getresgid(), os.getgroups())).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    uid, gid = NOBODY.pw_uid, GROUP.gr_gid
    assert os.read(reading, 1000).decode() == repr(((uid,) * 3, (gid,) * 3, []))
    os.close(reading)
    os.close(writing)
