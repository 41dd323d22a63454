"""A listener that keeps the bus from stopping is reported by name."""

import threading
from collections.abc import Callable

import pytest

from cherrypy_bus import Bus, ChannelFailures
from cherrypy_bus.watch import Watch, _place


class Stuck:
    """A listener that returns once it was reported so many times."""

    def __init__(self, bus: Bus, reports: int) -> None:
        self.lines: list[tuple[str, int]] = []
        self.reports = reports
        self.reported = threading.Event()
        bus.subscribe("log", self.log)

    def log(self, msg: str, level: int) -> None:
        if "has not returned" in msg:
            self.lines.append((msg, level))
            if len(self.lines) >= self.reports:
                self.reported.set()

    def stop(self) -> None:
        assert self.reported.wait(10)


@pytest.mark.parametrize("channel", ["stop", "exit"])
def test_a_stuck_listener_is_reported_until_it_returns(channel: str) -> None:
    bus = Bus()
    stuck = Stuck(bus, reports=2)
    bus.stuck_after = 0.01
    bus.subscribe(channel, stuck.stop)
    bus.exit()
    first, level = stuck.lines[0]
    assert first.startswith(
        f"{channel!r} listener {__name__}.Stuck.stop has not returned; "
        "the bus has waited 0.01 s and it is at "
    )
    assert level == 30
    assert " waited 0.02 s " in stuck.lines[1][0]


def test_a_stuck_listener_after_a_failed_one_is_reported_too() -> None:
    def fail() -> None:
        raise ValueError("broken")

    bus = Bus()
    stuck = Stuck(bus, reports=1)
    bus.stuck_after = 0.01
    bus.subscribe("stop", fail)
    bus.subscribe("stop", stuck.stop)
    with pytest.raises(ChannelFailures, match="broken"):
        bus.exit()
    assert f"{__name__}.Stuck.stop" in stuck.lines[0][0]


@pytest.mark.parametrize("ask", [Bus.exit, Bus.stop, Bus.restart])
def test_a_start_listener_that_keeps_the_bus_from_stopping_is_reported(
    ask: Callable[[Bus], None],
) -> None:
    bus = Bus()
    stuck = Stuck(bus, reports=1)
    bus.stuck_after = 0.01
    bus.subscribe("start", lambda: ask(bus))
    bus.subscribe("start", stuck.stop)
    bus.start()
    bus.exit()
    assert stuck.lines[0][0].startswith(
        f"'start' listener {__name__}.Stuck.stop has not returned; "
    )


def test_zero_seconds_turn_the_reports_off() -> None:
    bus = Bus()
    bus.stuck_after = 0
    names: list[str] = []
    bus.subscribe("stop", lambda: names.extend(t.name for t in threading.enumerate()))
    bus.exit()
    assert "Watch stop" not in names


def test_starting_has_no_thread_beside_it() -> None:
    bus = Bus()
    names: list[str] = []
    bus.subscribe("start", lambda: names.extend(t.name for t in threading.enumerate()))
    bus.start()
    bus.exit()
    assert not any(name.startswith("Watch") for name in names)


def test_no_thread_is_left_when_the_bus_has_exited() -> None:
    bus = Bus()
    bus.exit()
    assert not any(thread.name.startswith("Watch") for thread in threading.enumerate())


def test_a_process_that_cannot_have_threads_any_more_goes_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't create new thread at interpreter shutdown")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    bus = Bus()
    bus.exit()
    assert bus.state.name == "EXITING"


def test_nothing_is_reported_between_two_listeners() -> None:
    lines: list[str] = []
    watch = Watch("stop", 1, lambda msg, level: lines.append(msg))
    watch._report(1)
    watch._watched = 0  # a thread that has ended
    watch._report(1)
    assert lines == []


def test_a_place_that_nobody_knows_is_said_to_be_so() -> None:
    assert _place(None) == "an unknown place"
