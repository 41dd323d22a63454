"""The checker: what each check finds, what it leaves alone, and how it is turned off."""

# ruff: noqa: E501 - the examples are a table

from __future__ import annotations

import subprocess
import sys
import warnings
from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
from cherrypy_web.checks import sessions_of_one_process

if TYPE_CHECKING:
    from pathlib import Path

    from cherrypy.assembly import Assembly


class Blog:
    @cherrypy.expose
    def index(self) -> str:
        return ""

    @cherrypy.expose
    def default(self, year: str) -> str:
        return year


class Root:
    blog_2 = Blog()

    @cherrypy.expose
    def index(self) -> str:
        return ""

    @cherrypy.expose
    def about(self) -> str:
        return ""


TLS = {"server.ssl_certificate": "/some/where.pem"}
SESSIONS = {"tools.sessions.on": True}

FOUND: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("check_app_config_entries_dont_start_with_script_name", {}, {"/app/about": {}}, "write '/about'"),
    ("check_app_config_entries_dont_start_with_script_name", {}, {"/app": {}}, "write '/'"),
    ("check_app_config_brackets", {}, {"[/about]": {}}, "in a dict, write '/about'"),
    ("check_sections", {}, {"about": {"tools.gzip.on": True}}, "write '/about'"),
    ("check_skipped_app_config", {}, {}, "The Application mounted at '/app' has an empty config."),
    ("check_site_config_entries_in_app_config", {}, {"/": {"server.socket_port": 1}}, "[global]"),
    ("check_site_config_entries_in_app_config", {}, {"/": {"environment": "x"}}, "'environment'"),
    ("check_site_config_entries_in_app_config", {}, {"global": {"log.x": 1}}, "'log.x'"),
    ("check_static_paths", {}, {"/s": {"tools.staticdir.on": True, "tools.staticdir.dir": "s"}},
     "the relative path 's', and there is no `root`"),
    ("check_static_paths", {}, {"/s": {"tools.staticfile.on": True, "tools.staticfile.filename": "/no"}},
     "tools.staticfile"),
    ("check_compatibility", {"log_to_screen": True}, {}, "obsolete.\nsite config, from the program\nWrite 'log.screen'"),
    ("check_config_namespaces", {"toosl.gzip.on": True}, {}, "Write tools.gzip.on"),
    ("check_config_namespaces", {}, {"/": {"quite.other": 1}}, "'quite' config namespace is unknown"),
    ("check_config_types", {"server.thread_pool": "10"}, {}, "expected type 'int'"),
    ("check_config_types", {"engine.autoreload.frequency": "5"}, {}, "Write a number in place of '5'"),
    ("check_config_types", {"engine.autoreload.on": "no"}, {}, "Write True or False"),
    ("check_config_types", {"checker.on": 1}, {}, "'bool'"),
    ("check_config_types", {"log.screen": "no"}, {}, "'bool'"),
    ("check_config_types", {"tools.gzip.on": "no"}, {}, "'bool'"),
    ("check_config_types", {}, {"/": {"response.stream": "yes"}}, "'bool'"),
    ("check_config_types", {}, {"/": {"request.methods_with_bodies": "POST"}}, "Write a list"),
    ("check_localhost", {"server.socket_host": "localhost"}, {}, "'127.0.0.1' or '::1'"),
    ("check_localhost", {"server.admin.socket_host": "localhost"}, {}, "'127.0.0.1' or '::1'"),
    ("check_config_keys", {"server.sockt_port": 1}, {}, "Is socket_port meant?"),
    ("check_config_keys", {"log.scren": True}, {}, "Is screen meant?"),
    ("check_config_keys", {"checker.check_localhosts": True}, {}, "Is check_localhost meant?"),
    ("check_config_keys", {}, {"/": {"hooks.before_handlers": print}}, "Is before_handler meant?"),
    ("check_config_keys", {}, {"/": {"error_page.defualt": print}}, "Is default meant?"),
    ("check_config_keys", {}, {"/": {"request.show_traceback": True}}, "Is show_tracebacks meant?"),
    ("check_config_keys", {}, {"/": {"response.time_out": 5}}, "meant?"),
    ("check_tool_options", {"tools.gzpi.on": False}, {}, "Is tools.gzip meant?"),
    ("check_tool_options", {}, {"/": {"tools.gzip.compress_lvel": 5}}, "no option 'compress_lvel'"),
    ("check_unmatched_sections", {}, {"/abuot": {}}, "Is /about meant?"),
    ("check_unmatched_sections", {}, {"/about/us": {}}, "section '/about/us'"),
    ("check_sessions", TLS, {"/": SESSIONS}, "Write tools.sessions.secure: True."),
    ("check_sessions", TLS | SESSIONS, {}, "section [/]"),
    ("check_sessions", {"tools.proxy.on": True, "tools.proxy.scheme": "https"}, {"/about": SESSIONS},
     "section [/about]"),
]  # fmt: skip

