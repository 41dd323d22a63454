"""Find mistakes in what a site is configured with, before a request meets them.

Each check is a function that yields a `Finding` for each mistake. It changes nothing, calls nothing
of the program's, and says nothing where it is not sure: what a check reports, an operator can mend.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cherrypy_web.checks.findings import Finding, Site
    from cherrypy_web.checks.keys import (
        misplaced_site_entries,
        renamed_keys,
        unknown_keys,
        unknown_namespaces,
        unknown_tool_options,
    )
    from cherrypy_web.checks.publishing import unpublished
    from cherrypy_web.checks.sections import (
        bracketed_sections,
        empty_configs,
        misspelled_sections,
        sections_with_script_name,
        unmatched_sections,
    )
    from cherrypy_web.checks.sessions import insecure_sessions, sessions_of_one_process
    from cherrypy_web.checks.values import KNOWN_TYPES, wrong_types
else:
    # A process that does not start an engine does without them.
    _NAMES = {
        "findings": "Finding Site",
        "keys": "misplaced_site_entries renamed_keys unknown_keys unknown_namespaces"
        " unknown_tool_options",
        "publishing": "unpublished",
        "sections": "bracketed_sections empty_configs misspelled_sections"
        " sections_with_script_name unmatched_sections",
        "sessions": "insecure_sessions sessions_of_one_process",
        "values": "KNOWN_TYPES wrong_types",
    }
    _HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}

    def __getattr__(name: str) -> object:
        """Import what is asked for the first time."""
        if name not in _HOMES:
            raise AttributeError(f"module 'cherrypy_web.checks' has no attribute {name!r}")
        found = getattr(import_module(f"cherrypy_web.checks.{_HOMES[name]}"), name)
        globals()[name] = found
        return found

    def __dir__() -> list[str]:
        """Return what there is, imported or not."""
        return sorted({*globals(), *__all__})


__all__ = [
    "KNOWN_TYPES",
    "Finding",
    "Site",
    "bracketed_sections",
    "empty_configs",
    "insecure_sessions",
    "misplaced_site_entries",
    "misspelled_sections",
    "renamed_keys",
    "sections_with_script_name",
    "sessions_of_one_process",
    "unknown_keys",
    "unknown_namespaces",
    "unknown_tool_options",
    "unmatched_sections",
    "unpublished",
    "wrong_types",
]
