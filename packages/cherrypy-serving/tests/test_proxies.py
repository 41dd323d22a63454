import copy
import io
import operator
import pickle
import pydoc
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from rlcompleter import Completer
from typing import Any, cast

import pytest

from cherrypy_serving import UnboundError, late_proxy, proxy, serving


class Message:
    """What is served."""

    stream = False

    def __init__(self) -> None:
        self.path = "/"

    def greet(self, name: str = "you") -> str:
        """Greet somebody."""
        return f"Hello {name}"

    @property
    def broken(self) -> str:
        raise AttributeError("from inside")


message = proxy("message", Message, default=Message)
lone = proxy("lone", Message, hint="turn the tool on")
box: Any = proxy("box", dict)


def bind(name: str, value: object) -> None:
    serving.load("request", "response")
    setattr(serving, name, value)


def test_a_proxy_is_what_is_bound() -> None:
    bound = Message()
    bind("message", bound)
    message.path = "/a"
    assert bound.path == message.path == "/a"
    assert message.greet("me") == "Hello me"
    del message.path
    assert not hasattr(bound, "path")


def test_what_users_hang_on_a_request_is_kept() -> None:
    bind("message", Message())
    cast("Any", message).user = "me"
    assert serving.message.user == "me"


def test_outside_of_a_request_it_is_the_default() -> None:
    assert message.stream is False
    assert message.greet() == "Hello you"
    assert serving.message is serving.message


def test_nothing_set_outside_of_a_request_is_seen_by_one() -> None:
    message.path = "/outside"
    assert message.path == "/outside"
    bind("message", Message())
    assert message.path == "/"
    serving.clear()
    assert message.path == "/outside"
    message.path = "/"


def test_what_a_default_does_not_have_is_explained() -> None:
    with pytest.raises(UnboundError, match=r"'message\.user' is not available here: use it while"):
        _ = cast("Any", message).user
    assert not hasattr(message, "user")


def test_what_a_bound_object_does_not_have_is_its_own_error() -> None:
    bind("message", Message())
    with pytest.raises(AttributeError, match="'Message' object has no attribute 'user'") as caught:
        _ = cast("Any", message).user
    assert not isinstance(caught.value, UnboundError)


def test_an_error_from_inside_a_property_comes_through() -> None:
    bind("message", Message())
    with pytest.raises(AttributeError, match="from inside"):
        _ = message.broken


@pytest.mark.parametrize(
    "use",
    [
        lambda: lone.path,
        lambda: setattr(lone, "path", "/"),
        lambda: cast("Any", lone)["a"],
        lambda: len(cast("Any", lone)),
        lambda: bool(lone),
        lambda: cast("Any", lone)(1),
    ],
)
def test_without_a_default_every_use_says_what_to_do(use: Callable[[], object]) -> None:
    with pytest.raises(UnboundError, match="'lone' is not available here: turn the tool on"):
        use()


def test_tools_can_look_at_a_proxy_with_nothing_bound() -> None:
    assert repr(lone) == str(lone) == "<lone: nothing is bound here>"
    assert "greet" in dir(lone)
    assert isinstance(lone, Message)
    assert not hasattr(lone, "path")
    assert getattr(lone, "path", "?") == "?"


def test_a_proxy_passes_for_an_instance() -> None:
    assert isinstance(message, Message)
    assert message.__class__ is Message
    assert message.__doc__ == "What is served."


OPERATIONS: list[Callable[[Any], object]] = [
    bool,
    len,
    str,
    repr,
    dir,
    list,
    dict,
    lambda x: list(reversed(x)),
    lambda x: "a" in x,
    operator.itemgetter("a"),
    lambda x: x == {"a": 1},
    lambda x: x != {"a": 1},
    lambda x: x | {"b": 2},
    lambda x: {"b": 2} | x,
    lambda x: sorted(x.items()),
    format,
    copy.copy,
    copy.deepcopy,
    lambda x: pickle.loads(pickle.dumps(x)),
]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_on_a_proxy_is_one_on_the_object(operation: Callable[[Any], object]) -> None:
    bind("box", {"a": 1})
    assert operation(box) == operation({"a": 1})


def test_items_are_set_and_deleted() -> None:
    bind("box", {"a": 1})
    box["b"] = 2
    del box["a"]
    assert serving.box == {"b": 2}


def test_numbers_compare_hash_and_format() -> None:
    number: Any = proxy("number", int)
    bind("number", 5)
    assert [number < 6, number <= 5, number > 5, number >= 5] == [True, True, False, True]
    assert hash(number) == hash(5)
    assert f"{number:03d}" == "005"


def test_callables_iterators_and_context_managers_work() -> None:
    class Everything:
        entered = False

        def __call__(self, value: int, *, times: int) -> int:
            return value * times

        def __next__(self) -> str:
            return "next"

        def __enter__(self) -> str:
            self.entered = True
            return "entered"

        def __exit__(self, *exc_info: object) -> None:
            self.entered = False

    everything: Any = proxy("everything", Everything)
    bind("everything", Everything())
    assert everything(2, times=3) == 6
    assert next(everything) == "next"
    with everything as entered:
        assert entered == "entered"
        assert everything.entered
    assert not everything.entered


@pytest.mark.parametrize("target", [message, lone])
def test_help_shows_the_class(target: Message) -> None:
    text = pydoc.plain(pydoc.render_doc(target))
    assert "class Message" in text
    assert "Greet somebody." in text
    with redirect_stdout(io.StringIO()) as printed:
        pydoc.Helper(output=printed)(target)
    assert "Greet somebody." in printed.getvalue()


@pytest.mark.parametrize("bound", [True, False])
def test_completion_shows_the_attributes(bound: bool) -> None:
    if bound:
        bind("message", Message())
    completer = Completer({"message": message})
    assert completer.complete("message.gr", 0) == "message.greet("


def test_a_generator_reads_the_request_it_is_run_in() -> None:
    def body() -> Iterator[str]:
        yield message.path

    first = Message()
    first.path = "/first"
    bind("message", first)
    captured, pieces = serving.capture(), body()
    serving.clear()
    with serving.activate(captured):
        assert next(pieces) == "/first"


def test_a_proxy_follows_what_is_bound() -> None:
    for name in "ab":
        bound = Message()
        bound.path = name
        bind("message", bound)
        assert message.path == name


def test_a_late_proxy_asks_for_its_class_when_it_is_looked_at() -> None:
    asked: list[str] = []

    def kind() -> type[Message]:
        asked.append("now")
        return Message

    late = late_proxy("late", kind, hint="turn the tool on")
    with pytest.raises(UnboundError, match="turn the tool on"):
        late.greet()
    assert asked == []
    assert late.__class__ is Message
    assert "greet" in dir(late)
    assert asked == ["now", "now"]
    bind("late", Message())
    assert late.greet("me") == "Hello me"
