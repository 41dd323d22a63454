"""The built-in error page in the format that the client prefers: HTML, plain text or JSON.

Whatever a client sends as ``Accept``, reading it never fails, and takes time linear in its length.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from cherrypy_web.markup import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["HTML", "preferred_format", "render"]

HTML: Final = "text/html;charset=utf-8"
PLAIN: Final = "text/plain;charset=utf-8"
PROBLEM: Final = "application/problem+json"

TEMPLATE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>%(status)s</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 50rem; padding: 0 1rem; }
pre { overflow-x: auto; }
pre:empty { display: none; }
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

#: The media ranges that ask for each format; where a client likes two equally, the earlier counts.
#: Who takes anything did not ask for JSON.
_ASKED_BY: Final = {
    HTML: (("text/html", "text/*", "*/*"),),
    PROBLEM: (("application/problem+json", "application/*"), ("application/json",)),
    PLAIN: (("text/plain", "text/*", "*/*"),),
}


@lru_cache(maxsize=64)
def preferred_format(accept: str) -> str:
    """Return the content type of the error page for a client (RFC 9110, 12.5.1).

    A type that is named comes before one that only a range such as ``*/*`` admits. Who admits
    nothing that there is gets plain text.

    Args:
        accept: The field ``Accept``, or ``""``.
    """
    if not accept.strip():
        return HTML
    ranges = dict(_ranges(accept))
    ranks = {form: max(_rank(each, ranges) for each in asks) for form, asks in _ASKED_BY.items()}
    best = max(ranks, key=ranks.__getitem__)
    return best if ranks[best][0] > 0 else PLAIN


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for element in accept.split(","):
        media_range, *params = element.split(";")
        yield media_range.strip().lower(), _quality(params)


def _quality(params: list[str]) -> float:
    for param in params:
        name, _, value = param.partition("=")
        if name.strip().lower() == "q":
            try:
                quality = float(value[:8])
            except ValueError:
                return 0.0
            return quality if 0 <= quality <= 1 else 0.0
    return 1.0


def _rank(patterns: Sequence[str], ranges: Mapping[str, float]) -> tuple[float, int]:
    for pattern in patterns:
        if pattern in ranges:
            return ranges[pattern], -pattern.count("*")
    return 0.0, 0


def render(form: str, values: Mapping[str, str], instance: str = "") -> bytes:
    """Return the built-in page.

    Args:
        form: What `preferred_format` returned.
        values: The fields ``status``, ``message``, ``traceback`` and ``version``, not escaped.
        instance: The path of the request.
    """
    return _RENDERERS[form](values, instance).encode("utf-8", "replace")


@lru_cache(maxsize=64)
def _around(status: str, version: str) -> list[str]:
    """Return the page in three pieces: before the message, before the traceback, after it."""
    page = TEMPLATE % {
        "status": escape(status),
        "version": escape(version),
        "message": "\0",
        "traceback": "\0",
    }
    return page.split("\0")


def _html(values: Mapping[str, str], _instance: str) -> str:
    before, between, after = _around(values["status"], values["version"])
    message = escape(values["message"]).replace("\n", "\n<br>")
    return f"{before}{message}{between}{escape(values['traceback'])}{after}"


def _plain(values: Mapping[str, str], _instance: str) -> str:
    parts = (values[name].strip() for name in ("status", "message", "traceback"))
    return "\n\n".join(filter(None, parts)) + "\n"


def _problem(values: Mapping[str, str], instance: str) -> str:
    """Return problem details (RFC 9457)."""
    code, _, reason = values["status"].partition(" ")
    problem: dict[str, str | int] = {
        "type": "about:blank",
        "title": reason,
        "status": int(code),
        "detail": values["message"],
    }
    if instance:
        problem["instance"] = quote(instance, errors="replace")
    if values["traceback"]:
        problem["traceback"] = values["traceback"]
    import json  # noqa: PLC0415 - few clients ask for it

    return json.dumps(problem)


_RENDERERS: Final[dict[str, Callable[[Mapping[str, str], str], str]]] = {
    HTML: _html,
    PLAIN: _plain,
    PROBLEM: _problem,
}
