"""The page on the default tools says what the toolbox says."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

import cherrypy
from cherrypy.cherryd.options import COMMANDS
from cherrypy.cherryd.options import parser as cherryd_parser

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "tools.md"
ROW = re.compile(r"^\| `(\w+)`(?: \(on\))? \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", re.MULTILINE)
TOOLS = dict(cherrypy.tools)
ROWS = {name: cells for name, *cells in ROW.findall(PAGE.read_text("utf-8"))}

#: What a tool has to know before it hangs anywhere.
NEEDED: dict[str, dict[str, Any]] = {
    "auth_basic": {"realm": "r", "checkpassword": print},
    "auth_digest": {"realm": "r", "get_ha1": print, "key": "k" * 20},
    "basic_auth": {"realm": "r", "users": {}},
    "csrf": {"secret": "s" * 20},
    "digest_auth": {"realm": "r", "users": {}},
    "rate_limit": {"limits": "5/second"},
    "referer": {"pattern": "http://"},
    "staticdir": {"section": "/", "dir": "/tmp"},
    "staticfile": {"filename": "/tmp/x"},
}


def shown(parameter: inspect.Parameter) -> str:
    if parameter.kind is parameter.VAR_KEYWORD:
        return "…"
    if parameter.default is parameter.empty:
        return f"`{parameter.name}`"
    default = parameter.default
    return f"`{parameter.name}={default.__name__ if callable(default) else repr(default)}`"


def test_page_has_every_tool_and_no_other() -> None:
    assert list(ROWS) == sorted(TOOLS)


@pytest.mark.parametrize("name", TOOLS)
def test_page_says_where_the_tool_hangs(name: str) -> None:
    hooks = TOOLS[name].hooks(NEEDED.get(name, {}))
    places = dict.fromkeys(f"`{point}` {hook.priority:g}" for point, hook in hooks)
    assert ROWS[name][0] == ", ".join(places)


@pytest.mark.parametrize("name", TOOLS)
def test_page_has_the_options_with_their_defaults(name: str) -> None:
    parameters = inspect.signature(TOOLS[name].callable).parameters.values()
    options = [
        shown(each)
        for each in parameters
        if each.name != "debug" and each.kind is not each.VAR_POSITIONAL
    ]
    assert ROWS[name][1] == (", ".join(options) or "none")


def test_page_says_which_tools_are_on() -> None:
    on = {key.split(".")[1] for key, value in cherrypy.config.defaults.items() if value is True}
    marked = set(re.findall(r"^\| `(\w+)` \(on\)", PAGE.read_text("utf-8"), re.MULTILINE))
    assert marked == on


def test_page_has_every_check() -> None:
    page = (PAGE.parent / "checker.md").read_text("utf-8")
    rows = re.findall(r"^\| `(check_\w+)` \| (.*?) \|$", page, re.MULTILINE)
    checks = [name for name in dir(cherrypy.checker) if name.startswith("check_")]
    said = [inspect.getdoc(getattr(cherrypy.checker, name)) for name in checks]
    assert rows == [
        (name, (words or "").removeprefix("Find ").removesuffix(".").replace("``", "`"))
        for name, words in zip(checks, said, strict=True)
    ]


def test_page_has_the_entries_of_every_environment() -> None:
    page = (PAGE.parent / "environments.md").read_text("utf-8")
    head, *rows = re.findall(r"^\| `?(entry|\w+\.[\w.]+)`? \| (.*) \|$", page, re.MULTILINE)
    names = [name.strip("`") for name in head[1].split(" | ")]
    written: dict[str, dict[str, str]] = {name: {} for name in names}
    for key, cells in rows:
        for name, cell in zip(names, cells.split(" | "), strict=True):
            if cell:
                written[name][key] = cell.strip("`")
    environments = cherrypy._cpconfig.environments
    assert written == {
        name: {key: repr(value) for key, value in entries.items()}
        for name, entries in environments.items()
    }


def test_page_has_the_commands_and_options_of_cherryd() -> None:
    page = (PAGE.parent / "cherryd.md").read_text("utf-8")
    parser = cherryd_parser()
    options = {
        ", ".join(f"`{each}`" for each in action.option_strings): action.help
        for action in parser._actions
        if action.option_strings and action.dest != "help"
    }
    rows = dict(re.findall(r"^\| (`-.*?`) \| (.*?) \|$", page, re.MULTILINE))
    assert rows == options
    commands = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|$", page, re.MULTILINE))
    assert commands == COMMANDS
