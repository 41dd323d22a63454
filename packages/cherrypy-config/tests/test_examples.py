"""The examples of the docstrings run as written."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import cherrypy_config

NAMES = [module.name for module in pkgutil.iter_modules(cherrypy_config.__path__)]


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_run_as_written(name: str) -> None:
    module = importlib.import_module(f"cherrypy_config.{name}")
    assert doctest.testmod(module, verbose=False).failed == 0


def test_the_main_classes_have_an_example() -> None:
    for thing in ("Config", "NamespaceSet", "Parser", "as_dict", "fill", "literal", "unrepr"):
        assert ">>> " in getattr(cherrypy_config, thing).__doc__
