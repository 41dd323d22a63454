"""Threads that repeat a function, and the monitor around them."""

import threading
import time

import pytest

from cherrypy_bus import BackgroundTask, Bus, Monitor, PerpetualTimer

TASKS = [BackgroundTask, PerpetualTimer]


class Counter:
    def __init__(self, wanted: int = 3) -> None:
        self.wanted = wanted
        self.calls: list[tuple[object, ...]] = []
        self.reached = threading.Event()

    def __call__(self, *args: object, **kwargs: object) -> None:
        self.calls.append((*args, *kwargs.items()))
        if len(self.calls) >= self.wanted:
            self.reached.set()


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def lines(bus: Bus) -> list[str]:
    lines: list[str] = []
    bus.subscribe("log", lambda msg, level: lines.append(msg.splitlines()[0]))
    return lines


@pytest.mark.parametrize("task_class", TASKS)
def test_a_task_repeats_until_it_is_cancelled(
    task_class: type[BackgroundTask | PerpetualTimer],
) -> None:
    counter = Counter()
    task = task_class(0.001, counter, [1], {"b": 2})
    task.start()
    assert counter.reached.wait(5)
    task.cancel()
    task.join(5)
    assert not task.is_alive()
    assert counter.calls[0] == (1, ("b", 2))


@pytest.mark.parametrize("task_class", TASKS)
def test_cancelling_ends_the_wait_at_once(
    task_class: type[BackgroundTask | PerpetualTimer],
) -> None:
    counter = Counter()
    task = task_class(60, counter)
    task.start()
    before = time.monotonic()
    task.cancel()
    task.join(5)
    assert time.monotonic() - before < 5
    assert not task.is_alive()
    assert counter.calls == []


def test_a_background_task_does_not_keep_the_process_alive_but_a_timer_does() -> None:
    assert BackgroundTask(1, print).daemon
    assert not PerpetualTimer(1, print).daemon


@pytest.mark.parametrize("task_class", TASKS)
def test_with_a_bus_a_failure_is_logged_and_the_task_goes_on(
    bus: Bus, lines: list[str], task_class: type[BackgroundTask | PerpetualTimer]
) -> None:
    counter = Counter()

    def fail() -> None:
        counter()
        raise ValueError("broken")

    task = task_class(0.001, fail, bus=bus)
    task.start()
    assert counter.reached.wait(5)
    task.cancel()
    task.join(5)
    kind = "background task" if task_class is BackgroundTask else "perpetual timer"
    assert lines[0] == f"Error in {kind} thread function {fail!r}."
    assert len(lines) == len(counter.calls)


@pytest.mark.parametrize("task_class", TASKS)
def test_without_a_bus_a_failure_ends_the_thread(
    task_class: type[BackgroundTask | PerpetualTimer], monkeypatch: pytest.MonkeyPatch
) -> None:
    errors: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: errors.append(args.exc_type))
    task = task_class(0.001, lambda: 1 / 0)
    task.start()
    task.join(5)
    assert errors == [ZeroDivisionError]


def test_a_monitor_calls_while_the_bus_is_started(bus: Bus, lines: list[str]) -> None:
    counter = Counter()
    monitor = Monitor(bus, counter, frequency=0.001, name="Poll")
    monitor.subscribe()
    bus.start()
    assert monitor.thread is not None
    assert monitor.thread.name == "Poll"
    assert monitor.thread.daemon
    assert counter.reached.wait(5)
    bus.stop()
    count = len(counter.calls)
    assert not any(thread.name == "Poll" for thread in threading.enumerate())
    bus.exit()
    assert len(counter.calls) == count
    assert lines[1:4] == ["Started monitor thread 'Poll'.", "Bus STARTED", "Bus STOPPING"]
    assert lines[4] == "Stopped thread 'Poll'."
    assert "No thread running for Poll." in lines


def test_a_monitor_is_named_after_its_class_and_keeps_what_it_was_given(bus: Bus) -> None:
    class Poll(Monitor):
        pass

    monitor = Poll(bus, print)
    assert (monitor.name, monitor.callback, monitor.frequency) == ("Poll", print, 60)
    assert monitor.thread is None
    assert Monitor(bus, print, 5).name == "Monitor"


def test_starting_a_monitor_twice_makes_one_thread(bus: Bus, lines: list[str]) -> None:
    monitor = Monitor(bus, print, 60)
    monitor.start()
    thread = monitor.thread
    monitor.start()
    assert monitor.thread is thread
    assert lines[-1] == "Monitor thread 'Monitor' already started."
    monitor.stop()


@pytest.mark.parametrize("frequency", [0, -1])
def test_a_monitor_without_a_frequency_does_not_run(bus: Bus, frequency: float) -> None:
    monitor = Monitor(bus, print, frequency)
    monitor.start()
    assert monitor.thread is None


def test_graceful_takes_a_new_frequency_into_account(bus: Bus, lines: list[str]) -> None:
    monitor = Monitor(bus, print, 60)
    monitor.start()
    monitor.frequency = 50
    monitor.graceful()
    assert monitor.thread is not None
    assert monitor.thread.interval == 50
    monitor.stop()
    assert lines == [
        "Started monitor thread 'Monitor'.",
        "Stopped thread 'Monitor'.",
        "Started monitor thread 'Monitor'.",
        "Stopped thread 'Monitor'.",
    ]


def test_a_callback_may_stop_its_own_monitor(bus: Bus, lines: list[str]) -> None:
    stopped = threading.Event()

    def stop() -> None:
        monitor.stop()
        stopped.set()

    monitor = Monitor(bus, stop, 0.001)
    monitor.start()
    assert stopped.wait(5)
    assert lines[-1] == "Stopped thread 'Monitor'."


def test_a_call_that_does_not_return_is_named_and_left(bus: Bus, lines: list[str]) -> None:
    called, end = threading.Event(), threading.Event()

    def hang() -> None:
        called.set()
        end.wait(5)

    monitor = Monitor(bus, hang, 0.001, name="Hanging")
    monitor.join_timeout = 0.01
    monitor.start()
    thread = monitor.thread
    assert thread is not None
    assert called.wait(5)
    monitor.stop()
    end.set()
    thread.join(5)
    assert lines[-1] == "Thread 'Hanging' still runs 0.01 s after its stop."


def test_a_thread_that_has_ended_by_itself_can_be_stopped(
    bus: Bus, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda args: None)

    def leave() -> None:
        raise SystemExit

    monitor = Monitor(bus, leave, 0.001)
    monitor.start()
    assert monitor.thread is not None
    monitor.thread.join(5)
    monitor.stop()
    assert lines[-1] == "Stopped thread 'Monitor'."


def test_the_monitor_starts_after_the_daemonizer_and_before_servers(bus: Bus) -> None:
    monitor = Monitor(bus, print)
    seen: list[bool] = []
    monitor.subscribe()
    bus.subscribe("start", lambda: seen.append(monitor.thread is not None), 65)
    bus.subscribe("start", lambda: seen.append(monitor.thread is not None), 75)
    bus.start()
    bus.exit()
    assert seen == [False, True]
