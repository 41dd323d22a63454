import copy
import pickle
import re
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cherrypy_httputil import CaseInsensitiveDict, HeaderMap

ascii_names = st.text(st.characters(codec="ascii", categories=("L", "N", "P")))
field_names = st.text("!#$%&'*+-.^_`|~09azAZ", min_size=1)
one_line = st.text().filter(lambda text: not set(text) & set("\r\n\0"))


def test_keys_are_kept_in_title_case() -> None:
    assert dict(CaseInsensitiveDict({"content-TYPE": 1, 5: 2}, etag=3)) == {
        "Content-Type": 1,
        "5": 2,
        "Etag": 3,
    }


@given(ascii_names, st.integers())
def test_every_way_to_a_key_ignores_case(key: str, value: int) -> None:
    headers = CaseInsensitiveDict[int]()
    headers[key.upper()] = value
    assert key.lower() in headers
    assert headers[key.lower()] == headers[key.upper()] == headers[key.title()] == value
    assert headers.get(key.swapcase()) == value
    assert headers.setdefault(key.swapcase(), value + 1) == value
    assert headers.pop(key.lower()) == value
    assert key not in headers


def test_a_missing_key_is_reported_as_it_was_asked_for() -> None:
    headers = CaseInsensitiveDict[int]()
    with pytest.raises(KeyError, match="x-foo"):
        headers["x-foo"]
    with pytest.raises(KeyError):
        headers.pop("x-foo")
    with pytest.raises(KeyError):
        del headers["x-foo"]


def test_defaults_are_given_for_missing_keys() -> None:
    headers = CaseInsensitiveDict[int]()
    assert headers.get("x") is None
    assert headers.get("x", 5) == 5
    assert headers.pop("x", 6) == 6
    assert headers.setdefault("x", 7) == 7
    assert headers == {"X": 7}


def test_a_key_is_deleted_without_regard_to_case() -> None:
    headers = CaseInsensitiveDict[int](a_b=1)
    del headers["A_B"]
    assert not headers


def test_from_keys_gives_all_the_same_value() -> None:
    assert CaseInsensitiveDict.fromkeys(["a", "B"], 0) == {"A": 0, "B": 0}
    assert type(HeaderMap.fromkeys(["a"], "x")) is HeaderMap


def test_update_takes_mappings_pairs_and_keywords() -> None:
    headers = CaseInsensitiveDict[int]()
    headers.update({"a": 1}, b=2)
    headers.update([("c", 3), ("A", 4)])
    assert headers == {"A": 4, "B": 2, "C": 3}


def test_a_copy_is_independent_and_keeps_its_attributes() -> None:
    headers = HeaderMap({"a": "1"})
    headers.protocol = (1, 0)
    twin = headers.copy()
    twin["b"] = "2"
    assert type(twin) is HeaderMap
    assert twin.protocol == (1, 0)
    assert headers == {"A": "1"}
    assert copy.deepcopy(headers) == pickle.loads(pickle.dumps(headers)) == headers


def test_merging_operators_keep_the_keys_and_the_class() -> None:
    headers = HeaderMap({"a": "1"})
    merged = headers | {"b-c": "2"}
    assert type(merged) is HeaderMap
    assert merged == {"A": "1", "B-C": "2"}
    assert {"a": "0", "x": "9"} | headers == {"A": "1", "X": "9"}
    headers |= {"A": "3"}
    assert headers == {"A": "3"}


def test_the_key_function_is_part_of_the_class() -> None:
    assert CaseInsensitiveDict.transform_key("x-foo") == "X-Foo"


def set_item(headers: HeaderMap, name: Any, value: Any) -> None:
    headers[name] = value


def smuggle(headers: HeaderMap, name: Any, value: Any) -> HeaderMap:
    dict.update(headers, {name: value})
    return headers


WAYS_IN: list[Callable[[HeaderMap, Any, Any], object]] = [
    set_item,
    lambda headers, name, value: headers.update({name: value}),
    lambda headers, name, value: headers.setdefault(name, value),
    lambda headers, name, value: HeaderMap({name: value}),
    lambda headers, name, value: HeaderMap.fromkeys([name], value),
    lambda headers, name, value: headers | {name: value},
    lambda headers, name, value: {name: value} | headers,
    lambda headers, name, value: headers.__ior__({name: value}),
    lambda headers, name, value: list(HeaderMap.encode_header_items([(name, value)])),
    lambda headers, name, value: smuggle(headers, name, value).output(),
    lambda headers, name, value: smuggle(headers, name, value).output_native(),
]


@pytest.mark.parametrize("way", WAYS_IN)
@pytest.mark.parametrize("broken", ["a\r\nb: c", "a\n", "\0", "x" * 100 + "\r"])
def test_a_line_break_is_refused_on_every_way(
    way: Callable[[HeaderMap, Any, Any], object], broken: str
) -> None:
    for value in (broken, broken.encode(), [broken], (broken.encode(),)):
        with pytest.raises(ValueError, match="CR, LF or NUL"):
            way(HeaderMap(), "x", value)
    with pytest.raises(ValueError, match="CR, LF or NUL"):
        way(HeaderMap(), broken, "x")


