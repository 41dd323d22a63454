"""``cherryd new``: the project that it makes works at once."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cherrypy.cherryd.errors import CommandError
from cherrypy.cherryd.project import FILES, SCAFFOLD, make_project
from cherrypy.daemon import run

if TYPE_CHECKING:
    from pathlib import Path


def python(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith("COV")}
    return subprocess.run(
        [sys.executable, *words],
        cwd=project, env=env, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_its_tests_pass(tmp_path: Path) -> None:
    project = make_project("shop", tmp_path)
    done = python(project, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "9 passed" in done.stdout


@pytest.mark.parametrize("configs", [["site.conf"], ["site.conf", "production.conf"]])
def test_its_config_has_no_mistakes(tmp_path: Path, configs: list[str]) -> None:
    project = make_project("shop", tmp_path)
    given = [word for config in configs for word in ("-c", config)]
    done = python(project, "-W", "error", "-m", "cherrypy", "check", *given)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_nothing_in_it_is_named_after_the_scaffold(tmp_path: Path) -> None:
    project = make_project("shop", tmp_path)
    files = {file.relative_to(project).as_posix() for file in project.rglob("*") if file.is_file()}
    assert files == {name.replace("NAME", "shop") for name in FILES}
    assert not [name for name in files if "scaffold" in (project / name).read_text("utf-8")]
    unit = (project / "shop.service").read_text("utf-8")
    assert "ExecStart=/srv/shop/venv/bin/cherryd -c site.conf -c production.conf" in unit


def test_all_that_a_site_needs_is_copied() -> None:
    own = {"__main__.py"}
    there = {file.relative_to(SCAFFOLD).as_posix() for file in SCAFFOLD.rglob("*.*")}
    assert {name for name in there if "__pycache__" not in name} == {*FILES.values(), *own}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("my-site", "cannot be the name of a package"),
        ("Shop", "cannot be the name of a package"),
        ("a/b", "cannot be the name of a package"),
        ("..", "cannot be the name of a package"),
        ("", "cannot be the name of a package"),
        ("class", "a word of Python itself"),
        ("json", "there is a module 'json' already"),
        ("cherrypy", "there is a module 'cherrypy' already"),
        ("tests", "there is a module 'tests' already"),
        ("taken", "is there already"),
        ("dangling", "is there already"),
    ],
)
def test_a_name_that_will_not_do_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "taken").write_text("mine")
    (tmp_path / "dangling").symlink_to("nowhere")
    with pytest.raises(CommandError, match=reason):
        make_project(name, tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"taken", "dangling"}
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CommandError, match=r"cannot make .*file.shop.*: Not a directory"):
        make_project("shop", tmp_path / "file")


def test_the_command_says_what_to_do_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["new", "shop"]) == 0
    assert "cherryd -c site.conf" in capsys.readouterr().out
    assert run(["new", "shop"]) == 1
    assert "cherryd: 'shop' is there already" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["new"], ["serve", "shop"], ["check", "site.conf"]])
def test_words_that_make_no_sense_are_refused(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(words)
    assert stopped.value.code == 2
    assert "cherryd: error: " in capsys.readouterr().err
