"""From the data of a session to bytes and back."""

import json
import pickle
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from cherrypy_sessions import Codec, SerializationError, UnreadableError
from cherrypy_sessions.extras import load

LATER = datetime(2030, 1, 1)  # noqa: DTZ001 - stored times have no zone
ID = "abc"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)

CODECS = {
    "pickle": Codec(),
    "old pickle": Codec(protocol=2),
    "json": Codec(json),
    "signed pickle": Codec(secret="key"),
    "signed json": Codec(json, ["old key", b"key"]),
}


@pytest.fixture(params=CODECS.values(), ids=list(CODECS))
def codec(request: pytest.FixtureRequest) -> Any:
    return request.param


@given(data=st.dictionaries(st.text(), JSON), zone=st.sampled_from([None, UTC]))
@settings(max_examples=30, deadline=None)
def test_what_was_written_is_read(data: dict[str, Any], zone: Any) -> None:
    end = LATER.replace(tzinfo=zone)
    for codec in CODECS.values():
        assert codec.decode(ID, codec.encode(ID, data, end)) == (data, end)


def test_a_pickle_is_the_documented_pair() -> None:
    assert pickle.loads(Codec(protocol=2).encode(ID, {"a": 1}, LATER)) == ({"a": 1}, LATER)


def test_any_object_with_dumps_and_loads_will_do() -> None:
    reverse = SimpleNamespace(
        dumps=lambda data: str(data["a"])[::-1].encode(), loads=lambda text: {"a": text[::-1]}
    )
    codec = Codec(reverse)
    assert codec.decode(ID, codec.encode(ID, {"a": "xyz"}, LATER)) == ({"a": b"xyz"}, LATER)


def test_an_object_without_them_will_not() -> None:
    with pytest.raises(TypeError, match="dumps"):
        Codec(object())  # type: ignore[arg-type]


@pytest.mark.parametrize(("serializer", "name"), [(json, "json"), (pickle, "pickle")])
def test_what_cannot_be_written_is_named(serializer: Any, name: str) -> None:
    with pytest.raises(SerializationError, match=rf"{name} cannot write session\['b'\], a lambda"):
        Codec(serializer).encode(ID, {"a": 1, "b": type("lambda", (), {"__reduce__": 0})()}, LATER)


def test_data_that_cannot_be_written_only_together(codec: Codec) -> None:
    class Moody:
        calls = 0

        def dumps(self, data: Any) -> str:
            self.calls += 1
            if self.calls == 1:
                raise ValueError("not now")
            return ""

        def loads(self, text: Any) -> Any: ...

    with pytest.raises(SerializationError, match="Moody cannot write the session: not now"):
        Codec(Moody()).encode(ID, {"a": 1}, LATER)


@pytest.mark.parametrize("stored", [b"", b".", b"rubbish", b"\x80", b"2030-01-01T00:00:00\n"])
def test_damaged_bytes_are_unreadable(codec: Codec, stored: bytes) -> None:
    with pytest.raises(UnreadableError):
        codec.decode(ID, stored)


@pytest.mark.parametrize("content", [5, (1,), (1, LATER), ({}, 1), {"a": 1}])
def test_a_pickle_of_something_else_is_unreadable(content: Any) -> None:
    with pytest.raises(UnreadableError):
        Codec().decode(ID, pickle.dumps(content))


def test_what_is_not_a_dict_in_json_is_unreadable() -> None:
    with pytest.raises(UnreadableError, match="no pair"):
        Codec(json).decode(ID, b"2030-01-01T00:00:00\n[]")


@given(position=st.integers(0, 200), bit=st.integers(0, 7))
@settings(max_examples=50, deadline=None)
def test_no_bit_of_signed_bytes_can_be_changed(position: int, bit: int) -> None:
    codec = CODECS["signed json"]
    stored = bytearray(codec.encode(ID, {"a": 1}, LATER))
    stored[position % len(stored)] ^= 1 << bit
    try:
        decoded = codec.decode(ID, bytes(stored))
    except UnreadableError:
        return
    # The last character of a signature in base64 has bits that say nothing.
    assert decoded == ({"a": 1}, LATER)


def test_an_unsigned_pickle_is_not_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = Codec().encode(ID, {"a": 1}, LATER)
    monkeypatch.setattr(pickle, "loads", pytest.fail)
    for foreign in (stored, b"x." + stored, Codec(secret="other").encode(ID, {"a": 1}, LATER)):
        with pytest.raises(UnreadableError, match="not signed with a key of ours"):
            Codec(secret="key").decode(ID, foreign)


def test_a_signature_is_good_for_one_session() -> None:
    codec = Codec(secret="key")
    with pytest.raises(UnreadableError):
        codec.decode("another", codec.encode(ID, {"a": 1}, LATER))


def test_keys_are_rotated() -> None:
    old = Codec(secret="old").encode(ID, {"a": 1}, LATER)
    both = Codec(secret=["old", "new"])
    assert both.decode(ID, old)[0] == {"a": 1}
    new = both.encode(ID, {"a": 2}, LATER)
    assert Codec(secret="new").decode(ID, new)[0] == {"a": 2}
    with pytest.raises(UnreadableError):
        Codec(secret="new").decode(ID, old)


@pytest.mark.parametrize("secret", ["", b"", [], ["key", ""]])
def test_an_empty_key_is_an_error(secret: Any) -> None:
    with pytest.raises(ValueError, match="none may be empty"):
        Codec(secret=secret)


def test_a_library_that_is_missing_is_named() -> None:
    with pytest.raises(ImportError, match=r"tea needs no_such_module.*cherrypy-sessions\[pot\]"):
        load("no_such_module.inner", "pot", "tea")