FINE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("check_app_config_entries_dont_start_with_script_name", {}, {"/application": {}}),
    ("check_skipped_app_config", {}, {"/": {}}),
    ("check_site_config_entries_in_app_config", {}, {"/": {"log.screen": False, "wsgi.pipeline": []}}),
    ("check_site_config_entries_in_app_config", {"server.socket_port": 0}, {"global": {"server.socket_port": 0}}),
    ("check_site_config_entries_in_app_config", {}, {"Databases": {"server.host": "db", "environment": "x"}}),
    ("check_config_namespaces", {}, {"Databases": {"db.host": "x"}}),
    ("check_config_namespaces", {"tree.x": {}, "plain": 1}, {"/": {"hooks.before_handler": print}}),
    ("check_config_types", {"server.socket_timeout": 0.5, "server.socket_host": None}, {}),
    ("check_config_types", {}, {"/": {"request.methods_with_bodies": ["PUT"], "response.timeout": 5.5}}),
    ("check_config_keys", {"server.my_own": 1}, {"/": {"request.mine": 1, "error_page.404": print}}),
    ("check_config_keys", {"server.admin.on": True}, {"/": {"response.headers.X": "1", "request.body.maxbytes": 5}}),
    ("check_tool_options", {"tools.gzip.priority": 5, "tools.sessions.storage_path": "x"}, {}),
    ("check_unmatched_sections", {}, {"/": {}, "/blog-2/2026": {}, "/about": {}, "/blog_2/index": {}, "own": {}}),
    ("check_unmatched_sections", {}, {"/files": {"tools.staticdir.on": True}, "/files/a": {}}),
    ("check_unmatched_sections", {}, {"/": {"request.dispatch": print}, "/anything": {}}),
    ("check_sections", {}, {"Databases": {"driver": "postgres", "server.host": "db"}, "/about": {}}),
    ("check_sessions", TLS | {"tools.sessions.secure": True}, {"/": SESSIONS}),
    ("check_sessions", {}, {"/": SESSIONS}),
]  # fmt: skip


def found(site: Assembly, check: str) -> list[str]:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        getattr(site.checker, check)()
    return [str(each.message) for each in warned]


def configured(site: Assembly, of_site: dict[str, Any], of_app: dict[str, Any]) -> None:
    site.tree.mount(Root(), "/app", of_app)
    site.config.update(of_site)


@pytest.mark.parametrize(("check", "of_site", "of_app", "words"), FOUND)
def test_check_finds(
    site: Assembly, check: str, of_site: dict[str, Any], of_app: dict[str, Any], words: str
) -> None:
    configured(site, of_site, of_app)
    (finding,) = found(site, check)
    assert words in finding


@pytest.mark.parametrize(("check", "of_site", "of_app"), FINE)
def test_check_leaves_alone(
    site: Assembly, check: str, of_site: dict[str, Any], of_app: dict[str, Any]
) -> None:
    configured(site, of_site, of_app)
    assert found(site, check) == []


def test_every_check_has_an_example() -> None:
    checks = {name for name in dir(cherrypy.checker) if name.startswith("check_")}
    elsewhere = {"check_pages"}  # in test_mistakes.py
    assert {name for name, *_ in FOUND} == checks - elsewhere


def test_the_default_config_is_right(site: Assembly) -> None:
    site.tree.mount(Root(), "", {"/": {}})
    assert site.checker.messages() == []


def test_a_finding_says_where_in_a_file_it_stands(site: Assembly, tmp_path: Path) -> None:
    file = tmp_path / "site.conf"
    file.write_text("[global]\nserver.thread_pool: '5'\n\n[/]\n# gzip\ntools.gzpi.on: False\n")
    site.mount(Root(), "", str(file))
    (of_type,) = found(site, "check_config_types")
    (of_tool,) = found(site, "check_tool_options")
    assert f"site config, from the file {str(file)!r}, [global], line 2\n" in of_type
    assert f"section [/], from the file {str(file)!r}, [/], line 6\n" in of_tool


