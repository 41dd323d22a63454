"""Publishing and subscribing."""

import io
import threading
from typing import Any

import pytest

from cherrypy_bus import Bus, ChannelFailures, Channels


def raiser(error: Any) -> Any:
    def listener(*args: Any) -> None:
        raise error

    return listener


class Early:
    def __init__(self, priority: float) -> None:
        self.priority = priority

    def __call__(self) -> str:
        return "early"


@pytest.fixture
def channels() -> Any:
    return Channels()


@pytest.fixture
def lines(channels: Channels) -> Any:
    lines = []
    channels.subscribe("log", lambda msg, level: lines.append((msg, level)))
    return lines


def test_a_notifier_publishes_to_those_who_listen_by_then(channels: Channels, lines: Any) -> None:
    notify = channels.notifier("moved")
    notify()
    heard = []
    channels.subscribe("moved", lambda: heard.append("moved"))
    notify()
    channels.subscribe("moved", raiser(ValueError("x")))
    with pytest.raises(ChannelFailures, match="x"):
        notify()
    assert heard == ["moved", "moved"]
    assert len(lines) == 1


def test_a_channel_without_listeners_has_no_effect(channels: Channels) -> None:
    assert channels.publish("nowhere", 1, b=2) == []


def test_publish_returns_what_the_listeners_return(channels: Channels) -> None:
    channels.subscribe("sum", lambda a, b: a + b)
    channels.subscribe("sum", lambda a, b: a * b)
    assert channels.publish("sum", 2, 3) == [5, 6]


def test_keywords_are_part_of_the_message(channels: Channels) -> None:
    channels.subscribe("sum", lambda a, b: a + b)
    assert channels.publish("sum", 2, b=3) == [5]


@pytest.mark.parametrize(
    ("priorities", "order"),
    [
        ([None, None, None], [0, 1, 2]),
        ([90, 10, None], [1, 2, 0]),
        ([50, 49.5, 50.5], [1, 0, 2]),
        ([0, -1, 100], [1, 0, 2]),
    ],
)
def test_lower_priorities_are_called_first_and_equals_in_order(
    channels: Channels, priorities: Any, order: Any
) -> None:
    for number, priority in enumerate(priorities):
        channels.subscribe("x", lambda number=number: number, priority)
    assert channels.publish("x") == order


def test_the_default_priority_is_the_listeners_own(channels: Channels) -> None:
    early = Early(20)
    channels.subscribe("x", lambda: "normal")
    channels.subscribe("x", early)
    assert channels.publish("x") == ["early", "normal"]


def test_an_explicit_priority_wins_over_the_listeners_own(channels: Channels) -> None:
    early = Early(20)
    channels.subscribe("x", lambda: "normal")
    channels.subscribe("x", early, 60)
    assert channels.publish("x") == ["normal", "early"]


def test_subscribing_again_changes_the_priority_and_adds_nothing(channels: Channels) -> None:
    def listener() -> Any:
        return "late"

    channels.subscribe("x", listener)
    channels.subscribe("x", lambda: "early")
    channels.subscribe("x", listener, priority=80)
    assert channels.publish("x") == ["early", "late"]


def test_subscribe_without_a_callback_is_a_decorator(channels: Channels) -> None:
    @channels.subscribe("x", priority=60)
    def listener() -> Any:
        return "decorated"

    assert listener() == "decorated"
    channels.subscribe("x", lambda: "before")
    assert channels.publish("x") == ["before", "decorated"]


def test_an_unsubscribed_listener_is_not_called(channels: Channels) -> None:
    def listener() -> Any:
        return 1

    channels.subscribe("x", listener)
    channels.unsubscribe("x", listener)
    assert channels.publish("x") == []


def test_unsubscribing_what_never_subscribed_does_nothing(channels: Channels) -> None:
    channels.unsubscribe("x", print)
    channels.unsubscribe("log", print)
    assert channels.listeners["log"] == frozenset()


def test_a_listener_with_priority_zero_can_be_unsubscribed(channels: Channels) -> None:
    channels.subscribe("x", print, 0)
    channels.unsubscribe("x", print)
    assert channels.listeners["x"] == frozenset()


