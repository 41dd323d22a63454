"""The layers of a config: where a value came from, and what environment variables override."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_config import Config, Layer, NamespaceSet, Origin

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


def test_origin_tells_each_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "site.conf"
    path.write_text("# ours\n[global]\nenvironment = 'prod'\nfrom_file = 1\nboth = 1\n")
    monkeypatch.setenv("APP_VARIABLE", "1")
    settings = make(
        defaults={"default": 1, "ns.a": 0},
        environments={"prod": {"ns.a": 1}},
        variable_prefix="APP_",
    )(path, both=2)
    assert {key: settings.origin(key).layer for key in settings} == {
        "default": Layer.DEFAULTS,
        "ns.a": Layer.ENVIRONMENT,
        "environment": Layer.FILE,
        "from_file": Layer.FILE,
        "both": Layer.DICT,
        "variable": Layer.VARIABLE,
    }
    assert str(settings.origin("from_file")) == f"the file {str(path)!r}, [global], line 4"
    assert str(settings.origin("ns.a")) == "the environment 'prod'"
    assert str(settings.origin("variable")) == "the variable APP_VARIABLE"
    assert str(settings.origin("default")) == "the defaults"


def test_origin_of_an_entry_without_a_section_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "site.conf"
    path.write_text("[db]\nhost = 'here'\n")
    assert Config(path).origin("db") == Origin(Layer.FILE, str(path))


def test_origin_follows_assignments() -> None:
    settings = make(defaults={"a": 1})()
    settings["a"] = 2
    assert settings.origin("a") == Origin(Layer.DICT)


def test_origin_of_a_missing_key_is_a_key_error() -> None:
    settings = Config(a=1)
    del settings["a"]
    with pytest.raises(KeyError, match="a"):
        settings.origin("a")


def test_variables_are_not_looked_at_without_a_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A", "1")
    assert Config() == {}


def test_variables_override_everything_and_go_through_the_handlers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cls, seen = recording()
    cls.variable_prefix = "APP_"
    monkeypatch.setenv("APP_NS__A", "9")
    settings = cls(io.StringIO("[global]\nns.a = 1"), **{"ns.a": 2})
    assert settings["ns.a"] == 9
    assert seen == [("a", 9)]


def test_a_later_update_does_not_end_an_override_but_an_assignment_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cls, seen = recording()
    cls.variable_prefix = "APP_"
    monkeypatch.setenv("APP_NS__A", "9")
    settings = cls()
    settings.update({"ns.a": 1, "ns.b": 2})
    assert (settings["ns.a"], settings["ns.b"]) == (9, 2)
    settings["ns.a"] = 1
    assert settings["ns.a"] == 1
    assert seen == [("a", 9), ("a", 9), ("b", 2), ("a", 1)]


def test_an_override_in_force_is_not_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    cls, seen = recording()
    cls.variable_prefix = "APP_"
    monkeypatch.setenv("APP_NS__A", "9")
    settings = cls()
    settings.update({"other": 1})
    assert seen == [("a", 9)]


def test_the_environment_may_come_from_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    cls, _ = recording()
    cls.variable_prefix = "APP_"
    monkeypatch.setenv("APP_ENVIRONMENT", "'prod'")
    settings = cls(environment="nosuch")
    assert settings["ns.b"] == 2
    assert settings["environment"] == "prod"


@pytest.mark.parametrize("later", [{"environment": "prod"}, {"environment": "prod", "ns.a": 3}])
def test_a_template_does_not_end_an_override(
    monkeypatch: pytest.MonkeyPatch, later: dict[str, Any]
) -> None:
    cls, seen = recording()
    cls.variable_prefix = "APP_"
    monkeypatch.setenv("APP_NS__A", "9")
    settings = cls()
    settings.update(later)
    assert (settings["ns.a"], settings["ns.b"]) == (9, 2)
    assert settings.origin("ns.a") == Origin(Layer.VARIABLE, "APP_NS__A")
    assert ("a", 1) not in seen


def test_an_assignment_is_not_undone_by_an_update_of_something_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cls, seen = recording()
    cls.variable_prefix = "APP_"
    monkeypatch.setenv("APP_NS__A", "9")
    settings = cls()
    settings["ns.a"] = 1
    settings.update({"other": 1})
    assert settings["ns.a"] == 1
    assert seen == [("a", 9), ("a", 1)]


def test_overrides_come_back_after_a_reset(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = make(defaults={"a": 1}, variable_prefix="APP_")()
    monkeypatch.setenv("APP_A", "9")
    settings.reset()
    settings.update({"other": 1})
    assert settings["a"] == 9


def test_an_entry_of_the_default_section_has_its_line() -> None:
    settings = Config(io.StringIO("[DEFAULT]\nx = 1\n[global]\ny = 1\n"))
    assert str(settings.origin("x")) == "the file '<file>', [global], line 2"


def test_entries_of_toml_have_no_line(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text("[global]\na = 1\n")
    assert Config(path).origin("a") == Origin(Layer.FILE, str(path), "global")
