"""as_dict and merge_sections."""

from __future__ import annotations

import io
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_config import (
    Config,
    ConfigError,
    EntryError,
    Layer,
    Mode,
    Origin,
    Sections,
    as_dict,
    merge_sections,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "site.conf"
    path.write_text("[/]\na = 1 + 1\n")
    return path


def test_as_dict_takes_a_file_however_it_is_given(path: Path) -> None:
    with path.open() as file:
        assert as_dict(str(path)) == as_dict(path) == as_dict(file) == {"/": {"a": 2}}


def test_as_dict_copies_a_mapping() -> None:
    config = {"/": {"a": 1}}
    copied = as_dict(config)
    assert copied == config
    assert copied is not config
    assert as_dict(MappingProxyType(config)) == config


@pytest.mark.parametrize("thing", [None, 1, ["a"], object()])
def test_as_dict_refuses_other_things_by_name(thing: Any) -> None:
    with pytest.raises(TypeError, match="config comes from a dict, the name of a file"):
        as_dict(thing)


def test_as_dict_in_literal_mode_refuses_arithmetic(path: Path) -> None:
    with pytest.raises(EntryError, match="is no literal"):
        as_dict(path, mode=Mode.LITERAL)


def test_the_name_of_a_file_is_told_and_nothing_else(path: Path) -> None:
    read: list[str] = []
    as_dict(path, on_file=read.append)
    as_dict(str(path), on_file=read.append)
    as_dict({}, on_file=read.append)
    as_dict(io.StringIO(""), on_file=read.append)
    assert read == [str(path)] * 2


def test_sections_are_merged_entry_by_entry_in_place(path: Path) -> None:
    root: dict[str, object] = {"a": 1, "b": 1}
    base = {"/": root}
    merge_sections(base, path)
    merge_sections(base, {"/": {"b": 2}, "db": {"host": "here"}})
    assert base == {"/": {"a": 2, "b": 2}, "db": {"host": "here"}}
    assert base["/"] is root


def test_a_new_section_is_a_dict_of_its_own() -> None:
    other = {"/": {"a": 1}}
    base: dict[str, dict[str, Any]] = {}
    merge_sections(base, other)
    base["/"]["a"] = 2
    assert other == {"/": {"a": 1}}


def test_merging_tells_the_name_of_the_file(path: Path) -> None:
    read: list[str] = []
    merge_sections({}, path, on_file=read.append)
    assert read == [str(path)]


def test_an_entry_outside_all_sections_is_an_error_and_changes_nothing() -> None:
    base: dict[str, dict[str, Any]] = {}
    with pytest.raises(ConfigError, match=r"'tools\.gzip\.on' stands in no section"):
        merge_sections(base, {"/": {"a": 1}, "tools.gzip.on": True})
    assert base == {}


def test_sections_of_a_file_know_where_their_entries_stand(tmp_path: Path) -> None:
    file = tmp_path / "site.conf"
    file.write_text("[global]\na = 1\n[/]\nb = 2\n")
    sections = as_dict(str(file))
    assert isinstance(sections, Sections)
    assert str(sections.origin("/", "b")).endswith("site.conf', [/], line 4")
    config = Config()
    config.update(sections)
    assert config.origin("a").line == 2
    origins: dict[tuple[str, str], Origin] = {}
    merge_sections({}, as_dict(sections), origins=origins)
    assert origins["/", "b"].line == 4
    merge_sections({}, {"/": {"b": 3}}, origins=origins)
    assert origins["/", "b"] == Origin(Layer.DICT)
