"""Find the Python interpreters of this machine by their version, such as ``3.12``."""

import os
import re
import shutil
import sys
from pathlib import Path

from workspace.errors import Failure, Misuse
from workspace.processes import environ, output_of

SUPPORTED = ("3.11", "3.12", "3.13")
NEWEST = "3.x"
_VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"


def current() -> str:
    """Return the version of the interpreter that runs the tools."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def own() -> Path:
    """Return the interpreter that runs the tools, not that of an environment around it."""
    return Path(sys.executable).resolve()


def find(version: str) -> Path | None:
    """Return an interpreter of that version, or None where there is none."""
    if version == current():
        return own()
    return next((path for path in _candidates(version) if version_of(path) == version), None)


def require(version: str) -> Path:
    """Return an interpreter of that version.

    Raises:
        Misuse: The text is no version.
        Failure: There is no such interpreter.
    """
    if not re.fullmatch(r"3\.\d+", version):
        raise Misuse(f"{version!r} is no Python version such as 3.12")
    found = find(version)
    if found is None:
        raise Failure(
            f"no Python {version} found on the PATH or below pyenv's versions; install it"
        )
    return found


def others() -> list[str]:
    """Return the supported versions that are here, beside the one that runs the tools."""
    return [version for version in SUPPORTED if version != current() and find(version)]


def newest() -> str:
    """Return the newest supported version that is here."""
    return max([current(), *others()], key=lambda version: int(version.split(".")[1]))


def middle() -> str:
    """Return a supported version that is neither the tools' own nor the newest, if there is one."""
    return next((one for one in others() if one != newest()), current())


def version_of(python: Path) -> str | None:
    """Return the version of an interpreter, or None where it does not run."""
    try:
        return output_of([python, "-c", _VERSION], env=environ()).strip()
    except Failure:
        return None


def _candidates(version: str) -> list[Path]:
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    installed = sorted((pyenv / "versions").glob(f"{version}.*/bin/python"), reverse=True)
    on_path = shutil.which(f"python{version}")
    return [*installed, *([Path(on_path)] if on_path else [])]
