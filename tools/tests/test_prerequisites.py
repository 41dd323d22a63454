from pathlib import Path

import pytest
from workspace.errors import Misuse
from workspace.prerequisites import PROGRAMS, Program, advice, debian, program, used


def test_only_programs_that_tests_ask_for_are_used(tmp_path: Path) -> None:
    tests = tmp_path / "packages" / "one" / "tests"
    tests.mkdir(parents=True)
    (tests / "test_one.py").write_text('@pytest.mark.requires("nginx", "wrk")\n', "utf-8")
    assert used(tmp_path) == ["nginx", "wrk"]


def test_advice_names_the_packages_to_install() -> None:
    assert (
        advice("apache2")
        == "needs apache2: apt-get install apache2 libapache2-mod-fcgid libapache2-mod-wsgi-py3"
    )


def test_packages_of_several_programs_stand_once() -> None:
    assert debian(["redis-server", "nginx", "nginx"]) == ["nginx-light", "redis-server"]


def test_an_unknown_program_is_refused() -> None:
    with pytest.raises(Misuse, match="unknown program 'nope'"):
        program("nope")


def test_a_program_is_missing_without_its_executable_or_its_files() -> None:
    assert not Program(("x",), ("no-such-program", "sh")).missing()
    assert Program(("x",), ("no-such-program",)).missing()
    assert Program(("x",), ("sh",), ("no/such/file*",)).missing()


def test_every_program_names_what_to_install() -> None:
    assert all(one.debian and one.executables for one in PROGRAMS.values())
