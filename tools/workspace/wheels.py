"""Build wheels, in the installer's environment, which has the build back end."""

import shutil
import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

from workspace.errors import Failure
from workspace.packages import Package, Workspace, read_package
from workspace.processes import Words, environ, output_of
from workspace.requirements import version_key

_BUILD = (
    "import sys; from poetry.core.masonry.api import build_wheel; print(build_wheel(sys.argv[1]))"
)


def build(python: Path, package: Package, directory: Path) -> Path:
    """Build the wheel of a package.

    Args:
        python: An interpreter that has poetry-core.

    Raises:
        Failure: The back end refuses the package.
    """
    directory.mkdir(parents=True, exist_ok=True)
    printed = output_of([python, "-c", _BUILD, directory], cwd=package.path, env=environ())
    return directory / printed.split()[-1]


def release_tags(workspace: Workspace, package: Package) -> dict[str, str]:
    """Return the released versions of a package, oldest first, with their tags."""
    prefix = f"{package.name}-v"
    try:
        tags = output_of(["git", "tag", "--list", f"{prefix}[0-9]*"], cwd=workspace.root).split()
    except Failure:
        return {}  # an unpacked archive knows no releases
    versions = sorted((tag.removeprefix(prefix) for tag in tags), key=version_key)
    return {version: prefix + version for version in versions}


def at_tag(workspace: Workspace, package: Package, tag: str) -> Package:
    """Return a package as it was at a tag, unpacked in the scratch directory.

    Raises:
        Failure: The tag does not have the package.
    """
    directory = workspace.scratch / "releases" / tag
    shutil.rmtree(directory, ignore_errors=True)
    inside = package.path.relative_to(workspace.root)
    command: Words = ["git", "archive", "--format=tar", tag, str(inside)]
    done = subprocess.run(command, cwd=workspace.root, capture_output=True, check=False)
    if done.returncode:
        raise Failure(f"tag {tag} has no {inside}")
    with tarfile.open(fileobj=BytesIO(done.stdout)) as archive:
        archive.extractall(directory, filter="data")
    return read_package(directory / inside / "pyproject.toml")
