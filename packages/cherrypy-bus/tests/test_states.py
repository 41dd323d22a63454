"""The state machine: what follows what, who carries it out, and what failures do to it."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from cherrypy_bus import Bus, ChannelFailures, State, StateError, states
from cherrypy_bus.states import AT_REST, MOVING, STEPS, Operation, Verdict, verdict

ROUNDS = ["start", "stop", "exit", "graceful"]


@pytest.fixture
def bus() -> Iterator[Bus]:
    bus = Bus()
    yield bus
    for channel in ROUNDS:
        bus.listeners[channel] = ()
    bus.exit()


def state_of(bus: Bus) -> State:
    return bus.state


@pytest.fixture
def seen(bus: Bus) -> list[str]:
    """What happens on the bus: channels with the state at that time, and what is logged."""
    seen: list[str] = []
    for channel in ROUNDS:
        bus.subscribe(channel, lambda channel=channel: seen.append(f"{channel} in {bus.state}"), 1)
    bus.subscribe("log", lambda msg, level: seen.append(msg.splitlines()[0]))
    return seen


def fail() -> None:
    raise ValueError("broken")


START = ["Bus STARTING", "start in states.STARTING", "Bus STARTED"]
STOP = ["Bus STOPPING", "stop in states.STOPPING", "Bus STOPPED"]
RELOAD = ["Bus graceful", "graceful in states.STARTED"]
EXIT = [*STOP, "Bus EXITING", "exit in states.EXITING", "Bus EXITED"]


def test_a_new_bus_is_stopped(bus: Bus) -> None:
    assert state_of(bus) is states.STOPPED
    assert bus.states.STOPPED is State.STOPPED
    assert str(bus.state) == repr(bus.state) == "states.STOPPED"
    assert bus.execv is False


@pytest.mark.parametrize(
    ("calls", "events", "state"),
    [
        (["start"], START, State.STARTED),
        (["stop"], STOP, State.STOPPED),
        (["exit"], EXIT, State.EXITING),
        (["start", "stop"], START + STOP, State.STOPPED),
        (["start", "start"], START + START, State.STARTED),
        (["start", "exit", "exit", "stop"], START + EXIT, State.EXITING),
        (["exit", "start"], EXIT + START, State.STARTED),
        (["graceful"], ["Bus graceful", "graceful in states.STOPPED"], State.STOPPED),
        (
            ["start", "graceful"],
            [*START, "Bus graceful", "graceful in states.STARTED"],
            State.STARTED,
        ),
        (["exit", "graceful"], EXIT, State.EXITING),
    ],
)
def test_each_call_publishes_its_channels_in_their_states(
    bus: Bus, seen: list[str], calls: list[str], events: list[str], state: State
) -> None:
    for call in calls:
        getattr(bus, call)()
    assert seen == events
    assert state_of(bus) is state


def test_a_failing_start_listener_makes_the_bus_exit_and_raises(bus: Bus, seen: list[str]) -> None:
    bus.subscribe("start", fail)
    with pytest.raises(ChannelFailures, match="broken"):
        bus.start()
    assert seen == [
        *START[:2],
        f"Error in 'start' listener {fail!r}",
        "Shutting down due to error in start listener:",
        *EXIT,
    ]
    assert state_of(bus) is State.EXITING


def test_a_failure_while_exiting_does_not_hide_why_the_start_failed(bus: Bus) -> None:
    def fail_too() -> None:
        raise OSError("second")

    bus.subscribe("start", fail)
    bus.subscribe("stop", fail_too)
    with pytest.raises(ChannelFailures, match="broken"):
        bus.start()
    assert state_of(bus) is State.EXITING


@pytest.mark.parametrize("error", [SystemExit(4), KeyboardInterrupt()])
def test_an_exit_or_interrupt_while_starting_makes_the_bus_exit(
    bus: Bus, seen: list[str], error: BaseException
) -> None:
    def leave() -> None:
        raise error

    bus.subscribe("start", leave)
    with pytest.raises(type(error)) as caught:
        bus.start()
    assert caught.value is error
    assert seen == START[:2] + EXIT


def test_a_failing_stop_listener_stops_neither_stopping_nor_exiting(
    bus: Bus, seen: list[str]
) -> None:
    bus.subscribe("stop", fail)
    with pytest.raises(ChannelFailures, match="broken"):
        bus.exit()
    assert [line for line in seen if "Error" not in line] == EXIT
    assert state_of(bus) is State.EXITING


def test_the_first_failure_of_an_exit_is_raised(bus: Bus) -> None:
    def fail_too() -> None:
        raise OSError("second")

    bus.subscribe("stop", fail)
    bus.subscribe("exit", fail_too)
    with pytest.raises(ChannelFailures, match="broken") as caught:
        bus.exit()
    assert len(caught.value.failures) == 1


def test_system_exit_in_a_stop_listener_still_runs_the_exit_listeners(
    bus: Bus, seen: list[str]
) -> None:
    def leave() -> None:
        raise SystemExit(3)

    bus.subscribe("stop", leave)
    with pytest.raises(SystemExit):
        bus.exit()
    assert seen == EXIT


def test_an_interrupt_while_stopping_leaves_a_bus_that_can_exit(bus: Bus) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    bus.subscribe("stop", interrupt)
    with pytest.raises(KeyboardInterrupt):
        bus.stop()
    assert state_of(bus) is State.STOPPING
    bus.unsubscribe("stop", interrupt)
    bus.exit()
    assert state_of(bus) is State.EXITING


@pytest.mark.parametrize(
    ("channel", "call", "events"),
    [
        ("start", "start", START),
        ("start", "graceful", START),
        ("stop", "graceful", START + STOP),
        ("exit", "graceful", START + EXIT),
        ("graceful", "graceful", START + RELOAD),
        ("graceful", "stop", START + RELOAD + STOP),
        ("graceful", "exit", START + RELOAD + EXIT),
        ("start", "stop", START + STOP),
        ("start", "exit", START + EXIT),
        ("stop", "stop", START + STOP),
        ("stop", "exit", START + STOP + EXIT),
        ("exit", "stop", START + EXIT),
        ("exit", "exit", START + EXIT),
    ],
)
def test_what_a_listener_asks_for_is_done_when_its_own_channel_is_through(
    bus: Bus, seen: list[str], channel: str, call: str, events: list[str]
) -> None:
    called: list[State] = []

    def ask() -> None:
        if not called:
            called.append(bus.state)
            getattr(bus, call)()

    bus.subscribe(channel, ask)
    bus.start()
    if channel != "start":
        getattr(bus, channel)()
    assert called
    assert seen == events


def test_exit_asked_for_while_starting_wins_over_stop(bus: Bus, seen: list[str]) -> None:
    for call in (bus.stop, bus.exit, bus.stop):
        bus.subscribe("start", call)
    bus.subscribe("start", bus.exit)
    bus.start()
    assert seen == START + EXIT


@pytest.mark.parametrize("channel", ["stop", "exit"])
def test_starting_on_the_way_down_is_refused_by_name(bus: Bus, channel: str) -> None:
    bus.subscribe(channel, bus.start)
    with pytest.raises(ChannelFailures) as caught:
        bus.exit()
    [error] = caught.value.get_instances()
    assert isinstance(error, StateError)
    assert error.operation is Operation.START
    assert error.state.name in str(error)


def test_an_exit_from_another_thread_while_starting_is_done_by_the_starting_one(bus: Bus) -> None:
    threads: list[threading.Thread] = []

    def exit_elsewhere() -> None:
        thread = threading.Thread(target=bus.exit)
        thread.start()
        thread.join(5)  # would never end if exit() waited for the start
        threads.append(thread)

    ended_in = []
    bus.subscribe("start", exit_elsewhere)
    bus.subscribe("exit", lambda: ended_in.append(threading.current_thread()))
    bus.start()
    assert not threads[0].is_alive()
    assert ended_in == [threading.current_thread()]
    assert state_of(bus) is State.EXITING


def test_failures_of_a_postponed_stop_are_raised_by_the_one_who_did_it(bus: Bus) -> None:
    bus.subscribe("start", bus.stop)
    bus.subscribe("stop", fail)
    with pytest.raises(ChannelFailures, match="broken"):
        bus.start()
    assert state_of(bus) is State.STOPPED


def test_a_failure_that_the_caller_of_stop_has_seen_is_not_raised_by_block(bus: Bus) -> None:
    bus.subscribe("stop", fail)
    with pytest.raises(ChannelFailures):
        bus.stop()
    bus.unsubscribe("stop", fail)
    bus.exit()
    bus.block()


def test_restart_asks_for_a_new_run_and_exits(bus: Bus) -> None:
    bus.start()
    bus.restart()
    assert bus.execv is True
    assert state_of(bus) is State.EXITING


def test_two_buses_have_their_own_states() -> None:
    one, other = Bus(), Bus()
    one.start()
    one.execv = True
    assert other.state is State.STOPPED
    assert other.execv is False
    one.exit()


def test_a_state_may_be_set_from_outside(bus: Bus) -> None:
    bus.state = State.STARTING
    assert state_of(bus) is State.STARTING
    bus.exit()
    assert state_of(bus) is State.EXITING


def test_wait_returns_at_once_in_a_wanted_state(bus: Bus) -> None:
    bus.wait(State.STOPPED, interval=60)
    bus.wait([State.EXITING, State.STOPPED], interval=60)


def test_wait_is_woken_by_the_change_and_not_by_the_interval(bus: Bus) -> None:
    waiting = threading.Thread(target=bus.wait, args=(State.STARTED,), kwargs={"interval": 60})
    waiting.start()
    bus.start()
    waiting.join(5)
    assert not waiting.is_alive()
    bus.exit()


def test_wait_publishes_on_its_channel_meanwhile(bus: Bus) -> None:
    turns: list[int] = []

    def turn() -> None:
        turns.append(1)
        if len(turns) == 3:
            bus.start()

    bus.subscribe("main", turn)
    bus.wait(State.STARTED, interval=0.001, channel="main")
    assert len(turns) == 3
    bus.exit()


@pytest.mark.parametrize("table", [AT_REST, MOVING])
def test_every_row_of_the_tables_knows_every_operation(table: Any) -> None:
    assert all(set(row) == set(Operation) for row in table.values())
    assert set(MOVING) == set(State)


@pytest.mark.parametrize("state", [State.STARTING, State.STOPPING])
def test_a_passing_state_at_rest_allows_everything(state: State) -> None:
    assert {verdict(operation, state, moving=False) for operation in Operation} == {Verdict.RUN}


class Machine(RuleBasedStateMachine):
    """Call a bus, from its listeners too, in any order: it never rests in a passing state."""

    def __init__(self) -> None:
        super().__init__()
        self.bus = Bus()
        self.listener: Callable[[], None] | None = None
        self.trail: list[State] = []
        for channel in ROUNDS:
            self.bus.subscribe(channel, lambda: self.trail.append(self.bus.state), 1)
            self.bus.subscribe(channel, self.act)

    def act(self) -> None:
        listener, self.listener = self.listener, None
        if listener is not None:
            listener()

    @rule(call=st.sampled_from(ROUNDS))
    def call(self, call: str) -> None:
        with contextlib.suppress(ChannelFailures):
            getattr(self.bus, call)()

    @rule(call=st.sampled_from(ROUNDS))
    def let_a_listener_call(self, call: str) -> None:
        self.listener = getattr(self.bus, call)

    @rule()
    def let_a_listener_fail(self) -> None:
        self.listener = fail

    @rule()
    def interrupt(self) -> None:
        def interrupt() -> None:
            raise KeyboardInterrupt

        self.listener = interrupt
        try:
            self.bus.stop()
        except KeyboardInterrupt:
            assert state_of(self.bus) is State.STOPPING
            self.bus.stop()
        self.listener = None

    @invariant()
    def it_rests_where_it_may(self) -> None:
        assert self.bus.state in AT_REST
        assert not self.bus._moving
        assert self.bus._postponed is None

    @invariant()
    def every_exit_followed_a_stop(self) -> None:
        for before, after in zip([None, *self.trail], self.trail, strict=False):
            assert after is not State.EXITING or before is State.STOPPING

    def teardown(self) -> None:
        self.listener = None
        self.bus.exit()
        assert state_of(self.bus) is State.EXITING


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)


def test_every_step_ends_in_a_state_of_rest() -> None:
    states = {step.after for steps in STEPS.values() for step in steps}
    assert states == {*AT_REST, None}
