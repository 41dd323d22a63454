"""The examples in docstrings do what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from types import FunctionType

import pytest

import cherrypy_static

MODULES = [module.name for module in pkgutil.iter_modules(cherrypy_static.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    module = importlib.import_module(f"cherrypy_static.{name}")
    assert doctest.testmod(module, optionflags=doctest.ELLIPSIS).failed == 0


def test_every_public_name_has_an_example() -> None:
    public = {name: getattr(cherrypy_static, name) for name in cherrypy_static.__all__}
    without = {
        name
        for name, each in public.items()
        if isinstance(each, type | FunctionType) and ">>>" not in (each.__doc__ or "")
    }
    assert not without
