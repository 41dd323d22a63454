"""From a request of the HTTP server to one of ours and back, without WSGI in between.

Rule: a response is as long as it says, or the connection ends; otherwise the next one on it would
not begin where the client expects it.
"""

from __future__ import annotations

import logging
from io import BytesIO
from typing import TYPE_CHECKING, Any, ClassVar

from cheroot.server import Gateway

from cherrypy_httputil import Host, InternalRedirect
from cherrypy_server import Refused, WSGIServer
from cherrypy_web import Application
from cherrypy_web.environ import ENVIRON_KEYS, EnvironHeaders, one_slash
from cherrypy_web.errorpages import bare_error
from cherrypy_web.response import close_body
from cherrypy_web.tree import NOT_FOUND
from cherrypy_web.urls import resolve

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cherrypy_web import Request

__all__ = ["NativeGateway", "NativeServer"]

GRAFTED = (
    "The native server cannot call the WSGI application at {name!r}. Graft it where the usual "
    "server runs: leave cherrypy.server.httpserver and server.instance as they are."
)


class NativeGateway(Gateway):
    """Answers one request of the HTTP server with the applications of a site.

    Attributes:
        recursive: Whether an internal redirection may lead to the same url twice.
    """

    recursive: ClassVar[bool] = False
    req: Any

    def respond(self) -> None:
        """Answer the request; an error before anything was sent becomes a plain 500."""
        try:
            self._respond()
        except Refused:  # the rest of the body is malformed, or late: the server says so
            raise
        except Exception:
            if self.req.sent_headers:
                raise
            self.req.server.error_log("Error in the native server", logging.ERROR, True)
            status, fields, body = bare_error()
            self._send(status, fields, body)

    def send_response(
        self, status: str, headers: Iterable[tuple[str, str]], body: Iterable[bytes]
    ) -> None:
        """Send a response.

        Args:
            status: The status code with its reason.
            headers: The header fields.
            body: The content, in pieces.
        """
        fields = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        self._send(status.encode("latin-1"), fields, body)

    def _respond(self) -> None:
        req = self.req
        tree = req.server.server_adapter.application
        path = self._path()
        name: str | None = tree.script_name(path.rstrip("/"))
        if name is None:
            plain = [("Content-Type", "text/plain"), ("Content-Length", str(len(NOT_FOUND)))]
            self.send_response("404 Not Found", plain, [NOT_FOUND])
            return
        app = tree.apps[name]
        if not isinstance(app, Application):
            raise TypeError(GRAFTED.format(name=name))
        self._answer(app, path)

    def _path(self) -> str:
        path: bytes = self.req.path
        try:
            text = path.decode()
        except UnicodeDecodeError:
            text = path.decode("latin-1")
        return one_slash(text) if "//" in text else text

    def _answer(self, app: Application, path: str) -> None:
        """Answer as an application does, and from where it redirects to internally."""
        req = self.req
        method, query, rfile = req.method.decode("ascii"), req.qs.decode("latin-1"), req.rfile
        previous: Request | None = None
        visited: list[tuple[str, str]] = []
        while True:
            request = self._begin(app, previous)
            try:
                try:
                    self._run(request, method, path, query, rfile)
                finally:  # whoever ends it sees why
                    app.release_serving()
            except InternalRedirect as redirect:
                visited.append((path, query))
                here = path[len(app.script_name) :] or "/"
                path, query = app.script_name + resolve(here, redirect.path), redirect.query_string
                if not self.recursive and (path, query) in visited:
                    raise RuntimeError(f"The same url is visited twice: {path}?{query}") from None
                method, rfile, previous = "GET", BytesIO(), request
            else:
                return

    def _begin(self, app: Application, previous: Request | None) -> Request:
        req = self.req
        address = req.server.bind_addr
        port = address[1] if isinstance(address, tuple) else 80
        local = Host(req.server.host, port)
        remote = Host(req.conn.remote_addr or "", req.conn.remote_port or -1)
        scheme = req.scheme.decode("ascii")
        request, _ = app.get_serving(local, remote, scheme, req.server.protocol)
        if previous is not None:
            request.prev = previous
        return request

    def _run(self, request: Request, method: str, path: str, query: str, rfile: Any) -> None:
        req = self.req
        fields = EnvironHeaders()  # what reads single fields of it makes no map of them all
        fields.environ = {
            ENVIRON_KEYS[name.decode("ascii")]: value.decode("latin-1")
            for name, value in req.inheaders.items()
        }
        protocol = req.request_protocol.decode("ascii")
        response = request.run(method, path, query, protocol, fields, rfile)
        body = response.body
        try:
            self.send_response(response.status_line, response.fields, body)
        finally:
            close_body(body)

    def _send(
        self, status: bytes, fields: list[tuple[bytes, bytes]], body: Iterable[bytes]
    ) -> None:
        req = self.req
        sent, chunks = 0, iter(body)
        chunk = next(chunks, b"")  # an error in here comes before anything is sent
        req.status, req.outheaders = status, fields
        declared = _declared(fields)
        while True:
            if chunk:
                sent += len(chunk)
                if declared is not None and sent > declared:
                    chunk = chunk[: declared - sent]
                req.ensure_headers_sent()
                req.write(chunk)
            if declared is not None and sent > declared:
                break
            found = next(chunks, None)
            if found is None:
                break
            chunk = found
        req.ensure_headers_sent()
        self._settle(declared, sent)

    def _settle(self, declared: int | None, sent: int) -> None:
        """End the connection after a response of another length than it declared."""
        bodiless = self.req.method == b"HEAD" or self.req.status[:3] == b"304"
        if declared in (None, sent) or bodiless:
            return
        self.req.close_connection = True
        message = f"A response of {sent} bytes said that it has {declared}: {self.req.uri!r}"
        self.req.server.error_log(message, logging.ERROR)


def _declared(fields: Iterable[tuple[bytes, bytes]]) -> int | None:
    return next((int(value) for name, value in fields if name.lower() == b"content-length"), None)


class NativeServer(WSGIServer):
    """The HTTP server with a site behind it, and no WSGI in between.

    Args:
        server_adapter: The server whose settings count, of a tree of applications.
    """

    def __init__(self, server_adapter: Any) -> None:
        super().__init__(server_adapter)
        self.gateway = NativeGateway
