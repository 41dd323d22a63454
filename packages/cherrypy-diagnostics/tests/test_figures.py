"""A namespace that is brought up to date when it is read."""

from __future__ import annotations

import copy
import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_diagnostics import LiveFigures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def counted() -> Any:
    """Return figures in which `Sent` tells how often they were brought up to date."""
    figures = LiveFigures({"Enabled": True, "Sent": 0})
    figures.sources.append(lambda: dict.update(figures, Sent=dict.get(figures, "Sent", 0) + 1))
    return figures


READINGS: dict[str, Callable[[Any], Any]] = {
    "item": lambda figures: figures["Sent"],
    "get": lambda figures: figures.get("Sent"),
    "items": lambda figures: dict(figures.items())["Sent"],
    "values": lambda figures: list(figures.values())[1],
    "copy": lambda figures: figures.copy()["Sent"],
    "copied": lambda figures: dict(figures)["Sent"],
    "unpacked": lambda figures: {**figures}["Sent"],
    "joined": lambda figures: (figures | {})["Sent"],
    "joined to": lambda figures: ({} | figures)["Sent"],
    "deep": lambda figures: copy.deepcopy(figures)["Sent"],
    "pickled": lambda figures: pickle.loads(pickle.dumps(figures))["Sent"],
    "JSON": lambda figures: json.loads(json.dumps(figures))["Sent"],
    "text": lambda figures: int("'Sent': 0" not in repr(figures)),
    "equal": lambda figures: int(figures != {"Enabled": True, "Sent": 0}),
}


@pytest.mark.parametrize("way", READINGS)
def test_whoever_reads_sees_what_is_true_now(way: str) -> None:
    assert READINGS[way](counted()) >= 1


@pytest.mark.parametrize("copied", [copy.deepcopy, copy.copy, dict, LiveFigures.copy])
def test_a_copy_stays_as_it_is(copied: Callable[[Any], Any]) -> None:
    figures = counted()
    twin = copied(figures)
    assert type(twin) is dict
    assert twin["Sent"] == twin["Sent"] < figures["Sent"]


def test_what_somebody_writes_stays() -> None:
    figures = counted()
    figures["Sent"] = 100
    assert dict.get(figures, "Sent") == 100
    figures.update(Sent=200)
    assert dict.get(figures, "Sent") == 200
    assert figures.pop("Sent") == 201
    assert "Sent" not in figures


@pytest.mark.parametrize(
    "write",
    [
        lambda figures: figures.update(Enabled=False),
        lambda figures: figures.pop("Enabled"),
        lambda figures: figures.clear(),
        lambda figures: figures.__ior__({"Enabled": 0}),
        lambda figures: figures.__delitem__("Enabled"),
    ],
)
def test_it_tells_whether_it_is_enabled(write: Callable[[Any], object]) -> None:
    figures = counted()
    assert figures.is_enabled
    write(figures)
    assert not figures.is_enabled
    figures.setdefault("Enabled", True)
    assert figures.is_enabled is bool(dict.get(figures, "Enabled"))


def is_held(figures: Any) -> bool:
    """Return whether other threads would have to wait."""

    def other() -> bool:
        if not figures.lock.acquire(blocking=False):
            return True
        figures.lock.release()
        return False

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(other).result()


def test_one_thread_at_a_time_brings_it_up_to_date_or_writes() -> None:
    figures, seen = counted(), []
    figures.sources.append(lambda: seen.append(is_held(figures)))
    assert figures["Sent"] == 1
    assert seen == [True]

    def values() -> Iterator[tuple[str, Any]]:
        yield "Held", is_held(figures)

    figures.update(values())
    assert figures["Held"] is True
    assert not is_held(figures)


def test_a_source_that_reads_it_is_asked_once() -> None:
    figures = counted()
    figures.sources.append(figures.copy)
    assert figures["Sent"] == 1
    assert figures["Sent"] == 2


def test_a_source_that_fails_is_asked_again() -> None:
    figures, failures = counted(), ["once"]
    figures.sources.insert(0, lambda: failures and [][len(failures.pop())])
    with pytest.raises(IndexError):
        figures.get("Sent")
    assert figures.get("Sent") == 1
