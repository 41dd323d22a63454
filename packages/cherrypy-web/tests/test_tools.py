"""Tools: turned on by config or decoration, run by point and priority, with their options."""

from __future__ import annotations

from typing import Any

import pytest

from cherrypy_dispatch import expose
from cherrypy_httputil import HTTPError
from cherrypy_serving import serving
from cherrypy_web import ErrorTool, HandlerTool, HandlerWrapperTool, Tool, Toolbox


class Site:
    def __init__(self, handler: Any) -> None:
        self.index = expose(handler)


@pytest.fixture
def seen(toolbox: Toolbox) -> Any:
    """What the tools `note` and `mark` were called with."""
    calls = []
    toolbox.note = Tool("before_handler", lambda word="note": calls.append(word))
    toolbox.mark = Tool("before_handler", lambda word="mark": calls.append(word))
    return calls


def test_tool_is_off_unless_it_is_turned_on(call: Any, mount: Any, seen: list[Any]) -> None:
    call(mount(Site(lambda: b"")))
    assert seen == []


def test_config_turns_a_tool_on_with_its_options(call: Any, mount: Any, seen: list[Any]) -> None:
    call(mount(Site(lambda: b""), {"/": {"tools.note.on": True, "tools.note.word": "hi"}}))
    assert seen == ["hi"]


def test_deeper_config_turns_it_off_again(call: Any, mount: Any, seen: list[Any]) -> None:
    class Root:
        @expose
        def page(self) -> Any:
            return b""

    call(mount(Root(), {"/": {"tools.note.on": True}, "/page": {"tools.note.on": False}}), "/page")
    assert seen == []


def test_decorator_turns_it_on_for_one_handler(
    call: Any, mount: Any, toolbox: Toolbox, seen: list[Any]
) -> None:
    class Root:
        @expose
        @toolbox.note(word="decorated")
        def page(self) -> Any:
            return b""

        @expose
        def other(self) -> Any:
            return b""

    app = mount(Root())
    call(app, "/other")
    call(app, "/page")
    assert seen == ["decorated"]


def test_options_are_given_by_keyword(toolbox: Toolbox, seen: list[Any]) -> None:
    with pytest.raises(TypeError, match=r"takes its options by keyword, not \('word',\)"):
        toolbox.note("word")


def test_tools_of_one_priority_run_in_the_order_of_the_config(
    call: Any, mount: Any, seen: list[Any]
) -> None:
    call(mount(Site(lambda: b""), {"/": {"tools.mark.on": True, "tools.note.on": True}}))
    assert seen == ["mark", "note"]


def test_priority_comes_before_the_order(call: Any, mount: Any, seen: list[Any]) -> None:
    config = {"tools.mark.on": True, "tools.note.on": True, "tools.note.priority": 10}
    call(mount(Site(lambda: b""), {"/": config}))
    assert seen == ["note", "mark"]


def test_priority_of_the_callable_counts(
    call: Any, mount: Any, toolbox: Toolbox, seen: list[Any]
) -> None:
    def first() -> None:
        seen.append("first")

    first.priority = 5  # type: ignore[attr-defined]  # as documented
    toolbox.first = Tool("before_handler", first)
    call(mount(Site(lambda: b""), {"/": {"tools.note.on": True, "tools.first.on": True}}))
    assert seen == ["first", "note"]


def test_register_makes_a_tool_of_a_function(call: Any, mount: Any, toolbox: Toolbox) -> None:
    calls = []

    @toolbox.register("before_finalize", name="counted", priority=60)
    def count(step: Any = 1) -> None:
        calls.append(step)

    call(mount(Site(lambda: b""), {"/": {"tools.counted.on": True, "tools.counted.step": 2}}))
    assert calls == [2]
    assert toolbox.counted._priority == 60


