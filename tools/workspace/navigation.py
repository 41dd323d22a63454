"""A hook of mkdocs: fill the patterns of the navigation, so that a new page needs no line there.

A pattern such as ``packages/*`` becomes all pages that it matches and that are not named elsewhere.
A named page, or a section, that does not exist (yet) is left out.
"""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any


def on_config(config: Any) -> Any:
    """Replace the configured navigation by what it stands for."""
    docs = Path(config["docs_dir"])
    pages = sorted(file.relative_to(docs).as_posix() for file in docs.rglob("*.md"))
    config["nav"] = filled(config["nav"], pages)
    return config


def filled(nav: list[Any], pages: Iterable[str]) -> list[Any]:
    """Return a navigation in which patterns stand no more and every entry exists."""
    known = list(pages)
    named = {entry for entry in _leaves(nav) if "*" not in entry}
    patterns = [entry for entry in _leaves(nav) if entry not in named]
    free = [page for page in known if page not in named]
    chosen: dict[str, list[str]] = {}
    for pattern in sorted(patterns, key=len, reverse=True):
        chosen[pattern] = [page for page in free if fnmatch(page, pattern)]
        free = [page for page in free if page not in chosen[pattern]]
    chosen |= {name: [name] for name in named if name in known}
    return list(_entries(nav, chosen))


def _leaves(nav: Any) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, dict):
        yield from (leaf for value in nav.values() for leaf in _leaves(value))
    else:
        yield from (leaf for entry in nav for leaf in _leaves(entry))


def _entries(nav: Iterable[Any], chosen: dict[str, list[str]]) -> Iterator[Any]:
    for entry in nav:
        if isinstance(entry, str):
            yield from chosen.get(entry, [])
            continue
        for title, value in entry.items():
            parts = list(_entries([value] if isinstance(value, str) else value, chosen))
            if parts:
                yield {title: value if parts == [value] else parts}
