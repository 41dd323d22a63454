"""A flame graph that is made of callers and callees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_diagnostics import flame
from cherrypy_diagnostics.flame import Frame, frames, svg

if TYPE_CHECKING:
    from cherrypy_diagnostics.profiledata import Function


def key(name: str) -> Function:
    return (f"{name}.py", 1, name)


def profile(*calls: tuple[str, str, float], **seconds: float) -> dict[Function, Any]:
    """Return the functions of a profile: their seconds, and those of calls between them."""
    entries: dict[Function, Any] = {
        key(name): (1, 1, 0.0, total, {}) for name, total in seconds.items()
    }
    for caller, callee, total in calls:
        entries[key(callee)][4][key(caller)] = (1, 1, 0.0, total)
    return entries


def shown(found: list[Frame]) -> dict[tuple[int, str, float], float]:
    """Return the widths of frames by depth, name and beginning."""
    return {
        (frame.depth, frame.function[2], round(frame.start, 6)): round(frame.seconds, 6)
        for frame in found
    }


def test_callees_lie_side_by_side_below_their_caller() -> None:
    entries = profile(("page", "query", 3.0), ("page", "render", 6.0), page=10.0, query=3, render=6)
    assert shown(frames(entries)) == {
        (0, "page", 0.0): 10.0,
        (1, "render", 0.0): 6.0,
        (1, "query", 6.0): 3.0,
    }


def test_what_a_function_called_is_shared_out_among_its_callers() -> None:
    entries = profile(
        ("page", "a", 6.0),
        ("page", "b", 4.0),
        ("a", "query", 3.0),
        ("b", "query", 1.0),
        ("query", "read", 2.0),
        page=10.0,
        a=6.0,
        b=4.0,
        query=4.0,
        read=2.0,
    )
    found = shown(frames(entries))
    assert (found[2, "query", 0.0], found[2, "query", 6.0]) == (3.0, 1.0)
    assert (found[3, "read", 0.0], found[3, "read", 6.0]) == (1.5, 0.5)


def test_recursion_ends() -> None:
    entries = profile(
        ("page", "walk", 8.0), ("walk", "walk", 7.0), ("walk", "page", 3.0), page=9.0, walk=8.0
    )
    assert shown(frames(entries)) == {(0, "page", 0.0): 9.0, (1, "walk", 0.0): 8.0}


def test_callees_are_no_wider_than_their_caller() -> None:
    entries = profile(("page", "a", 9.0), ("page", "b", 9.0), page=9.0, a=9.0, b=9.0)
    found = shown(frames(entries))
    assert (found[1, "a", 0.0], found[1, "b", 4.5]) == (4.5, 4.5)


def test_graph_begins_with_the_function_that_is_asked_for() -> None:
    entries = profile(("page", "a", 5.0), ("a", "b", 2.0), page=9.0, a=5.0, b=2.0)
    assert shown(frames(entries, key("a"))) == {(0, "a", 0.0): 5.0, (1, "b", 0.0): 2.0}


def test_what_nobody_called_lies_side_by_side() -> None:
    assert shown(frames(profile(a=1.0, b=2.0))) == {(0, "b", 0.0): 2.0, (0, "a", 2.0): 1.0}


def test_narrow_frames_are_left_out() -> None:
    entries = profile(("page", "small", 0.0005), page=1.0, small=0.0005)
    assert len(frames(entries)) == 1


def test_number_of_frames_is_limited_to_the_widest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flame, "LIMIT", 2)
    entries = profile(("page", "a", 5.0), ("page", "b", 4.0), page=9.0, a=5.0, b=4.0)
    assert {frame.function[2] for frame in frames(entries)} == {"page", "a"}


def test_widths_that_branch_ever_further_end() -> None:
    calls = [(f"f{n}", f"f{n + 1}", 1.0) for n in range(3000)]
    entries = profile(*calls, **{f"f{n}": 1.0 for n in range(3001)})
    assert len(frames(entries)) == flame.LIMIT


@pytest.mark.parametrize(
    ("entries", "count"),
    [({}, 0), (profile(a=0.0), 0), (profile(("a", "b", 1.0), ("b", "a", 1.0), a=1.0, b=1.0), 2)],
)
def test_profile_without_a_beginning_or_time(entries: dict[Function, Any], count: int) -> None:
    assert len(frames(entries)) == count


def test_frames_are_drawn_as_links() -> None:
    entries = profile(("page", "<lambda>", 5.0), page=10.0, **{"<lambda>": 5.0})
    drawn = svg(frames(entries), lambda key: f"{key[0]}:1", lambda key: f"?f=a&b={key[2]}")
    assert '<svg x="0.000%" y="20" width="50.000%" height="19">' in drawn
    assert 'href="?f=a&amp;b=&lt;lambda&gt;"' in drawn
    assert "<title>&lt;lambda&gt;.py:1\n5.000000 s, 50.0 %</title>" in drawn
    assert not re.search(r"<lambda>|style=|<script", drawn)
    assert 'height="40"' in drawn


def test_no_time_is_no_picture() -> None:
    assert svg([], str, str) == "<p>It took no time that could be measured.</p>\n"
