"""The page that tells a client what went wrong.

Everything that is put into a page is escaped here, and nowhere else: the message may hold what the
client sent. A custom page that fails must still leave the client with the built-in one.
"""

from __future__ import annotations

import sys
import traceback as traceback_module
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from cherrypy_httputil import valid_status
from cherrypy_web.errorformats import HTML, preferred_format, render
from cherrypy_web.markup import escape

__all__ = ["ErrorPage", "bare_error", "error_page", "format_exc", "render_error_page"]


def format_exc(exc: tuple[Any, Any, Any] | None = None) -> str:
    """Return an exception as Python would print it; ``""`` where there is none.

    Args:
        exc: What ``sys.exc_info()`` returned; by default the exception that is being handled.

    Examples:
        >>> try:
        ...     1 / 0
        ... except ZeroDivisionError:
        ...     print(format_exc().splitlines()[-1])
        ZeroDivisionError: division by zero
    """
    kind, value, trace = exc or sys.exc_info()
    if value is None:
        return ""
    return "".join(traceback_module.format_exception(kind, value, trace))


def bare_error(
    extrabody: str | bytes | None = None,
) -> tuple[bytes, list[tuple[bytes, bytes]], list[bytes]]:
    r"""Return status, header fields and body of a plain 500, made without any code that could fail.

    Args:
        extrabody: Appended to the body.

    Examples:
        >>> status, fields, body = bare_error("Ask the operator.")
        >>> status, body
        (b'500 Internal Server Error', [b'Unrecoverable error in the server.\nAsk the operator.'])
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


class ErrorPage(NamedTuple):
    """An error page: its bytes, their type if it is known, and whether `Accept` counted."""

    body: bytes
    content_type: str | None
    is_negotiated: bool = True


def error_page(
    status: int | str | None,
    pages: Mapping[int | str, Any],
    version: str,
    *,
    accept: str = "",
    instance: str = "",
    message: str | None = None,
    traceback: str | None = None,
    on_failure: Callable[[], object] | None = None,
    shows_failure: bool = True,
    **fields: Any,
) -> ErrorPage:
    """Return the error page of a status: a custom one, or the built-in one as the client likes it.

    Args:
        status: The status of the response.
        pages: The custom pages by code, and the one for all others under ``"default"``: the path of
            a template with ``%(name)s`` fields, or a callable that is given the fields as keywords.
        version: The value of the field ``version``.
        accept: The field ``Accept`` of the request.
        instance: The path of the request.
        message: A sentence for the reader; ``None`` stands for what the status says.
        traceback: The exception as Python prints it, if the client may see it.
        on_failure: Called while the exception of a custom page that failed is being handled.
        shows_failure: Whether the client may see that exception.
        fields: Other fields for a custom page.
    """
    code, reason, usual = valid_status(status)
    values = {
        "status": f"{code} {reason}",
        "message": usual if message is None else str(message),
        "traceback": "" if traceback is None else str(traceback),
        "version": version,
    }
    page = pages.get(code) or pages.get("default") if pages else None
    if page:
        try:
            more = {name: str(value) for name, value in fields.items() if value is not None}
            body = _custom_page(page, {**more, **values})
            return ErrorPage(body, None if callable(page) else HTML, is_negotiated=False)
        except Exception:  # noqa: BLE001 - a custom page may raise anything
            if on_failure is not None:
                on_failure()
            values["message"] += "\nIn addition, the custom error page failed"
            values["message"] += f":\n{_last_line()}" if shows_failure else "."
    form = preferred_format(accept)
    return ErrorPage(render(form, values, instance), form)


def render_error_page(
    status: int | str | None,
    pages: Mapping[int | str, Any],
    version: str,
    **fields: Any,
) -> bytes:
    """Return the error page of a status for a client that takes anything.

    The arguments are those of `error_page`.

    Examples:
        >>> pages = {404: lambda **fields: f"<p>{fields['message']}</p>"}
        >>> render_error_page(404, pages, "1.0", message="No such <bird>")
        b'<p>No such &lt;bird&gt;</p>'
    """
    return error_page(status, pages, version, **fields).body


def _last_line() -> str:
    return traceback_module.format_exc().rstrip().rpartition("\n")[2]


def _custom_page(page: Any, fields: Mapping[str, str]) -> bytes:
    values = {name: escape(value) for name, value in fields.items()}
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
