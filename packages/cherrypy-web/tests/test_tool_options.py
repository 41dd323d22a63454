"""Options of tools: mistakes in them are found before a request, and work on them is done once."""

from __future__ import annotations

from typing import Any

import pytest

from cherrypy_dispatch import expose
from cherrypy_serving import prepared
from cherrypy_web import Tool, Toolbox, ToolConfigError, check_tools


class Greeting:
    made = 0

    def __init__(self, word: str, times: int = 1) -> None:
        if times < 1:
            raise ValueError(f"{times} times is less than once")
        Greeting.made += 1
        self._text = (word * times).encode()

    def __call__(self, request: Any, response: Any) -> None:
        request.handler = lambda: self._text


@pytest.fixture
def greet(toolbox: Toolbox) -> Tool[...]:
    """A tool with an option that is needed and one that is checked."""
    toolbox.greet = tool = Tool("before_handler", prepared(Greeting))
    return tool


class Root:
    @expose
    def index(self) -> Any:
        return b""


# Work is done once.


def test_options_are_prepared_once_for_many_requests(call: Any, mount: Any, greet: Any) -> None:
    app = mount(Root(), {"/": {"tools.greet.on": True, "tools.greet.word": "hi", "a.b": 1}})
    before = Greeting.made
    assert [call(app).body for _ in range(3)] == [b"hi"] * 3
    assert Greeting.made == before + 1


def test_options_that_change_are_prepared_again(call: Any, mount: Any, greet: Any) -> None:
    app = mount(Root(), {"/": {"tools.greet.on": True, "tools.greet.word": "hi"}})
    call(app)
    app.config["/"]["tools.greet.times"] = 2
    assert call(app).body == b"hihi"


def test_priority_is_no_option_of_what_is_prepared(call: Any, mount: Any, greet: Any) -> None:
    config = {"tools.greet.on": True, "tools.greet.word": "hi", "tools.greet.priority": 5}
    assert call(mount(Root(), {"/": config})).body == b"hi"


# Decorators.


def test_decorator_takes_no_option_that_the_tool_does_not_have(greet: Any) -> None:
    with pytest.raises(
        TypeError, match="the tool 'greet' has no option 'wort'; it has word, times"
    ):
        greet(wort="hi")


def test_decorator_takes_no_value_that_the_tool_refuses(greet: Any) -> None:
    with pytest.raises(ValueError, match="0 times is less than once"):
        greet(word="hi", times=0)


def test_decorator_may_leave_to_config_what_is_needed(call: Any, mount: Any, greet: Any) -> None:
    class Decorated:
        index = expose(greet(times=2)(lambda self: b""))

    assert call(mount(Decorated(), {"/": {"tools.greet.word": "hi"}})).body == b"hihi"


def test_function_that_does_not_tell_its_arguments_is_not_checked(toolbox: Toolbox) -> None:
    toolbox.unclear = Tool("before_handler", max)  # type: ignore[arg-type]  # options, to a type checker
    toolbox.unclear(anything=5)


def test_function_that_takes_any_argument_takes_any_option(toolbox: Toolbox) -> None:
    toolbox.free = Tool("before_handler", lambda **options: options)
    toolbox.free(anything=5)


def test_tool_with_a_setup_of_its_own_knows_its_options_itself(toolbox: Toolbox) -> None:
    class Own(Tool):
        def _setup(self) -> None: ...

    def nothing() -> None: ...

    toolbox.own = Own("before_handler", nothing)
    toolbox.own(anything=5)


# Applications, before they serve.


def faults(*apps: Any) -> tuple[str, ...]:
    with pytest.raises(ToolConfigError) as raised:
        check_tools(apps)
    assert str(raised.value) == "; ".join(raised.value.faults)
    return raised.value.faults


def greeting(**options: Any) -> dict[str, Any]:
    return {"tools.greet.on": True} | {f"tools.greet.{key}": v for key, v in options.items()}


def test_fault_is_told_with_its_place(mount: Any, greet: Any) -> None:
    app = mount(Root(), {"/a": greeting(word="hi", times=0)}, "/shop")
    told = f"tools.greet: 0 times is less than once, in the section [/a] of {app!r}"
    assert faults(app) == (told,)


def test_fault_is_told_once_where_it_begins(mount: Any, greet: Any) -> None:
    app = mount(Root(), {"/a": greeting(word="x", times=0), "/a/b": {}, "/a/b/c": greeting()})
    assert len(faults(app)) == 1
    assert "section [/a]" in faults(app)[0]


def test_key_without_an_option_is_a_fault(mount: Any, greet: Any) -> None:
    app = mount(Root(), {"/": {"tools.greet": True}})
    with pytest.raises(ToolConfigError, match=r"write tools\.greet\.on = True"):
        check_tools([app])


def test_every_fault_is_told(mount: Any, greet: Any) -> None:
    first = mount(Root(), {"/": greeting(word="x", times=0), "/a": {"tools.nope.on": True}})
    second = mount(Root(), {"/": greeting(wort="x")})
    told = faults(first, second)
    assert ["0 times" in told[0], "no such tool" in told[1], "'wort'" in told[2]] == [True] * 3


def test_config_of_the_site_and_of_the_root_counts(
    mount: Any, greet: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Published(Root):
        _cp_config = {"tools.greet.word": "hi"}  # noqa: RUF012 - documented

    app = mount(Published())
    check_tools([app])
    monkeypatch.setattr(type(app), "site_config", greeting(times=0))
    assert faults(app)[0].startswith("tools.greet: 0 times")


@pytest.mark.parametrize(
    "config",
    [
        {"/": {"tools.greet.on": True}},
        {"/": {"tools.greet.on": False, "tools.greet.word": "hi", "tools.greet.times": 0}},
        {"/": greeting(word="hi"), "/a": {"tools.greet.times": 3}, "/ab": {}},
        {"/a/": greeting(word="hi")},
        {"/": greeting(word="hi", priority=5)},
        {"database": {"tools.greet.on": True, "tools.greet.wort": 1}, "/": {"tools": 1}},
    ],
)
def test_config_that_may_work_is_no_fault(mount: Any, greet: Any, config: Any) -> None:
    check_tools([mount(Root(), config)])


def test_toolbox_that_sets_tools_up_its_own_way_is_left_alone(
    mount: Any, greet: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Own(Toolbox):
        def __exit__(self, *args: object) -> None: ...

    app = mount(Root(), {"/": {"own.nope.on": True}})
    monkeypatch.setitem(app.toolboxes, "own", Own("own"))
    check_tools([app])
