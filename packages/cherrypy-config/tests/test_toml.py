"""TOML files with the sections and keys of INI files."""

from __future__ import annotations

import datetime as dt
import io
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cherrypy_config import Config, ConfigError, DuplicateEntryError, FileSyntaxError, as_dict
from cherrypy_config.toml import sections_from_toml

if TYPE_CHECKING:
    from pathlib import Path


def read(text: str) -> dict[str, Any]:
    return sections_from_toml(text, "site.toml")


def test_tables_are_sections_and_values_are_tomls() -> None:
    assert read("""
        [global]
        on = true
        port = 8080
        rate = 0.5
        name = "text with 100 %"
        list = [1, [2]]
        day = 2026-01-02
    """) == {
        "global": {
            "on": True,
            "port": 8080,
            "rate": 0.5,
            "name": "text with 100 %",
            "list": [1, [2]],
            "day": dt.date(2026, 1, 2),
        }
    }


@pytest.mark.parametrize(
    "text",
    [
        "[global]\nserver.socket_port = 1",
        "[global.server]\nsocket_port = 1",
        '[global]\n"server.socket_port" = 1',
        "[global]\nserver = {socket_port = 1}",
    ],
)
def test_tables_inside_a_section_are_dots_of_the_key(text: str) -> None:
    assert read(text) == {"global": {"server.socket_port": 1}}


def test_a_table_under_a_quoted_key_with_a_dot_is_a_value() -> None:
    text = '["/"]\n"tools.staticdir.types" = {html = "text/html"}'
    assert read(text) == {"/": {"tools.staticdir.types": {"html": "text/html"}}}


def test_an_entry_outside_all_sections_is_an_error_that_says_what_to_write() -> None:
    with pytest.raises(FileSyntaxError, match=r"'site.toml': the key 'x' .*write \[global\]"):
        read("x = 1")


def test_what_is_not_toml_is_an_error_with_its_line() -> None:
    with pytest.raises(FileSyntaxError) as caught:
        read("[a]\nx = nosuch")
    assert (caught.value.file, caught.value.line, caught.value.reason) == (
        "site.toml",
        2,
        "Invalid value",
    )
    assert type(caught.value) is FileSyntaxError


def test_an_error_at_the_end_of_the_file_has_no_line() -> None:
    with pytest.raises(FileSyntaxError, match=r"site\.toml") as caught:
        read("[a")
    assert caught.value.line is None


@pytest.mark.parametrize(
    "text",
    ["[a]\nx = 1\nx = 2", "[a]\n[a]", "[a]\nb = {c = 1}\nb.d = 2", '[a]\nb.c = 1\n"b.c" = 2'],
)
def test_a_duplicate_is_an_error_of_its_own(text: str) -> None:
    with pytest.raises(DuplicateEntryError):
        read(text)


def test_a_file_is_toml_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text("[global]\nserver.socket_port = 1\n")
    assert as_dict(path) == as_dict(str(path)) == {"global": {"server.socket_port": 1}}
    with path.open("rb") as binary, path.open() as text:
        assert as_dict(binary) == as_dict(text) == {"global": {"server.socket_port": 1}}
    settings = Config(path)
    assert settings == {"server.socket_port": 1}
    assert str(settings.origin("server.socket_port")) == f"the file {str(path)!r}, [global]"


@given(st.text("[]=.\"'ab1{},\n "))
def test_any_text_gives_sections_or_an_error_of_ours(text: str) -> None:
    try:
        found = read(text)
    except ConfigError as error:
        assert str(error)  # noqa: PT017 - most texts raise
    else:
        assert found.keys() == tomllib.load(io.BytesIO(text.encode())).keys()
