"""What a process has one of."""

from __future__ import annotations

import threading

import pytest

from cherrypy.assembly.once import once


def test_threads_that_come_at_the_same_time_get_the_same() -> None:
    first, second = threading.Event(), threading.Event()
    made: list[object] = []

    @once
    def thing() -> object:
        """Say what it is."""
        made.append(object())
        first.set()
        assert second.wait(60)
        return made[-1]

    def come_second() -> None:
        assert first.wait(60)
        second.set()
        found.append(thing())

    found: list[object] = []
    thread = threading.Thread(target=come_second)
    thread.start()
    found.append(thing())
    thread.join()
    assert found == made * 2
    assert thing() is made[0]
    assert thing.__doc__ == "Say what it is."


def test_what_could_not_be_made_is_tried_again() -> None:
    answers = iter([ValueError("not yet"), "made"])

    @once
    def thing() -> object:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(ValueError, match="not yet"):
        thing()
    assert thing() == "made"
