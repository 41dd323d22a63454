"""The examples in the docstrings are true, and each public name has one."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path
from types import FunctionType

import pytest

import cherrypy

ROOT = Path(cherrypy.__file__).parent
FILES = [file for file in ROOT.rglob("*.py") if ">>> " in file.read_text(encoding="utf-8")]
NAMES = [".".join(file.relative_to(ROOT.parent).with_suffix("").parts) for file in FILES]


@pytest.mark.parametrize("name", sorted(name.removesuffix(".__init__") for name in NAMES))
def test_the_examples_are_true(name: str) -> None:
    module = importlib.import_module(name)
    assert doctest.testmod(module, optionflags=doctest.ELLIPSIS).failed == 0


def test_every_public_name_has_an_example() -> None:
    public = {name: getattr(cherrypy, name) for name in cherrypy.__all__}
    without = {
        name
        for name, each in public.items()
        if isinstance(each, type | FunctionType) and ">>>" not in (each.__doc__ or "")
    }
    assert not without
