"""Which packages a change concerns: the changed ones and all that depend on them.

A change outside of ``packages/`` may concern everything, so everything is checked then.
"""

from collections.abc import Iterable
from pathlib import Path

from workspace.errors import Failure, Misuse
from workspace.packages import Package, Workspace
from workspace.processes import output_of


def is_known(root: Path, ref: str) -> bool:
    """Tell whether git knows a ref."""
    try:
        output_of(["git", "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}"], cwd=root)
    except Failure:
        return False
    return True


def changed_files(root: Path, since: str) -> list[str]:
    """Return the files that differ from the point where this branch left a git ref.

    Raises:
        Misuse: git does not know the ref.
    """
    if not is_known(root, since):
        raise Misuse(f"git knows no ref {since!r}")
    listed = output_of(["git", "diff", "--name-only", "-z", f"{since}...HEAD"], cwd=root)
    working = output_of(["git", "diff", "--name-only", "-z", "HEAD"], cwd=root)
    return sorted({name for name in (listed + working).split("\0") if name})


def concerned(workspace: Workspace, files: Iterable[str]) -> list[Package]:
    """Return the packages whose checks must run again after the files changed."""
    homes = {one.path.relative_to(workspace.root).as_posix(): one.name for one in workspace}
    pages = {f"docs/packages/{one.name}.md": one.name for one in workspace}
    names = set()
    for file in files:
        name = pages.get(file) or homes.get("/".join(file.split("/")[:2]))
        if name is None:
            return list(workspace)
        names.add(name)
    return workspace.dependents(names)
