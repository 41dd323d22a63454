"""Overrides from the environment variables of the process."""

from __future__ import annotations

import pytest

from cherrypy_config import EntryError, Mode, overrides


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("APP_PORT", "port"),
        ("APP_SERVER__SOCKET_PORT", "server.socket_port"),
        ("APP_server__socket_port", "server.socket_port"),
        ("APP_engine__SIGHUP", "engine.SIGHUP"),
        ("APP_TOOLS__GZIP__ON", "tools.gzip.on"),
    ],
)
def test_the_name_behind_the_prefix_is_the_key(name: str, key: str) -> None:
    assert overrides("APP_", {name: "1"}) == {key: (name, 1)}


def test_other_variables_and_the_bare_prefix_are_passed_over() -> None:
    assert overrides("APP_", {"PATH": "/bin", "APP_": "1", "app_x": "1"}) == {}


def test_the_empty_prefix_finds_nothing() -> None:
    assert overrides("", {"PORT": "1"}) == {}


def test_the_variables_of_the_process_are_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_NAME", "'text'")
    assert overrides("APP_") == {"name": ("APP_NAME", "text")}


def test_a_value_that_cannot_be_read_names_the_variable() -> None:
    with pytest.raises(EntryError, match=r"environment variables.*'APP_HOST', value 'nosuch'"):
        overrides("APP_", {"APP_HOST": "nosuch"})


def test_the_mode_is_the_callers() -> None:
    assert overrides("APP_", {"APP_A": "1 + 1"}) == {"a": ("APP_A", 2)}
    with pytest.raises(EntryError, match="is no literal"):
        overrides("APP_", {"APP_A": "1 + 1"}, mode=Mode.LITERAL)


def test_two_variables_for_one_key_are_an_error() -> None:
    with pytest.raises(EntryError, match=r"'APP_a'.*'APP_A' stands for the same key, 'a'"):
        overrides("APP_", {"APP_a": "1", "APP_A": "2"})
