"""Upload a file, and see how far it is."""

import secrets
import shutil
from pathlib import Path

import cherrypy

UPLOADS = Path("uploads").absolute()

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Upload</title>
<form method="post" action="upload" enctype="multipart/form-data">
  <input type="file" name="file" required aria-label="File">
  <button>Upload</button>
</form>
<progress max="1" value="0" hidden></progress>
<p role="status"></p>
<script>
  const form = document.querySelector("form");
  const progress = document.querySelector("progress");
  const status = document.querySelector("[role=status]");

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => {
      progress.value = event.loaded / event.total;
    });
    request.addEventListener("load", () => {
      status.textContent = request.status === 200 ? request.responseText : "That did not work.";
    });
    request.addEventListener("error", () => {
      status.textContent = "The connection broke.";
    });
    progress.hidden = false;
    status.textContent = "";
    request.open("POST", form.action);
    request.send(new FormData(form));
  });
</script>
"""


class Root:
    @cherrypy.expose
    def index(self):
        return PAGE

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def upload(self, file):
        UPLOADS.mkdir(exist_ok=True)
        # The name that the client gives is no name for a file of ours.
        with (UPLOADS / secrets.token_hex(8)).open("xb") as kept:
            shutil.copyfileobj(file.file, kept)
            size = kept.tell()
        cherrypy.response.headers["Content-Type"] = "text/plain"
        return f"{file.filename}: {size} bytes"


CONFIG = {"/upload": {"request.body.maxbytes": 50 * 1024 * 1024}}

if __name__ == "__main__":
    cherrypy.quickstart(Root(), "/", CONFIG)
