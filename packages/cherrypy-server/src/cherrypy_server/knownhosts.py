"""Answer for known hosts only, under HTTP servers of another make; ours needs nothing more."""

from collections.abc import Iterable
from typing import Any

from cherrypy_server.application import WSGIApplication
from cherrypy_server.hosts import chosen

_NO = b"This server does not answer for that host."


class KnownHosts:
    """A WSGI application that answers 400 to requests for other hosts than those allowed.

    Args:
        application: The WSGI application for the others.
        allowed_hosts: Host names; ``*.example.com`` stands for every one with one more label.

    Examples:
        >>> from wsgiref.simple_server import demo_app
        >>> app = KnownHosts(demo_app, ["example.org", "*.example.org"])
        >>> _ = app({"HTTP_HOST": "evil.example"}, lambda status, headers: print(status))
        400 Bad Request
    """

    def __init__(self, application: WSGIApplication, allowed_hosts: Iterable[str]) -> None:
        self.application = application
        self.allowed_hosts: frozenset[str] = frozenset(each.lower() for each in allowed_hosts)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request; this is a WSGI callable (PEP 3333)."""
        host, _, port = environ.get("HTTP_HOST", "").rpartition(":")
        if not port.isdecimal():
            host = environ.get("HTTP_HOST", "")
        if chosen(host, self.allowed_hosts):
            return self.application(environ, start_response)
        fields = [("Content-Type", "text/plain"), ("Content-Length", str(len(_NO)))]
        start_response("400 Bad Request", fields)
        return [_NO]
