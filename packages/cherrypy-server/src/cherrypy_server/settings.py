"""What the settings of a server may be, in one table, checked when the server is made.

A wrong value stops the start with its name; none is bent into something that seems to be meant.
"""

import os
import re
from collections.abc import Callable, Mapping
from math import inf
from typing import Any

_Check = Callable[[Any], bool]


def check(settings: Any) -> None:
    """Check the settings that our own server uses.

    Args:
        settings: Whatever has them as attributes, such as a `Server`.

    Raises:
        ValueError: One is not what it may be; the message names it, its value, and what is right.
    """
    for name, (holds, words) in RULES.items():
        value = getattr(settings, name)
        if not holds(value):
            raise ValueError(f"The server's setting {name} must be {words}, not {value!r}.")
    if not callable(settings.application):
        raise ValueError(  # noqa: TRY004 - as all settings
            f"The server's application must be a WSGI callable, not {settings.application!r}."
        )
    if 0 < settings.thread_pool_max < settings.thread_pool:
        raise ValueError(
            f"The server's setting thread_pool_max ({settings.thread_pool_max}) must be at least "
            f"thread_pool ({settings.thread_pool})."
        )


def _whole(least: int, most: float = inf) -> _Check:
    """Return a check for integers between two bounds; True and False are none."""
    return lambda value: type(value) is int and least <= value <= most


def _number(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value < inf


def _seconds(value: Any) -> bool:
    return _number(value) and value > 0


def _flag(value: Any) -> bool:
    return value in (True, False)


def _or_none(holds: _Check) -> _Check:
    return lambda value: value is None or holds(value)


def _most_threads(value: Any) -> bool:
    return value == inf or (_whole(-1)(value) and value != 0)


def _names(value: Any) -> bool:
    return isinstance(value, (list, tuple, set, frozenset)) and all(
        isinstance(each, str) and _HOST.fullmatch(each) for each in value
    )


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _path(value: Any) -> bool:
    return isinstance(value, (str, os.PathLike))


_HOST = re.compile(r"(\*\.)?[^\s/:*@]+|\[[0-9a-fA-F:.]+\]")
_FILE = (_or_none(_path), "the path of a file, or None")
_FLAG = (_flag, "True or False")
_SIZE = (_or_none(_whole(0)), "a number of bytes, or 0 for no limit")

RULES: dict[str, tuple[_Check, str]] = {
    "socket_host": (_or_none(_text), "a host name or an address, or None"),
    "socket_port": (_or_none(_whole(0, 65535)), "a port from 0 to 65535"),
    "socket_file": (_or_none(_path), "the path of a Unix socket, or None"),
    "socket_file_mode": (_whole(0, 0o777), "permission bits such as 0o660"),
    "socket_queue_size": (_whole(0), "a number of connections"),
    "socket_timeout": (_seconds, "a number of seconds above 0"),
    "accepted_queue_size": (_whole(-1), "a number of connections, or -1 for any"),
    "accepted_queue_timeout": (_number, "a number of seconds"),
    "shutdown_timeout": (_or_none(_number), "a number of seconds, or None for any time"),
    "protocol_version": (lambda value: value in ("HTTP/1.0", "HTTP/1.1"), "HTTP/1.0 or HTTP/1.1"),
    "thread_pool": (_whole(1), "a number of threads above 0"),
    "thread_pool_max": (_most_threads, "a number of threads above 0, or -1 for any"),
    "max_request_header_size": _SIZE,
    "max_request_header_fields": (_whole(0), "a number of fields, or 0 for any"),
    "max_request_body_size": _SIZE,
    "max_request_target_size": (_whole(0), "a number of bytes, or 0 for any"),
    "max_request_body_buffer": (_whole(0), "a number of bytes, or 0 for none"),
    "max_pipelined_requests": (_whole(0), "a number of requests, or 0 for any"),
    "max_connections": (_whole(0), "a number of connections, or 0 for any"),
    "max_waiting_bytes": (_whole(0), "a number of bytes, or 0 for any"),
    "request_header_timeout": (_seconds, "a number of seconds above 0"),
    "min_body_rate": (_number, "a number of bytes per second, or 0 for any"),
    "allowed_hosts": (_names, "a list of host names, without scheme and port"),
    "statistics": _FLAG,
    "nodelay": _FLAG,
    "peercreds": _FLAG,
    "peercreds_resolve": _FLAG,
    "ssl_module": (_text, "builtin or pyopenssl"),
    "ssl_certificate": _FILE,
    "ssl_private_key": _FILE,
    "ssl_certificate_chain": _FILE,
    "ssl_client_ca": _FILE,
    "ssl_ciphers": (_or_none(_text), "names of cipher suites, or None"),
    "ssl_hosts": (lambda value: isinstance(value, Mapping), "a dict of files by host name"),
}
