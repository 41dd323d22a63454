"""One line of an access log: its atoms, its format, and the escaping of what a client may send.

Only the atoms that a format names are computed. Every atom is escaped, so that no request can start
a line of its own or end a quoted field.
"""

from __future__ import annotations

import re
import string
import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cherrypy_web.environ import decoded

if TYPE_CHECKING:
    from collections.abc import Callable

    from cherrypy_web.request import Request
    from cherrypy_web.response import Response

__all__ = [
    "ATOMS",
    "COMBINED",
    "LazyRfc3339UtcTime",
    "access_members",
    "compile_format",
    "escape",
    "log_time",
]

#: The Combined Log Format of Apache's httpd, in the syntax of `str.format`.
COMBINED: Final = '{h} {l} {u} {t} "{r}" {s} {b} "{f}" "{a}"'

MONTHS: Final = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

_ESCAPED: Final = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 256))} | {
    ord("\n"): "\\n",
    ord("\r"): "\\r",
    ord("\t"): "\\t",
    ord('"'): '\\"',
    ord("\\"): "\\\\",
}
_PERCENT_NAMES = re.compile(r"%\((\w+)\)")


def _is_plain(value: str) -> bool:
    return value.isascii() and value.isprintable() and '"' not in value and "\\" not in value


def escape(value: str) -> str:
    r"""Return a value as printable ASCII without bare quotes; other bytes as ``\xhh``."""
    if _is_plain(value):
        return value
    return value.encode("utf-8", "surrogateescape").decode("latin-1").translate(_ESCAPED)


@lru_cache(maxsize=4)
def _formatted_time(second: int) -> str:
    now = time.localtime(second)
    month = MONTHS[now.tm_mon - 1]
    clock = f"{now.tm_hour:02}:{now.tm_min:02}:{now.tm_sec:02}"
    return f"[{now.tm_mday:02}/{month}/{now.tm_year:04}:{clock}]"


def log_time() -> str:
    """Return the local time as access and error logs write it, as in ``[24/Feb/2014:21:01:46]``."""
    return _formatted_time(int(time.time()))


class LazyRfc3339UtcTime:
    """The present time in UTC (RFC 3339), worked out each time it is read as text.

    Examples:
        >>> from datetime import UTC, datetime
        >>> now = LazyRfc3339UtcTime()
        >>> datetime.fromisoformat(str(now)).tzinfo == UTC
        True
    """

    def __str__(self) -> str:
        now = datetime.now(UTC)
        return now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03}Z"


_NOW: Final = LazyRfc3339UtcTime()


def _status_code(response: Response) -> str:
    return str(response.status or "-").split(" ", 1)[0]


def _client(request: Request, _: Response) -> str:
    return request.remote.name or request.remote.ip


def _user(request: Request, _: Response) -> str:
    return request.login or "-"


def _length(_: Request, response: Response) -> str:
    length = str(response.headers.get("Content-Length") or "-")
    return "-" if length == "0" else length  # as the Common Log Format has it


def _field(request: Request, name: str) -> str:
    """Return a header field as text whose bytes in UTF-8 are those that came."""
    value = request.peek_header(name)
    if value.isascii():
        return value
    try:
        return value.encode("latin-1").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # the program's own text
        return value


def _identifier(request: Request, _: Response) -> str:
    return str(request.unique_id)


#: The atoms that a format may name: how each is read off a request and its response.
ATOMS: Final[dict[str, Callable[[Request, Response], str]]] = {
    "h": _client,
    "l": lambda _, __: "-",
    "u": _user,
    "t": lambda _, __: log_time(),
    "r": lambda request, _: request.request_line,
    "s": lambda _, response: _status_code(response),
    "b": _length,
    "f": lambda request, _: _field(request, "Referer"),
    "a": lambda request, _: _field(request, "User-Agent"),
    "o": lambda request, _: _field(request, "Host") or "-",
    "i": _identifier,
    "z": lambda _, __: str(_NOW),
}


def access_members(request: Request, response: Response) -> dict[str, str | int | None]:
    """Return what an access log in JSON says of a request and its response."""
    length: str | None = response.headers.get("Content-Length")
    return {
        "remote": _client(request, response),
        "user": request.login,
        "request": request.request_line,
        "status": int(_status_code(response)),
        "length": None if length is None else int(length),
        "referer": decoded(request.peek_header("Referer")),
        "user_agent": decoded(request.peek_header("User-Agent")),
        "host": decoded(request.peek_header("Host")),
    }


#: The atoms that are made here, of nothing that a client has sent.
_OURS: Final = frozenset("lstz")


def _names_in(template: str) -> tuple[set[str], bool]:
    percent = set(_PERCENT_NAMES.findall(template))
    if percent:
        return percent, True
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}, False


@lru_cache(maxsize=32)
def compile_format(template: str) -> Callable[[Request, Response], str]:
    """Return a function that renders a line for a request and its response.

    Args:
        template: A format with the names of `ATOMS`: ``{h}`` for `str.format`, or ``%(h)s``.

    Raises:
        ValueError: The format names an atom that does not exist.
    """
    names, percent = _names_in(template)
    unknown = names - ATOMS.keys()
    if unknown:
        raise ValueError(
            f"the access log format {template!r} names {', '.join(sorted(unknown))}; "
            f"the atoms are {', '.join(ATOMS)}"
        )
    ours = [(name, ATOMS[name]) for name in names & _OURS]
    sent = [(name, ATOMS[name]) for name in names - _OURS]

    def render(request: Request, response: Response) -> str:
        atoms = {name: read(request, response) for name, read in sent}
        whole = "".join(atoms.values())
        if not _is_plain(whole):
            atoms = {name: escape(value) for name, value in atoms.items()}
        for name, read in ours:
            atoms[name] = read(request, response)
        return template % atoms if percent else template.format_map(atoms)

    return render
