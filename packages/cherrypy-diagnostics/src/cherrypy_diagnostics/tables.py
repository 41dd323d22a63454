"""The figures of namespaces and collections as HTML tables.

Texts of a section are HTML already; names become HTML here.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from cherrypy_diagnostics.page import scrolled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cherrypy_diagnostics.report import Section, Table

WIDE = 60
"""Characters beyond which a text may go on in the next line."""

_NUMBER = re.compile(r"-?[\d,]+(\.\d+)?(e[-+]\d+)?")


def section_html(section: Section) -> str:
    """Return a heading and a table for a namespace, and one for each of its collections.

    Each cell that holds a figure has an id of its own.
    """
    name = escape(section.title)
    rows = "".join(
        f'<tr><th scope="row">{_name(key, section.units)}</th>'
        f"{_cell(value, section.title, key)}</tr>\n"
        for key, value in section.values
    )
    tables = "".join(_table_html(section.title, table) for table in section.tables)
    values = scrolled(section.title, f"<table>\n{rows}</table>")
    return (
        f'<section class="namespace">\n<h2>{name}</h2>\n'
        f'<div class="tables">\n{values}{tables}</div>\n</section>\n'
    )


def _table_html(section: str, table: Table) -> str:
    numeric = [_are_numbers(row[at] for row in table.rows) for at in range(len(table.columns))]
    head = "".join(
        f'<th scope="col"{_class(number)}>{_name(column, table.units) or "Key"}</th>'
        for column, number in zip(table.columns, numeric, strict=True)
    )
    rows = "".join(
        "<tr>"
        + "".join(
            _cell(cell, section, table.title, str(number), column)
            for column, cell in zip(table.columns, row, strict=True)
        )
        + "</tr>\n"
        for number, row in enumerate(table.rows)
    )
    name = escape(table.title)
    body = f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>{rows}</tbody></table>"
    shown = scrolled(f"{section}: {table.title}", body) if table.rows else "<p>None.</p>\n"
    return f'<div class="collection">\n<h3>{name}</h3>\n{shown}</div>\n'


def _name(name: str, units: Mapping[str, str]) -> str:
    unit = f' <span class="unit">{escape(units[name])}</span>' if name in units else ""
    return f"{escape(name)}{unit}"


def _cell(html: str, *names: str) -> str:
    is_number = bool(_NUMBER.fullmatch(html))
    is_long = len(html) > WIDE and "<" not in html
    return f'<td id="{_id(*names)}"{_class(is_number, is_long=is_long)}>{html}</td>'


def _class(is_number: bool, *, is_long: bool = False) -> str:
    name = "number" if is_number else "long" if is_long else ""
    return f' class="{name}"' if name else ""


def _are_numbers(cells: Iterable[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(map(_NUMBER.fullmatch, filled))


def _id(*names: str) -> str:
    return escape("/".join(quote(name, safe="", errors="backslashreplace") for name in names))
