"""Parser: INI files with Python values, and errors that say where."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cherrypy_config import (
    ConfigError,
    DuplicateEntryError,
    EntryError,
    FileSyntaxError,
    Mode,
    Parser,
    as_dict,
)

if TYPE_CHECKING:
    from pathlib import Path


def read(text: str) -> dict[str, Any]:
    return Parser().dict_from_file(io.StringIO(text))


def test_the_case_of_options_is_kept() -> None:
    assert read("[global]\nengine.SIGHUP = None") == {"global": {"engine.SIGHUP": None}}


def test_colon_and_equals_sign_both_separate() -> None:
    assert read("[/]\na: 1\nb = 2\nc: 'x=y'\nd = 'x:y'") == {
        "/": {"a": 1, "b": 2, "c": "x=y", "d": "x:y"}
    }


def test_values_may_go_over_several_lines_with_comments() -> None:
    assert read("[a]\nx = [1,\n# one\n  2,\n\n  3]\n; end\ny = 1") == {
        "a": {"x": [1, 2, 3], "y": 1}
    }


def test_a_comment_may_stand_behind_a_value() -> None:
    assert read("[a]\nx = 1 # one") == {"a": {"x": 1}}


def test_an_empty_value_is_the_empty_text() -> None:
    assert read("[a]\nx =") == {"a": {"x": ""}}


def test_an_option_without_value_is_none_where_that_is_allowed() -> None:
    parser = Parser(allow_no_value=True)
    parser.read_string("[a]\nx")
    assert parser.as_dict() == {"a": {"x": None}}


def test_options_refer_to_others_of_their_section_and_of_the_default_section() -> None:
    text = "[DEFAULT]\nhome = '/srv'\n[a]\nlog = %(home)s + '/log'\n"
    assert read(text) == {"a": {"home": "/srv", "log": "/srv/log"}}


def test_reading_a_file_that_is_not_utf_8_names_it(tmp_path: Path) -> None:
    path = tmp_path / "site.conf"
    path.write_bytes(b"[a]\nx = '\xe9'\n")
    with pytest.raises(FileSyntaxError, match=r"site\.conf', line 2: the octet"):
        Parser().read(path)
    parser = Parser()
    parser.read(path, "latin-1")
    assert parser.as_dict() == {"a": {"x": "é"}}


def test_a_wrong_value_of_the_default_section_is_told_with_its_file_and_line() -> None:
    with pytest.raises(EntryError, match=r"^'<file>', line 2: section \[a\], option 'x'"):
        Parser().dict_from_file(io.StringIO("[DEFAULT]\nx = ?\n[a]\ny = 1\n"))


def test_a_doubled_percent_sign_stands_for_itself() -> None:
    assert read("[a]\nx = '100 %%'") == {"a": {"x": "100 %"}}


def test_raw_leaves_references_alone() -> None:
    parser = Parser()
    parser.read_string("[a]\nx = '%(h)s'")
    assert parser.as_dict(raw=True) == {"a": {"x": "%(h)s"}}


def test_vars_are_more_names_to_refer_to_and_no_options() -> None:
    parser = Parser()
    parser.read_string("[a]\nx = '%(name)s'")
    assert parser.as_dict(vars={"name": "y"}) == {"a": {"x": "y"}}


def test_a_percent_sign_that_refers_to_nothing_is_an_error_that_says_what_to_write() -> None:
    with pytest.raises(EntryError, match=r"option 'x', value \"'%d'\".*is written %%") as caught:
        read("[a]\ny = 1\nx = '%d'")
    assert caught.value.line == 3


def test_a_reference_to_a_missing_option_is_an_error() -> None:
    with pytest.raises(EntryError, match=r"option 'x'.*nosuch"):
        read("[a]\nx = %(nosuch)s")


def test_an_entry_that_cannot_be_read_is_named_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "site.conf"
    path.write_text("[global]\na = 1\n\n[db]\nhosts = ['one',\n  two]\n")
    with pytest.raises(EntryError) as caught:
        Parser().dict_from_file(path)
    error = caught.value
    assert (error.file, error.line) == (str(path), 5)
    assert (error.section, error.option) == ("db", "hosts")
    assert error.value == "['one',\ntwo]"
    assert error.reason.endswith("text needs quotes: 'two' (line 2, column 1 of the value)")
    assert str(error).startswith(f"{str(path)!r}, line 5: section [db], option 'hosts', value ")


def test_an_error_in_a_text_without_file_names_section_and_option() -> None:
    parser = Parser()
    parser.read_dict({"a": {"x": "nosuch"}})
    with pytest.raises(EntryError, match=r"^config: section \[a\], option 'x'"):
        parser.as_dict()


def test_a_duplicated_option_is_an_error_of_its_own() -> None:
    with pytest.raises(DuplicateEntryError, match=r"line 3: the option 'x' stands twice.*\[a\]"):
        read("[a]\nx = 1\nx = 2")


def test_a_duplicated_section_is_an_error_of_its_own() -> None:
    with pytest.raises(DuplicateEntryError, match=r"line 3: the section \[a\] stands twice"):
        read("[a]\nx = 1\n[a]\ny = 2")


def test_an_option_outside_all_sections_is_an_error_that_says_what_to_write() -> None:
    with pytest.raises(FileSyntaxError, match=r"line 1: 'x = 1' stands before.*write \[global\]"):
        read("x = 1")


def test_a_line_that_is_neither_section_nor_option_is_an_error() -> None:
    with pytest.raises(FileSyntaxError, match=r"line 2: .*neither a section.*nor an option"):
        read("[a]\nx")


def test_a_named_open_file_is_named_in_errors(tmp_path: Path) -> None:
    path = tmp_path / "site.conf"
    path.write_text("x = 1")
    with path.open() as file, pytest.raises(FileSyntaxError, match=r"site\.conf"):
        Parser().dict_from_file(file)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_files_are_utf_8_with_or_without_mark(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "site.conf"
    path.write_text("[a]\nx = 'é'", encoding)
    assert Parser().dict_from_file(path) == {"a": {"x": "é"}}
    with path.open("rb") as file:
        assert Parser().dict_from_file(file) == {"a": {"x": "é"}}


def test_another_encoding_is_an_error_that_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "site.conf"
    path.write_bytes(b"[a]\nx = '\xe9'")
    with pytest.raises(FileSyntaxError, match=r"line 2: the octet b'\\xe9' is not UTF-8"):
        Parser().dict_from_file(path)


def test_an_unreadable_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nosuch\.conf"):
        Parser().dict_from_file(tmp_path / "nosuch.conf")
    with pytest.raises(FileNotFoundError, match=r"nosuch\.conf"):
        Parser().read(str(tmp_path / "nosuch.conf"))


def test_read_takes_several_files_and_tells_the_place_of_an_error(tmp_path: Path) -> None:
    first, second = tmp_path / "first.conf", tmp_path / "second.conf"
    first.write_text("[a]\nx = 1\ny = 1")
    second.write_text("[a]\n\nx = nosuch")
    parser = Parser()
    assert parser.read([first, str(second)]) == [str(first), str(second)]
    with pytest.raises(EntryError, match=r"second\.conf', line 3"):
        parser.as_dict()


def test_load_takes_a_file_or_a_mapping(tmp_path: Path) -> None:
    path = tmp_path / "site.conf"
    path.write_text("[a]\nx = 1")
    assert Parser.load(path) == {"a": {"x": 1}}
    given_dict = {"a": 1}
    loaded = Parser.load(given_dict)
    assert loaded == given_dict
    assert loaded is not given_dict


def test_literal_mode_takes_percent_signs_and_no_names() -> None:
    parser = Parser()
    parser.mode = Mode.LITERAL
    parser.read_string("[a]\nx = '%(y)s %d'\ny = 1")
    assert parser.as_dict() == {"a": {"x": "%(y)s %d", "y": 1}}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[a]\nx = !", 2),
        ("# x = 1\n[a]\n; x = 1\n\nx = !", 5),
        ("[b]\nx = 1\n[a]\nx: !", 4),
        ("[a]\ny = [1,\n  2]\nx = !", 4),
        ("[a]\ny = [\n x = 1 ]\nx = !", 2),
        ("[a]\n  y = 1\n  x = !", 3),
        ("  [a]\n  x = !", 2),
        ("[a]\n  y = 1\nx = !", 3),
    ],
)
def test_the_line_of_an_option_is_found_as_configparser_reads(text: str, line: int) -> None:
    with pytest.raises(EntryError) as caught:
        read(text)
    assert caught.value.line == line


NAMES = (
    st.text(st.characters(categories=["L", "N"], include_characters="/._- "), min_size=1)
    .map(str.strip)
    .filter(lambda name: name and name != "DEFAULT")
)
VALUES = st.none() | st.integers() | st.text() | st.lists(st.text() | st.booleans()) | st.binary()


@given(st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=3), max_size=3))
def test_what_is_written_as_repr_is_read_back(sections: dict[str, dict[str, Any]]) -> None:
    lines = []
    for section, entries in sections.items():
        lines.append(f"[{section}]")
        lines += [f"{name} = {value!r}".replace("%", "%%") for name, value in entries.items()]
    assert read("\n".join(lines)) == sections


@given(st.text("[]=:ab %()s'\n 1#;") | st.text())
@example("[a]\nb\n c")
def test_any_text_gives_a_dict_or_an_error_of_ours(text: str) -> None:
    try:
        as_dict(io.StringIO(text), mode=Mode.LITERAL)
    except ConfigError as error:
        assert str(error)  # noqa: PT017 - most texts raise
