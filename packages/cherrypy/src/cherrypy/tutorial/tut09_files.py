"""Tutorial: file upload and download.

A small file that a client uploads is kept in memory, and a large one on the disk, in a file that
goes with the request. The page gets a `cherrypy_web.Part` as the argument of its name: its
``file`` is to be read, and its contents are to be written elsewhere if they shall stay.

The form has to have ``enctype="multipart/form-data"`` and a field of the type ``file``.
"""

from html import escape
from pathlib import Path
from typing import Any

import cherrypy
from cherrypy.lib.static import serve_file
from cherrypy.tutorial import CONFIG

CHUNK = 8192

HERE = Path(__file__).parent


class FileDemo:
    """A page to upload a file with, and a file to download."""

    @cherrypy.expose
    def index(self) -> str:
        """Offer both."""
        return """
            <h2>Upload a file</h2>
            <form action="upload" method="post" enctype="multipart/form-data">
              <label>Filename: <input type="file" name="myFile"></label>
              <button>Upload</button>
            </form>
            <h2>Download a file</h2>
            <a href="download">This one</a>"""

    @cherrypy.expose
    def upload(self, myFile: Any) -> str:  # noqa: N803 - it is the field's name
        """Tell what has been uploaded.

        Args:
            myFile: The uploaded file.
        """
        size = 0
        # A piece at a time: the whole of a large file need not be in memory.
        while chunk := myFile.file.read(CHUNK):
            size += len(chunk)
        return f"""
            <dl>
              <dt>Length</dt><dd>{size}</dd>
              <dt>Filename</dt><dd>{escape(myFile.filename)}</dd>
              <dt>Mime-type</dt><dd>{escape(str(myFile.content_type))}</dd>
            </dl>"""

    @cherrypy.expose
    def download(self) -> Any:
        """Send a file that the browser is to save."""
        path = str(HERE / "tutorial.conf")
        return serve_file(path, "application/x-download", "attachment", "tutorial.conf")


if __name__ == "__main__":
    cherrypy.quickstart(FileDemo(), config=CONFIG)
