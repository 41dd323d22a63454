"""The examples in the docstrings work as they stand."""

import doctest
import importlib
import pkgutil
from types import FunctionType

import pytest

import cherrypy_bus

MODULES = [module.name for module in pkgutil.walk_packages(cherrypy_bus.__path__, "cherrypy_bus.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    module = importlib.import_module(name)
    assert doctest.testmod(module, optionflags=doctest.ELLIPSIS).failed == 0


def test_every_public_name_has_an_example() -> None:
    public = {name: getattr(cherrypy_bus, name) for name in cherrypy_bus.__all__}
    without = {
        name
        for name, each in public.items()
        if isinstance(each, type | FunctionType) and ">>>" not in (each.__doc__ or "")
    }
    assert not without


def test_everything_public_is_there() -> None:
    assert cherrypy_bus.__all__ == sorted(cherrypy_bus.__all__)
    for name in cherrypy_bus.__all__:
        assert name == "Listener" or getattr(cherrypy_bus, name).__doc__


@pytest.mark.parametrize(
    "path",
    [
        "Autoreloader.files",
        "Autoreloader.frequency",
        "Autoreloader.match",
        "Bus.execv",
        "Bus.max_cloexec_files",
        "Bus.state",
        "Bus.states",
        "Monitor.callback",
        "Monitor.frequency",
        "Monitor.name",
        "Monitor.thread",
        "SignalHandler.handlers",
        "SignalHandler.signals",
        "SimplePlugin.bus",
        "ThreadManager.threads",
    ],
)
def test_documented_attributes_are_there_on_the_class(path: str) -> None:
    name, attribute = path.split(".")
    assert hasattr(getattr(cherrypy_bus, name), attribute)
