"""NamespaceSet: which handler gets what, and in which order."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from cherrypy_config import NamespaceSet, Progress

Events = list[tuple[Any, ...]]


class Context:
    """A handler that is told of its beginning and end."""

    def __init__(self, events: Events, *, swallow: bool = False) -> None:
        self.events = events
        self.swallow = swallow

    def __call__(self, *args: object) -> None:
        raise AssertionError("a context manager is entered, not called")

    def __enter__(self) -> Any:
        self.events.append(("enter",))
        return self.handle

    def handle(self, key: str, value: object) -> None:
        self.events.append((key, value))
        if value == "bad":
            raise ValueError(key)

    def __exit__(self, kind: object, error: object, traceback: object) -> bool:
        self.events.append(("exit", kind))
        return self.swallow


def test_the_first_name_of_a_key_chooses_the_handler() -> None:
    events: Events = []
    NamespaceSet(tools=lambda key, value: events.append((key, value)))({"tools.gzip.on": True})
    assert events == [("gzip.on", True)]


def test_keys_without_a_namespace_or_a_handler_are_passed_over() -> None:
    events: Events = []
    namespaces = NamespaceSet(a=lambda *entry: events.append(entry))
    namespaces({"environment": "x", "a": 1, "b.c": 2})
    assert events == []


def test_handlers_run_in_the_order_of_registration_and_entries_in_that_of_the_config() -> None:
    events: Events = []
    namespaces = NamespaceSet(
        b=lambda key, value: events.append(("b", key)),
        a=lambda key, value: events.append(("a", key)),
    )
    namespaces({"a.2": 0, "b.1": 0, "a.1": 0})
    assert events == [("b", "1"), ("a", "2"), ("a", "1")]


def test_a_context_manager_is_entered_and_left_around_its_entries() -> None:
    events: Events = []
    NamespaceSet(ctx=Context(events))({"ctx.a": 1, "ctx.b": 2})
    assert events == [("enter",), ("a", 1), ("b", 2), ("exit", None)]


def test_a_context_manager_is_entered_without_entries_too() -> None:
    events: Events = []
    NamespaceSet(ctx=Context(events))({})
    assert events == [("enter",), ("exit", None)]


def test_what_a_handler_raises_passes_unchanged_and_through_the_context_manager() -> None:
    events: Events = []
    error = ValueError("mine")

    class Handler(Context):
        def handle(self, key: str, value: object) -> None:
            raise error

    with pytest.raises(ValueError, match="mine") as caught:
        NamespaceSet(ctx=Handler(events))({"ctx.a": 1})
    assert caught.value is error
    assert events == [("enter",), ("exit", ValueError)]


def test_a_context_manager_may_swallow_the_error_and_the_others_go_on() -> None:
    events: Events = []
    namespaces = NamespaceSet(
        ctx=Context(events, swallow=True), other=lambda *entry: events.append(entry)
    )
    namespaces({"ctx.a": "bad", "ctx.b": 2, "other.c": 3})
    assert events == [("enter",), ("a", "bad"), ("exit", ValueError), ("c", 3)]


def test_progress_tells_how_far_it_came() -> None:
    progress = Progress()
    namespaces = NamespaceSet(good=lambda *_: None, ctx=Context([]))
    with pytest.raises(ValueError, match="b"):
        namespaces({"good.x": 1, "ctx.a": 1, "ctx.b": "bad"}, progress)
    assert (progress.current, progress.ran) == ("ctx.b", ["good.x", "ctx.a"])


def test_a_handler_may_register_another_namespace() -> None:
    namespaces = NamespaceSet()

    def register(key: str, value: object) -> None:
        namespaces[key] = lambda *_: None

    namespaces["add"] = register
    namespaces({"add.more": 1})
    assert list(namespaces) == ["add", "more"]


@pytest.mark.parametrize("make_copy", [lambda namespaces: namespaces.copy(), copy.copy])
def test_a_copy_is_independent_and_of_the_same_class(make_copy: Any) -> None:
    class Mine(NamespaceSet):
        pass

    first = Mine(a=lambda *_: None)
    second = make_copy(first)
    second["b"] = lambda *_: None
    assert type(second) is Mine
    assert (list(first), list(second)) == (["a"], ["a", "b"])


def test_repr_names_the_class() -> None:
    assert repr(NamespaceSet(a=print)) == "NamespaceSet({'a': <built-in function print>})"
