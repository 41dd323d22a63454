"""Hooks as objects: what they are by default, and what happens when they are changed."""

from __future__ import annotations

from typing import Any

import pytest

from cherrypy_dispatch import expose
from cherrypy_httputil import HTTPRedirect
from cherrypy_serving import ambient, serving
from cherrypy_web import HOOK_POINTS, Application, Hook, HookMap, Request, Tool
from cherrypy_web.hooks import PlannedHooks


class Site:
    @expose
    def index(self) -> bytes:
        return b""


def test_hook_has_documented_defaults() -> None:
    documented: Any = (Hook.callback, Hook.failsafe, Hook.priority, Hook.kwargs)
    assert documented == (None, False, 50, {})
    hook = Hook(print)
    assert (hook.callback, hook.failsafe, hook.priority, hook.kwargs) == (print, False, 50, {})


def test_hook_asks_its_callback_what_it_was_not_told() -> None:
    def callback() -> None: ...

    callback.failsafe, callback.priority = True, 7  # type: ignore[attr-defined]
    assert (Hook(callback).failsafe, Hook(callback).priority) == (True, 7)
    told = Hook(callback, failsafe=False, priority=80)
    assert (told.failsafe, told.priority) == (False, 80)


def test_subclass_of_hook_has_its_own_defaults() -> None:
    class Late(Hook):
        priority = 90

    assert Late(print).priority == 90
    assert Late(print, priority=1).priority == 1


def test_attributes_may_be_hung_on_a_hook() -> None:
    hook: Any = Hook(print)
    hook.note = "mine"
    assert hook.note == "mine"


def test_points_are_the_documented_ones_in_their_order() -> None:
    assert HOOK_POINTS == (
        "on_start_resource",
        "before_request_body",
        "before_handler",
        "before_finalize",
        "on_end_resource",
        "on_end_request",
        "before_error_response",
        "after_error_response",
    )
    assert list(HookMap(["a", "b"])) == ["a", "b"]


def test_copy_of_a_map_can_be_attached_to_on_its_own() -> None:
    first = HookMap()
    first.attach("before_handler", print, priority=3, sep="")
    twin = first.copy()
    twin.attach("before_handler", print)
    assert type(twin) is HookMap
    assert [len(each["before_handler"]) for each in (first, twin)] == [1, 2]
    assert first["before_handler"][0].kwargs == {"sep": ""}


def test_hook_attached_for_the_point_that_is_running_does_not_run(call: Any) -> None:
    seen: list[str] = []

    def attach() -> None:
        seen.append("first")
        serving.request.hooks.attach("before_handler", lambda: seen.append("second"))

    call(Application(Site(), config={"/": {"hooks.before_handler": attach}}))
    assert seen == ["first"]


def test_hook_of_the_config_can_be_taken_away_by_an_earlier_one(call: Any) -> None:
    seen: list[str] = []

    def take_away() -> None:
        serving.request.hooks["before_handler"].clear()

    config = {
        "hooks.on_start_resource": take_away,
        "hooks.before_handler": lambda: seen.append("taken away"),
    }
    app = Application(Site(), config={"/": config})
    call(app)
    assert seen == []
    del app.config["/"]["hooks.on_start_resource"]
    call(app)
    assert seen == ["taken away"]


def test_points_of_a_request_can_be_run_by_hand(call: Any) -> None:
    seen: list[str] = []

    def run() -> None:
        serving.request.hooks.attach(
            "after_error_response", lambda word="": seen.append(word), word="x"
        )
        serving.request.hooks.run("after_error_response")

    call(Application(Site(), config={"/": {"hooks.before_handler": run}}))
    assert seen == ["x"]


def test_callback_that_is_replaced_is_called_with_the_next_request(
    call: Any, mount: Any, toolbox: Any
) -> None:
    seen: list[str] = []

    @ambient
    def original(_request: Any, _response: Any) -> None:
        seen.append("original")

    toolbox.said = Tool("before_finalize", original)
    app = mount(Site(), {"/": {"tools.said.on": True}})
    call(app)

    def wrap() -> None:
        for hook in serving.request.hooks["before_finalize"]:
            hook.callback = lambda: seen.append("wrapped")

    app.config["/"]["hooks.before_handler"] = wrap
    call(app)
    del app.config["/"]["hooks.before_handler"]
    call(app)
    assert seen == ["original", "wrapped", "original"]


@pytest.mark.parametrize("changed", ["class", "config"])
def test_priority_that_is_changed_counts_with_the_next_request(call: Any, changed: str) -> None:
    class Watched(Request):
        hooks = HookMap()

    seen: list[str] = []
    hooks = {
        name: Hook(lambda word="": seen.append(word), word=name) for name in ("class", "config")
    }
    Watched.hooks["before_handler"].append(hooks["class"])
    app = Application(Site(), config={"/": {"hooks.before_handler": hooks["config"]}})
    app.request_class = Watched
    for priority in (10, 90):
        hooks[changed].priority = priority
        call(app)
    other = "config" if changed == "class" else "class"
    assert seen == [changed, other, other, changed]


def test_planned_hooks_run_as_they_are_written() -> None:
    ran: list[object] = []

    def note(request: Any, response: Any, word: str = "-") -> None:
        ran.append((request, response, word))

    found = ambient(note)
    PlannedHooks([Hook(found)]).run("q", "r")
    PlannedHooks([Hook(found, word="a")]).run("q", "r")
    PlannedHooks([Hook(found), Hook(lambda: ran.append("own"))]).run("q", "r")
    PlannedHooks().run("q", "r")
    assert ran == [("q", "r", "-"), ("q", "r", "a"), ("q", "r", "-"), "own"]


def test_a_single_planned_hook_raises_its_error() -> None:
    def fail(request: Any, response: Any) -> None:
        raise HTTPRedirect("/elsewhere")

    with pytest.raises(HTTPRedirect):
        PlannedHooks([Hook(ambient(fail))]).run("q", "r")
