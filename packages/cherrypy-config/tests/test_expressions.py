"""unrepr and literal: every form that is read, and every form that is refused."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.dom.minidom
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cherrypy_config import ExpressionError, literal, unrepr

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LITERALS: list[tuple[str, Any]] = [
    ("1", 1),
    ("-1", -1),
    ("+1.5", 1.5),
    ("1_000", 1000),
    ("0xff", 255),
    ("1e3", 1000.0),
    ("2j", 2j),
    ("-1 + 2j", -1 + 2j),
    ("1 - 2j", 1 - 2j),
    ("'text'", "text"),
    ('"it\'s"', "it's"),
    ("'a' 'b'", "ab"),
    (r"r'\d'", r"\d"),
    ("b'octets'", b"octets"),
    ("True", True),
    ("False", False),
    ("None", None),
    ("...", ...),
    ("[]", []),
    ("[1, [2]]", [1, [2]]),
    ("()", ()),
    ("(1,)", (1,)),
    ("1, 2", (1, 2)),
    ("{1, 2}", {1, 2}),
    ("{}", {}),
    ("{'a': {'b': 1}}", {"a": {"b": 1}}),
    ("  1  ", 1),
    ("[1,\n2]", [1, 2]),
    ("1 # one", 1),
]


@pytest.mark.parametrize(("text", "value"), LITERALS)
@pytest.mark.parametrize("read", [unrepr, literal])
def test_literals_are_read_in_both_modes(read: Callable[[str], Any], text: str, value: Any) -> None:
    found = read(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("read", [unrepr, literal])
def test_no_text_stands_for_itself(read: Callable[[str | None], Any]) -> None:
    assert read("") == ""
    assert read(None) is None


PROGRAMS: list[tuple[str, Any]] = [
    ("int", int),
    ("os", os),
    ("os.sep", os.sep),
    ("os.path.join('a', 'b')", os.path.join("a", "b")),  # noqa: PTH118 - the function itself
    ("xml.dom.minidom.Document", xml.dom.minidom.Document),
    ("dict(a=1, b=2)", {"a": 1, "b": 2}),
    ("dict([('a', 1)], **{'b': 2})", {"a": 1, "b": 2}),
    ("max(*[1, 3], 2)", 3),
    ("[0, *[1, 2], 3]", [0, 1, 2, 3]),
    ("(*'ab',)", ("a", "b")),
    ("{*[1], 2}", {1, 2}),
    ("{'a': 0, **{'a': 1}, 'b': 2}", {"a": 1, "b": 2}),
    ("[10, 20][1]", 20),
    ("'abc'[1:]", "bc"),
    ("'abc'[:2:]", "ab"),
    ("'abcd'[::2]", "ac"),
    ("{'a': 1}['a']", 1),
    ("'a'.upper()", "A"),
    ("1 + 2 * 3", 7),
    ("7 // 2 - 1", 2),
    ("7 / 2", 3.5),
    ("7 % 4", 3),
    ("2 ** 10", 1024),
    ("1 << 4 >> 1", 8),
    ("6 & 3 | 8 ^ 1", 6 & 3 | 8 ^ 1),
    ("60 * 60", 3600),
    ("'%s!' % 'a'", "a!"),
    ("re.I | re.M", re.IGNORECASE | re.MULTILINE),
    ("~1", -2),
    ("not 1", False),
    ("-(1 + 2)", -3),
    ("set()", set()),
    ("float('inf')", float("inf")),
]


@pytest.mark.parametrize(("text", "value"), PROGRAMS)
def test_unrepr_reads_names_calls_and_arithmetic(text: str, value: Any) -> None:
    assert unrepr(text) == value


@pytest.mark.parametrize("text", [text for text, _ in PROGRAMS])
def test_literal_refuses_names_calls_and_arithmetic(text: str) -> None:
    with pytest.raises(ExpressionError, match="is no literal"):
        literal(text)


@pytest.mark.parametrize(
    "text", ["-True", "True + 1j", "1 + 2", "1j + 1", "1 * 2j", "--1", "-'a'", "'a' + 2j", "~1"]
)
def test_literal_reads_signs_and_complex_numbers_only(text: str) -> None:
    with pytest.raises(ExpressionError, match="is no literal"):
        literal(text)


def test_literal_imports_nothing(tmp_path: Path) -> None:
    (tmp_path / "trap.py").write_text("raise SystemExit('imported')")
    program = (
        "from cherrypy_config import literal, ConfigError\n"
        "for text in 'trap', 'trap.x', 'trap()', '[trap]', '{trap: 1}', '{**trap}', '-trap':\n"
        "    try: literal(text)\n"
        "    except ConfigError: pass\n"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=False)
    assert run.returncode == 0


def test_a_builtin_goes_before_a_module_of_the_same_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "max.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    assert unrepr("max") is max


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("f'{1}'", "an f-string"),
        ("lambda: 1", "a lambda"),
        ("[i for i in 'ab']", "a comprehension"),
        ("{i for i in 'ab'}", "a comprehension"),
        ("{i: i for i in 'ab'}", "a comprehension"),
        ("(i for i in 'ab')", "a generator"),
        ("1 < 2", "a comparison"),
        ("1 and 2", "a condition"),
        ("1 if 2 else 3", "a condition"),
        ("(a := 1)", "an assignment"),
        ("await x", "Await is no value"),
    ],
)
@pytest.mark.parametrize("read", [unrepr, literal])
def test_other_forms_are_refused_with_a_reason(
    read: Callable[[str], Any], text: str, reason: str
) -> None:
    with pytest.raises(ExpressionError, match=f"{reason}.*data, not a program"):
        read(text)


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("hello", 1, 1, "no builtin and no module 'hello'; text needs quotes: 'hello'"),
        ("[1, hello]", 1, 5, "no module 'hello'"),
        ("['é', hello]", 1, 7, "no module 'hello'"),
        ("[1,\n  hello]", 2, 3, "no module 'hello'"),
        ("os.nosuch", 1, 1, "AttributeError"),
        ("xml.nosuch", 1, 1, "AttributeError"),
        ("int.nosuch", 1, 1, "AttributeError"),
        ("1 / 0", 1, 1, "ZeroDivisionError"),
        ("int('x')", 1, 1, "ValueError"),
        ("[1][2]", 1, 1, "IndexError"),
        ("[*1]", 1, 2, "TypeError"),
        ("{[]: 1}", 1, 2, "TypeError"),
        ("{[]}", 1, 1, "TypeError"),
        ("{**1}", 1, 4, "TypeError"),
        ("dict(**1)", 1, 6, "TypeError"),
        ("dict(a=1, **{'a': 2})", 1, 11, "the argument 'a' is given twice"),
        ("'a' @ 'b'", 1, 1, "MatMult is no arithmetic"),
        ("-'a'", 1, 1, "TypeError"),
        ("1 ; one", 1, 3, "begins with '#'"),
        ("1\n2", 2, 1, "a value is one Python expression"),
    ],
)
def test_errors_point_at_the_place_and_tell_the_reason(
    text: str, line: int, column: int, reason: str
) -> None:
    with pytest.raises(ExpressionError) as caught:
        unrepr(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert reason in caught.value.reason
    assert caught.value.text == text
    assert f"line {line}, column {column}" in str(caught.value)


def test_the_cause_of_a_failed_call_is_kept() -> None:
    with pytest.raises(ExpressionError) as caught:
        unrepr("1 / 0")
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize(
    ("source", "reason"),
    [("import nosuchmodule", "No module named 'nosuchmodule'"), ("1 / 0", "ZeroDivisionError")],
)
def test_a_module_that_fails_on_import_is_not_called_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, reason: str
) -> None:
    (tmp_path / "brokenmodule.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ExpressionError, match=f"importing 'brokenmodule' failed.*{reason}"):
        unrepr("brokenmodule")


@pytest.mark.parametrize("text", ["[" * 5000, "-" * 5000 + "1", "(" * 250 + ")" * 250, "a\0"])
def test_text_that_the_parser_itself_refuses_is_an_error(text: str) -> None:
    with pytest.raises(ExpressionError):
        literal(text)


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.binary()
    | st.complex_numbers(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=4)
        | st.sets(st.integers() | st.text(), min_size=1, max_size=4)
    ),
    max_leaves=10,
)


@given(PLAIN)
def test_both_read_back_what_repr_writes(value: Any) -> None:
    text = repr(value)
    assert unrepr(text) == literal(text) == value
    assert type(unrepr(text)) is type(literal(text)) is type(value)


@given(st.text())
@example("é\r\x0cé(")
@example("\ud800")
def test_literal_gives_a_value_or_its_own_error(text: str) -> None:
    try:
        literal(text)
    except ExpressionError as error:
        assert error.line >= 1  # noqa: PT017 - most texts raise
        assert error.column >= 0  # noqa: PT017 - most texts raise


TOKENS = st.sampled_from(
    [
        "1",
        "'a'",
        "b'c'",
        "2j",
        "None",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "*",
        "**",
        "+",
        "-",
        "~",
        "not ",
        "@",
        ".",
        "\n",
        " ",
        "lambda ",
        "if ",
        "else ",
        "for ",
        "in ",
        "=",
        ":=",
        "f'{",
        "}'",
    ]
)


@given(st.lists(TOKENS, max_size=12).map("".join))
def test_literal_agrees_with_the_standard_library_on_what_both_read(text: str) -> None:
    import ast

    try:
        found = literal(text)
    except ExpressionError:
        return
    if text.strip():
        assert found == ast.literal_eval(text.strip())
