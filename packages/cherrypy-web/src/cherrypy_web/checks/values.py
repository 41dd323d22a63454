"""Values of the wrong type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cherrypy_web.checks.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cherrypy_web.checks.findings import Entry, Site

__all__ = ["wrong_types"]

#: Kinds of values; within one of them any will do.
KINDS: Final[dict[type, str]] = {
    bool: "True or False",
    int: "a number",
    float: "a number",
    str: "a text in quotes",
    list: "a list",
    tuple: "a list",
    set: "a list",
    frozenset: "a list",
    dict: "a dict",
}

#: Where an attribute does not tell by its own value.
KNOWN_TYPES: Final[dict[str, type]] = {
    "log.screen": bool,
    "log.wsgi": bool,
    "log.access_file": str,
    "log.error_file": str,
}


def wrong_types(site: Site, known_types: Mapping[str, type] = KNOWN_TYPES) -> Iterator[Finding]:
    """Find values of another kind than the default value of what they set.

    ``None`` is always right, and a default of ``None`` tells nothing.

    Args:
        site: The site.
        known_types: The types of further entries.
    """
    for entry in site.entries():
        expected = known_types.get(entry.key) or _expected(site, entry)
        right, found = KINDS.get(expected or object), KINDS.get(type(entry.value))
        if right and found and right != found:
            yield Finding(
                f"The config entry {entry.key!r} is of type {type(entry.value).__name__!r}, which "
                f"does not match the expected type {expected.__name__!r}.",  # type: ignore[union-attr]  # a kind was found
                f"Write {right} in place of {entry.value!r}.",
                entry.place,
            )


def _expected(site: Site, entry: Entry) -> type | None:
    namespace, _, path = entry.key.partition(".")
    owner: Any = None
    if namespace in {"request", "response"}:
        app = entry.app or next(iter(site.apps.values()), None)
        owner = app and getattr(app, f"{namespace}_class")
    elif namespace in {"engine", "server", "checker"}:
        owner = site.objects.get(namespace)
    elif path.endswith(".on"):
        return bool if entry.key.count(".") == 2 else None  # noqa: PLR2004 - tools.<tool>.on
    *way, name = path.split(".")
    if name == "on":
        return bool
    for each in way:
        owner = getattr(owner, each, None)
    default = getattr(owner if isinstance(owner, type) else type(owner), name, None)
    return type(default)
