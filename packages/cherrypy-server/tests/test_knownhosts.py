"""Known hosts under HTTP servers of another make."""

from typing import Any

import pytest

from cherrypy_server import KnownHosts


def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [b"here"]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("example.com", "200 OK"),
        ("EXAMPLE.com:8080", "200 OK"),
        ("www.example.org", "200 OK"),
        ("[::1]:80", "200 OK"),
        ("[::1]", "200 OK"),
        ("example.org", "400 Bad Request"),
        ("a.b.example.org", "400 Bad Request"),
        ("", "400 Bad Request"),
    ],
)
def test_others_are_refused(host: str, status: str) -> None:
    statuses: list[str] = []
    known = KnownHosts(application, ["Example.com", "*.example.org", "[::1]"])
    known({"HTTP_HOST": host} if host else {}, lambda line, _fields: statuses.append(line))
    assert statuses == [status]