def test_overridden_setup_is_called_for_each_request(
    call: Any, mount: Any, toolbox: Toolbox, seen: list[Any]
) -> None:
    class Timing(Tool):
        def __init__(self) -> None:
            super().__init__("before_handler", self.begin, priority=95)

        def begin(self) -> None:
            seen.append("start")

        def _setup(self) -> None:
            super()._setup()
            serving.request.hooks.attach("before_finalize", lambda: seen.append("end"))

    toolbox.timing = Timing()
    app = mount(Site(lambda: b""), {"/": {"tools.timing.on": True, "tools.note.on": True}})
    call(app)
    call(app)
    assert seen == ["note", "start", "end"] * 2


def test_handler_tool_that_answers_takes_the_place_of_the_handler(
    call: Any, mount: Any, toolbox: Toolbox
) -> None:
    def answer(body: Any = None) -> Any:
        if body is None:
            return False
        serving.response.body = body
        return True

    toolbox.answer = HandlerTool(answer)
    app = mount(Site(lambda: b"handler"), {"/": {"tools.answer.on": True}})
    assert call(app).body == b"handler"
    app.config["/"]["tools.answer.body"] = b"tool"
    assert call(app).body == b"tool"


def test_handler_tool_is_a_handler_itself(call: Any, mount: Any, toolbox: Toolbox) -> None:
    def answer(word: Any) -> Any:
        serving.response.body = word
        return bool(word)

    toolbox.answer = HandlerTool(answer)

    class Root:
        good = toolbox.answer.handler(word=b"yes")
        bad = toolbox.answer.handler(word=b"")

    app = mount(Root())
    assert call(app, "/good").body == b"yes"
    assert call(app, "/bad").code == 404


def test_handler_wrapper_tool_is_given_the_handler(call: Any, mount: Any, toolbox: Toolbox) -> None:
    def shout(handler: Any, *args: Any, **kwargs: Any) -> Any:
        return handler(*args, **kwargs).upper()

    toolbox.shout = HandlerWrapperTool(shout)
    assert call(mount(Site(lambda: b"hi"), {"/": {"tools.shout.on": True}})).body == b"HI"


def test_error_tool_answers_unexpected_errors(call: Any, mount: Any, toolbox: Toolbox) -> None:
    def excuse(words: Any) -> None:
        serving.response.status = 503
        serving.response.body = words

    toolbox.excuse = ErrorTool(excuse)

    def fail() -> None:
        raise RuntimeError

    config = {"tools.excuse.on": True, "tools.excuse.words": b"later"}
    answer = call(mount(Site(fail), {"/": config}))
    assert (answer.code, answer.body) == (503, b"later")


def test_toolbox_of_its_own_has_its_own_namespace(
    call: Any, mount: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    auth = Toolbox("newauth")

    @auth.register("before_request_body")
    def check_access(default: Any = False) -> None:
        if not getattr(serving.request, "userid", default):
            raise HTTPError(401)

    app = mount(Site(lambda: b"in"), {"/": {"newauth.check_access.on": True}})
    monkeypatch.setitem(app.toolboxes, "newauth", auth)
    assert call(app).code == 401
    app.config["/"]["newauth.check_access.default"] = True
    assert call(app).code == 200


def test_unknown_tool_is_an_error_that_names_it_and_the_others(
    call: Any, mount: Any, seen: list[Any]
) -> None:
    answer = call(mount(Site(lambda: b""), {"/": {"tools.nope.on": True}}))
    assert answer.code == 500
    assert "turns on tools.nope, but there is no such tool" in answer.text
    assert "mark, note" in answer.text


def test_tool_has_no_switch_of_its_own(toolbox: Toolbox, seen: list[Any]) -> None:
    with pytest.raises(AttributeError, match=r"use the config key 'tools.note.on' = True"):
        toolbox.note.on = True
    with pytest.raises(AttributeError, match=r"tools.note.on"):
        toolbox.note.on  # noqa: B018 - reading it is the test


def test_request_knows_the_options_of_its_tools(call: Any, mount: Any, seen: list[Any]) -> None:
    def handler() -> Any:
        return repr(serving.request.toolmaps["tools"]["note"]).encode()

    answer = call(mount(Site(handler), {"/": {"tools.note.on": True, "tools.note.word": "a"}}))
    assert answer.text == "{'on': True, 'word': 'a'}"
