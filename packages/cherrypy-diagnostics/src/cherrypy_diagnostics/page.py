"""The frame of the pages that people read: plain HTML, light or dark as they like it.

What is put into it is HTML already: whoever makes a text into HTML escapes it there.
"""

from __future__ import annotations

from html import escape

STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:1rem/1.4 system-ui,sans-serif;margin:1rem}"
    "table{border-collapse:collapse;display:block;overflow-x:auto}"
    "th,td{padding:.1rem .6rem;text-align:left;border-bottom:1px solid #8886}"
    ".number{text-align:right;font-variant-numeric:tabular-nums}"
    "pre{overflow-x:auto}"
)


def page(title: str, body: str) -> str:
    """Return a whole page.

    Args:
        title: Its title, also its heading, as text.
        body: What follows the heading, as HTML.
    """
    name = escape(title)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{name}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<h1>{name}</h1>\n{body}</body>\n</html>\n"
    )
