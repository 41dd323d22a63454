"""The lowest versions that a package allows.

Of other projects its bounds name them, of siblings the release tags within the bounds.
"""

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from workspace.packages import Package, Workspace
from workspace.requirements import Requirement, version_key
from workspace.wheels import at_tag, release_tags


def pins(packages: Iterable[Package]) -> list[str]:
    """Return the constraints that hold everything third-party at its lower bound.

    Where two packages ask for different lowest versions, the higher one is the lowest that serves
    both.
    """
    chosen = list(packages)
    own = {package.name for package in chosen}
    bounds: dict[tuple[str, str], str] = {}
    for one in (one for package in chosen for one in _required(package)):
        if one.lower is None or one.name in own:
            continue
        key = (one.name, one.marker)
        bounds[key] = max(bounds.get(key, one.lower), one.lower, key=version_key)
    return [
        f"{name}=={version}" + (f"; {marker}" if marker else "")
        for (name, marker), version in sorted(bounds.items())
    ]


def sibling(workspace: Workspace, package: Package, other: Package) -> Package:
    """Return the lowest version of a sibling that a package allows.

    That is the lowest release within the bounds; where there is none yet, the sibling as it is now.
    """
    declared = next((one for one in package.requirements if one.name == other.name), None)
    lower = version_key(declared.lower or "0") if declared else ()
    allowed = [
        tag
        for version, tag in release_tags(workspace, other).items()
        if version_key(version) >= lower
    ]
    if declared is None or not allowed:
        return other
    return replace(at_tag(workspace, other, allowed[0]), layer=other.layer)


def _required(package: Package) -> Iterable[Requirement]:
    return chain(package.requirements, *package.extras.values())
