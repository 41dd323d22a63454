"""Byte ranges of a Range header (RFC 9110, section 14.1.2).

A header that is not understood, or asks for too much, is ignored; one that asks only for bytes that
are not there is unsatisfiable. The first is None and the second an empty list: never confuse them.
"""

from __future__ import annotations

import re
import sys
from typing import TypeAlias

from cherrypy_httputil.limits import OVERLAPPING_RANGES, RANGES

_SPEC = re.compile(r"([0-9]*)-([0-9]*)", re.ASCII)
_DIGITS = 18

Slice: TypeAlias = tuple[int, int]
_Spec: TypeAlias = tuple[int | None, int | None]


def get_ranges(headervalue: str | None, content_length: int) -> list[Slice] | None:
    """Return what a Range header asks for, as slices of a body.

    `bytes=3-6` becomes `[(3, 7)]`.

    Args:
        headervalue: The value of the header.
        content_length: The length of the body in bytes.

    Returns:
        Start and stop of each range that is there. An empty list if none is, which calls for 416.
        None to ignore the header: there is none, it is not in bytes, it breaks the syntax, it has
        more ranges than `limits.RANGES`, or more that overlap than `limits.OVERLAPPING_RANGES`.

    Examples:
        >>> get_ranges("bytes=0-9,-10", content_length=100)
        [(0, 10), (90, 100)]
        >>> get_ranges("bytes=200-", content_length=100)  # 416
        []
    """
    if not headervalue:
        return None
    unit, _, text = headervalue.partition("=")
    if unit.strip().lower() != "bytes" or text.count(",") >= RANGES:
        return None
    pieces = [piece.strip(" \t") for piece in text.split(",")]
    specs = [_spec(piece) for piece in pieces if piece]
    if not specs or None in specs:
        return None
    if content_length == 0 and any(_is_suffix(spec) for spec in specs):
        return None  # satisfiable, but Content-Range cannot name a range of no bytes
    slices = [_slice(*spec, content_length) for spec in specs if spec]
    found = [piece for piece in slices if piece is not None]
    return None if _overlaps(found) > OVERLAPPING_RANGES else found


def _spec(text: str) -> _Spec | None:
    """Return first and last position, or None for what is no range."""
    match = _SPEC.fullmatch(text)
    if match is None or text == "-":
        return None
    first, last = map(_number, match.groups())
    if first is not None and last is not None and last < first:
        return None
    return first, last


def _number(digits: str) -> int | None:
    if not digits:
        return None
    digits = digits.lstrip("0") or "0"
    # Longer numbers are beyond the end of anything, and int() takes quadratic time for them.
    return int(digits) if len(digits) <= _DIGITS else sys.maxsize


def _is_suffix(spec: _Spec | None) -> bool:
    return spec is not None and spec[0] is None and spec[1] != 0


def _slice(first: int | None, last: int | None, length: int) -> Slice | None:
    """Return the slice, or None when it is not in the body."""
    if first is None:
        size = last or 0
        return (max(0, length - size), length) if size else None
    if first >= length:
        return None
    return first, length if last is None else min(last + 1, length)


def _overlaps(slices: list[Slice]) -> int:
    """Count the slices that begin before an earlier one ends."""
    count = reach = 0
    for start, stop in sorted(slices):
        count += start < reach
        reach = max(reach, stop)
    return count