@pytest.mark.parametrize("way", WAYS_IN)
@pytest.mark.parametrize(
    "name", ["", "a b", "a:", "x\x01", "x\x7f", "für", "\u017f", b"\xff", "a/b"]
)
def test_a_name_that_is_no_token_is_refused_by_name_on_every_way(
    way: Callable[[HeaderMap, Any, Any], object], name: str | bytes
) -> None:
    text = name if isinstance(name, str) else name.decode("latin-1")
    with pytest.raises(ValueError, match=re.escape(f"{text!r} is not a field name")):
        way(HeaderMap(), name, "x")


@given(st.dictionaries(field_names, st.text() | st.binary() | st.integers() | st.lists(st.text())))
def test_nothing_that_is_sent_has_a_control_character(items: dict[str, Any]) -> None:
    headers = HeaderMap()
    for name, value in items.items():
        try:
            headers[name] = value
        except ValueError:
            continue
    sent = b"".join(name + value for name, value in headers.output())
    assert not set(sent) & {*range(32), 127}


@given(one_line)
def test_native_output_is_the_output_read_as_latin_1(value: str) -> None:
    headers = HeaderMap({"x-a": value, "b": "plain", "c": 5})
    expected = [(name.decode("latin-1"), text.decode("latin-1")) for name, text in headers.output()]
    assert headers.output_native() == expected


def test_values_are_sent_by_their_kind() -> None:
    headers = HeaderMap()
    headers["plain"] = "a"
    headers["bytes"] = b"\xff"
    headers["number"] = 5
    headers["none"] = None  # type: ignore[assignment]
    headers["tab"] = "a\tb"
    headers["list"] = ["a", "b"]
    assert headers.output() == [
        (b"Plain", b"a"),
        (b"Bytes", b"\xff"),
        (b"Number", b"5"),
        (b"None", b"None"),
        (b"Tab", b"ab"),
        (b"List", b"a"),
        (b"List", b"b"),
    ]


def test_values_are_kept_as_they_were_set() -> None:
    headers = HeaderMap()
    headers["a"] = b"x"
    headers["b"] = 5
    assert list(headers.values()) == [b"x", 5]


def test_latin_text_is_sent_as_latin_1_and_other_text_as_an_encoded_word() -> None:
    assert HeaderMap.encode("für") == b"f\xfcr"
    assert HeaderMap.encode("☃") == b"=?utf-8?b?4piD?="


def test_the_encodings_of_a_class_are_tried_in_turn() -> None:
    class Utf8(HeaderMap):
        encodings: ClassVar = ["ascii", "utf-8"]

    assert Utf8.encode("☃") == "☃".encode()
    assert Utf8({"x": "☃"}).output() == [(b"X", "☃".encode())]


def test_text_that_does_not_fit_is_refused_without_encoded_words() -> None:
    class Plain(HeaderMap):
        use_rfc_2047 = False

    class Old(HeaderMap):
        protocol = (1, 0)

    for kind in (Plain, Old):
        with pytest.raises(ValueError, match="☃"):
            kind({"x": "☃"}).output()


def test_elements_and_their_values_come_in_order_of_preference() -> None:
    headers = HeaderMap({"Accept": "a;q=.3, b"})
    assert [str(element) for element in headers.elements("accept")] == ["b", "a;q=.3"]
    assert headers.values("accept") == ["b", "a"]


def test_elements_of_a_missing_field_are_none() -> None:
    assert HeaderMap().elements("x") == []
    assert HeaderMap().values("x") == []


def test_elements_of_bytes_numbers_and_lists_are_read_too() -> None:
    headers = HeaderMap()
    headers["a"] = b"x, \xfc"
    headers["b"] = ["x", "y"]
    headers["c"] = 5
    assert headers.values("a") == ["ü", "x"]
    assert headers.values("b") == ["y", "x"]
    assert headers.values("c") == ["5"]


def test_fields_from_a_server_are_joined() -> None:
    headers = HeaderMap.from_trusted(
        [("accept", "a"), ("ACCEPT", "b"), ("cookie", "a=1"), ("Cookie", "b=2"), ("host", "h")]
    )
    assert type(headers) is HeaderMap
    assert headers == {"Accept": "a, b", "Cookie": "a=1; b=2", "Host": "h"}


def test_an_object_whose_text_changes_is_judged_by_what_is_sent() -> None:
    class Sly:
        texts = iter(["good", "also good", "bad\r\nx: y"])

        def __str__(self) -> str:
            return next(self.texts)

    sly: Any = Sly()
    headers = HeaderMap({"x": sly})
    assert headers.output() == [(b"X", b"also good")]
    with pytest.raises(ValueError, match="CR, LF or NUL"):
        headers.output()


def test_a_list_that_is_changed_later_is_judged_when_it_is_sent() -> None:
    items = ["a"]
    headers = HeaderMap()
    headers["x"] = items
    items.append("b\r\nc: d")
    with pytest.raises(ValueError, match="CR, LF or NUL"):
        headers.output()
