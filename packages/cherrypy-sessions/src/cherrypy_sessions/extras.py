"""Libraries that not everybody needs, imported when they are."""

from importlib import import_module
from typing import Any


def load(module: str, extra: str, purpose: str) -> Any:
    """Import a module of an optional library.

    Args:
        module: Its name.
        extra: The extra of this package that installs it.
        purpose: What it is needed for, to say so.

    Raises:
        ImportError: It is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise ImportError(
            f"{purpose} needs {module.partition('.')[0]}: pip install 'cherrypy-sessions[{extra}]'",
            name=error.name,
        ) from error
