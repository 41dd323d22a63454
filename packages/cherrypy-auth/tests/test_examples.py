"""The examples in the docstrings are true."""

import doctest
import importlib
import pkgutil
from types import FunctionType

import pytest

import cherrypy_auth

MODULES = [f"cherrypy_auth.{each.name}" for each in pkgutil.iter_modules(cherrypy_auth.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_every_public_name_has_an_example() -> None:
    public = {name: getattr(cherrypy_auth, name) for name in cherrypy_auth.__all__}
    without = {
        name
        for name, each in public.items()
        if isinstance(each, type | FunctionType) and ">>>" not in (each.__doc__ or "")
    }
    assert not without
