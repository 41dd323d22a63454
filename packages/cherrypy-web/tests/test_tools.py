"""Tools: turned on by config or decoration, run by point and priority, with their options."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from cherrypy_dispatch import expose
from cherrypy_httputil import HTTPError
from cherrypy_serving import prepared, serving
from cherrypy_web import ErrorTool, HandlerTool, HandlerWrapperTool, Request, Tool, Toolbox


class Site:
    def __init__(self, handler: Any) -> None:
        self.index = expose(handler)


def nothing() -> None:
    """Do nothing."""


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


def test_handler_tool_is_prepared_once(call: Any, mount: Any, toolbox: Toolbox) -> None:
    made = []

    @prepared
    def answer(body: Any = None) -> Any:
        made.append(body)

        def serve(request: Any, response: Any) -> bool:
            response.body = body
            return request.path_info == "/" and bool(body)

        return serve

    toolbox.answer = HandlerTool(answer)
    config = {"/": {"tools.answer.on": True, "tools.answer.body": b"tool"}}
    app = mount(Site(lambda: b"handler"), config)
    assert [call(app).body, call(app).body] == [b"tool", b"tool"]
    app.config["/"]["tools.answer.body"] = b""
    assert [call(app).body, call(app).body] == [b"handler", b"handler"]
    assert made == [b"tool", b""]


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


# Options.


def test_options_that_are_given_lie_below_those_of_the_config(
    call: Any, mount: Any, toolbox: Toolbox
) -> None:
    def answer(word: str, mark: str = "") -> bool:
        serving.response.body = f"{word}{mark}".encode()
        return True

    toolbox.answer = HandlerTool(answer)

    class Root:
        page = toolbox.answer.handler(word="given")
        other = toolbox.answer.handler("by position")

    app = mount(Root(), {"/page": {"tools.answer.mark": "!"}})
    assert call(app, "/page").text == "given!"
    assert call(app, "/other/with/segments?and=parameters").text == "by position"
    app.config["/page"]["tools.answer.word"] = "configured"
    assert call(app, "/page").text == "configured!"


def test_options_of_a_tool_are_told_without_its_switch(
    call: Any, mount: Any, toolbox: Toolbox
) -> None:
    toolbox.note = Tool("before_finalize", lambda **_: None)
    found = []
    app = mount(
        Site(lambda: found.append(toolbox.note._merged_args({"b": 2, "c": 3}))),
        {"/": {"tools.note.on": True, "tools.note.a": 1, "tools.note.b": 4}},
    )
    call(app)
    assert found == [{"a": 1, "b": 4, "c": 3}]


@pytest.mark.parametrize("failsafe", [True, False, None])
def test_config_says_whether_a_tool_is_failsafe(
    call: Any, mount: Any, toolbox: Toolbox, seen: list[Any], failsafe: bool | None
) -> None:
    def fail() -> None:
        raise HTTPError(403)

    def safe() -> None:
        seen.append("ran")

    safe.failsafe = True  # type: ignore[attr-defined]  # as documented
    toolbox.fail = Tool("before_handler", fail, priority=1)
    toolbox.safe = Tool("before_handler", safe)
    config = {"tools.fail.on": True, "tools.safe.on": True}
    if failsafe is not None:
        config["tools.safe.failsafe"] = failsafe
    assert call(mount(Site(lambda: b""), {"/": config})).code == 403
    assert seen == ([] if failsafe is False else ["ran"])


def test_key_without_an_option_is_an_error_that_says_what_to_write(
    call: Any, mount: Any, seen: list[Any]
) -> None:
    answer = call(mount(Site(lambda: b""), {"/": {"tools.note": True}}))
    assert answer.code == 500
    assert "write tools.note.on = True" in answer.text


@pytest.mark.parametrize("value", [True, 1, "yes"])
def test_any_true_value_turns_a_tool_on(call: Any, mount: Any, seen: list[Any], value: Any) -> None:
    call(mount(Site(lambda: b""), {"/": {"tools.note.on": value}}))
    assert seen == ["note"]


@pytest.mark.parametrize("value", [False, 0, "", None])
def test_any_false_value_turns_it_off(call: Any, mount: Any, seen: list[Any], value: Any) -> None:
    call(mount(Site(lambda: b""), {"/": {"tools.note.on": value}}))
    assert seen == []


def test_option_with_dots_in_its_name_is_given_whole(
    call: Any, mount: Any, toolbox: Toolbox, seen: list[Any]
) -> None:
    toolbox.any = Tool("before_handler", lambda **options: seen.append(options))
    call(mount(Site(lambda: b""), {"/": {"tools.any.on": True, "tools.any.a.b": 1}}))
    assert seen == [{"a.b": 1}]


# What a program hands over as a tool.


def test_callable_of_a_tool_may_be_any(
    call: Any, mount: Any, toolbox: Toolbox, seen: list[Any]
) -> None:
    class Counter:
        def __init__(self, word: str = "class") -> None:
            seen.append(word)

        def __call__(self, word: str = "object") -> None:
            seen.append(word)

        def method(self, word: str = "method") -> None:
            seen.append(word)

    counter = Counter("made")
    toolbox.first = Tool("before_handler", Counter)
    toolbox.second = Tool("before_handler", counter)
    toolbox.third = Tool("before_handler", counter.method)
    names = ("first", "second", "third")
    call(mount(Site(lambda: b""), {"/": {f"tools.{name}.on": True for name in names}}))
    assert seen == ["made", "class", "object", "method"]


def test_tool_can_be_called_directly(call: Any, mount: Any, seen: list[Any], toolbox: Any) -> None:
    call(mount(Site(lambda: toolbox.note.callable(word="direct"))))
    assert seen == ["direct"]


def test_tool_can_be_set_up_by_hand(call: Any, mount: Any, toolbox: Any, seen: list[Any]) -> None:
    toolbox.late = Tool("before_finalize", lambda **options: seen.append(options))
    call(mount(Site(toolbox.late._setup), {"/": {"tools.late.a": 1}}))
    assert seen == [{"a": 1}]


def test_decorated_class_turns_the_tool_on_below_it_and_not_for_its_parent(
    call: Any, mount: Any, toolbox: Toolbox, seen: list[Any]
) -> None:
    class Base:
        @expose
        def index(self) -> bytes:
            return b""

    @toolbox.note(word="decorated")
    class Derived(Base):
        pass

    call(mount(Base()))
    assert seen == []
    call(mount(Derived()))
    assert seen == ["decorated"]


def test_decorators_turn_on_from_the_inner_to_the_outer(
    call: Any, mount: Any, toolbox: Toolbox, seen: list[Any]
) -> None:
    class Root:
        @expose
        @toolbox.note()
        @toolbox.mark()
        def index(self) -> bytes:
            return b""

    call(mount(Root()))
    assert seen == ["mark", "note"]


# Tools that have a say of their own.


def test_options_that_a_tool_merges_itself_are_its_options(
    call: Any, mount: Any, toolbox: Toolbox, seen: list[Any]
) -> None:
    class Merging(Tool):
        def _merged_args(self, d: dict[str, Any] | None = None) -> dict[str, Any]:
            return super()._merged_args(d) | {"path": serving.request.path_info}

    def note_options(**options: Any) -> None:
        seen.append(options)

    toolbox.merging = Merging("before_handler", note_options)
    call(mount(Site(lambda: b""), {"/": {"tools.merging.on": True, "tools.merging.a": 1}}))
    assert seen == [{"a": 1, "path": "/"}]


def test_setup_of_a_single_tool_may_be_replaced(
    call: Any, mount: Any, toolbox: Toolbox, seen: list[Any]
) -> None:
    app = mount(Site(lambda: b""), {"/": {"tools.note.on": True}})
    call(app)
    toolbox.note._setup = lambda: seen.append("own setup")  # type: ignore[method-assign]  # as users do
    call(app)
    assert seen == ["note", "own setup"]


def test_setup_of_all_tools_may_be_replaced(
    call: Any, mount: Any, monkeypatch: pytest.MonkeyPatch, seen: list[Any]
) -> None:
    original = Tool._setup

    def watched(self: Tool) -> None:
        seen.append("setup")
        original(self)

    monkeypatch.setattr(Tool, "_setup", watched)
    call(mount(Site(lambda: b""), {"/": {"tools.note.on": True}}))
    assert seen == ["setup", "note"]


def test_setup_may_depend_on_the_request(
    call: Any, mount: Any, toolbox: Toolbox, seen: list[Any]
) -> None:
    class Posted(Tool):
        def _setup(self) -> None:
            if serving.request.method == "POST":
                super()._setup()

    def note_method() -> None:
        seen.append(serving.request.method)

    toolbox.posted = Posted("before_handler", note_method)
    app = mount(Site(lambda: b""), {"/": {"tools.posted.on": True}})
    call(app)
    call(app, method="POST", extra={"CONTENT_LENGTH": "0"})
    assert seen == ["POST"]


def test_setup_may_change_the_tools_that_come_after_it(
    call: Any, mount: Any, toolbox: Toolbox, seen: list[Any]
) -> None:
    class Ruling(Tool):
        def _setup(self) -> None:
            tools = serving.request.toolmaps["tools"]
            tools["note"]["word"] = "changed"
            tools["mark"]["on"] = False
            tools["new"] = {"on": True}

    toolbox.ruling = Ruling("before_handler", nothing)
    names = ("ruling", "note", "mark")
    call(mount(Site(lambda: b""), {"/": {f"tools.{name}.on": True for name in names}}))
    assert seen == ["changed"]


def test_setup_may_refuse_the_request(call: Any, mount: Any, toolbox: Toolbox) -> None:
    class Refusing(Tool):
        def _setup(self) -> None:
            raise HTTPError(402)

    toolbox.refusing = Refusing("before_handler", nothing)
    assert call(mount(Site(lambda: b""), {"/": {"tools.refusing.on": True}})).code == 402


def test_change_of_the_options_after_the_setup_shows_but_does_nothing(
    call: Any, mount: Any, seen: list[Any]
) -> None:
    def change() -> None:
        serving.request.toolmaps["tools"]["note"]["word"] = "late"

    def handler() -> bytes:
        return repr(serving.request.toolmaps["tools"]["note"]["word"]).encode()

    config = {"tools.note.on": True, "tools.note.word": "set", "hooks.on_start_resource": change}
    assert call(mount(Site(handler), {"/": config})).text == "'late'"
    assert seen == ["set"]


def test_decorator_of_a_tool_may_be_its_own(
    call: Any, mount: Any, toolbox: Toolbox, seen: list[Any]
) -> None:
    class Roles(Tool):
        def __call__(self, *roles: str) -> Any:
            return super().__call__(roles=roles)

    def note_roles(roles: Any) -> None:
        seen.append(roles)

    toolbox.roles = Roles("before_handler", note_roles)

    class Root:
        @expose
        @toolbox.roles("a", "b")
        def index(self) -> bytes:
            return b""

    call(mount(Root()))
    assert seen == [("a", "b")]


# Handlers that are wrapped.


def test_wrappers_lie_around_each_other_in_the_order_of_the_config(
    call: Any, mount: Any, toolbox: Toolbox
) -> None:
    def wrapper(letter: bytes) -> HandlerWrapperTool:
        return HandlerWrapperTool(lambda inner, *a, **k: letter + inner(*a, **k))

    toolbox.a, toolbox.b = wrapper(b"a"), wrapper(b"b")
    config = {"tools.a.on": True, "tools.b.on": True}
    assert call(mount(Site(lambda: b"!"), {"/": config})).body == b"ba!"


def test_wrapper_hangs_where_it_is_told_to(call: Any, mount: Any, toolbox: Toolbox) -> None:
    toolbox.early = HandlerWrapperTool(
        lambda inner: inner() + serving.request.stage.encode(), "on_start_resource", priority=7
    )
    assert (toolbox.early._point, toolbox.early._priority) == ("on_start_resource", 7)
    assert call(mount(Site(lambda: b"in "), {"/": {"tools.early.on": True}})).text == "in handler"


def test_wrapper_may_take_options_of_its_own(call: Any, mount: Any, toolbox: Toolbox) -> None:
    class Repeating(HandlerWrapperTool):
        def callable(self, *_: Any, **options: Any) -> None:
            inner = serving.request.handler
            serving.request.handler = lambda *a, **k: self.newhandler(inner, options, *a, **k)

    toolbox.repeat = Repeating(lambda inner, options: inner() * options["times"])
    config = {"tools.repeat.on": True, "tools.repeat.times": 3}
    assert call(mount(Site(lambda: b"x"), {"/": config})).body == b"xxx"


# Toolboxes.


def test_help_has_the_options_of_a_tool_as_keys_of_config() -> None:
    def callback(word: str, *, times: int = 1, make: Any = str) -> None:
        """Say it."""

    box = Toolbox("mine")
    box.say = Tool("before_handler", callback)
    assert box.say.__doc__ == (
        "Say it.\n\nIn config:\n\n    mine.say.on = True\n    mine.say.word (has to be given)\n"
        "    mine.say.times = 1\n    mine.say.make = str"
    )
    box.dumb = Tool("before_handler", object())  # type: ignore[arg-type]  # no signature
    assert "mine.dumb.on = True" in str(box.dumb.__doc__)


def test_classes_of_tools_keep_their_docstrings() -> None:
    class Said(Tool[...]):
        """A kind of its own."""

    class Silent(Tool[...]):
        pass

    assert Said.__doc__ == "A kind of its own."
    assert Silent.__doc__ is None
    assert str(Tool.__doc__).startswith("A function, and the hook point")


def test_classes_of_tools_have_other_bases_too() -> None:
    class Registered:
        kinds: ClassVar[dict[str, type]] = {}

        def __init_subclass__(cls, kind: str) -> None:
            Registered.kinds[kind] = cls

    class Mine(Tool[...], Registered, kind="mine"):
        """A kind of its own."""

    assert Registered.kinds == {"mine": Mine}
    assert Mine.__doc__ == "A kind of its own."


def test_names_and_places_of_a_tool(toolbox: Toolbox) -> None:
    def callback(a: int = 0) -> None:
        """Say it."""

    tool = Tool("before_handler", callback, priority=33)
    assert (tool._name, tool._point, tool._priority, tool.namespace) == (
        None,
        "before_handler",
        33,
        "tools",
    )
    assert tool.__doc__ == "Say it."
    box = Toolbox("mine")
    box.named = tool
    box.again = tool
    assert (tool._name, tool.namespace) == ("named", "mine")
    assert box.named(a=1)(lambda: None)._cp_config == {  # type: ignore[attr-defined]  # set there
        "mine.named.on": True,
        "mine.named.a": 1,
    }


def test_same_tool_under_two_names_has_the_options_of_each(
    call: Any, mount: Any, toolbox: Toolbox, seen: list[Any]
) -> None:
    toolbox.second = toolbox.note
    call(mount(Site(lambda: b""), {"/": {"tools.second.on": True, "tools.second.word": "second"}}))
    assert seen == ["second"]


def test_toolbox_may_be_registered_as_a_namespace_of_requests(call: Any, mount: Any) -> None:
    seen = []
    box = Toolbox("box")
    box.note = Tool("before_handler", lambda word: seen.append(word))  # noqa: PLW0108 - by keyword

    class Own(Request):
        namespaces = Request.namespaces.copy()

    Own.namespaces["box"] = box
    app = mount(Site(lambda: b""), {"/": {"box.note.on": True, "box.note.word": "x"}})
    app.request_class = Own
    call(app)
    assert seen == ["x"]


def test_toolboxes_of_a_single_application(call: Any, mount: Any, seen: list[Any]) -> None:
    another = Toolbox("tools")
    another.note = Tool("before_handler", lambda word="another": seen.append(word))
    app, other = (mount(Site(lambda: b""), {"/": {"tools.note.on": True}}) for _ in range(2))
    call(app)
    app.toolboxes = {"tools": another}
    call(app)
    call(other)
    assert seen == ["note", "another", "note"]


def test_tool_may_be_hung_on_a_toolbox_by_any_name(toolbox: Toolbox) -> None:
    first = toolbox.register("before_handler", name="other", priority=3)
    assert first(print) is print
    assert (toolbox.other._name, toolbox.other._priority) == ("other", 3)
    with pytest.raises(TypeError):
        toolbox.register("before_handler", nonsense=1)  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        _ = toolbox.missing


def test_misspelt_point_of_a_tool_is_named(call: Any, mount: Any, toolbox: Toolbox) -> None:
    toolbox.mark = Tool("before_handlr", nothing)
    answer = call(mount(Site(lambda: b""), {"/": {"tools.mark.on": True}}))
    assert answer.code == 500
    assert "there is no hook point &#x27;before_handlr&#x27;" in answer.text
