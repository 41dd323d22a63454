"""The page that tells a client what went wrong.

Everything that is put into a page is escaped here, and nowhere else: the message may hold what the
client sent. A custom page that fails must still leave the client with the built-in one.
"""

from __future__ import annotations

import sys
import traceback as traceback_module
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any, Final

from cherrypy_httputil import valid_status

__all__ = ["bare_error", "format_exc", "render_error_page"]

TEMPLATE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>%(status)s</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 50rem; padding: 0 1rem; }
pre { overflow-x: auto; }
footer { border-top: 1px solid; margin-top: 2rem; opacity: .7; }
</style>
</head>
<body>
<h2>%(status)s</h2>
<p>%(message)s</p>
<pre id="traceback">%(traceback)s</pre>
<footer id="powered_by">Powered by CherryPy %(version)s</footer>
</body>
</html>
"""

#: What comes into a page, in the order of the documentation.
FIELDS: Final = ("status", "message", "traceback", "version")


def format_exc(exc: tuple[Any, Any, Any] | None = None) -> str:
    """Return an exception as Python would print it; ``""`` where there is none.

    Args:
        exc: What ``sys.exc_info()`` returned; by default the exception that is being handled.
    """
    kind, value, trace = exc or sys.exc_info()
    if value is None:
        return ""
    return "".join(traceback_module.format_exception(kind, value, trace))


def bare_error(
    extrabody: str | bytes | None = None,
) -> tuple[bytes, list[tuple[bytes, bytes]], list[bytes]]:
    """Return status, header fields and body of a plain 500, made without any code that could fail.

    Args:
        extrabody: Appended to the body.
    """
    body = b"Unrecoverable error in the server."
    if extrabody is not None:
        more = extrabody if isinstance(extrabody, bytes) else extrabody.encode("utf-8", "replace")
        body += b"\n" + more
    fields = [
        (b"Content-Type", b"text/plain;charset=utf-8"),
        (b"Content-Length", b"%d" % len(body)),
    ]
    return b"500 Internal Server Error", fields, [body]


def render_error_page(
    status: int | str | None,
    pages: Mapping[int | str, Any],
    version: str,
    **fields: Any,
) -> bytes:
    """Return the error page of a status.

    Args:
        status: The status of the response.
        pages: The custom pages by code, and the one for all others under ``"default"``: the path of
            a template with ``%(name)s`` fields, or a callable that is given the fields as keywords.
        version: The value of the field ``version``.
        fields: Values of other fields; ``None`` stands for what the status says.
    """
    code, reason, message = valid_status(status)
    values: dict[str, Any] = {"status": f"{code} {reason}", "message": message, "traceback": ""}
    values |= {name: value for name, value in fields.items() if value is not None}
    values = {name: escape(str(value)) for name, value in values.items()}
    values["version"] = version
    page = pages.get(code) or pages.get("default")
    if page:
        try:
            return _custom_page(page, values)
        except Exception:  # noqa: BLE001 - a custom page may raise anything
            failure = escape(traceback_module.format_exc().rstrip().rpartition("\n")[2])
            values["message"] += f"<br>In addition, the custom error page failed:\n<br>{failure}"
    return (TEMPLATE % values).encode("utf-8")


def _custom_page(page: Any, values: dict[str, str]) -> bytes:
    if not callable(page):
        return (Path(page).read_text(encoding="utf-8") % values).encode("utf-8")
    answer = page(**values)
    if isinstance(answer, str):
        return answer.encode("utf-8")
    if isinstance(answer, bytes):
        return answer
    if isinstance(answer, Iterable):
        return b"".join(part.encode("utf-8") if isinstance(part, str) else part for part in answer)
    raise TypeError(
        f"the error page {page!r} returned {type(answer).__name__}; it must return text or bytes"
    )
