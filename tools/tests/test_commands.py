"""The commands as a person gives them: from any directory, and with bad input."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from workspace.cli import COMMANDS, ROOT
from workspace.processes import environ
from workspace.samples import Sample, commit, workspace


def run(tool: Path, *arguments: str, cwd: Path) -> tuple[int, str, str]:
    done = subprocess.run(
        [tool, *arguments], cwd=cwd, env=environ(), capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Return the tools in a checkout whose path has a space."""
    root = tmp_path / "a checkout"
    workspace(root, Sample("base"), Sample("top", layer=1, requires=["base>=0.1"]))
    shutil.copytree(
        ROOT / "tools", root / "tools", ignore=shutil.ignore_patterns("tests", "__pycache__")
    )
    commit(root, "before")
    return root / "tools"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, tmp_path: Path) -> None:
    status, printed, _ = run(ROOT / "tools" / name, "--help", cwd=tmp_path)
    assert status == 0
    assert printed.startswith(f"usage: tools/{name}")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_in_the_table_for_contributors(name: str) -> None:
    assert f"`tools/{name}" in (ROOT / "CONTRIBUTING.md").read_text("utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_an_unknown_option_gets_one_line_and_a_status(name: str, tmp_path: Path) -> None:
    tag = ["some-tag"] if name == "release" else []
    status, printed, told = run(ROOT / "tools" / name, *tag, "--nope", cwd=tmp_path)
    assert (status, printed) == (2, "")
    assert told == f"tools/{name}: unrecognized arguments: --nope (see tools/{name} --help)\n"


@pytest.mark.parametrize("name", ["test", "fix", "build", "isolation", "lowest", "api"])
def test_an_unknown_package_gets_one_line_and_a_status(name: str, tmp_path: Path) -> None:
    status, printed, told = run(ROOT / "tools" / name, "nope", cwd=tmp_path)
    assert (status, printed, told.count("\n")) == (2, "", 1)
    assert told.startswith(f"tools/{name}: unknown package 'nope'; the packages are ")


@pytest.mark.parametrize("name", ["run", "docs"])
def test_a_port_in_use_gets_one_line_and_a_status(name: str, tmp_path: Path) -> None:
    action = ["serve"] if name == "docs" else []
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        status, printed, told = run(ROOT / "tools" / name, *action, "--port", port, cwd=tmp_path)
    assert (status, printed) == (1, "")
    assert told == (
        f"tools/{name}: port {port} of 127.0.0.1 is in use; give another one with --port\n"
    )


def test_a_port_that_is_none_gets_one_line_and_a_status(tmp_path: Path) -> None:
    status, _, told = run(ROOT / "tools" / "run", "--port", "99999", cwd=tmp_path)
    assert (status, told.count("\n")) == (2, 1)
    assert "'99999' is no port from 1 to 65535" in told


@pytest.mark.parametrize(
    ("name", "option"), [("run", "--data"), ("matrix", "--output")], ids=["directory", "file"]
)
def test_a_place_that_cannot_be_written_gets_one_line_and_a_status(
    name: str, option: str, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    place = str(tmp_path / "file" / "inside")
    port = ["--port", "0"] if name == "run" else []
    status, _, told = run(ROOT / "tools" / name, *port, option, place, cwd=tmp_path)
    assert (status, told) == (1, f"tools/{name}: {place}: Not a directory\n")


def test_an_unknown_page_gets_one_line_and_a_status(tmp_path: Path) -> None:
    status, _, told = run(ROOT / "tools" / "programs", "nope.md", cwd=tmp_path)
    assert (status, told.count("\n")) == (2, 1)


def test_commands_work_in_a_path_with_a_space(elsewhere: Path, tmp_path: Path) -> None:
    status, printed, told = run(elsewhere / "matrix", "--since", "before", cwd=tmp_path)
    assert (status, told) == (0, "")
    assert printed.startswith('{"package": [], "python": ["3.11", ')


def test_the_matrix_is_also_written_for_a_workflow(elsewhere: Path, tmp_path: Path) -> None:
    output = tmp_path / "output"
    status, printed, _ = run(elsewhere / "matrix", "--output", str(output), cwd=tmp_path)
    assert status == 0
    assert '"package": ["base", "top"]' in printed
    assert output.read_text("utf-8") == f"matrix={printed}"


def test_a_first_push_has_nothing_to_compare_with(elsewhere: Path, tmp_path: Path) -> None:
    _, printed, _ = run(elsewhere / "matrix", "--since", "0" * 40, cwd=tmp_path)
    assert '"package": ["base", "top"]' in printed


def test_a_release_tells_whether_it_is_for_the_index(elsewhere: Path, tmp_path: Path) -> None:
    output = tmp_path / "output"
    status, _, _ = run(elsewhere / "release", "base-v0.1.0", "--output", str(output), cwd=tmp_path)
    assert (status, output.read_text("utf-8")) == (0, "upload=true\n")


def test_without_a_python_that_is_new_enough_there_is_one_line(
    elsewhere: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for name in ("sh", "dirname"):
        (home / name).symlink_to(shutil.which(name) or name)
    env = {"PATH": str(home), "HOME": str(home)}
    done = subprocess.run(
        [elsewhere / "matrix"], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("tools/matrix: no Python 3.11 or later found")
    assert done.stderr.count("\n") == 1


def test_a_command_that_is_terminated_ends_what_it_started(elsewhere: Path, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    os.mkfifo(ready)
    command = elsewhere / "workspace" / "commands" / "wait.py"
    command.write_text(
        f'''"""Wait."""
from workspace.steps import Runner, Step
def configure(parser): pass
def run(options, workspace):
    step = Step("wait", lambda log: log.run("sh", "-c", "echo $$ >{ready}; exec sleep 60"))
    return Runner(workspace.cache).run([step])
''',
        "utf-8",
    )
    with subprocess.Popen([elsewhere / "_python", "wait"], env=environ()) as process:
        started = int(ready.read_text("utf-8"))
        process.terminate()
        assert process.wait(20) == 128 + signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        os.kill(started, 0)


def test_a_command_in_the_background_of_a_shell_starts_programs_that_can_be_interrupted() -> None:
    told = "import signal, sys; sys.path.insert(0, sys.argv[1]); from workspace.cli import main"
    told += "; main(['nothing']); sys.exit(signal.getsignal(2) is not signal.default_int_handler)"
    shell = ["sh", "-c", 'trap "" INT; exec "$@"', "sh"]
    command = [*shell, sys.executable, "-c", told, str(ROOT / "tools")]
    done = subprocess.run(command, env=environ(), capture_output=True, text=True, check=False)
    assert done.returncode == 0


def test_an_interpreter_that_is_named_is_the_only_one_tried(elsewhere: Path) -> None:
    env = environ({"WORKSPACE_PYTHON": "/no/such/python"})
    done = subprocess.run(
        [elsewhere / "matrix"], env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
