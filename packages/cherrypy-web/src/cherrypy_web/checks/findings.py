"""What a check says, and the site that it looks at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from cherrypy_config import Config, Origin
from cherrypy_web.namespaces import BUILT_IN
from cherrypy_web.tools import Tool

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cherrypy_web.application import Application

__all__ = ["Entry", "Finding", "Site"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A mistake.

    Attributes:
        what: What is wrong, in a sentence.
        advice: What to write instead, in a sentence.
        place: Where it stands: the application, the section, and what it was read from.
    """

    what: str
    advice: str
    place: str = ""

    def __str__(self) -> str:
        return "\n".join(line for line in (self.what, self.place, self.advice) if line)


class Entry(NamedTuple):
    """An entry of a config.

    Attributes:
        key: Its whole key.
        value: Its value.
        place: Where it stands.
        app: The application whose config it is in; None for that of the site.
        section: The section of that.
    """

    key: str
    value: Any
    place: str
    app: Application | None
    section: str = ""


@dataclass(frozen=True)
class Site:
    """What is checked.

    Attributes:
        config: The config of the site.
        apps: The applications by script name.
        objects: What the entries of a namespace of the site set attributes of, by its name.
        servers: The HTTP servers: whatever has their settings as attributes.
        extra_namespaces: Namespaces that nobody registered, and that are in use all the same.
    """

    config: Mapping[str, Any]
    apps: Mapping[str, Application]
    objects: Mapping[str, Any] = field(default_factory=dict)
    servers: tuple[Any, ...] = ()
    extra_namespaces: tuple[str, ...] = ()

    def entries(self) -> Iterator[Entry]:
        """Yield the entries of the site, and those of each section of each application."""
        config = self.config
        for key, value in config.items():
            origin = config.origin(key) if isinstance(config, Config) else None
            yield Entry(key, value, _from(origin), None)
        for app in self.apps.values():
            for section, entries in app.config.items():
                if section != "global" and not section.startswith("/"):
                    continue  # the program's own
                for key, value in entries.items():
                    if section == "global" and key in config:
                        continue  # the site has it, too
                    yield Entry(key, value, place(app, section, key), app, section)

    def in_force(self, app: Application, section: str) -> dict[str, Any]:
        """Return the config for the path of a section, without what pages bring themselves."""
        config = dict(self.config)
        for path in sorted(app.config, key=len):
            if f"{section.rstrip('/')}/".startswith(f"{path.rstrip('/')}/"):
                config.update(app.config[path])
        return config

    def namespaces(self) -> set[str]:
        """Return the namespaces that anything of the site knows."""
        known = {
            *BUILT_IN,
            Tool.namespace,
            "wsgi",
            *self.objects,
            *getattr(self.config, "namespaces", ()),
            *self.extra_namespaces,
        }
        for app in self.apps.values():
            known |= {*app.namespaces, *app.toolboxes, *app.request_class.namespaces}
        return known


def place(app: Application, section: str, key: str | None = None) -> str:
    """Say where something stands in the config of an application."""
    where = f"application {app.script_name or '/'!r}, section [{section}]"
    origin = app.origins.get((section, key)) if key else None
    if origin is None and key is None:
        origin = next((of for (name, _), of in app.origins.items() if name == section), None)
    return f"{where}, from {origin}" if origin else where


def _from(origin: Origin | None) -> str:
    return f"site config, from {origin}" if origin else "site config"


def similar(name: str, names: Any) -> str | None:
    """Return the one of some names that may be meant by another, or None."""
    import difflib  # noqa: PLC0415 - for mistakes only

    return next(iter(difflib.get_close_matches(name, list(names), 1)), None)
