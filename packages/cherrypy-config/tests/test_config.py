"""Config: the layers, updates, and what happens when something fails."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_config import (
    Config,
    ConfigError,
    EntryError,
    Layer,
    Mode,
    NamespaceError,
    NamespaceSet,
    Origin,
    UnknownEnvironmentError,
)

if TYPE_CHECKING:
    from pathlib import Path

Entries = list[tuple[str, Any]]


def make(**attributes: Any) -> type[Config]:
    """Make a class of its own, so that tests share no namespaces."""
    return type("Settings", (Config,), {"namespaces": NamespaceSet(), **attributes})


def recording() -> tuple[type[Config], Entries]:
    seen: Entries = []
    namespaces = NamespaceSet(ns=lambda key, value: seen.append((key, value)))
    environments = {"prod": {"ns.a": 1, "ns.b": 2}}
    return make(namespaces=namespaces, environments=environments), seen


def test_a_config_begins_with_its_defaults_and_tells_no_handler():
    seen: Entries = []
    settings = make(
        defaults={"ns.a": 1}, namespaces=NamespaceSet(ns=lambda *entry: seen.append(entry))
    )()
    assert settings == {"ns.a": 1}
    assert seen == []


def test_keyword_arguments_are_entries():
    assert Config(port=8080) == {"port": 8080}


def test_keyword_arguments_override_the_file():
    assert Config(io.StringIO("[global]\na = 1\nb = 2"), b=3) == {"a": 1, "b": 3}


def test_update_merges_a_dict():
    settings = Config({"a": 1, "b": 1})
    settings.update({"b": 2})
    assert settings == {"a": 1, "b": 2}


def test_update_takes_a_file_name_a_path_and_an_open_file(tmp_path: Path):
    path = tmp_path / "site.conf"
    path.write_text("[global]\nserver.socket_port: 9090\n")
    expected = {"server.socket_port": 9090}
    assert Config(str(path)) == expected
    assert Config(path) == expected
    with path.open() as text, path.open("rb") as binary:
        assert Config(text) == Config(binary) == expected


def test_the_section_global_of_a_dict_is_taken():
    assert Config({"global": {"a": 1}, "/": {"b": 2}}) == {"a": 1}


def test_sections_without_global_stay_sections():
    assert Config(io.StringIO("[db]\nhost = 'here'")) == {"db": {"host": "here"}}


def test_update_calls_the_handlers():
    cls, seen = recording()
    cls().update({"ns.x.y": 1, "other": 2, "unknown.z": 3})
    assert seen == [("x.y", 1)]


def test_assignment_calls_the_handler():
    cls, seen = recording()
    cls()["ns.x"] = 1
    assert seen == [("x", 1)]


def test_setdefault_calls_the_handler_only_if_the_key_is_missing():
    cls, seen = recording()
    settings = cls()
    assert settings.setdefault("ns.x", 1) == 1
    assert settings.setdefault("ns.x", 2) == 1
    assert seen == [("x", 1)]


def test_in_place_union_is_an_update():
    cls, seen = recording()
    settings = cls()
    settings |= {"ns.x": 1}
    assert type(settings) is cls
    assert seen == [("x", 1)]


def test_reset_puts_back_the_defaults():
    settings = make(defaults={"a": 1})(b=2)
    settings["a"] = 3
    settings.reset()
    assert settings == {"a": 1}
    assert settings.origin("a") == Origin(Layer.DEFAULTS)


def test_an_environment_imports_its_template_below_the_entries_of_the_same_update():
    cls, seen = recording()
    settings = cls({"environment": "prod", "ns.a": 5})
    assert settings == {"environment": "prod", "ns.a": 5, "ns.b": 2}
    assert sorted(seen) == [("a", 5), ("b", 2)]


def test_a_later_update_with_an_environment_stands_above_earlier_entries():
    cls, _ = recording()
    settings = cls({"ns.a": 5})
    settings.update({"environment": "prod"})
    assert settings["ns.a"] == 1


def test_the_file_stands_above_the_environment_of_the_keyword_arguments():
    cls, _ = recording()
    settings = cls(io.StringIO("[global]\nns.a = 5"), environment="prod")
    assert (settings["ns.a"], settings["ns.b"]) == (5, 2)


def test_assigning_the_environment_imports_nothing():
    cls, seen = recording()
    settings = cls()
    settings["environment"] = "prod"
    assert settings == {"environment": "prod"}
    assert seen == []


@pytest.mark.parametrize("nothing", [None, ""])
def test_an_empty_environment_imports_nothing(nothing: str | None):
    assert recording()[0](environment=nothing) == {"environment": nothing}
