"""Load the libraries of the extras when they are needed, and say how to get one that is missing."""

from __future__ import annotations

import importlib
from typing import Any


def load(module: str, extra: str, purpose: str) -> Any:
    """Return a module of an optional library.

    Raises:
        ImportError: It is not installed; the message says what to install.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        library = module.partition(".")[0]
        raise ImportError(
            f"{purpose} needs the library {library}: pip install 'cherrypy-tools[{extra}]'"
        ) from error
