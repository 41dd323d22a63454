"""The drawings of the documentation, made from what the code itself says.

They run with the Python of the workspace's environment, for they import the packages.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from workspace.drawings import bus, life, packages
from workspace.packages import Workspace

PLACE = Path("docs/drawings")

DRAWINGS: Mapping[str, Callable[[Workspace], str]] = MappingProxyType(
    {
        "packages.svg": packages.drawing,
        "life.svg": life.drawing,
        "bus.svg": bus.drawing,
    }
)
"""The drawings by their file name."""


def write(workspace: Workspace) -> None:
    """Write all drawings."""
    place = workspace.root / PLACE
    place.mkdir(exist_ok=True)
    for name, draw in DRAWINGS.items():
        (place / name).write_text(draw(workspace), "utf-8")


def stale(workspace: Workspace) -> list[str]:
    """Return the drawings that are not what the code says any more."""
    place = workspace.root / PLACE
    return [
        str(PLACE / name)
        for name, draw in DRAWINGS.items()
        if not (place / name).is_file() or (place / name).read_text("utf-8") != draw(workspace)
    ]
