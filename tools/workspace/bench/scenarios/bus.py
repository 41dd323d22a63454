"""Publish a message on a bus."""

# ruff: noqa: PLC0415 - a peer is imported only in its own environment

import functools
import importlib
from collections.abc import Callable
from typing import Any

CASES = {"bus-0": "no listener", "bus-1": "1 listener", "bus-10": "10 listeners"}

_COUNTS = {"bus-0": 0, "bus-1": 1, "bus-10": 10}


def cherrypy(case: str) -> Callable[[], object]:
    """Publish on the bus of the published release."""
    return _publishing(importlib.import_module("cherrypy.process.wspbus").Bus(), case)


def ours(case: str) -> Callable[[], object]:
    """Publish on our bus."""
    from cherrypy_bus import Bus

    return _publishing(Bus(), case)


def magicbus(case: str) -> Callable[[], object]:
    """Publish on magicbus's bus."""
    from magicbus.base import Bus  # type: ignore[import-not-found]  # in its own environment

    return _publishing(Bus(), case)


def blinker(case: str) -> Callable[[], object]:
    """Send a signal."""
    from blinker import Signal

    signal = Signal()
    for number in range(_COUNTS[case]):
        signal.connect(_receiver(number), weak=False)
    return functools.partial(signal.send, "sender", message="message")


def loop(case: str) -> Callable[[], object]:
    """Call the functions one after the other and collect what they return."""
    functions = [_listener(number) for number in range(_COUNTS[case])]

    def call(message: object) -> list[object]:
        return [function(message) for function in functions]

    return functools.partial(call, "message")


def _publishing(bus: Any, case: str) -> Callable[[], object]:
    for number in range(_COUNTS[case]):
        bus.subscribe("channel", _listener(number))
    if not _COUNTS[case]:
        listener = _listener(0)
        bus.subscribe("channel", listener)
        bus.unsubscribe("channel", listener)
    return functools.partial(bus.publish, "channel", "message")


def _listener(number: int) -> Callable[[object], object]:
    """Return a function of its own; a bus knows each function once."""

    def listener(_message: object) -> int:
        return number

    return listener


def _receiver(number: int) -> Callable[..., object]:
    def receiver(_sender: object, *, message: object) -> int:  # noqa: ARG001 - it is sent
        return number

    return receiver
