"""Dates as HTTP writes and reads them (RFC 9110, section 5.6.7)."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING

from cherrypy_httputil.limits import CACHED_DATES

if TYPE_CHECKING:
    from datetime import datetime

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def HTTPDate(timeval: float | None = None) -> str:  # noqa: N802 - the documented name
    """Return a time as `Sun, 06 Nov 1994 08:49:37 GMT`.

    Args:
        timeval: Seconds since the epoch; now, without it.
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
    """Return the time that a date says, in UTC, or None for what is no date.

    All three formats of HTTP are read.
    """
    from webob.datetime_utils import parse_date as parse  # noqa: PLC0415 - importing webob is slow

    return parse(value)
