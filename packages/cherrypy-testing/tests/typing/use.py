"""What type-checks, and what must not. Checked by mypy, never run."""

from collections.abc import Iterable
from typing import Any

from cherrypy_testing import Client, Response, Upload


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [b""]


client = Client(application, base_url="https://example.com", headers={"Accept": "*/*"})
response: Response = client.get("/", params={"a": "b", "c": ["d", "e"]})
client.post("/", data=[("a", "b")], headers=[("X-A", "1"), ("X-A", "2")])
client.put("/", data=b"raw")
client.patch("/", json={"a": [1, None]}, follow_redirects=True)
client.post("/", data={"a": "b"}, files={"file": Upload("a.txt", b"content", "text/plain")})
client.request("REPORT", "/", environ={"REMOTE_USER": "bird"})
code: int = response.status_code
text: str = response.text + response.headers["Content-Type"]
with client.stream("GET", "/") as streamed:
    piece: bytes = next(iter(streamed))

client.get("/", param={"a": "b"})  # type: ignore[call-arg]
client.get("/", params={"a": object()})  # type: ignore[arg-type]
client.get(b"/")  # type: ignore[arg-type]
client.post("/", files={"file": b"content"})  # type: ignore[arg-type]
client.post("/", data=5)  # type: ignore[arg-type]
Client("application")  # type: ignore[arg-type]
response.status_code = 5  # type: ignore[misc]
