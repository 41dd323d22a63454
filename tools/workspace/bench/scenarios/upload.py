"""Multipart upload of 1 MB."""

# ruff: noqa: PLC0415 - a peer is imported only in its own environment

import random
from collections.abc import Callable
from typing import Any

from workspace.bench.wsgi import Answer, Application, Request, asking

GROUP = "requests"

_SIZE = 1024 * 1024
_CONTENT = random.Random(1605).randbytes(_SIZE)  # noqa: S311 - no secret, and always the same
_BOUNDARY = "----geckoformboundary4ab4a4f0c8ad9c"
_REQUEST = Request(
    "/upload",
    method="POST",
    headers={"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"},
    body=b"".join(
        [
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; '.encode(),
            b'filename="windmill.bin"\r\nContent-Type: application/octet-stream\r\n\r\n',
            _CONTENT,
            f"\r\n--{_BOUNDARY}--\r\n".encode(),
        ]
    ),
)


class _Upload:
    """Reads a file, and keeps it for the check of the first request."""

    content = b""

    def read(self, file: Any) -> str:
        self.content = file.read()
        return f"{len(self.content)} bytes"

    def asking(self, application: Application) -> Callable[[], object]:
        return asking(application, _REQUEST, self._is_complete)

    def _is_complete(self, answer: Answer) -> bool:
        return answer.body == f"{_SIZE} bytes".encode() and self.content == _CONTENT


def cherrypy(_case: str) -> Callable[[], object]:
    """Take the file as an argument."""
    import cherrypy

    page = _Upload()

    class Root:
        @cherrypy.expose
        def upload(self, file: Any) -> str:
            return page.read(file.file)

    cherrypy.config.update({"log.screen": False})
    return page.asking(cherrypy.Application(Root()))


ours = cherrypy


def flask(_case: str) -> Callable[[], object]:
    """Read the file of the request."""
    from flask import Flask, request

    page = _Upload()

    def upload() -> str:
        return page.read(request.files["file"])

    app = Flask(__name__)
    app.add_url_rule("/upload", view_func=upload, methods=["POST"])
    return page.asking(app)


def bottle(_case: str) -> Callable[[], object]:
    """Read the file of the request."""
    from bottle import Bottle, request  # type: ignore[import-not-found]  # in its own environment

    page = _Upload()

    def upload() -> str:
        return page.read(request.files["file"].file)

    app = Bottle()
    app.route("/upload", method="POST", callback=upload)
    return page.asking(app)


def falcon(_case: str) -> Callable[[], object]:
    """Read the part as it comes in; nothing is spooled."""
    from falcon import App  # type: ignore[import-not-found]  # in its own environment
    from falcon.media import MultipartFormHandler  # type: ignore[import-not-found]  # as above

    page = _Upload()

    class Upload:
        def on_post(self, request: Any, response: Any) -> None:
            for part in request.get_media():
                response.text = page.read(part.stream)

    app = App(media_type="text/html")
    app.req_options.media_handlers["multipart/form-data"] = MultipartFormHandler()
    app.add_route("/upload", Upload())
    return page.asking(app)
