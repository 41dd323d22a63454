"""The table of limits says what the settings are."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

import cherrypy
from cherrypy.assembly import Assembly
from cherrypy_sessions import CookieSession, RamSession
from cherrypy_tools import MemoryCache, json_in

PAGE = Path(__file__).parents[1] / "docs" / "guides" / "security.md"
TABLE = PAGE.read_text("utf-8").partition("## Every limit")[2].partition("\n## ")[0]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TABLE.splitlines()
    if line.startswith("|")
][2:]
NAMED = [row for row in ROWS if row[1]]
OPTIONS = {"tools.json_in.max_depth": json_in}


def entries(row: list[str]) -> list[tuple[str, str]]:
    names = re.findall(r"`([\w.]+)`", row[1])
    values = row[2].split("; ")
    return list(zip(names, values * len(names) if len(values) == 1 else values, strict=True))


def number(text: str) -> int | None:
    return int(text.replace(",", "")) if re.fullmatch(r"[\d,]+", text) else None


def actual(site: Assembly, entry: str) -> Any:
    namespace, _, name = entry.rpartition(".")
    if entry in OPTIONS:
        return inspect.signature(OPTIONS[entry]).parameters[name].default
    app = cherrypy.Application(None)
    sessions = CookieSession if name == "max_size" else RamSession
    owners: dict[str, Any] = {
        "server": site.server,
        "request.body": cherrypy._cpreqbody.RequestBody,
        "response": app.response_class,
        "tools.sessions": sessions,
        "tools.caching": MemoryCache,
    }
    return getattr(owners[namespace], name)


@pytest.mark.parametrize(
    ("entry", "said"),
    [pair for row in NAMED for pair in entries(row) if number(pair[1]) is not None],
)
def test_a_default_is_what_the_table_says(entry: str, said: str) -> None:
    if entry == "server.thread_pool_max":  # -1 keeps it at thread_pool
        return
    assert actual(Assembly("limits"), entry) == number(said)


def test_the_hardened_values_are_those_of_the_environment() -> None:
    said = {entries(row)[0][0]: number(row[3]) for row in NAMED if number(row[3]) is not None}
    hardened = cherrypy._cpconfig.environments["hardened"]
    limits = {
        key: value
        for key, value in hardened.items()
        if isinstance(value, int) and not isinstance(value, bool)
    }
    assert said == limits
