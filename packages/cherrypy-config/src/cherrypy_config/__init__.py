"""Python values from INI files, TOML files or dicts, handed to the namespaces that want them."""

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
from cherrypy_config.names import attributes, modules
from cherrypy_config.namespaces import (
    ContextHandler,
    EntryHandler,
    Handler,
    NamespaceSet,
    Progress,
)
from cherrypy_config.parser import Parser
from cherrypy_config.sources import FileLike, StrPath
from cherrypy_config.typed import fill
from cherrypy_config.variables import overrides

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
