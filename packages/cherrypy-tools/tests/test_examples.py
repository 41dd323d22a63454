"""The examples in the docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from types import FunctionType

import pytest

import cherrypy_tools

MODULES = [f"cherrypy_tools.{each.name}" for each in pkgutil.iter_modules(cherrypy_tools.__path__)]

#: What stands in the example of another function.
ELSEWHERE = {
    "believed_peers": "proxy",
    "check_size": "json_in",
    "checked_fields": "response_headers",
    "checked_length": "json_in",
    "checked_level": "gzip",
    "decode_json": "json_in",
    "forget_changed": "serve_cached",
    "is_json": "json_in",
    "is_json_type": "json_in",
    "record": "serve_cached",
    "respond_xmlrpc": "write_result",
    "secure_fields": "secure_headers",
    "set_missing": "secure_headers",
}


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    module = importlib.import_module(name)
    assert doctest.testmod(module, optionflags=doctest.ELLIPSIS).failed == 0


def test_every_tool_has_an_example() -> None:
    public = {name: getattr(cherrypy_tools, name) for name in cherrypy_tools.__all__}
    functions = {name: each for name, each in public.items() if isinstance(each, FunctionType)}
    without = {name for name, each in functions.items() if ">>>" not in (each.__doc__ or "")}
    assert without == set(ELSEWHERE)
