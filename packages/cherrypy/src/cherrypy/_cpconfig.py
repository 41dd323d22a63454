"""The config of the site, under its documented name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cherrypy import _assembly
from cherrypy.assembly.environments import ENVIRONMENTS
from cherrypy_config import merge_sections

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import Any

    from cherrypy.assembly.settings import Settings as Config
    from cherrypy_config import ConfigSource
else:
    Config = _assembly.config_class

__all__ = ["Config", "environments", "merge"]

environments = ENVIRONMENTS


def merge(base: MutableMapping[str, dict[str, Any]], other: ConfigSource) -> None:
    """Merge sections with their entries into others, entry by entry, and watch their file.

    Args:
        base: Is changed in place, and so are its sections.
        other: A dict of sections, the name of a file, or an open file.

    Raises:
        ValueError: An entry stands outside of any section.
    """
    merge_sections(base, other, on_file=_assembly.config.on_file)
