"""Typed programs of users: what a strict type checker passes, and what it finds."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PROGRAMS = HERE / "user_types"

ERROR = re.compile(r":(\d+): error: .*\[([a-z-]+)\]$", re.MULTILINE)
EXPECTED = re.compile(r"# E: ([a-z, -]+)$")


def check(program: str) -> subprocess.CompletedProcess[str]:
    """Check a program as its author would, with none of our settings."""
    cache = HERE.parent / ".cache/mypy"
    options = ["--strict", "--config-file", os.devnull, "--cache-dir", str(cache)]
    return subprocess.run(
        [sys.executable, "-m", "mypy", *options, str(PROGRAMS / program)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_program_on_the_whole_api_passes_without_an_exception() -> None:
    assert "ignore" not in (PROGRAMS / "site.py").read_text(encoding="utf-8")
    done = check("site.py")
    assert done.returncode == 0, done.stdout


def test_mistakes_are_found() -> None:
    lines = (PROGRAMS / "mistakes.py").read_text(encoding="utf-8").splitlines()
    expected = {
        (number, code)
        for number, line in enumerate(lines, 1)
        if (found := EXPECTED.search(line))
        for code in found[1].split(", ")
    }
    done = check("mistakes.py")
    assert {(int(line), code) for line, code in ERROR.findall(done.stdout)} == expected
    assert len(expected) > 20
