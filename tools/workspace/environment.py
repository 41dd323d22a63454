"""The environments of a checkout: ``.venv`` with the packages, ``.poetry`` with the installer.

``.venv`` holds exactly what poetry.lock says. A marker in it names what it was made from (lock
file, pyproject files, interpreter, place), so that the next command finds it ready without asking
anyone.
"""

import hashlib
import importlib.util
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from workspace import editable, index, interpreters
from workspace.errors import Failure
from workspace.locks import alone
from workspace.packages import Workspace
from workspace.processes import Words, environ, logged

POETRY = ("poetry==2.5.1", "poetry-plugin-pypi-mirror==0.6.5")
_MARKER = ".workspace"


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment of the checkout."""

    directory: Path

    @property
    def python(self) -> Path:
        """Return its interpreter."""
        return self.directory / "bin" / "python"

    def is_made_from(self, key: str) -> bool:
        """Tell whether the environment is ready and was made from what ``key`` stands for."""
        marker = self.directory / _MARKER
        return self.python.exists() and marker.is_file() and marker.read_text("utf-8") == key

    def mark(self, key: str) -> None:
        """Remember what the environment was made from."""
        (self.directory / _MARKER).write_text(key, "utf-8")


def main(workspace: Workspace) -> Environment:
    """Return the environment of all commands, set up first where that is necessary."""
    return prepare(workspace, workspace.root / ".venv", interpreters.own())


def prepare(workspace: Workspace, directory: Path, python: Path, *groups: str) -> Environment:
    """Return an environment with all packages and their locked dependencies.

    Args:
        python: The interpreter to make it with.
        groups: The groups of dependencies that are wanted; all where none is named.

    Raises:
        Failure: Something that is needed first is missing; the message says what.
    """
    environment = Environment(directory)
    key = _key(workspace, python, directory, *_files(workspace)) + " ".join(groups)
    if environment.is_made_from(key):
        return environment
    with alone(workspace.cache / "environments.lock"):
        if not environment.is_made_from(key):
            _install(workspace, environment, python, groups)
            environment.mark(key)
    return environment


def poetry(workspace: Workspace) -> Environment:
    """Return the environment of the installer, set up first where that is necessary.

    Raises:
        Failure: The module venv or the package index is missing.
    """
    environment = Environment(workspace.root / ".poetry")
    key = _key(workspace, interpreters.own(), environment.directory)
    if not environment.is_made_from(key):
        say(f"setting up {POETRY[0]} in .poetry")
        create(environment.directory, interpreters.own(), workspace)
        command: Words = [environment.python, "-m", "pip", "install", "--quiet", *POETRY]
        _run(workspace, command, "could not install poetry; is the package index within reach?")
        environment.mark(key)
    return environment


def create(directory: Path, python: Path, workspace: Workspace, *options: str) -> None:
    """Make a new virtual environment in place of what is there.

    Raises:
        Failure: The interpreter lacks what is needed for that.
    """
    if importlib.util.find_spec("ensurepip") is None:
        raise Failure(
            "this Python has no module ensurepip; on Debian: apt-get install python3-venv"
        )
    shutil.rmtree(directory, ignore_errors=True)
    command: Words = [python, "-m", "venv", *options, directory]
    _run(workspace, command, f"could not make a virtual environment with {python}")


def run_poetry(
    workspace: Workspace, arguments: list[str], extra: Mapping[str, str | None], message: str
) -> None:
    """Run poetry, first as it is and then through the index that pip uses.

    Where pip is configured to use an index of its own, poetry is sent there at once.

    Raises:
        Failure: Both ways failed; begins with ``message``.
    """
    installer = poetry(workspace)
    command: Words = [
        installer.directory / "bin" / "python",
        "-m",
        "poetry",
        "--no-interaction",
        *arguments,
    ]
    own_index = index.configured(installer.python)
    if own_index is None and _attempt(workspace, command, extra):
        return
    mirror = own_index or index.default(installer.python)
    _run(workspace, command, message, {**extra, "POETRY_PYPI_MIRROR_URL": mirror})


def say(text: str) -> None:
    """Tell the user what goes on."""
    print(f"· {text}", file=sys.stderr, flush=True)


def _install(
    workspace: Workspace, environment: Environment, python: Path, groups: Sequence[str]
) -> None:
    poetry(workspace)
    say(f"setting up {environment.directory.relative_to(workspace.root)}")
    if _fits(environment, python):
        _forget(workspace, environment, editable.stale(workspace, environment.directory))
    else:
        create(environment.directory, python, workspace)
    extra = {
        "VIRTUAL_ENV": str(environment.directory),
        "PATH": f"{environment.directory / 'bin'}:{environ().get('PATH', '')}",
        "POETRY_VIRTUALENVS_IN_PROJECT": "true",
    }
    message = (
        "could not install what poetry.lock names; is the index within reach, the lock current?"
    )
    only = [f"--only={','.join(groups)}"] if groups else []
    run_poetry(workspace, ["sync", *only], extra, message)


def _forget(workspace: Workspace, environment: Environment, names: Sequence[str]) -> None:
    if names:
        pip: Words = [poetry(workspace).python, "-m", "pip", "--python", environment.python]
        command = [*pip, "uninstall", "--yes", "--quiet", *names]
        _run(workspace, command, f"could not uninstall {' '.join(names)}")


def _fits(environment: Environment, python: Path) -> bool:
    """Tell whether an environment that is there can be brought up to date instead of made anew."""
    config = environment.directory / "pyvenv.cfg"
    if not environment.python.exists() or not config.is_file():
        return False
    script = environment.directory / "bin" / "activate"
    here = str(environment.directory) in script.read_text("utf-8")
    base = f"home = {python.resolve().parent}\n" in config.read_text("utf-8")
    same = environment.python.resolve() == python.resolve()
    return here and (base or same)


def _key(workspace: Workspace, python: Path, directory: Path, *files: Path) -> str:
    """Return a text that changes whenever an environment must be set up again."""
    digest = hashlib.sha256()
    for part in (*POETRY, str(python.resolve()), sys.version, str(directory)):
        digest.update(part.encode() + b"\0")
    for file in files:
        digest.update(str(file.relative_to(workspace.root)).encode() + b"\0")
        digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()


def _files(workspace: Workspace) -> list[Path]:
    root = workspace.root
    fixed = [root / "pyproject.toml", root / "poetry.lock"]
    missing = [file.name for file in fixed if not file.is_file()]
    if missing:
        raise Failure(f"{missing[0]} is missing in {root}")
    return [*fixed, *(package.path / "pyproject.toml" for package in workspace)]


def _log(workspace: Workspace) -> IO[str]:
    workspace.cache.mkdir(exist_ok=True)
    return (workspace.cache / "setup.log").open("a+", encoding="utf-8")


def _attempt(
    workspace: Workspace, command: list[str | Path], extra: Mapping[str, str | None] | None = None
) -> bool:
    with _log(workspace) as log:
        return logged(command, log, cwd=workspace.root, env=environ(extra)) == 0


def _run(
    workspace: Workspace,
    command: list[str | Path],
    message: str,
    extra: Mapping[str, str | None] | None = None,
) -> None:
    if not _attempt(workspace, command, extra):
        raise Failure(f"{message} (what was tried is in .cache/setup.log)")
