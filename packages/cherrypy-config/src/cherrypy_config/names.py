"""Objects by their dotted names.

A name is looked up among the builtins first: `dict` never imports a module of that name.
"""

from __future__ import annotations

import builtins
import importlib
from types import ModuleType
from typing import Any


def modules(path: str) -> ModuleType:
    """Import a module and return it.

    Args:
        path: The absolute dotted name; for `"xml.dom"` the module `xml.dom` is returned, not `xml`.

    Raises:
        ModuleNotFoundError: There is no such module.

    Examples:
        >>> modules("os.path").join("a", "b")
        'a/b'
    """
    return importlib.import_module(path)


def attributes(full_attribute_name: str) -> Any:
    """Import a module and return one of its attributes.

    Args:
        full_attribute_name: The module and the attribute, such as `"os.path.join"`.

    Raises:
        ModuleNotFoundError: There is no such module.
        AttributeError: The module has no such attribute.
        ValueError: The name has no dot.

    Examples:
        >>> attributes("posixpath.join")("a", "b")
        'a/b'
    """
    path, dot, name = full_attribute_name.rpartition(".")
    if not dot:
        raise ValueError(f"{full_attribute_name!r} names no attribute; write 'module.attribute'")
    return attribute(modules(path), name)


def attribute(owner: object, name: str) -> Any:
    """Return an attribute, importing it where it is a submodule not yet imported.

    Raises:
        AttributeError: `owner` has no such attribute and is no package with such a module.
    """
    try:
        return getattr(owner, name)
    except AttributeError:
        submodule = _submodule(owner, name)
        if submodule is None:
            raise
        return submodule


def builtin_or_module(name: str) -> Any:
    """Return the builtin object of this name, or else import the module of this name.

    Raises:
        NameError: There is neither.
    """
    if hasattr(builtins, name):
        return getattr(builtins, name)
    module = _module(name)
    if module is None:
        raise NameError(f"there is no builtin and no module {name!r}")
    return module


def _submodule(owner: object, name: str) -> ModuleType | None:
    if not isinstance(owner, ModuleType) or not hasattr(owner, "__path__"):
        return None
    return _module(f"{owner.__name__}.{name}")


def _module(path: str) -> ModuleType | None:
    try:
        return modules(path)
    except ModuleNotFoundError as error:
        if error.name != path:
            raise
        return None
