"""Status codes, their reason phrases, and the sentences that error pages show for them.

`response_codes` is the one table, and applications may add to it.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TypeAlias

from cherrypy_httputil.fields import check_field

Status: TypeAlias = "int | str | bytes | tuple[int | str, str] | list[int | str] | None"
"""A code, a code and a reason phrase in one text or in a pair, or nothing for 200."""

response_codes: dict[int, tuple[str, str]] = {
    status.value: (status.phrase, status.description) for status in HTTPStatus
}
"""Reason phrase and explanation for each code."""

# Programs match on these, and they differ between versions of Python.
response_codes.update(
    {
        413: ("Request Entity Too Large", "Entity is too large"),
        414: ("Request-URI Too Long", "URI is too long"),
        416: ("Requested Range Not Satisfiable", "Cannot satisfy request range"),
        422: ("Unprocessable Entity", ""),
        500: (
            "Internal Server Error",
            (
                "The server encountered an unexpected condition which prevented it from "
                "fulfilling the request."
            ),
        ),
        503: (
            "Service Unavailable",
            (
                "The server is currently unable to handle the request due to a temporary "
                "overloading or maintenance of the server."
            ),
        ),
    }
)


def valid_status(status: Status) -> tuple[int, str, str]:
    """Return the code, the reason phrase and the usual explanation of a status.

    Raises:
        ValueError: If the code is not a number from 100 to 599, or the phrase cannot stand in a
            status line: it has a CR, LF or NUL, or is not Latin (RFC 9112, section 4).

    Examples:
        >>> valid_status("404 No such bird")[:2]
        (404, 'No such bird')
        >>> valid_status(None)[:2]
        (200, 'OK')
    """
    if type(status) is int and status in response_codes:  # the usual case
        return status, *response_codes[status]
    code, reason = _split(200 if status in (None, "") else status)
    number = code_number(code)
    if not 100 <= number <= 599:  # noqa: PLR2004 - the classes of RFC 9110, section 15
        raise ValueError(f"{status!r} is not a status: its code has to be a number from 100 to 599")
    usual_reason, message = response_codes.get(number, ("", ""))
    if reason is None:
        return number, usual_reason, message
    check_field(reason)
    if not _is_latin(reason):
        raise ValueError(f"{status!r} has a reason phrase that ISO-8859-1 cannot hold")
    return number, reason, message


def code_number(code: int | str) -> int:
    """Return a code of three digits as a number, and 0 for anything else."""
    text = str(code)
    return int(text) if len(text) == 3 and text.isascii() and text.isdecimal() else 0  # noqa: PLR2004 - as it says


def _split(
    status: int | str | bytes | tuple[int | str, str] | list[int | str],
) -> tuple[int | str, str | None]:
    if isinstance(status, int):
        return status, None
    if isinstance(status, (tuple, list)):
        if len(status) != 2:  # noqa: PLR2004 - as the message says
            raise ValueError(f"{status!r} is not a status: a pair has a code and a reason phrase")
        return status[0], str(status[1])
    text = status.decode("iso-8859-1") if isinstance(status, bytes) else status
    number, _, phrase = text.partition(" ")
    return number, phrase.strip() or None


def _is_latin(text: str) -> bool:
    return text.isascii() or max(text) <= "\xff"
