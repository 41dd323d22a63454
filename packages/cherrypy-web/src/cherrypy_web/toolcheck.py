"""Find mistakes in the config of tools before a request meets them.

Only what is certain is a fault: what a section leaves out, a handler may bring.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cherrypy_dispatch import merge
from cherrypy_web.tools import Toolbox, add_option, turned_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cherrypy_dispatch import Layer
    from cherrypy_web.application import Application

__all__ = ["ToolConfigError", "check_tools"]


class ToolConfigError(ValueError):
    """The config turns tools on that cannot work.

    Attributes:
        faults: One sentence for each of them.

    Examples:
        >>> from cherrypy_web import Application
        >>> class Site(Application):
        ...     toolboxes = {"tools": Toolbox("tools")}
        >>> try:
        ...     check_tools([Site(None, config={"/css": {"tools.gizp.on": True}})])
        ... except ToolConfigError as error:
        ...     print(error.faults[0])
        tools.gizp: ..., in the section [/css] of ...
    """

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults: tuple[str, ...] = tuple(faults)
        super().__init__("; ".join(self.faults))


def check_tools(apps: Iterable[Application]) -> None:
    """Check the options of every tool that the config of some applications turns on.

    Raises:
        ToolConfigError: With everything that is wrong.

    Examples:
        >>> from cherrypy_web import Application, Tool
        >>> class Site(Application):
        ...     toolboxes = {"tools": Toolbox("tools")}
        >>> Site.toolboxes["tools"].greet = Tool("before_handler", lambda name: print(name))
        >>> app = Site(None, config={"/": {"tools.greet.on": True, "tools.greet.name": "Ann"}})
        >>> check_tools([app])
        >>> app.merge({"/css": {"tools.greet.nane": "Bob"}})
        >>> check_tools([app])
        Traceback (most recent call last):
        cherrypy_web.toolcheck.ToolConfigError: tools.greet: ...
    """
    faults = [
        f"{fault}, in the section [{section}] of {app!r}"
        for app in apps
        for fault, section in _first_places(app).items()
    ]
    if faults:
        raise ToolConfigError(faults)


def _first_places(app: Application) -> dict[str, str]:
    """Return the faults of an application, each with the section where it begins."""
    found: dict[str, str] = {}
    sections = {name for name in app.config if name.startswith("/")} | {"/"}
    for section in sorted(sections, key=len):
        config = merge(_layers(app, section), app.site_config)
        for namespace, toolbox in app.toolboxes.items():
            if type(toolbox).__exit__ is Toolbox.__exit__:
                for fault in _faults(namespace, toolbox, config):
                    found.setdefault(fault, section)
    return found


def _layers(app: Application, section: str) -> Iterator[Layer]:
    yield "/", getattr(app.root, "_cp_config", {})
    for path in sorted(app.config, key=len):
        if f"{section.rstrip('/')}/".startswith(f"{path.rstrip('/')}/"):
            yield path, app.config[path]


def _faults(namespace: str, toolbox: Toolbox, config: Mapping[str, Any]) -> Iterator[str]:
    toolmap: dict[str, dict[str, Any]] = {}
    for key, value in config.items():
        head, _, entry = key.partition(".")
        if head == namespace and entry:
            try:
                add_option(toolmap, namespace, entry, value)
            except ValueError as error:
                yield str(error)
    for name, options in toolmap.items():
        try:
            for tool, given in turned_on(toolbox, {name: options}):
                tool.check(given)
        except Exception as error:  # noqa: BLE001 - what options do is up to each tool
            yield f"{namespace}.{name}: {error}"
