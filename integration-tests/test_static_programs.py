"""The documentation's programs that serve static files, run as it says: `python tut06.py`."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 30.0
# The port is the only thing that is not as the documentation has it.
RUN = """
import runpy, sys
import cherrypy
cherrypy.config.update({"server.socket_port": 0, "engine.autoreload.on": False})
runpy.run_path(sys.argv[1], run_name="__main__")
"""

TUT06 = '''
import os, os.path
import random
import string

import cherrypy

class StringGenerator(object):
    @cherrypy.expose
    def index(self):
        return """<html>
          <head>
            <link href="/static/css/style.css" rel="stylesheet">
          </head>
          <body>
            <form method="get" action="generate">
              <input type="text" value="8" name="length" />
              <button type="submit">Give it now!</button>
            </form>
          </body>
        </html>"""

    @cherrypy.expose
    def generate(self, length=8):
        some_string = ''.join(random.sample(string.hexdigits, int(length)))
        cherrypy.session['mystring'] = some_string
        return some_string

    @cherrypy.expose
    def display(self):
        return cherrypy.session['mystring']

if __name__ == '__main__':
    conf = {
        '/': {
            'tools.sessions.on': True,
            'tools.staticdir.root': os.path.abspath(os.getcwd())
        },
        '/static': {
            'tools.staticdir.on': True,
            'tools.staticdir.dir': './public'
        }
    }
    cherrypy.quickstart(StringGenerator(), '/', conf)
'''

FAVICON = """
import cherrypy

class HelloWorld(object):
    @cherrypy.expose
    def index(self):
        return "Hello World!"

if __name__ == '__main__':
    cherrypy.quickstart(HelloWorld(), '/', 'app.conf')
"""


@contextmanager
def running(place: Path, program: str) -> Iterator[str]:
    """Run a program in a directory, and yield the address at which it serves."""
    (place / "program.py").write_text(program)
    command = [sys.executable, "-I", "-W", "error", "-c", RUN, "program.py"]
    with subprocess.Popen(
        command, cwd=place, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        limit = threading.Timer(PATIENCE, process.kill)
        limit.start()
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if found := re.search(r"Serving on (http://\S+)$", line):
                    yield found[1]
                    return
            raise AssertionError("it never served")
        finally:
            limit.cancel()
            process.kill()


def fetch(url: str) -> tuple[str | None, bytes]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=PATIENCE) as answer:
        return answer.headers["Content-Type"], answer.read()


def test_the_tutorial_on_style_sheets(tmp_path: Path) -> None:
    (tmp_path / "public" / "css").mkdir(parents=True)
    style = b"body {\n  background-color: blue;\n}\n"
    (tmp_path / "public" / "css" / "style.css").write_bytes(style)
    with running(tmp_path, TUT06) as base:
        assert b'href="/static/css/style.css"' in fetch(f"{base}/")[1]
        assert fetch(f"{base}/static/css/style.css") == ("text/css", style)
        assert len(fetch(f"{base}/generate?length=4")[1]) == 4


def test_a_site_has_the_default_icon_or_its_own(tmp_path: Path) -> None:
    (tmp_path / "app.conf").write_text("")
    with running(tmp_path, FAVICON) as base:
        default = fetch(f"{base}/favicon.ico")[1]
    assert default.startswith(b"\0\0\1\0")
    (tmp_path / "myfavicon.ico").write_bytes(b"my icon")
    (tmp_path / "app.conf").write_text(
        "[/favicon.ico]\ntools.staticfile.on: True\n"
        f'tools.staticfile.filename: "{tmp_path}/myfavicon.ico"\n'
    )
    with running(tmp_path, FAVICON) as base:
        assert fetch(f"{base}/favicon.ico")[1] == b"my icon"
