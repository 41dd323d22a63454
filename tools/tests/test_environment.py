import os
import sys
from pathlib import Path

import pytest
from workspace import environment, index, interpreters
from workspace.environment import Environment
from workspace.errors import Failure, Misuse
from workspace.processes import environ
from workspace.samples import Sample, workspace


def test_an_environment_is_ready_when_its_marker_says_what_it_was_made_from(
    tmp_path: Path,
) -> None:
    one = Environment(tmp_path)
    assert not one.is_made_from("key")
    one.python.parent.mkdir()
    one.python.touch()
    one.mark("key")
    assert one.is_made_from("key")
    assert not one.is_made_from("other")


def test_a_checkout_without_a_lock_file_is_told(tmp_path: Path) -> None:
    found = workspace(tmp_path, Sample("base"))
    with pytest.raises(Failure, match=r"poetry\.lock is missing"):
        environment.main(found)


def test_a_python_without_the_module_for_environments_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = workspace(tmp_path, Sample("base"))
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(Failure, match="apt-get install python3-venv"):
        environment.create(tmp_path / "new", Path(sys.executable), found)


def test_an_index_out_of_reach_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = workspace(tmp_path, Sample("base"))
    monkeypatch.setattr(environment, "POETRY", ("no-such-distribution-of-ours==0",))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(
        Failure, match="could not install poetry; is the package index within reach"
    ):
        environment.poetry(found)
    assert "no-such-distribution-of-ours" in (tmp_path / ".cache" / "setup.log").read_text("utf-8")


def test_the_index_that_pip_is_configured_for_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "pip.conf"
    config.write_text("[global]\nindex-url = http://localhost:1/simple\n", "utf-8")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(config))
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    assert index.configured(Path(sys.executable)) == "http://localhost:1/simple"
    monkeypatch.setenv("PIP_INDEX_URL", "http://localhost:2/simple")
    assert index.configured(Path(sys.executable)) == "http://localhost:2/simple"


def test_without_configuration_the_index_is_the_one_of_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    assert index.configured(Path(sys.executable)) is None
    assert index.default(Path(sys.executable)).startswith("https://")


def test_the_running_interpreter_is_found_by_its_version() -> None:
    found = interpreters.require(interpreters.current())
    assert interpreters.version_of(found) == interpreters.current()


@pytest.mark.parametrize("text", ["3", "2.7", "3.x", "python3.12", ""])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(Misuse, match="is no Python version such as"):
        interpreters.require(text)


def test_an_interpreter_that_is_not_here_is_told() -> None:
    with pytest.raises(Failure, match=r"no Python 3\.99 found"):
        interpreters.require("3.99")


def test_programs_do_not_see_another_environment_and_keep_their_bytecode(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("KEPT", "yes")
    found = environ({"ADDED": "1", "KEPT": None})
    assert not found.keys() & {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "KEPT"}
    assert found["ADDED"] == found["PYTHONUTF8"] == "1"
