"""The examples in the docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from types import FunctionType

import pytest

import cherrypy_tools

MODULES = [f"cherrypy_tools.{each.name}" for each in pkgutil.iter_modules(cherrypy_tools.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    module = importlib.import_module(name)
    assert doctest.testmod(module, optionflags=doctest.ELLIPSIS).failed == 0


def test_every_public_name_has_an_example() -> None:
    public = {name: getattr(cherrypy_tools, name) for name in cherrypy_tools.__all__}
    without = {
        name
        for name, each in public.items()
        if isinstance(each, type | FunctionType) and ">>>" not in (each.__doc__ or "")
    }
    assert not without
