"""The examples in docstrings do what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import cherrypy_static

MODULES = [module.name for module in pkgutil.iter_modules(cherrypy_static.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    module = importlib.import_module(f"cherrypy_static.{name}")
    assert doctest.testmod(module).failed == 0


def test_each_function_has_an_example() -> None:
    functions = [getattr(cherrypy_static, name) for name in cherrypy_static.__all__]
    without = [
        one.__name__
        for one in functions
        if one.__name__.islower() and ">>>" not in (one.__doc__ or "")
    ]
    assert without == []
