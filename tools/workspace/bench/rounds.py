"""Let the subjects of each scenario take their turns, round after round."""

import contextlib
import os
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import IO

from workspace.bench.catalogue import Scenario
from workspace.bench.figures import AGAIN, Result, Row, Unit
from workspace.bench.peers import Peer, Seat
from workspace.bench.process import Turn, started
from workspace.errors import Failure

TURNS = 10


class Rounds:
    """A run of some scenarios.

    In each round every subject gets a fresh process. These take short turns one after the other:
    what slows the machine for more than a moment slows all of them.

    Args:
        subjects: The subjects, the baseline first.
        seat: Tells where a subject runs.
        seconds: The CPU time of a subject in one round, about.
        stream: Where progress is told.
    """

    def __init__(
        self,
        subjects: Mapping[str, Peer],
        seat: Callable[[Peer], Seat],
        *,
        rounds: int,
        seconds: float,
        stream: IO[str] | None = None,
    ) -> None:
        self.subjects = subjects
        self.seat = seat
        self.rounds = rounds
        self.seconds = seconds
        self.stream = stream or sys.stderr
        self.core = last_core()
        self._seats: dict[str, Seat] = {}

    def run(self, scenarios: Sequence[Scenario]) -> list[Result]:
        """Measure and return the results, in the order of the scenarios.

        A subject that fails in a scenario is left out of the rest of its rounds.

        Raises:
            Failure: The environment of a subject cannot be set up.
        """
        names = {name for one in scenarios for name in one.subjects}
        self._seats = {
            name: self.seat(peer) for name, peer in self.subjects.items() if name in names
        }
        return [
            self._scenario(one, f"[{number}/{len(scenarios)}]")
            for number, one in enumerate(scenarios, 1)
        ]

    def _scenario(self, scenario: Scenario, place: str) -> Result:
        rows = self.rows(scenario)
        for number in range(1, self.rounds + 1):
            self._round(scenario, rows)
            told = f"{place} {scenario.name}, round {number} of {self.rounds}: {_last_round(rows)}"
            print(told, file=self.stream, flush=True)
        return Result(scenario.name, scenario.title, scenario.group, rows)

    def rows(self, scenario: Scenario) -> list[Row]:
        """Return an empty row for each subject, with the baseline first and again at the end."""
        able = [name for name in self.subjects if name in scenario.subjects]
        baseline = next(iter(self.subjects.values()))
        rows = [Row(name, self.subjects[name].title) for name in able]
        if baseline.name in able:
            rows.append(Row(AGAIN, f"{baseline.title}, again"))
        return rows

    def _round(self, scenario: Scenario, rows: Sequence[Row]) -> None:
        with ExitStack() as stack:
            turns: dict[str, Turn] = {}
            for row in _sound(rows):
                with self._noting(scenario, row):
                    turns[row.subject] = stack.enter_context(self.start(scenario, row.subject))
            for _ in range(TURNS):
                for row in _sound(rows):
                    with self._noting(scenario, row):
                        row.values.append(turns[row.subject]())

    @contextlib.contextmanager
    def _noting(self, scenario: Scenario, row: Row) -> Iterator[None]:
        """Note the failure of a subject, whose figures are worth nothing then."""
        try:
            yield
        except Failure as failure:
            row.error = str(failure)
            row.values.clear()
            print(f"{scenario.name}: {failure}", file=self.stream, flush=True)

    def start(self, scenario: Scenario, subject: str) -> AbstractContextManager[Turn]:
        """Return the process of a subject, which gives what makes it take a turn."""
        name = next(iter(self.subjects)) if subject == AGAIN else subject
        seconds = self.seconds / TURNS
        words = [scenario.module, name, scenario.name, str(self.core), str(seconds)]
        return started(name, self._seats[name], words)


def _sound(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if not row.error]


def _last_round(rows: Sequence[Row]) -> str:
    told = []
    for row in rows:
        if row.values:
            median = statistics.median(row.values[-TURNS:])
            told.append(f"{row.subject} {Unit.suiting(median).write(median)}")
    return ", ".join(told)


def last_core() -> int:
    """Return the last core that this process may use, -1 where the system cannot pin one."""
    allowed = getattr(os, "sched_getaffinity", lambda _: ())(0)
    return max(allowed, default=-1)
