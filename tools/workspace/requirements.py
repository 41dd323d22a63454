"""Requirements as they stand in a pyproject file: a name, extras, bounds, a marker.

Only what the workspace needs is understood; installers read the full text, which is kept as
written.
"""

import re
from dataclasses import dataclass

from workspace.errors import Failure

_REQUIREMENT = re.compile(
    r"^\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*"
    r"(?:\[(?P<extras>[^\]]*)\])?\s*(?P<bounds>(?:[(<>=!~][^;@]*?)?)\s*(?:;(?P<marker>.*))?$"
)
_LOWER = re.compile(r"(?:>=|==|~=)\s*([0-9][0-9A-Za-z.]*)")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement; ``text`` is what the file says."""

    text: str
    name: str
    extras: tuple[str, ...]
    bounds: str
    marker: str

    @property
    def lower(self) -> str | None:
        """Return the lowest version that the bounds allow, or None where there is none."""
        found = _LOWER.search(self.bounds)
        return found[1] if found else None


def normal_name(name: str) -> str:
    """Return a distribution's name in the form in which names are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def parse(text: str) -> Requirement:
    """Read one requirement.

    Raises:
        Failure: The text is no requirement by name (a requirement by URL is none either).
    """
    match = _REQUIREMENT.match(text)
    if match is None:
        msg = f"{text!r} is no requirement such as 'webob>=1.8,<2'"
        raise Failure(msg)
    extras = tuple(part.strip() for part in (match["extras"] or "").split(",") if part.strip())
    marker = (match["marker"] or "").strip()
    return Requirement(text.strip(), normal_name(match["name"]), extras, match["bounds"], marker)


def version_key(version: str) -> tuple[int, ...]:
    """Return what orders final versions: their numbers, without trailing zeros."""
    numbers = [int(part) for part in re.findall(r"\d+", version.split("+", maxsplit=1)[0])]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
