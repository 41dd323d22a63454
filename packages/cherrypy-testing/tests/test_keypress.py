"""A key that is pressed at a terminal."""

from __future__ import annotations

import os
import pty
import sys
from typing import TYPE_CHECKING

from cherrypy_testing import getchar

if TYPE_CHECKING:
    import pytest


def test_a_key_is_taken_without_the_end_of_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    master, slave = pty.openpty()
    with open(slave, encoding="ascii") as terminal:  # noqa: PTH123 - a descriptor
        monkeypatch.setattr(sys, "stdin", terminal)
        # What is written before the terminal is made raw is dropped by that.
        from threading import Thread

        keys: list[str] = []
        reader = Thread(target=lambda: keys.append(getchar()))
        reader.start()
        while reader.is_alive():
            os.write(master, b"r")
            reader.join(0.01)
    os.close(master)
    assert keys == ["r"]
