"""Config: the layers, updates, and what happens when something fails."""

from __future__ import annotations

import copy
import io
import pickle
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
    from collections.abc import Callable
    from pathlib import Path

Entries = list[tuple[str, Any]]


told: Entries = []


class Pickled(Config):
    """A config that a pickle can name."""

    namespaces = NamespaceSet(ns=lambda key, value: told.append((key, value)))


def make(**attributes: Any) -> type[Config]:
    """Make a class of its own, so that tests share no namespaces."""
    return type("Settings", (Config,), {"namespaces": NamespaceSet(), **attributes})


def recording() -> tuple[type[Config], Entries]:
    seen: Entries = []
    namespaces = NamespaceSet(ns=lambda key, value: seen.append((key, value)))
    environments = {"prod": {"ns.a": 1, "ns.b": 2}}
    return make(namespaces=namespaces, environments=environments), seen


def test_a_config_begins_with_its_defaults_and_tells_no_handler() -> None:
    seen: Entries = []
    settings = make(
        defaults={"ns.a": 1}, namespaces=NamespaceSet(ns=lambda *entry: seen.append(entry))
    )()
    assert settings == {"ns.a": 1}
    assert seen == []


def test_keyword_arguments_are_entries() -> None:
    assert Config(port=8080) == {"port": 8080}


def test_keyword_arguments_override_the_file() -> None:
    assert Config(io.StringIO("[global]\na = 1\nb = 2"), b=3) == {"a": 1, "b": 3}


def test_update_merges_a_dict() -> None:
    settings = Config({"a": 1, "b": 1})
    settings.update({"b": 2})
    assert settings == {"a": 1, "b": 2}


def test_update_takes_a_file_name_a_path_and_an_open_file(tmp_path: Path) -> None:
    path = tmp_path / "site.conf"
    path.write_text("[global]\nserver.socket_port: 9090\n")
    expected = {"server.socket_port": 9090}
    assert Config(str(path)) == expected
    assert Config(path) == expected
    with path.open() as text, path.open("rb") as binary:
        assert Config(text) == Config(binary) == expected


def test_the_section_global_of_a_dict_is_taken() -> None:
    assert Config({"global": {"a": 1}, "/": {"b": 2}}) == {"a": 1}


def test_sections_without_global_stay_sections() -> None:
    assert Config(io.StringIO("[db]\nhost = 'here'")) == {"db": {"host": "here"}}


def test_update_calls_the_handlers() -> None:
    cls, seen = recording()
    cls().update({"ns.x.y": 1, "other": 2, "unknown.z": 3})
    assert seen == [("x.y", 1)]


def test_assignment_calls_the_handler() -> None:
    cls, seen = recording()
    cls()["ns.x"] = 1
    assert seen == [("x", 1)]


def test_setdefault_calls_the_handler_only_if_the_key_is_missing() -> None:
    cls, seen = recording()
    settings = cls()
    assert settings.setdefault("ns.x", 1) == 1
    assert settings.setdefault("ns.x", 2) == 1
    assert seen == [("x", 1)]


def test_in_place_union_is_an_update() -> None:
    cls, seen = recording()
    settings = cls()
    settings |= {"ns.x": 1}
    assert type(settings) is cls
    assert seen == [("x", 1)]


def test_reset_puts_back_the_defaults() -> None:
    settings = make(defaults={"a": 1})(b=2)
    settings["a"] = 3
    settings.reset()
    assert settings == {"a": 1}
    assert settings.origin("a") == Origin(Layer.DEFAULTS)


def test_an_environment_imports_its_template_below_the_entries_of_the_same_update() -> None:
    cls, seen = recording()
    settings = cls({"environment": "prod", "ns.a": 5})
    assert settings == {"environment": "prod", "ns.a": 5, "ns.b": 2}
    assert sorted(seen) == [("a", 5), ("b", 2)]


def test_a_later_update_with_an_environment_stands_above_earlier_entries() -> None:
    cls, _ = recording()
    settings = cls({"ns.a": 5})
    settings.update({"environment": "prod"})
    assert settings["ns.a"] == 1


def test_the_file_stands_above_the_environment_of_the_keyword_arguments() -> None:
    cls, _ = recording()
    settings = cls(io.StringIO("[global]\nns.a = 5"), environment="prod")
    assert (settings["ns.a"], settings["ns.b"]) == (5, 2)


def test_assigning_the_environment_imports_nothing() -> None:
    cls, seen = recording()
    settings = cls()
    settings["environment"] = "prod"
    assert settings == {"environment": "prod"}
    assert seen == []


@pytest.mark.parametrize("nothing", [None, ""])
def test_an_empty_environment_imports_nothing(nothing: str | None) -> None:
    assert recording()[0](environment=nothing) == {"environment": nothing}


def test_an_unknown_environment_is_named_with_the_known_ones_and_changes_nothing() -> None:
    cls, seen = recording()
    settings = cls(a=1)
    with pytest.raises(UnknownEnvironmentError, match=r"no environment 'Prod'.*'prod'") as caught:
        settings.update({"environment": "Prod", "ns.a": 1})
    assert (caught.value.name, caught.value.known) == ("Prod", ("prod",))
    assert caught.value.origin == "the program"
    assert settings == {"a": 1}
    assert seen == []


