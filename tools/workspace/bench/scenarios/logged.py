"""Hello, access log written to a file."""

# ruff: noqa: PLC0415 - a peer is imported only in its own environment

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from workspace.bench.wsgi import Request, asking

GROUP = "requests"

_LINE = re.compile(
    r'127\.0\.0\.1 - - \[[^]]+\] "GET / HTTP/1\.1" 200 12'
    r' "http://127\.0\.0\.1:8080/" "Mozilla/5\.0 [^"]+"\n'
)


def cherrypy(_case: str) -> Callable[[], object]:
    """Log in the combined format, which is the default."""
    import cherrypy

    class Root:
        @cherrypy.expose
        def index(self) -> str:
            return "Hello World!"

    log = Path(tempfile.mkdtemp()) / "access.log"
    cherrypy.config.update({"log.screen": False, "log.access_file": str(log)})
    request = asking(cherrypy.Application(Root()), Request("/"), b"Hello World!")
    if not _LINE.fullmatch(log.read_text()):
        raise AssertionError(f"the log has {log.read_text()!r}")
    return request


ours = cherrypy
