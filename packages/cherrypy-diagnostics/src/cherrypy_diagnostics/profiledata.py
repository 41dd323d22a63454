"""What a profile consists of, in the form that `pstats` keeps in files.

`add` runs in the path of requests, and while others are profiled: from Python 3.12 on, what it
calls is seen in their profiles. So it calls nothing, which makes it some ten times faster, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from _lsprof import profiler_entry
    from collections.abc import Iterable

Function: TypeAlias = tuple[str, int, str]
"""File, line and name; of what is not written in Python, `~`, 0 and a description."""

Calls: TypeAlias = tuple[int, int, float, float]
"""Of calls from one function to another: how many, how many not within another one of them,
seconds in the function itself, and together with what it called."""

Profile: TypeAlias = dict[Function, tuple[int, int, float, float, dict[Function, Calls]]]
"""Of each function: calls not within another one of it, calls, both times, and its callers."""


_NONE: Final = 0, 0, 0.0, 0.0


def add(entries: Iterable[profiler_entry], whole: Profile) -> None:
    """Add what the profiler saw to a profile.

    Args:
        entries: What it saw, as `cProfile.Profile.getstats` returns it.
        whole: The profile.
    """
    for entry in entries:
        match entry.code:
            case str(text):
                caller = "~", 0, text
            case code:
                caller = code.co_filename, code.co_firstlineno, code.co_name
        first, calls, own, total, callers = whole[caller] if caller in whole else (*_NONE, {})  # noqa: SIM401 - a method is called
        whole[caller] = (
            first + entry.callcount - entry.reccallcount,
            calls + entry.callcount,
            own + entry.inlinetime,
            total + entry.totaltime,
            callers,
        )
        for call in entry.calls or ():
            match call.code:
                case str(text):
                    callee = "~", 0, text
                case code:
                    callee = code.co_filename, code.co_firstlineno, code.co_name
            if callee not in whole:  # it comes later
                whole[callee] = *_NONE, {}
            callers = whole[callee][4]
            calls, first, own, total = callers[caller] if caller in callers else _NONE  # noqa: SIM401 - a method is called
            callers[caller] = (
                calls + call.callcount,
                first + call.callcount - call.reccallcount,
                own + call.inlinetime,
                total + call.totaltime,
            )
