"""Let the subjects of each scenario take their turns, round after round."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from workspace.bench.catalogue import Scenario
from workspace.bench.figures import AGAIN, Result, Row, Unit
from workspace.bench.peers import Peer, Seat
from workspace.errors import Failure
from workspace.processes import environ

TIMEOUT = 120.0
TOOLS = Path(__file__).resolve().parents[2]


class Rounds:
    """A run of some scenarios.

    Args:
        subjects: The subjects, the baseline first.
        seat: Tells where a subject runs.
        seconds: The CPU time of one measurement, about.
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
        rows = self.turns(scenario)
        for number in range(1, self.rounds + 1):
            for row in rows:
                self._turn(scenario, row)
            unit = Unit.MICROSECONDS if rows[0].values[-1:] > [10_000] else Unit.NANOSECONDS
            told = ", ".join(
                f"{row.subject} {unit.write(row.values[-1])}" for row in rows if not row.error
            )
            self._say(f"{place} {scenario.name}, round {number} of {self.rounds}: {told}")
        return Result(scenario.name, scenario.title, scenario.group, rows)

    def turns(self, scenario: Scenario) -> list[Row]:
        """Return an empty row for each subject, with the baseline first and again at the end."""
        able = [name for name in self.subjects if name in scenario.subjects]
        baseline = next(iter(self.subjects.values()))
        rows = [Row(name, self.subjects[name].title) for name in able]
        if baseline.name in able:
            rows.append(Row(AGAIN, f"{baseline.title}, again"))
        return rows

    def _turn(self, scenario: Scenario, row: Row) -> None:
        if row.error:
            return
        subject = next(iter(self.subjects)) if row.subject == AGAIN else row.subject
        try:
            row.values.append(self.measure(scenario, subject))
        except Failure as failure:
            row.error = str(failure)
            row.values.clear()
            self._say(f"{scenario.name}: {failure}")

    def measure(self, scenario: Scenario, subject: str) -> float:
        """Return the nanoseconds that one call takes, measured in a fresh process.

        Its temporary files go with it.

        Raises:
            Failure: The subject cannot do it, or not in time.
        """
        seat = self._seats[subject]
        words = [
            str(seat.python),
            *("-m", "workspace.bench.worker", scenario.module, subject, scenario.name),
            *(str(self.core), str(self.seconds)),
        ]
        paths = os.pathsep.join(map(str, [*seat.paths, TOOLS]))
        with tempfile.TemporaryDirectory() as temporary:
            done = _run(subject, words, {"PYTHONPATH": paths, "TMPDIR": temporary})
        if done.returncode:
            last = (done.stderr.strip() or f"exit status {done.returncode}").splitlines()[-1]
            raise Failure(f"{subject} failed: {last}")
        return float(json.loads(done.stdout.splitlines()[-1])["ns"])

    def _say(self, text: str) -> None:
        print(text, file=self.stream, flush=True)


def _run(
    subject: str, words: Sequence[str], variables: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            words,
            env=environ(variables),
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=TIMEOUT,
        )
    except subprocess.TimeoutExpired as error:
        raise Failure(f"{subject} took more than {TIMEOUT:g} s") from error


def last_core() -> int:
    """Return the last core that this process may use, -1 where the system cannot pin one."""
    allowed = getattr(os, "sched_getaffinity", lambda _: ())(0)
    return max(allowed, default=-1)