def test_a_message_on_its_way_keeps_its_listeners(channels: Channels) -> None:
    def subscribe_another() -> Any:
        channels.subscribe("x", lambda: "new")
        return "old"

    channels.subscribe("x", subscribe_another)
    assert channels.publish("x") == ["old"]
    assert channels.publish("x") == ["old", "new"]


def test_all_listeners_are_called_although_some_fail(
    channels: Channels, lines: list[tuple[str, int]]
) -> None:
    called = []
    channels.subscribe("x", raiser(ValueError("one")), 10)
    channels.subscribe("x", lambda: called.append("between"), 20)
    channels.subscribe("x", raiser(OSError("two")), 30)
    channels.subscribe("x", lambda: called.append("after"), 40)
    with pytest.raises(ChannelFailures):
        channels.publish("x")
    assert called == ["between", "after"]


def test_the_failure_names_every_listener_and_error(
    channels: Channels, lines: list[tuple[str, int]]
) -> None:
    first, second = raiser(ValueError("one")), raiser(OSError("two"))
    channels.subscribe("x", first)
    channels.subscribe("x", second)
    with pytest.raises(ChannelFailures) as caught:
        channels.publish("x", 1)
    failures = caught.value
    assert [repr(error) for error in failures.get_instances()] == [
        "ValueError('one')",
        "OSError('two')",
    ]
    assert failures.failures == tuple(zip((first, second), failures.get_instances(), strict=True))
    assert failures.channel == "x"
    assert failures.__cause__ is failures.get_instances()[0]
    name = f"{__name__}.raiser.<locals>.listener"
    assert str(failures) == f"ValueError('one') in {name}\nOSError('two') in {name}"


def test_each_failure_is_logged_with_its_traceback(
    channels: Channels, lines: list[tuple[str, int]]
) -> None:
    listener = raiser(ValueError("one"))
    channels.subscribe("x", listener)
    with pytest.raises(ChannelFailures):
        channels.publish("x")
    [(message, level)] = lines
    assert message.startswith(f"Error in 'x' listener {listener!r}\nTraceback (most recent call")
    assert message.endswith("ValueError: one\n")
    assert level == 40


def test_a_failure_with_keywords_reaches_the_others_with_them(
    channels: Channels, lines: list[tuple[str, int]]
) -> None:
    seen = []
    channels.subscribe("x", lambda **message: 1 / 0)
    channels.subscribe("x", lambda **message: seen.append(message))
    with pytest.raises(ChannelFailures):
        channels.publish("x", a=1)
    assert seen == [{"a": 1}]


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()])
def test_system_exit_and_interrupts_stop_at_once(channels: Channels, error: Any) -> None:
    called = []
    channels.subscribe("x", raiser(error))
    channels.subscribe("x", lambda: called.append(1))
    with pytest.raises(type(error)) as caught:
        channels.publish("x")
    assert caught.value is error
    assert called == []


@pytest.mark.parametrize(("code", "status"), [(0, 1), (None, 1), (3, 3), ("text", "text")])
def test_an_exit_does_not_hide_that_others_failed_before(
    channels: Channels, lines: list[tuple[str, int]], code: Any, status: Any
) -> None:
    channels.subscribe("x", raiser(ValueError()))
    channels.subscribe("x", raiser(SystemExit(code)))
    with pytest.raises(SystemExit) as caught:
        channels.publish("x")
    assert caught.value.code == status


def test_log_publishes_the_message_and_its_level(
    channels: Channels, lines: list[tuple[str, int]]
) -> None:
    channels.log("hello")
    channels.log("careful", level=30)
    channels.log()
    assert lines == [("hello", 20), ("careful", 30), ("", 20)]


def test_log_appends_the_traceback(channels: Channels, lines: list[tuple[str, int]]) -> None:
    try:
        int("why")
    except ValueError:
        channels.log("broken", 40, traceback=True)
    [(message, _)] = lines
    assert message.startswith("broken\nTraceback")
    assert message.endswith("'why'\n")


