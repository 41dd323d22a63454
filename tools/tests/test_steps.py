import os
import threading
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from workspace.errors import Failure
from workspace.steps import Log, Runner, Step, closing_lines, counts


def passing(log: Log) -> None:
    log.say("3 passed, 1 skipped in 0.10s")


def failing(log: Log) -> None:
    log.say("the whole\noutput")
    raise Failure("it is broken")


def run(tmp_path: Path, *steps: Step) -> tuple[bool, str]:
    stream = StringIO()
    return Runner(tmp_path, stream=stream).run(steps), stream.getvalue()


def test_steps_that_pass_make_the_run_pass_and_stand_in_a_table(tmp_path: Path) -> None:
    passed, printed = run(tmp_path, Step("one", passing), Step("two", passing))
    assert passed
    assert printed.endswith("6 passed, 0 failed, 2 skipped\nall steps passed\n")
    assert "[1/2]" in printed


def test_a_failed_step_is_printed_whole_and_fails_the_run(tmp_path: Path) -> None:
    passed, printed = run(tmp_path, Step("bad", failing), Step("good", passing))
    assert not passed
    assert "--- bad printed:\nthe whole\noutput\n--- bad: it is broken" in printed
    assert printed.endswith("failed: bad\n")


def test_a_step_waits_for_those_that_it_comes_after(tmp_path: Path) -> None:
    ran: list[str] = []
    first = Step("first", lambda _: ran.append("first"))
    second = Step("second", lambda _: ran.append("second"), after=("first",))
    assert run(tmp_path, second, first)[0]
    assert ran == ["first", "second"]


def test_a_step_is_not_run_after_a_failed_one(tmp_path: Path) -> None:
    _, printed = run(tmp_path, Step("bad", failing), Step("next", passing, after=("bad",)))
    assert "not run, because 'bad' failed" in printed


def test_two_steps_run_at_a_time(tmp_path: Path) -> None:
    meeting = threading.Barrier(2, timeout=10)
    steps = [Step(name, lambda _: print(meeting.wait(), end="")) for name in ("one", "two")]
    assert run(tmp_path, *steps)[0]


def test_the_closing_lines_of_test_runs_are_found() -> None:
    lines = ["5 passed in 0.1s", "== 1 failed, 2 passed in 3.00s ==", "no 5 passed"]
    assert closing_lines("\n".join(lines)) == ["5 passed in 0.1s", "1 failed, 2 passed in 3.00s"]
    assert counts([]) == "0 passed, 0 failed"


def test_a_step_with_a_fault_of_its_own_fails_like_any_other(tmp_path: Path) -> None:
    passed, printed = run(tmp_path, Step("wrong", lambda _: print(1 // 0)), Step("good", passing))
    assert not passed
    assert "ZeroDivisionError" in printed
    assert "good" in printed


def test_a_program_that_takes_too_long_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    started = tmp_path / "started"
    command = f"sleep 60 & echo $! >'{started}'; wait"

    def slow(log: Log) -> None:
        log.run("sh", "-c", command, timeout=1)

    passed, printed = run(tmp_path, Step("slow", slow))
    assert not passed
    assert "ended after 1 seconds" in printed
    with pytest.raises(ProcessLookupError):
        wait_for_end(int(started.read_text("utf-8")))


def wait_for_end(number: int) -> None:
    """Poke a process until it is gone; who reaps it is the system's business."""
    for _ in range(1000):
        os.kill(number, 0)
        state = Path(f"/proc/{number}/stat")
        if state.exists() and state.read_text("utf-8").split()[2] == "Z":
            raise ProcessLookupError
        threading.Event().wait(0.01)


def test_a_signal_in_the_middle_of_starting_a_step_ends_what_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = tmp_path / "ready"
    os.mkfifo(ready)
    submit = ThreadPoolExecutor.submit
    started: list[int] = []

    def interrupted(*arguments: Any) -> None:
        submit(*arguments)
        started.append(int(ready.read_text("utf-8")))
        raise KeyboardInterrupt

    monkeypatch.setattr(ThreadPoolExecutor, "submit", interrupted)
    late = tmp_path / "late"
    program = f"echo $$ >{ready}; sleep 20; touch {late}"
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, Step("wait", lambda log: log.run("sh", "-c", program)))
    assert not late.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(started[0], 0)
