"""Keys that nobody reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cherrypy_web.checks.findings import Finding, similar
from cherrypy_web.hooks import HOOK_POINTS
from cherrypy_web.options import is_complete
from cherrypy_web.tools import _OF_EVERY_TOOL, Tool, Toolbox

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cherrypy_web.application import Application
    from cherrypy_web.checks.findings import Entry, Site

__all__ = [
    "misplaced_site_entries",
    "renamed_keys",
    "unknown_keys",
    "unknown_namespaces",
    "unknown_tool_options",
]

#: The namespaces that only the config of the site has.
OF_THE_SITE: Final = frozenset({"checker", "engine", "server", "tree"})


def unknown_namespaces(site: Site) -> Iterator[Finding]:
    """Find keys whose first name means nothing to anybody."""
    known = site.namespaces()
    for entry in site.entries():
        namespace, dot, rest = entry.key.partition(".")
        if dot and namespace not in known:
            near = similar(namespace, known)
            hint = f"Write {near}.{rest}" if near else f"Known are {', '.join(sorted(known))}"
            yield Finding(
                f"The config entry {entry.key!r} is invalid, because the {namespace!r} config "
                "namespace is unknown.",
                f"{hint}; or register the namespace.",
                entry.place,
            )


def misplaced_site_entries(site: Site) -> Iterator[Finding]:
    """Find keys in the config of an application that have an effect only in that of the site."""
    for entry in site.entries():
        namespace = entry.key.partition(".")[0]
        if entry.app is None:
            continue
        if namespace in OF_THE_SITE or entry.key == "environment" or entry.section == "global":
            yield Finding(
                f"The config entry {entry.key!r} is only allowed in the config of the site.",
                "Move it to a [global] section, and pass that to cherrypy.config.update().",
                entry.place,
            )


def renamed_keys(
    site: Site, obsolete: Mapping[str, str], deprecated: Mapping[str, str]
) -> Iterator[Finding]:
    """Find keys that have other names now.

    Args:
        site: The site.
        obsolete: New names by those that have no effect any more.
        deprecated: New names by those that will go.
    """
    for entry in site.entries():
        for names, word in ((obsolete, "obsolete"), (deprecated, "deprecated")):
            if entry.key in names:
                yield Finding(
                    f"The config entry {entry.key!r} is {word}.",
                    f"Write {names[entry.key]!r}.",
                    entry.place,
                )


def unknown_keys(site: Site) -> Iterator[Finding]:
    """Find keys that are a slip, in namespaces that are known.

    Any attribute of a request, a response or a server may be set, so a strange one of these is
    reported only where it looks like one that there is.
    """
    for entry in site.entries():
        namespace, _, rest = entry.key.partition(".")
        finding = None
        if namespace == "hooks":
            finding = _not_among(entry, rest.partition(".")[0], HOOK_POINTS)
        elif namespace == "error_page":
            if rest != "default" and not rest.isdecimal():
                finding = _not_among(entry, rest, ("default",))
        elif namespace == "checker" and entry.app is None:
            finding = _not_among(entry, rest, dir(type(site.objects.get("checker"))))
        elif namespace in {"request", "response"} and entry.app is not None:
            finding = _like_another(entry, rest, _attributes(entry.app, namespace))
        elif namespace in {"server", "log"} and namespace in site.objects:
            name = rest.rpartition(".")[2]
            finding = _like_another(entry, name, {*dir(type(site.objects[namespace])), "on"})
        if finding is not None:
            yield finding


def _attributes(app: Application, namespace: str) -> list[str]:
    kind: Any = app.request_class if namespace == "request" else app.response_class
    return [name for name in dir(kind) if not name.startswith("_")] + ["body", "headers"]


def _not_among(entry: Entry, name: str, names: Iterable[str]) -> Finding | None:
    known = [each for each in names if not each.startswith("_")]
    if name in known:
        return None
    near = similar(name, known)
    advice = f"Is {near} meant?" if near else f"There are {', '.join(known)}."
    return Finding(f"The config entry {entry.key!r} has no effect.", advice, entry.place)


def _like_another(entry: Entry, name: str, names: Iterable[str]) -> Finding | None:
    known = [each for each in names if not each.startswith("_")]
    name = name.partition(".")[0]
    if name in known or not similar(name, known):
        return None
    return _not_among(entry, name, known)


def unknown_tool_options(site: Site) -> Iterator[Finding]:
    """Find tools, and options of tools, that there are not, also where they are off."""
    for entry in site.entries():
        namespace, _, rest = entry.key.partition(".")
        toolbox = _toolbox(site, entry, namespace)
        if toolbox is not None:
            yield from _in_toolbox(entry, toolbox, rest)


def _toolbox(site: Site, entry: Entry, namespace: str) -> Toolbox | None:
    for app in [entry.app] if entry.app else site.apps.values():
        if namespace in app.toolboxes:
            return app.toolboxes[namespace]
    return None


def _in_toolbox(entry: Entry, toolbox: Toolbox, rest: str) -> Iterator[Finding]:
    name, _, option = rest.partition(".")
    tool = getattr(toolbox, name, None)
    if not isinstance(tool, Tool):
        near = similar(name, [each for each, _ in toolbox])
        advice = f"Is {toolbox.namespace}.{near} meant?" if near else "It has no effect."
        yield Finding(f"There is no tool {name!r} ({entry.key}).", advice, entry.place)
    elif option and option not in _OF_EVERY_TOOL and tool.is_known():
        try:
            is_complete(name, tool.callable, {option: entry.value})
        except TypeError as error:
            yield Finding(f"{str(error).capitalize()}.", f"Mend {entry.key}.", entry.place)
