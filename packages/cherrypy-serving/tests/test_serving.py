import gc
import weakref
from collections.abc import Callable, Iterator
from contextvars import copy_context
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cherrypy_serving import Defaults, Serving, UnboundError, serving


def in_thread(function: Callable[[], object]) -> object:
    """Return what `function` returns in a new thread."""
    results: list[object] = []
    thread = Thread(target=lambda: results.append(function()))
    thread.start()
    thread.join()
    return results[0]


def test_what_is_loaded_is_served() -> None:
    serving.load("request", "response")
    assert (serving.request, serving.response) == ("request", "response")


def test_any_other_attribute_may_be_set_and_deleted() -> None:
    serving.load("request", "response")
    serving.session = "session"
    assert serving.session == "session"
    del serving.session
    assert not hasattr(serving, "session")


def test_the_request_may_be_replaced() -> None:
    serving.load("request", "response")
    serving.request = "other"
    assert (serving.request, serving.response) == ("other", "response")


@pytest.mark.parametrize("end", [serving.clear, lambda: serving.load("other", "response")])
def test_nothing_outlives_its_request(end: Callable[[], None]) -> None:
    serving.load("request", "response")
    serving.session = "session"
    end()
    assert not hasattr(serving, "session")


def test_what_is_set_outside_of_a_request_is_not_in_the_next_one() -> None:
    serving.session = "session"
    assert serving.session == "session"
    serving.load("request", "response")
    assert not hasattr(serving, "session")


def test_what_is_set_outside_of_a_request_stays_in_its_context() -> None:
    serving.session = "session"
    assert in_thread(lambda: hasattr(serving, "session")) is False


def test_what_is_missing_is_named_with_what_to_do() -> None:
    with pytest.raises(UnboundError, match=r"'session' is not available here: use it while"):
        _ = serving.session
    with pytest.raises(UnboundError, match="'session' is not available here"):
        del serving.session


def test_its_attributes_are_listed() -> None:
    serving.session = "session"
    assert {"load", "clear", "request", "session"} <= set(dir(serving))


def test_a_request_is_not_kept_alive_after_clear() -> None:
    class Request:
        pass

    request = Request()
    alive = weakref.ref(request)
    serving.load(request, "response")
    serving.clear()
    del request
    gc.collect()
    assert alive() is None


def test_each_thread_serves_its_own_request() -> None:
    both_loaded = Barrier(2)
    seen: dict[str, object] = {}

    def serve(name: str) -> None:
        serving.load(name, "response")
        both_loaded.wait(timeout=10)
        seen[name] = serving.request

    threads = [Thread(target=serve, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {"a": "a", "b": "b"}


def test_contexts_that_take_turns_in_one_thread_keep_their_requests() -> None:
    def serve(name: str) -> Iterator[object]:
        serving.load(name, "response")
        for number in range(3):
            serving.number = number
            yield number
            assert (serving.request, serving.number) == (name, number)
        serving.clear()

    switched = [(copy_context(), serve(name)) for name in ("a", "b", "c")]
    for _ in range(3):
        for context, steps in switched:
            context.run(next, steps)
    for context, steps in switched:
        assert context.run(next, steps, "done") == "done"
    assert not hasattr(serving, "request")


def test_a_copied_context_shares_the_request() -> None:
    serving.load("request", "response")
    context = copy_context()
    context.run(setattr, serving, "session", "session")
    assert serving.session == "session"
    assert in_thread(lambda: context.run(getattr, serving, "request")) == "request"


def test_a_copied_context_cannot_end_the_request() -> None:
    serving.load("request", "response")
    copy_context().run(serving.clear)
    copy_context().run(serving.load, "other", "response")
    assert serving.request == "request"


def test_a_captured_request_is_there_for_a_body_that_is_sent_later() -> None:
    def body() -> Iterator[object]:
        yield serving.request
        yield serving.request

    serving.load("first", "response")
    captured, pieces = serving.capture(), body()
    serving.load("second", "response")
    with serving.activate(captured):
        assert next(pieces) == "first"
    assert serving.request == "second"
    serving.clear()
    with serving.activate(captured):
        assert next(pieces) == "first"
    assert not hasattr(serving, "request")


def test_load_returns_what_is_bound_and_tells_when_it_no_longer_is() -> None:
    first = serving.load("first", "response")
    assert serving.capture() is first
    second = serving.load("second", "response")
    assert serving.capture() is not first
    with serving.activate(first):
        assert serving.capture() is first
    assert serving.capture() is second


def test_peek_sees_what_is_bound_and_makes_no_default() -> None:
    serving.defaults.declare("request", lambda: pytest.fail("a default was made"))
    try:
        assert serving.peek("request") is None
        serving.load("request", "response")
        serving.session = "session"
        assert [serving.peek(name) for name in ("request", "session", "user")] == [
            "request",
            "session",
            None,
        ]
    finally:
        serving.defaults.declare("request")


def test_a_captured_request_may_be_bound_in_another_thread() -> None:
    serving.load("request", "response")
    captured = serving.capture()

    def send() -> object:
        with serving.activate(captured):
            return serving.request

    assert in_thread(send) == "request"


def test_a_generator_that_binds_a_request_may_be_closed_in_another_context() -> None:
    serving.load("request", "response")
    captured = serving.capture()
    serving.clear()

    def send() -> Iterator[object]:
        with serving.activate(captured):
            yield serving.request

    pieces = send()
    assert copy_context().run(next, pieces) == "request"
    copy_context().run(pieces.close)  # type: ignore[attr-defined]
    assert not hasattr(serving, "request")


def test_activations_nest_and_end_with_an_exception() -> None:
    captures = []
    for name in "ab":
        serving.load(name, "response")
        captures.append(serving.capture())
    serving.clear()
    with serving.activate(captures[0]):
        with pytest.raises(KeyError), serving.activate(captures[1]), serving.activate(captures[0]):
            raise KeyError(serving.request)
        assert serving.request == "a"


def test_two_servings_do_not_see_each_other() -> None:
    other = Serving()
    serving.load("request", "response")
    assert not hasattr(other, "request")


@given(
    st.dictionaries(
        st.sampled_from(["session", "login", "user", "_x", "request"]), st.integers(), min_size=1
    )
)
def test_attributes_are_what_was_set_last(values: dict[str, int]) -> None:
    serving.load(None, None)
    for name, value in values.items():
        setattr(serving, name, value)
    assert {name: getattr(serving, name) for name in values} == values
    serving.clear()
    assert not any(hasattr(serving, name) for name in values)


def test_a_default_is_made_when_it_is_needed_and_once() -> None:
    made: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    defaults = Defaults()
    defaults.declare("request", make)
    assert not made
    assert defaults.get("request") is defaults.get("request") is made[0]
    assert len(made) == 1
    assert defaults.is_default("request", made[0])
    assert not defaults.is_default("request", object())
    assert not defaults.is_default("response", made[0])


def test_a_default_may_be_declared_anew_or_taken_back() -> None:
    defaults = Defaults()
    for value in ("a", "b"):
        defaults.declare("x", lambda value=value: value)  # type: ignore[misc]
        assert defaults.get("x") == value
    defaults.declare("x", hint="ask for it")
    with pytest.raises(UnboundError, match="ask for it"):
        defaults.get("x")


def test_a_default_may_be_made_from_another() -> None:
    defaults = Defaults()
    defaults.declare("a", lambda: [defaults.get("b")])
    defaults.declare("b", lambda: "b")
    assert defaults.get("a") == ["b"]
