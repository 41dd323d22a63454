"""Config of any program, from files or dicts, under the documented names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cherrypy_config
from cherrypy_config import Config, NamespaceSet, Parser, as_dict, attributes, unrepr

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["Config", "NamespaceSet", "Parser", "as_dict", "attributes", "modules", "unrepr"]


def modules(modulePath: str) -> ModuleType:  # noqa: N803 - the documented name
    """Import a module by its dotted name, and return it."""
    return cherrypy_config.modules(modulePath)
