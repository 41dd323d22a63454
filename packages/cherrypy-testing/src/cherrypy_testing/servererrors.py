"""Errors on the server's side of a conversation, told to the test at the client's side.

Only where both run in one process: who handles the error calls `server_error`, and the next look
at the answer raises it instead of comparing a page that is of no interest then.
"""

from __future__ import annotations

import sys
import traceback
from types import TracebackType
from typing import TypeAlias

ExcInfo: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


class ServerError(Exception):
    """The server failed while it made the answer.

    Attributes:
        on: Whether that happened since the last request.

    Examples:
        >>> _ = server_error((KeyError, KeyError("page"), None))
        KeyError: 'page'
        <BLANKLINE>
        >>> ServerError.on  # so `WebCase.getPage`, if it waits for an answer, raises a ServerError
        True
        >>> ServerError.on = False
    """

    on: bool = False


#: The errors that `server_error` passes over; tests may add some.
ignored_exceptions: list[type[BaseException]] = []


def server_error(exc: ExcInfo | None = None) -> bool:
    """Print an error of the server, and let the request that met with it raise `ServerError`.

    Args:
        exc: The error, as `sys.exc_info` gives it; by default the one that is being handled.

    Returns:
        Whether there was an error, and none of `ignored_exceptions`.

    Examples:
        >>> server_error((KeyError, KeyError("page"), None))
        KeyError: 'page'
        <BLANKLINE>
        True
        >>> ServerError.on = False
        >>> server_error()  # there is none
        False
    """
    kind, error, trace = exc or sys.exc_info()
    if kind is None or error is None or issubclass(kind, tuple(ignored_exceptions)):
        return False
    ServerError.on = True
    print("".join(traceback.format_exception(kind, error, trace)))  # noqa: T201 - documented
    return True
