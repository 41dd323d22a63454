"""The frame of the pages that people read: plain HTML, light or dark as they like it.

What is put into it is HTML already: whoever makes a text into HTML escapes it there. Nothing in it
is inline, so that the strictest policy for contents will do: `PAGE_HEADERS` has it.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE_HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
"""Header fields for the pages of profiles, coverage and garbage."""


def page_style() -> bytes:
    """Return the style sheet of these pages, which they expect beside them as ``style.css``.

    Examples:
        >>> b"color" in page_style()
        True
    """
    return assets("base.css", "pages.css")


@cache
def assets(*names: str) -> bytes:
    """Return files that come with the pages, one after the other."""
    directory = files("cherrypy_diagnostics") / "assets"
    return b"\n".join((directory / name).read_bytes() for name in names)


def encodable(text: str) -> str:
    r"""Return a text that UTF-8 can have: what it cannot is escaped.

    Such is in the names of files, and in whatever others put into the memory.

    Examples:
        >>> encodable("\xe9 \udcff") == "\xe9 \\udcff"
        True
    """
    return text.encode("utf-8", "backslashreplace").decode()


def page(title: str, body: str) -> str:
    """Return a whole page, in a text that UTF-8 can have.

    Args:
        title: Its title, also its heading, as text.
        body: What follows the heading, as HTML.
    """
    name = escape(title)
    return encodable(
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="robots" content="noindex">\n'
        f'<title>{name}</title>\n<link rel="stylesheet" href="style.css">\n</head>\n'
        f"<body>\n<header>\n<h1>{_breakable(name)}</h1>\n</header>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def _breakable(html: str) -> str:
    """Return a name in which lines may break where it has parts, and not in the midst of a word."""
    return re.sub(r"(?<=[\w)])(?=[./_(])", "<wbr>", html)


def scrolled(name: str, html: str) -> str:
    """Return what can be scrolled if it is too wide, by keyboard too.

    Args:
        name: What it shows, as text.
        html: What it is.
    """
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(name)}">{html}</div>\n'
    )
