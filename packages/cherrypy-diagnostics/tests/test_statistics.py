from __future__ import annotations

import logging
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cherrypy_diagnostics import extrapolate_statistics, namespace, repository


def test_the_repository_is_made_once_and_shared(monkeypatch: Any) -> None:
    monkeypatch.delattr(logging, "statistics", raising=False)
    made = repository()
    assert made == {}
    assert repository() is made
    assert vars(logging)["statistics"] is made


def test_the_repository_of_somebody_else_is_used(monkeypatch: Any) -> None:
    theirs = {"Theirs": {"Hits": 1}}
    monkeypatch.setattr(logging, "statistics", theirs, raising=False)
    assert repository() is theirs


def test_a_namespace_is_enabled_when_it_is_made() -> None:
    whole: dict[str, object] = {}
    mine = namespace("My Stuff", whole)
    assert mine == {"Enabled": True}
    assert namespace("My Stuff", whole) is mine


def test_a_namespace_that_is_off_stays_off() -> None:
    whole = {"My Stuff": {"Enabled": False}}
    assert namespace("My Stuff", whole)["Enabled"] is False


def test_a_namespace_of_the_process(monkeypatch: Any) -> None:
    monkeypatch.setattr(logging, "statistics", {}, raising=False)
    assert namespace("My Stuff") is repository()["My Stuff"]


def test_functions_are_called_with_the_dict_they_stand_in() -> None:
    scope = {"Mine": {"Hits": 6, "Seconds": 2, "Hits/Second": lambda s: s["Hits"] / s["Seconds"]}}
    assert extrapolate_statistics(scope) == {"Mine": {"Hits": 6, "Seconds": 2, "Hits/Second": 3}}


def test_functions_may_call_those_beside_and_below_them() -> None:
    # Those of cheroot's servers do.
    worker = {"Hits": lambda _: 6, "Seconds": 2, "Rate": lambda s: s["Hits"](s) / s["Seconds"]}
    scope = {
        "Server": {
            "All Hits": lambda s: sum(w["Hits"](w) for w in s["Workers"].values()),
            "Workers": {"one": worker, "other": worker},
        }
    }
    whole = {"Hits": 6, "Seconds": 2, "Rate": 3}
    assert extrapolate_statistics(scope) == {
        "Server": {"All Hits": 12, "Workers": {"one": whole, "other": whole}}
    }


def test_records_in_collections_are_extrapolated() -> None:
    def double(record: Any) -> Any:
        return record["n"] * 2

    scope = {
        "By name": {"a": {"n": 1, "twice": double}},
        "In order": [{"n": 2, "twice": double}, {"n": 3, "twice": double}],
        "Pair": ({"n": 4, "twice": double}, 5),
    }
    assert extrapolate_statistics(scope) == {
        "By name": {"a": {"n": 1, "twice": 2}},
        "In order": [{"n": 2, "twice": 4}, {"n": 3, "twice": 6}],
        "Pair": [{"n": 4, "twice": 8}, 5],
    }


def test_the_copy_can_be_changed_without_harm() -> None:
    scope = {"Mine": {"Records": [{"n": 1}], "Hits": 1}}
    copy = extrapolate_statistics(scope)
    copy["Mine"]["Records"][0]["n"] = 2
    copy["Mine"]["Hits"] = 2
    assert scope == {"Mine": {"Records": [{"n": 1}], "Hits": 1}}


def test_a_function_may_change_other_entries_of_the_copy_only() -> None:
    def evil(scope: Any) -> Any:
        scope["Other"] = "changed"
        scope["Function"] = "replaced"
        scope["New"] = 1
        return 0

    scope = {"Evil": evil, "Other": "original", "Function": lambda s: "called"}
    copy = extrapolate_statistics(scope)
    assert copy == {"Evil": 0, "Other": "changed", "Function": "replaced", "New": 1}
    assert scope["Other"] == "original"
    assert "New" not in scope


def test_a_function_that_fails_leaves_none_and_a_log_line(caplog: Any) -> None:
    scope = {
        "Mine": {"Hits": 0, "Average": lambda s: 1 / s["Hits"], "Twice": lambda s: s["Hits"] * 2}
    }
    assert extrapolate_statistics(scope) == {"Mine": {"Hits": 0, "Average": None, "Twice": 0}}
    assert "'Average' failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_a_function_that_fails_again_is_silent(caplog: Any) -> None:
    for hits in (1, 2):  # each record may have a function of its own
        extrapolate_statistics({"Failing twice": lambda s, hits=hits: hits / 0})
    extrapolate_statistics({"Failing elsewhere": lambda s: 1 / 0})
    assert caplog.text.count("'Failing twice' failed") == 1
    assert caplog.text.count("'Failing elsewhere' failed") == 1


def test_a_dict_that_holds_itself_is_cut() -> None:
    scope: dict[str, Any] = {"Hits": 1, "Same": (shared := {"n": 1}), "Again": shared}
    scope["Self"], scope["List"] = {"Whole": scope}, [scope]
    assert extrapolate_statistics(scope) == {
        "Hits": 1,
        "Same": {"n": 1},
        "Again": {"n": 1},
        "Self": {"Whole": "..."},
        "List": ["..."],
    }


def test_a_function_that_returns_its_dict_is_cut() -> None:
    def whole(scope: Any) -> Any:
        return [scope]

    assert extrapolate_statistics({"Mine": lambda s: s, "Hits": 1}) == {"Mine": "...", "Hits": 1}
    assert extrapolate_statistics({"Mine": whole}) == {"Mine": ["..."]}


def test_a_class_is_no_function() -> None:
    made: list[Any] = []

    class Made:
        def __init__(self, scope: Any) -> None:
            made.append(scope)

    name = extrapolate_statistics({"Type": int, "Made": [Made]})
    assert name == {"Type": "int", "Made": [Made.__qualname__]}
    assert made == []


def test_a_dict_that_grows_meanwhile_is_no_trouble() -> None:
    scope = {"Mine": {str(n): n for n in range(100)}}
    stop = threading.Event()

    def grow() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            scope["Mine"][f"new {n % 1000}"] = n
            scope["Mine"].pop(f"new {(n + 500) % 1000}", None)

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        for _ in range(300):
            assert extrapolate_statistics(scope)["Mine"]["99"] == 99
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("scope", [{}, {"a": {}}, {"a": []}, {1: None, "x": [[{}]]}])
def test_what_holds_no_function_is_copied(scope: Any) -> None:
    copy = extrapolate_statistics(scope)
    assert copy == scope
    assert copy is not scope


PLAIN = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.text(), PLAIN))
def test_any_plain_data_is_copied_as_it_is(scope: Any) -> None:
    assert extrapolate_statistics(scope) == scope
