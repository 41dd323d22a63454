"""Dates as HTTP writes and reads them (RFC 9110, section 5.6.7)."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from functools import lru_cache

from cherrypy_httputil.limits import CACHED_DATES

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

_CLOCK = r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<sec>[0-9]{2})"
_FORMATS = (
    re.compile(
        rf"[A-Z][a-z]{{2}}, (?P<day>[0-9]{{2}}) (?P<month>[A-Z][a-z]{{2}}) (?P<year>[0-9]{{4}}) "
        rf"{_CLOCK} GMT"
    ),
    re.compile(
        rf"[A-Z][a-z]{{5,8}}, (?P<day>[0-9]{{2}})-(?P<month>[A-Z][a-z]{{2}})-(?P<year>[0-9]{{2}}) "
        rf"{_CLOCK} GMT"
    ),
    re.compile(
        rf"[A-Z][a-z]{{2}} (?P<month>[A-Z][a-z]{{2}}) (?P<day>[0-9 ][0-9]) {_CLOCK} "
        r"(?P<year>[0-9]{4})"
    ),
)
"""The format to write, that of RFC 850, and that of C's asctime()."""


def HTTPDate(timeval: float | None = None) -> str:  # noqa: N802 - the documented name
    """Return a time as `Sun, 06 Nov 1994 08:49:37 GMT`.

    Args:
        timeval: Seconds since the epoch; now, without it.

    Examples:
        >>> HTTPDate(784111777)
        'Sun, 06 Nov 1994 08:49:37 GMT'
    """
    return _date(int(time.time() if timeval is None else timeval))


@lru_cache(maxsize=CACHED_DATES)
def _date(second: int) -> str:
    year, month, day, hour, minute, sec, weekday, *_ = time.gmtime(second)
    return (
        f"{_DAYS[weekday]}, {day:02d} {_MONTHS[month - 1]} {year:04d} "
        f"{hour:02d}:{minute:02d}:{sec:02d} GMT"
    )


def parse_date(value: str | None) -> datetime | None:
    """Return the time that a date says, or None for what is no date.

    All three formats of HTTP are read, and no other. A year of two digits is one of the last fifty
    or the next fifty years.

    Examples:
        >>> parse_date("Sun, 06 Nov 1994 08:49:37 GMT").isoformat()
        '1994-11-06T08:49:37+00:00'
        >>> parse_date("yesterday") is None
        True
    """
    for pattern in _FORMATS:
        found = pattern.fullmatch((value or "").strip())
        if found:
            return _moment(**found.groupdict())
    return None


def _moment(day: str, month: str, year: str, hour: str, minute: str, sec: str) -> datetime | None:
    if month not in _MONTHS:
        return None
    # A leap second is the end of the second before it, which is all that datetime can say.
    clock = int(hour), int(minute), 59 if sec == "60" else int(sec)
    try:
        return datetime(_year(year), _MONTHS.index(month) + 1, int(day), *clock, tzinfo=UTC)
    except ValueError:
        return None


def _year(text: str) -> int:
    if len(text) > 2:  # noqa: PLR2004 - RFC 850 wrote two digits
        return int(text)
    now = datetime.now(UTC).year
    year = now - now % 100 + int(text)
    return year - 100 if year > now + 50 else year
