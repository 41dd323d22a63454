"""Python values from INI files, TOML files or dicts, handed to the namespaces that want them."""

from importlib import import_module
from typing import TYPE_CHECKING

from cherrypy_config.config import Config
from cherrypy_config.errors import (
    ConfigError,
    DuplicateEntryError,
    EntryError,
    ExpressionError,
    FieldsError,
    FileSyntaxError,
    NamespaceError,
    UnknownEnvironmentError,
)
from cherrypy_config.expressions import Mode, literal, unrepr
from cherrypy_config.files import ConfigSource, Sections, as_dict, merge_sections
from cherrypy_config.layers import Layer, Origin
from cherrypy_config.namespaces import ContextHandler, EntryHandler, Handler, NamespaceSet, Progress
from cherrypy_config.sources import FileLike, StrPath

if TYPE_CHECKING:
    from cherrypy_config.names import attributes, modules
    from cherrypy_config.parser import Parser
    from cherrypy_config.typed import fill
    from cherrypy_config.variables import overrides
else:
    # What reads files and fills classes takes longer than all the rest.
    _NAMES = {
        "names": "attributes modules",
        "parser": "Parser",
        "typed": "fill",
        "variables": "overrides",
    }
    _HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}

    def __getattr__(name: str) -> object:
        """Import what is asked for the first time."""
        if name not in _HOMES:
            raise AttributeError(f"module 'cherrypy_config' has no attribute {name!r}")
        found = getattr(import_module(f"cherrypy_config.{_HOMES[name]}"), name)
        globals()[name] = found
        return found

    def __dir__() -> list[str]:
        """Return what there is, imported or not."""
        return sorted({*globals(), *__all__})


__all__ = [
    "Config",
    "ConfigError",
    "ConfigSource",
    "ContextHandler",
    "DuplicateEntryError",
    "EntryError",
    "EntryHandler",
    "ExpressionError",
    "FieldsError",
    "FileLike",
    "FileSyntaxError",
    "Handler",
    "Layer",
    "Mode",
    "NamespaceError",
    "NamespaceSet",
    "Origin",
    "Parser",
    "Progress",
    "Sections",
    "StrPath",
    "UnknownEnvironmentError",
    "as_dict",
    "attributes",
    "fill",
    "literal",
    "merge_sections",
    "modules",
    "overrides",
    "unrepr",
]
