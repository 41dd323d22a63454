"""What a type checker accepts and refuses of header maps."""

from collections.abc import MutableMapping

from cherrypy_httputil import CaseInsensitiveDict, HeaderMap, HTTPRedirect

headers = HeaderMap()
headers["Content-Length"] = 5
headers["X"] = b"bytes"
headers["X"] = ["a", "b"]
headers["X"] = {"a": 1}  # type: ignore[assignment]

mapping: MutableMapping[str, str] = headers
text: str = headers["X"]
maybe: str | None = headers.get("X")
sure: str = headers.get("X", "")
unsure: str = headers.get("X")  # type: ignore[assignment]
popped: str | None = headers.pop("X", None)
names: list[str] = headers.values("Accept")
twin: HeaderMap = headers.copy()
sent: list[tuple[bytes, bytes]] = headers.output()
native: list[tuple[str, str]] = headers.output_native()
headers.heders()  # type: ignore[attr-defined]

numbers = CaseInsensitiveDict[int](a=1)
numbers["b"] = "2"  # type: ignore[assignment]

status: int = HTTPRedirect.default_status
