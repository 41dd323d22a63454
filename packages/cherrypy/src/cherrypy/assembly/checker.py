"""Look for mistakes in the configuration when the engine starts, and tell of them in the log.

Rule: a check only looks, and each can be turned off by its name. What it finds is a warning of
Python, so that a check of a program's own needs nothing but `warnings.warn`.
"""

from __future__ import annotations

import logging
import warnings
from typing import TYPE_CHECKING, Any, ClassVar, Final

from cherrypy import lib
from cherrypy_web import Application, checks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cherrypy.assembly import Assembly

__all__ = ["Checker", "checker_class"]

HEADING: Final = "CherryPy Checker:"
LOCALHOST: Final = (
    "The server listens on 'localhost', which may be an IPv4 or an IPv6 address.\n"
    "Write server.socket_host: '127.0.0.1' or '::1'."
)
SECTIONS_OF_THE_SITE: Final = (
    "What was given to cherrypy.config.update() has sections for paths, which are of no use there: "
    "give them to cherrypy.tree.mount(root, script_name, config), or to cherrypy.quickstart()."
)


class Checker:
    """The checks of a site: every method whose name begins with ``check_``.

    Set one to ``False``, in config too (``checker.check_localhost: False``), to do without it, or a
    function, to have one more. Each reports by `warnings.warn`; called as a whole, the checker
    writes what they find to the log of the engine.

    Attributes:
        assembly: The site; a class is made for each by `checker_class`.
        on: Whether it looks when the engine starts.
        obsolete: What to write in place of keys that have no effect any more.
        deprecated: What to write in place of keys that are going to have none.
        extra_config_namespaces: Namespaces that are in use though nobody registered them.
        known_config_types: The types of entries that the checker cannot know of.
        global_config_contained_paths: Whether the config of the site was given sections for paths.
    """

    assembly: ClassVar[Assembly]

    on: bool = True
    obsolete: ClassVar[dict[str, str]] = {
        "server.default_content_type": "tools.response_headers.headers",
        "log_access_file": "log.access_file",
        "log_config_options": "log.error_file",
        "log_file": "log.error_file",
        "log_file_not_found": "log.error_file",
        "log_request_headers": "tools.log_headers.on",
        "log_to_screen": "log.screen",
        "show_tracebacks": "request.show_tracebacks",
        "throw_errors": "request.throw_errors",
        "profiler.on": "cherrypy.lib.profiler.make_app",
    }
    deprecated: ClassVar[dict[str, str]] = {}
    extra_config_namespaces: ClassVar[list[str]] = []
    known_config_types: ClassVar[dict[str, type]] = {}
    global_config_contained_paths: bool = False

    def __call__(self) -> None:
        """Do all checks that are on, and write what they find to the log of the engine."""
        if self.on:
            for message in self.messages():
                self.assembly.engine.log(message, logging.WARNING)

    def messages(self) -> list[str]:
        """Return what all checks find that are not turned off, each as it stands in the log."""
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            for name in dir(self):
                if name.startswith("check_") and callable(check := getattr(self, name)):
                    check()
        return [self.formatwarning(each.message, each.category, "", 0) for each in found]

    def formatwarning(
        self,
        message: Warning | str,
        category: type[Warning],  # noqa: ARG002 - the documented signature, that of warnings
        filename: str,  # noqa: ARG002
        lineno: int,  # noqa: ARG002
        line: str | None = None,  # noqa: ARG002
    ) -> str:
        """Return a finding as it stands in the log."""
        return f"{HEADING}\n{message}"

    def check_app_config_entries_dont_start_with_script_name(self) -> None:
        """Find sections whose path has the script name of the application in it."""
        _warn(checks.sections_with_script_name(self.site()))

    def check_site_config_entries_in_app_config(self) -> None:
        """Find entries of an application that have an effect only in the config of the site."""
        _warn(checks.misplaced_site_entries(self.site()))

    def check_skipped_app_config(self) -> None:
        """Find applications without config."""
        advice = [SECTIONS_OF_THE_SITE] if self.global_config_contained_paths else []
        _warn(checks.empty_configs(self.site(), *advice))

    def check_app_config_brackets(self) -> None:
        """Find sections of dicts that are in brackets, as in a file."""
        _warn(checks.bracketed_sections(self.site()))

    def check_sections(self) -> None:
        """Find sections for requests without a slash at the beginning, or with one at the end."""
        _warn(checks.misspelled_sections(self.site()))

    def check_pages(self) -> None:
        """Find roots that are classes, and pages of roots without `expose` or `self`."""
        _warn(checks.unpublished(self.site()))

    def check_static_paths(self) -> None:
        """Find static files and directories that are not there, or whose paths are relative."""
        from cherrypy_web.checks.findings import place  # noqa: PLC0415 - see `cherrypy_web.checks`

        site = self.site()
        for app in site.apps.values():
            for section, entries in app.config.items():
                own = [key for key in entries if key.startswith("tools.static")]
                for fault in lib.static.advice(site.in_force(app, section)) if own else ():
                    _warn([f"{fault}\n{place(app, section, own[-1])}"])

    def check_compatibility(self) -> None:
        """Find keys that have other names now."""
        _warn(checks.renamed_keys(self.site(), self.obsolete, self.deprecated))

    def check_config_namespaces(self) -> None:
        """Find keys whose namespace nobody knows."""
        _warn(checks.unknown_namespaces(self.site()))

    def check_config_types(self) -> None:
        """Find values of another type than they have to be."""
        known = checks.KNOWN_TYPES | self.known_config_types
        _warn(checks.wrong_types(self.site(), known))

    def check_localhost(self) -> None:
        """Find servers that listen on the name ``localhost``."""
        for server in self.site().servers:
            if server.socket_host == "localhost":
                _warn([LOCALHOST])

    def check_config_keys(self) -> None:
        """Find keys that are a slip, in namespaces that are known."""
        _warn(checks.unknown_keys(self.site()))

    def check_tool_options(self) -> None:
        """Find tools and options of tools that there are not, also where they are off."""
        _warn(checks.unknown_tool_options(self.site()))

    def check_unmatched_sections(self) -> None:
        """Find sections for paths at which nothing is published."""
        _warn(checks.unmatched_sections(self.site()))

    def check_sessions(self) -> None:
        """Find session cookies that are not secure on a site that is reached by TLS."""
        _warn(checks.insecure_sessions(self.site()))

    def site(self) -> checks.Site:
        """Return what is looked at."""
        assembly = self.assembly
        apps: dict[str, Any] = assembly.tree.apps
        return checks.Site(
            assembly.config,
            {name: app for name, app in apps.items() if isinstance(app, Application)},
            {
                "engine": assembly.engine,
                "server": assembly.server,
                "log": assembly.log,
                "checker": self,
            },
            (assembly.server, *assembly.servers.values()),
            tuple(self.extra_config_namespaces),
        )


def _warn(findings: Iterable[object]) -> None:
    for finding in findings:
        warnings.warn(str(finding), stacklevel=3)


def checker_class(of: Assembly) -> type[Checker]:
    """Return the class of the checkers of an assembly."""

    class SiteChecker(Checker):
        __doc__ = Checker.__doc__
        assembly = of

    SiteChecker.__name__ = SiteChecker.__qualname__ = "Checker"
    return SiteChecker