def test_an_unknown_environment_in_a_file_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "site.conf"
    path.write_text("[global]\na = 1\nenvironment = 'nosuch'\n")
    with pytest.raises(UnknownEnvironmentError, match=r"site\.conf', \[global\], line 3"):
        Config(path)


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda config: pickle.loads(pickle.dumps(config))]
)
def test_a_copy_is_independent_and_made_without_telling_handlers(
    duplicate: Callable[[Config], Config],
) -> None:
    told.clear()
    first = Pickled({"ns.a": 1})
    second = duplicate(first)
    assert told == [("a", 1)]
    second["ns.a"] = 2
    assert type(second) is Pickled
    assert (first["ns.a"], second["ns.a"]) == (1, 2)
    assert second.origin("ns.a") == first.origin("ns.a")


def test_an_environment_that_is_no_name_is_an_error() -> None:
    with pytest.raises(UnknownEnvironmentError, match=r"known environments: none"):
        Config({"environment": ["prod"]})


def test_environments_may_be_extended() -> None:
    cls, _ = recording()
    cls.environments["Greek"] = {"tools.encode.encoding": "ISO-8859-7"}
    assert cls(environment="Greek")["tools.encode.encoding"] == "ISO-8859-7"


def test_a_failing_handler_leaves_the_dict_and_the_origins_as_they_were() -> None:
    def fail(key: str, value: object) -> None:
        raise ZeroDivisionError("none left")

    settings = make(defaults={"bad.x": 0})()
    settings.namespaces.update(good=lambda key, value: None, bad=fail)
    with pytest.raises(NamespaceError) as caught:
        settings.update({"bad.x": 1, "good.a": 2, "good.b": 3})
    assert settings == {"bad.x": 0}
    assert settings.origin("bad.x").layer is Layer.DEFAULTS
    assert (caught.value.key, caught.value.value) == ("bad.x", 1)
    assert caught.value.already_run == ("good.a", "good.b")
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    message = str(caught.value)
    assert "'bad.x' = 1 (from the program)" in message
    assert "ZeroDivisionError: none left" in message
    assert "already run: good.a, good.b" in message


def test_a_failing_context_manager_is_named_by_its_namespace() -> None:
    class Context:
        def __enter__(self) -> Any:
            return lambda key, value: None

        def __exit__(self, *exc_info: object) -> None:
            raise OSError("disk full")

    settings = make(namespaces=NamespaceSet(ctx=Context()))()
    with pytest.raises(NamespaceError, match=r"the namespace 'ctx' failed.*already run: ctx\.a"):
        settings.update({"ctx.a": 1})
    assert settings == {}


def test_an_interrupt_in_a_handler_passes_and_leaves_the_dict_as_it_was() -> None:
    def interrupt(key: str, value: object) -> None:
        raise KeyboardInterrupt

    settings = make(namespaces=NamespaceSet(ns=interrupt))()
    with pytest.raises(KeyboardInterrupt):
        settings["ns.a"] = 1
    assert settings == {}


def test_a_handler_sees_the_new_values() -> None:
    seen: list[object] = []
    settings = make()()
    settings.namespaces["ns"] = lambda key, value: seen.append(settings["other"])
    settings.update({"ns.a": 1, "other": 2})
    assert seen == [2]


def test_nothing_is_told_when_a_value_of_the_file_cannot_be_read() -> None:
    cls, seen = recording()
    settings = cls()
    with pytest.raises(EntryError, match=r"option 'ns\.b'"):
        settings.update(io.StringIO("[global]\nns.a = 1\nns.b = nosuchname\n"))
    assert settings == {}
    assert seen == []


def test_a_key_that_is_no_text_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"a config key is a str.*not 1"):
        Config({1: 2})  # type: ignore[dict-item]


def test_an_entry_beside_the_section_global_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"'b' stands beside \[global\]"):
        Config({"global": {"a": 1}, "b": 2})


def test_a_source_of_another_kind_is_an_error() -> None:
    with pytest.raises(TypeError, match="config comes from a dict"):
        Config(42)  # type: ignore[arg-type]


def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nosuch\.conf"):
        Config(tmp_path / "nosuch.conf")


def test_literal_mode_refuses_what_could_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cls = make(mode=Mode.LITERAL, variable_prefix="APP_")
    assert cls(io.StringIO("[global]\na = '%(b)s'")) == {"a": "%(b)s"}
    with pytest.raises(EntryError, match="a name is no literal"):
        cls(io.StringIO("[global]\na = os"))
    monkeypatch.setenv("APP_A", "os")
    with pytest.raises(EntryError, match="a name is no literal"):
        cls()


def test_on_file_is_told_the_names_of_files_only(tmp_path: Path) -> None:
    read: list[str] = []

    class Watched(Config):
        def on_file(self, name: str) -> None:
            read.append(name)

    path = tmp_path / "site.conf"
    path.write_text("[global]\na = 1\n")
    Watched(path)
    Watched().update(str(path))
    Watched({"a": 1})
    Watched(io.StringIO("[global]\na = 1\n"))
    assert read == [str(path)] * 2


def test_namespaces_may_belong_to_an_instance() -> None:
    seen: Entries = []
    settings = make()()
    settings.namespaces = NamespaceSet(ns=lambda key, value: seen.append((key, value)))
    settings["ns.a"] = 1
    assert make()().namespaces == {}
    assert seen == [("a", 1)]