@pytest.fixture
def log(site: Assembly) -> list[str]:
    lines: list[str] = []
    site.engine.subscribe("log", lambda msg, level: lines.append(msg))
    site.tree.mount(Root(), "/app")
    return lines


EMPTY = "CherryPy Checker:\nThe Application mounted at '/app' has an empty config.\n"


def test_the_checker_looks_when_the_engine_starts(site: Assembly, log: list[str]) -> None:
    site.engine.start()
    assert [line for line in log if line.startswith(EMPTY)] == [log[1]]
    assert log[0] == "Bus STARTING"


@pytest.mark.parametrize(
    "entry", [{"checker.on": False}, {"checker.check_skipped_app_config": False},
              {"environment": "production"}]
)  # fmt: skip
def test_the_checker_and_each_check_can_be_turned_off(
    site: Assembly, log: list[str], entry: dict[str, Any]
) -> None:
    site.config.update(entry)
    site.engine.start()
    assert not [line for line in log if "Checker" in line]


def test_the_checker_can_be_unsubscribed(site: Assembly, log: list[str]) -> None:
    site.engine.unsubscribe("start", site.checker)
    site.engine.start()
    assert not [line for line in log if "Checker" in line]


def test_a_program_adds_checks_of_its_own(site: Assembly) -> None:
    site.tree.mount(Root(), "", {"/": {}})
    check: Any = lambda: warnings.warn("mine", stacklevel=1)  # noqa: E731 - as users do
    site.checker.check_mine = check  # type: ignore[attr-defined]
    assert site.checker.messages() == ["CherryPy Checker:\nmine"]


def test_programs_say_what_they_know(site: Assembly, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = type(site.checker)
    monkeypatch.setattr(kind, "extra_config_namespaces", ["mine"])
    monkeypatch.setattr(kind, "known_config_types", {"mine.size": int})
    monkeypatch.setattr(kind, "deprecated", {"mine.old": "mine.new"})
    site.config.update({"mine.size": "5", "mine.old": 1})
    assert found(site, "check_config_namespaces") == []
    assert "expected type 'int'" in found(site, "check_config_types")[0]
    assert "is deprecated" in found(site, "check_compatibility")[0]


def test_assemblies_check_themselves(site: Assembly) -> None:
    site.config.update({"server.socket_host": "localhost"})
    assert found(cherrypy.Assembly("yet-another"), "check_localhost") == []
    assert issubclass(cherrypy._cpchecker.Checker, type(cherrypy.checker))


@pytest.mark.parametrize(("entry", "status"), [("'10'", 1), ("10", 0)])
def test_cherryd_check_reports(tmp_path: Path, entry: str, status: int) -> None:
    (tmp_path / "hello.py").write_text("import cherrypy\ncherrypy.tree.mount(None)\n")
    (tmp_path / "site.conf").write_text(f"[global]\nserver.thread_pool: {entry}\n[/]\n")
    command = [sys.executable, "-m", "cherrypy", "check", "-i", "hello", "-c", "site.conf"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (status, "")
    assert ("line 2" in done.stdout) is bool(status)


def test_cherryd_check_reports_tools_that_cannot_work(tmp_path: Path) -> None:
    (tmp_path / "hello.py").write_text(
        "import cherrypy\n"
        "cherrypy.tree.mount(None, '', {'/': {'tools.expires.on': True, 'tools.expires.x': 1}})\n"
    )
    command = [sys.executable, "-m", "cherrypy", "check", "-i", "hello"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "no option 'x'" in done.stdout


@pytest.mark.parametrize(
    ("entries", "count"),
    [
        ({}, 1),
        ({"tools.sessions.storage_type": "file"}, 0),
        ({"tools.sessions.storage_class": object}, 0),
        ({"tools.sessions.storage_class": cherrypy.lib.sessions.RamSession}, 1),
        ({"tools.sessions.on": False}, 0),
    ],
)
def test_sessions_in_memory_are_told_to_several_processes(
    site: Assembly, entries: dict[str, Any], count: int
) -> None:
    configured(site, {}, {"/": SESSIONS | entries})
    findings = list(sessions_of_one_process(site.checker.site()))
    assert len(findings) == count
