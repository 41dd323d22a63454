"""What to do about a failed comparison, asked of whoever sits at the terminal.

Nobody is asked unless somebody can answer: a test run without a terminal must not wait for ever.
"""

from __future__ import annotations

import os
import pprint
import sys
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cherrypy_testing.webcase import WebCase

VARIABLE: Final = "WEBTEST_INTERACTIVE"
NO: Final = frozenset({"", "0", "false", "no", "off"})
QUESTION: Final = "Show: [B]ody [H]eaders [S]tatus [U]RL; [I]gnore, [R]aise, or sys.e[X]it >> "


class Choice(Enum):
    """What to do about a failure."""

    IGNORE = "I"
    RAISE = "R"
    EXIT = "X"


CHOICES: Final = {choice.value: choice for choice in Choice}


def is_wanted() -> bool:
    """Return whether to ask: as `WEBTEST_INTERACTIVE` says, or else where a terminal is."""
    told = os.environ.get(VARIABLE)
    if told is not None:
        return told.strip().lower() not in NO
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def getchar() -> str:
    r"""Return the next key that is pressed, without waiting for the end of a line.

    Where input is no terminal it is the first character of the next line, and ``X`` at the end of
    the input: nobody is there to answer.

    Examples:
        >>> from io import StringIO
        >>> from unittest.mock import patch
        >>> with patch("sys.stdin", StringIO("raise\n")):  # no terminal
        ...     getchar()
        'r'
    """
    if not sys.stdin.isatty():
        line = sys.stdin.readline()
        return line.strip()[:1] if line else Choice.EXIT.value
    return _pressed()


def ask(case: WebCase, message: str, key: Callable[[], str], write: Callable[[str], Any]) -> Choice:
    """Show what is asked for of the last answer, until it is clear what to do.

    Args:
        case: Whose answer it is.
        message: What failed.
        key: Returns the next answer.
        write: Takes what is shown.
    """
    write(f"\n    ERROR: {message}\n")
    while True:
        write(QUESTION)
        pressed = key().upper()
        write(f"{pressed}\n")
        if pressed in CHOICES:
            return CHOICES[pressed]
        if pressed in SHOWN:
            _show_by_pages(SHOWN[pressed](case), case.console_height, key, write)


def _show_by_pages(
    lines: Iterator[str], height: int, key: Callable[[], str], write: Callable[[str], Any]
) -> None:
    for number, page in enumerate(_pages(lines, height)):
        if number:
            write("<-- More -->\r")
            if key().lower() == "q":
                return
        write("".join(f"{line}\n" for line in page))


def _pages(lines: Iterator[str], height: int) -> Iterator[list[str]]:
    return iter(lambda: list(islice(lines, max(height, 1))), [])


def _body(case: WebCase) -> Iterator[str]:
    return iter((case.body or b"").decode(case.encoding, "replace").splitlines())


SHOWN: Final[dict[str, Callable[[WebCase], Iterator[str]]]] = {
    "B": _body,
    "H": lambda case: iter(pprint.pformat(case.headers).splitlines()),
    "S": lambda case: iter([str(case.status)]),
    "U": lambda case: iter([str(case.url)]),
}


def _pressed() -> str:
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - not elsewhere

        return msvcrt.getwch()
    import termios  # noqa: PLC0415 - not on Windows
    import tty  # noqa: PLC0415

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setraw(descriptor)
        return sys.stdin.read(1)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
