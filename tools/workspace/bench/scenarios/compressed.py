"""A page of 20 kB by gzip."""

# ruff: noqa: PLC0415 - a peer is imported only in its own environment

import functools
import gzip
import zlib
from collections.abc import Callable

from workspace.bench.wsgi import Answer, Request, asking

GROUP = "tools"
CASES = {"gzip": "gzip of a page of 20 kB"}

_LEVEL = 5
_AUTHORS = "Miguel de Cervantes", "Mary Shelley", "Jane Austen", "Herman Melville", "Emily Brontë"
_ROWS = (
    f'<tr class="book"><td class="number">{number}</td><td class="author">{_AUTHORS[number % 5]}'
    f'</td><td class="year">{1800 + 7 * number % 100}</td></tr>\n'
    for number in range(190)
)
_PAGE = f"<!doctype html><title>Catalogue</title><table>\n{''.join(_ROWS)}</table>\n"


def cherrypy(_case: str) -> Callable[[], object]:
    """Switch the tool on, with its own compression level."""
    import cherrypy

    class Root:
        @cherrypy.expose
        def index(self) -> str:
            return _PAGE

    cherrypy.config.update({"log.screen": False})
    config = {"/": {"tools.gzip.on": True, "tools.gzip.compress_level": _LEVEL}}
    return asking(cherrypy.Application(Root(), "", config), Request("/"), _is_the_page)


ours = cherrypy
extra = cherrypy  # the tool takes zlib-ng where it is installed


def compressor(_case: str) -> Callable[[], object]:
    """Compress the encoded page and do nothing else."""
    return functools.partial(zlib.compress, _PAGE.encode(), _LEVEL)


def _is_the_page(answer: Answer) -> bool:
    packed = answer.headers["content-encoding"] == "gzip"
    return packed and gzip.decompress(answer.body).decode() == _PAGE
