"""What tests of a site need: test cases with a server, a client without one, log cases, demos.

`helper` has the test cases, `fixtures` what pytest users want; `cherrypy_testing` is below both.
"""

from __future__ import annotations

import os
from typing import NoReturn

_exit = os._exit

__all__ = ["newexit", "setup", "teardown"]


def newexit() -> NoReturn:
    """End the process in such a way that a test run can see it.

    Raises:
        SystemExit: Always.
    """
    raise SystemExit("Exit called")


def setup() -> None:
    """Have `os._exit`, which would end a test run without a word, raise `SystemExit` instead."""
    os._exit = newexit  # type: ignore[assignment]


def teardown() -> None:
    """Put `os._exit` back."""
    os._exit = _exit
