"""The workflows do what a person does: each step that runs something runs a command of tools/."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from workspace.cli import COMMANDS, ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def jobs(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))["jobs"]
    return found


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_every_step_that_runs_something_runs_a_command(file: Path) -> None:
    steps = [step for job in jobs(file).values() for step in job.get("steps", [])]
    for command in (step["run"] for step in steps if "run" in step):
        words = shlex.split(re.sub(r"\$\{\{.*?\}\}", "value", command))
        assert words[0].removeprefix("tools/") in COMMANDS, command
        assert (ROOT / words[0]).is_file()


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_every_job_has_a_limit_of_time_or_calls_another_workflow(file: Path) -> None:
    for job in jobs(file).values():
        assert "timeout-minutes" in job or (ROOT / job["uses"]).is_file()


def test_every_command_has_a_launcher() -> None:
    assert all((ROOT / "tools" / name).stat().st_mode & 0o111 for name in COMMANDS)


def test_continuous_integration_runs_the_same_commands() -> None:
    text = (ROOT / ".ci" / "run").read_text("utf-8")
    assert '"$tools/prerequisites" --install\nexec "$tools/test" --real\n' in text
