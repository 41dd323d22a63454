import subprocess
import sys
from pathlib import Path

import pytest
from workspace.cli import ROOT
from workspace.processes import environ

NEEDY = "import pytest\n\n@pytest.mark.requires({!r})\ndef test_it():\n    pass\n"


def run(tmp_path: Path, text: str, *options: str) -> tuple[int, str]:
    (tmp_path / "test_it.py").write_text(text, "utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "workspace.pytest_plugin", "-ra"]
    command += ["--strict-markers", "--rootdir", str(tmp_path), *options, str(tmp_path)]
    env = environ({"PYTHONPATH": str(ROOT / "tools"), "PATH": str(tmp_path)})
    done = subprocess.run(
        command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def put_program(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text("#!/bin/sh\n", "utf-8")
    file.chmod(0o755)


def test_a_test_runs_where_its_program_is_there(tmp_path: Path) -> None:
    put_program(tmp_path, "memcached")
    status, printed = run(tmp_path, NEEDY.format("memcached"), "--real")
    assert (status, "1 passed" in printed) == (0, True)


def test_an_unknown_program_is_an_error(tmp_path: Path) -> None:
    status, printed = run(tmp_path, NEEDY.format("nope"))
    assert status != 0
    assert "unknown program 'nope'; the known ones are apache2" in printed


@pytest.mark.parametrize(
    "text",
    [
        "import pytest\n\ndef test_it():\n    pytest.skip('no reason')\n",
        "import pytest\npytest.importorskip('no_such_module')\n\ndef test_it():\n    pass\n",
        "import pytest\n\n@pytest.mark.skipif(True, reason='x')\ndef test_it():\n    pass\n",
    ],
)
def test_a_skipped_test_fails_the_run_only_with_real(tmp_path: Path, text: str) -> None:
    other = "\n\ndef test_other():\n    pass\n"
    assert run(tmp_path, text + other)[0] in {0, 5}
    status, printed = run(tmp_path, text + other, "--real")
    assert status == 1 or "may not be skipped" in printed
    assert status != 0


def test_an_expected_failure_is_no_skipped_test(tmp_path: Path) -> None:
    text = "import pytest\n\n@pytest.mark.xfail\ndef test_it():\n    assert False\n"
    assert run(tmp_path, text, "--real")[0] == 0
