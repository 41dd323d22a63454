"""Sections of applications' config that do not say what they seem to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cherrypy_dispatch import Dispatcher, walk_site
from cherrypy_web.checks.findings import Finding, place, similar
from cherrypy_web.tools import HandlerTool

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cherrypy_web.application import Application
    from cherrypy_web.checks.findings import Site

__all__ = [
    "bracketed_sections",
    "empty_configs",
    "misspelled_sections",
    "sections_with_script_name",
    "unmatched_sections",
]


def empty_configs(
    site: Site, advice: str = "If it needs none, write checker.check_skipped_app_config: False."
) -> Iterator[Finding]:
    """Find applications without config.

    Args:
        site: The site.
        advice: What to write instead.
    """
    for name, app in site.apps.items():
        if not app.config:
            yield Finding(f"The Application mounted at {name!r} has an empty config.", advice)


def sections_with_script_name(site: Site) -> Iterator[Finding]:
    """Find sections whose path begins with the path that the application is mounted at."""
    for name, app in site.apps.items():
        for section in app.config if name else ():
            if f"{section}/".startswith(f"{name}/"):
                right = section[len(name) :] or "/"
                yield Finding(
                    f"The application mounted at {name!r} has a section that begins with its "
                    f"script name: {section!r}.",
                    f"Sections are paths below it: write {right!r}.",
                    place(app, section),
                )


def bracketed_sections(site: Site) -> Iterator[Finding]:
    """Find sections of a dict that are written as they are in a file."""
    for name, app in site.apps.items():
        for section in app.config:
            if section.startswith("[") and section.endswith("]"):
                yield Finding(
                    f"The application mounted at {name!r} has a section with extraneous brackets: "
                    f"{section!r}.",
                    f"Brackets are for files; in a dict, write {section[1:-1]!r}.",
                    place(app, section),
                )


def misspelled_sections(site: Site) -> Iterator[Finding]:
    """Find sections that no path leads to: they have no slash before them, or one behind.

    A section without a slash that says nothing of requests is one of the program's own.
    """
    for name, app in site.apps.items():
        for section, entries in app.config.items():
            path = "/" + section.strip("/")
            if section in {path, "global"} or section.startswith("["):
                continue
            if not (section.startswith("/") or _is_of_requests(app, entries)):
                continue
            yield Finding(
                f"The application mounted at {name!r} has a section {section!r}, to which no path "
                "leads.",
                f"A section begins with a slash, and ends without one: write {path!r}.",
                place(app, section),
            )


def _is_of_requests(app: Application, entries: Mapping[str, Any]) -> bool:
    known = {*app.toolboxes, *app.request_class.namespaces}
    return any("." in key and key.partition(".")[0] in known for key in entries)


def unmatched_sections(site: Site) -> Iterator[Finding]:
    """Find sections for paths at which nothing answers.

    Of an application whose dispatcher is no `Dispatcher` nobody knows what it answers; nor below a
    ``_cp_dispatch``, and where a tool may answer in place of a page.
    """
    for app in site.apps.values():
        if not all(isinstance(each, Dispatcher) for each in _dispatchers(app, site)):
            continue
        patterns = [_segments(published.pattern) for published in walk_site(app.root)]
        paths = ["/".join(pattern) for pattern in patterns]
        for section in app.config:
            wanted = _segments(section) if section.startswith("/") else []
            if not wanted or _may_answer(app, site.in_force(app, section)):
                continue
            if not any(_reaches(pattern, wanted) for pattern in patterns):
                near = similar("/".join(wanted), paths)
                hint = f"is /{near} meant? " if near else ""
                yield Finding(
                    f"Nothing is published at the path of the section {section!r}, or below it.",
                    f"{hint.capitalize()}`cherryd routes` lists what is published.",
                    place(app, section),
                )


def _dispatchers(app: Application, site: Site) -> Iterator[Any]:
    yield app.request_class.dispatch
    for config in (site.config, *app.config.values()):
        if "request.dispatch" in config:
            yield config["request.dispatch"]


def _may_answer(app: Application, config: Mapping[str, Any]) -> bool:
    """Tell whether a tool that may answer in place of a page is on."""
    return any(
        config.get(f"{namespace}.{name}.on")
        for namespace, toolbox in app.toolboxes.items()
        for name, tool in toolbox
        if isinstance(tool, HandlerTool)
    )


def _segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]


def _reaches(pattern: Sequence[str], wanted: Sequence[str]) -> bool:
    """Tell whether a pattern leads to a path or below it."""
    for position, segment in enumerate(wanted):
        if position == len(pattern):
            return segment == "index" and position == len(wanted) - 1
        expected = pattern[position]
        if expected.startswith("{*"):
            return True
        if not expected.startswith("{") and _name(expected) != _name(segment):
            return False
    return True


def _name(segment: str) -> str:
    """Return a segment with all that a dispatcher may translate as the same."""
    return "".join(letter if letter.isalnum() else "_" for letter in segment)