def test_a_log_that_fails_does_not_stop_the_caller(
    channels: Channels, lines: list[tuple[str, int]], monkeypatch: Any, capfd: Any
) -> None:
    import sys

    monkeypatch.setattr(sys, "__stderr__", sys.stderr)
    channels.subscribe("log", raiser(OSError("disk full")))
    channels.log("hello")
    assert lines == [("hello", 20)]
    assert capfd.readouterr().err.startswith("hello\nThe log failed: OSError('disk full') in ")


def test_a_log_that_fails_without_any_standard_error_is_silent(
    channels: Channels, monkeypatch: Any
) -> None:
    channels.subscribe("log", raiser(OSError("disk full")))
    monkeypatch.setattr("sys.__stderr__", None)
    channels.log("hello")


def test_a_log_that_fails_with_a_closed_standard_error_is_silent(
    channels: Channels, monkeypatch: Any, tmp_path: Any
) -> None:
    with (tmp_path / "closed").open("w") as stream:
        pass
    channels.subscribe("log", raiser(OSError("disk full")))
    monkeypatch.setattr("sys.__stderr__", stream)
    channels.log("hello")


def test_a_log_that_interrupts_its_own_writing_is_silent(
    channels: Channels, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Writing(io.StringIO):
        def write(self, text: str) -> int:
            raise RuntimeError(f"reentrant call, for {text!r}")

    stream = Writing()
    monkeypatch.setattr("sys.__stderr__", stream)
    channels.subscribe("log", lambda msg, _level: print(msg, file=stream))
    channels.log("Caught signal SIGTERM.")


def test_setting_the_listeners_of_a_channel_replaces_them(channels: Channels) -> None:
    early = Early(10)
    channels.subscribe("x", print)
    channels.listeners["x"] = [lambda: "normal", early]
    assert channels.publish("x") == ["early", "normal"]


def test_listeners_are_a_mapping_of_channels(channels: Channels) -> None:
    channels.subscribe("x", print)
    assert channels.listeners["x"] == {print}
    assert sorted(channels.listeners) == ["log", "x"]
    assert len(channels.listeners) == 2
    assert repr(channels.listeners) == "Listeners({'log': (), 'x': (<built-in function print>,)})"
    del channels.listeners["x"]
    assert "x" not in channels.listeners
    assert channels.publish("x") == []


def test_setdefault_declares_a_channel_and_keeps_its_listeners(channels: Channels) -> None:
    channels.subscribe("x", print)
    channels.listeners.setdefault("x", frozenset())
    channels.listeners.setdefault("y", frozenset())
    assert channels.listeners["x"] == {print}
    assert channels.listeners["y"] == frozenset()


def test_a_bus_knows_its_channels_from_the_start() -> None:
    assert sorted(Bus().listeners) == ["exit", "graceful", "log", "main", "start", "stop"]


def test_buses_do_not_hear_each_other() -> None:
    one, other = Bus(), Bus()
    one.subscribe("x", lambda: "one")
    assert other.publish("x") == []


def test_threads_may_subscribe_while_others_publish(channels: Channels) -> None:
    barrier = threading.Barrier(4)

    def subscribe(number: Any) -> None:
        barrier.wait(5)
        for step in range(50):
            channels.subscribe("x", lambda number=number, step=step: (number, step))

    def publish() -> None:
        barrier.wait(5)
        for _ in range(200):
            channels.publish("x")

    threads = [threading.Thread(target=subscribe, args=(number,)) for number in range(3)]
    threads.append(threading.Thread(target=publish))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(channels.publish("x")) == 150


def test_failures_without_listeners_read_as_their_errors() -> None:
    failures = ChannelFailures()
    assert not failures
    failures.handle_exception()
    assert not failures
    for text in "ab":
        try:
            int(text)
        except ValueError:
            failures.handle_exception()
    assert failures
    assert str(failures) == "\n".join(repr(error) for error in failures.get_instances())


def test_a_listener_without_a_name_is_named_by_its_repr(
    channels: Channels, lines: list[tuple[str, int]]
) -> None:
    class Strange:
        def __call__(self) -> None:
            raise ValueError("odd")

        def __repr__(self) -> Any:
            return "<strange>"

    channels.subscribe("x", Strange())
    with pytest.raises(ChannelFailures, match=r"ValueError\('odd'\) in <strange>"):
        channels.publish("x")
