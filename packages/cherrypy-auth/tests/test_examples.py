"""The examples in the docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

import cherrypy_auth

MODULES = [f"cherrypy_auth.{each.name}" for each in pkgutil.iter_modules(cherrypy_auth.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_every_function_that_programs_call_has_an_example() -> None:
    public = [getattr(cherrypy_auth, name) for name in cherrypy_auth.__all__]
    functions = [each for each in public if type(each) is type(test_examples_are_true)]
    without = {each.__name__ for each in functions if ">>>" not in (each.__doc__ or "")}
    assert without == {
        "get_ha1_file_htdigest",  # needs a file
        "needs_rehash",  # stands in the example of hash_password
        "verify_password",
    }
