"""Threads are numbered, announced and released."""

import threading

import pytest

from cherrypy_bus import Bus, ChannelFailures, ThreadManager


def managed() -> tuple[Bus, ThreadManager, list[tuple[str, int]]]:
    bus = Bus()
    manager = ThreadManager(bus)
    manager.subscribe()
    seen: list[tuple[str, int]] = []
    for channel in ("start_thread", "stop_thread"):
        bus.subscribe(channel, lambda number, channel=channel: seen.append((channel, number)))
    return bus, manager, seen


def test_the_channels_are_declared() -> None:
    bus, _, _ = managed()
    channels = {"acquire_thread", "start_thread", "stop_thread", "release_thread"}
    assert channels <= set(bus.listeners)


def test_a_new_thread_is_announced_once() -> None:
    bus, manager, seen = managed()
    bus.publish("acquire_thread")
    bus.publish("acquire_thread")
    assert seen == [("start_thread", 1)]
    assert manager.threads == {threading.get_ident(): 1}


def test_a_released_thread_is_announced_once() -> None:
    bus, manager, seen = managed()
    bus.publish("acquire_thread")
    bus.publish("release_thread")
    bus.publish("release_thread")
    assert seen == [("start_thread", 1), ("stop_thread", 1)]
    assert manager.threads == {}


def test_numbers_are_unique_among_living_threads_and_used_again() -> None:
    bus, manager, seen = managed()
    manager.threads = {-1: 1, -2: 3}  # the threads 2 has gone
    bus.publish("acquire_thread")
    assert seen == [("start_thread", 2)]


def test_stopping_and_reloading_release_all_threads() -> None:
    for channel in ("stop", "graceful"):
        bus, manager, seen = managed()
        bus.publish("acquire_thread")
        other = threading.Thread(target=bus.publish, args=("acquire_thread",))
        other.start()
        other.join(5)
        bus.publish(channel)
        stopped = {number for what, number in seen if what == "stop_thread"}
        started = {number for what, number in seen if what == "start_thread"}
        assert stopped == started
        assert manager.threads == {}


def test_all_threads_are_released_although_listeners_fail() -> None:
    bus, manager, seen = managed()
    manager.threads = {-1: 1, -2: 2, -3: 3}

    def refuse(number: int) -> None:
        if number != 2:
            raise ValueError(number)

    bus.subscribe("stop_thread", refuse)
    with pytest.raises(
        ChannelFailures, match=r"^ValueError\(1\) in .*\nValueError\(3\) in "
    ) as caught:
        manager.stop()
    assert seen == [("stop_thread", 1), ("stop_thread", 2), ("stop_thread", 3)]
    assert caught.value.__cause__ is caught.value.get_instances()[0]


def test_the_end_of_the_bus_names_what_failed_for_a_thread() -> None:
    bus, manager, _ = managed()
    manager.threads = {-1: 1}
    bus.subscribe("stop_thread", lambda number: 1 // 0)
    with pytest.raises(ChannelFailures, match=r"ZeroDivisionError.* in .*ThreadManager.stop"):
        bus.exit()
