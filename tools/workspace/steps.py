"""Run steps, two at a time; tell how long each took and all that a failed one printed.

A step writes to its own log and raises ``Failure`` when it fails; nothing of a step that passes is
shown but its summary lines (the closing lines of its test runs).
"""

import io
import os
import re
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from workspace.errors import Failure
from workspace.processes import end_all, logged

_CLOSING = re.compile(
    r"^(?:=+ )?(?P<text>\d+ (?:passed|failed|error|skipped|deselected)\b.* in [\d.]+s.*?)(?: =+)?$"
)
_COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped)\b")


@dataclass(frozen=True, slots=True)
class Log:
    """Where a step writes."""

    file: IO[str]

    def say(self, text: str) -> None:
        """Write a line."""
        print(text, file=self.file, flush=True)

    def run(
        self,
        *command: str | Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float = 600,
    ) -> None:
        """Run a program, for as many seconds as ``timeout`` says.

        Raises:
            Failure: It ended with another status than 0.
        """
        status = logged(command, self.file, cwd=cwd, env=env, timeout=timeout)
        if status:
            raise Failure(f"exit status {status}: {' '.join(str(word) for word in command[:5])} …")


@dataclass(frozen=True, slots=True)
class Step:
    """Something to check.

    Attributes:
        run: Does it; raises Failure where the check fails.
        after: The names of steps that must pass first.
    """

    name: str
    run: Callable[[Log], None]
    after: tuple[str, ...] = ()


@dataclass(slots=True)
class Result:
    """What came of a step."""

    name: str
    error: str | None
    seconds: float
    output: str
    closings: list[str] = field(default_factory=list)

    @property
    def word(self) -> str:
        """Return the result in one word."""
        return "ok" if self.error is None else "failed"


class Runner:
    """Run steps and report on them."""

    def __init__(self, logs: Path, jobs: int = 2, stream: IO[str] | None = None) -> None:
        """Keep the logs in the directory ``logs`` and report to ``stream`` (standard output)."""
        self.logs = logs
        self.jobs = jobs
        self.stream = stream or sys.stdout
        self.results: list[Result] = []

    def run(self, steps: Iterable[Step]) -> bool:
        """Run all steps; return whether all of them passed."""
        waiting = list(steps)
        total = len(waiting)
        order = [step.name for step in waiting]
        started = time.monotonic()
        with ThreadPoolExecutor(self.jobs) as pool:
            running: set[Future[Result]] = set()
            try:
                while waiting or running:
                    self._start(waiting, running, pool)
                    # A signal that comes just before a wait begins is seen once the wait ends.
                    done, running = wait(running, timeout=1, return_when=FIRST_COMPLETED)
                    for future in done:
                        self._report(future.result(), total)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                _end(running)
                raise
        self.results.sort(key=lambda result: order.index(result.name))
        self._table(time.monotonic() - started)
        return all(result.error is None for result in self.results)

    def _start(
        self, waiting: list[Step], running: set[Future[Result]], pool: ThreadPoolExecutor
    ) -> None:
        ended = {result.name: result.error is None for result in self.results}
        while len(running) < self.jobs:
            ready = next((one for one in waiting if all(name in ended for name in one.after)), None)
            if ready is None:
                return
            waiting.remove(ready)
            broken = [name for name in ready.after if not ended[name]]
            future: Future[Result] = Future()
            running.add(future)  # before it is submitted: a signal may come in between
            pool.submit(self._fulfil, future, ready, broken)

    def _fulfil(self, future: Future[Result], step: Step, broken: Sequence[str]) -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(self._run(step, broken))
        except BaseException as error:  # noqa: BLE001 - whoever waits for the future gets it
            future.set_exception(error)

    def _run(self, step: Step, broken: Sequence[str]) -> Result:
        if broken:
            return Result(step.name, f"not run, because {broken[0]!r} failed", 0.0, "")
        self.logs.mkdir(parents=True, exist_ok=True)
        final = self.logs / (re.sub(r"[^A-Za-z0-9.-]+", "-", step.name) + ".log")
        path = final.with_suffix(f".{os.getpid()}")
        started = time.monotonic()
        error: str | None = None
        with path.open("w", encoding="utf-8") as file:
            try:
                step.run(Log(file))
            except Failure as failure:
                error = str(failure)
            except Exception as failure:  # noqa: BLE001 - a step's fault must not hide the others'
                traceback.print_exc(file=file)
                error = f"{type(failure).__name__}: {failure}"
        output = path.read_text("utf-8", errors="replace")
        path.replace(final)
        return Result(step.name, error, time.monotonic() - started, output, closing_lines(output))

    def _report(self, result: Result, total: int) -> None:
        self.results.append(result)
        done = f"[{len(self.results):{len(str(total))}}/{total}]"
        self._say(f"{done} {result.name:<36} {result.word:<6} {result.seconds:6.1f} s")
        if result.error is None:
            for line in result.closings:
                self._say(f"    {line}")
            return
        self._say(f"--- {result.name} printed:\n{result.output.rstrip()}")
        self._say(f"--- {result.name}: {result.error}\n")

    def _table(self, seconds: float) -> None:
        buffer = io.StringIO()
        print(f"\n{'step':<36} {'result':<6} {'time':>8}", file=buffer)
        for result in self.results:
            print(f"{result.name:<36} {result.word:<6} {result.seconds:6.1f} s", file=buffer)
        print(f"{'together':<36} {'':<6} {seconds:6.1f} s", file=buffer)
        failed = [result.name for result in self.results if result.error is not None]
        verdict = f"failed: {', '.join(failed)}" if failed else "all steps passed"
        print(f"{counts(self.results)}\n{verdict}", file=buffer)
        self._say(buffer.getvalue().rstrip())

    def _say(self, text: str) -> None:
        print(text, file=self.stream, flush=True)


def _end(running: set[Future[Result]]) -> None:
    """End steps with all that they started; one may be about to start something at this moment."""
    running = {future for future in running if not future.cancel()}
    while running:
        end_all()
        running = wait(running, timeout=0.1).not_done


def closing_lines(output: str) -> list[str]:
    """Return the closing lines of the test runs in a step's output."""
    matches = (_CLOSING.match(line) for line in output.splitlines())
    return [match["text"] for match in matches if match]


def counts(results: Iterable[Result]) -> str:
    """Add up the closing lines of all test runs."""
    sums = {"passed": 0, "failed": 0, "skipped": 0}
    for line in (line for result in results for line in result.closings):
        for number, word in _COUNT.findall(line):
            sums["failed" if word.startswith("error") else word] += int(number)
    text = f"{sums['passed']} passed, {sums['failed']} failed"
    return f"{text}, {sums['skipped']} skipped" if sums["skipped"] else text
