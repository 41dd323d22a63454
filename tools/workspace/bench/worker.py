"""A subject's process: takes a turn for each line of its input, prints the nanoseconds of one call.

The first line of its output says that it is ready. It runs under every subject's Python, so it
imports the standard library alone.
"""

import functools
import gc
import importlib
import itertools
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterable


def main(module: str, subject: str, case: str, core: int, seconds: float) -> None:
    """Measure what a scenario's function returns for a subject.

    Args:
        core: The processor to run on; -1 for any.
        seconds: The CPU time to spend on each turn, about.
    """
    if core >= 0:
        os.sched_setaffinity(0, {core})
    scenario = importlib.import_module(f"workspace.bench.scenarios.{module}")
    action = getattr(scenario, subject)(case)
    gc.collect()
    gc.freeze()
    take_turns(action, seconds * 1e9, sys.stdin)


def take_turns(action: Callable[[], object], budget: float, lines: Iterable[str]) -> None:
    """Print the nanoseconds of one call for each line; each turn takes about ``budget`` of them."""
    number = enough(action, budget)
    print("ready", flush=True)
    for _ in lines:
        print(elapsed(action, number) / number, flush=True)


def enough(action: Callable[[], object], budget: float) -> int:
    """Return how many calls take about ``budget`` nanoseconds; they warm up at the same time."""
    number = 1
    while (taken := elapsed(action, number)) < budget / 4:
        number *= 2
    return max(1, round(number * budget / taken))


def elapsed(action: Callable[[], object], number: int) -> int:
    """Return the nanoseconds of CPU time that so many calls take.

    An action that is better than a loop at being repeated has a method ``repeat``. One that is not
    about CPU time has a method ``elapsed``, which says what so many calls take.
    """
    measure = getattr(action, "elapsed", None)
    if measure is not None:
        taken: int = measure(number)
        return taken
    repeat = getattr(action, "repeat", None) or functools.partial(_repeat, action)
    started = time.process_time_ns()
    repeat(number)
    return time.process_time_ns() - started


def _repeat(action: Callable[[], object], number: int) -> None:
    for _ in itertools.repeat(None, number):
        action()


def _once() -> int:
    """Measure what the command line says; return the exit status."""
    _, module, subject, case, core, seconds = sys.argv
    try:
        main(module, subject, case, int(core), float(seconds))
    except Exception:  # noqa: BLE001 - whatever it is, it is told
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    os._exit(_once())  # not sys.exit, which would wait for the threads of servers
