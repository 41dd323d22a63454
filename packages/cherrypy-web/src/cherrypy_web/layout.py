"""Which attributes of a request CPython keeps in the object itself.

It does so with the first 29 names that the first object of a class sets. An object that sets
another one gets a dict, and from then on costs more each time that it is looked at: about a tenth
of a request in all. So the first object of each class sets what most requests set, and no more.
"""

from __future__ import annotations

from typing import Final

__all__ = ["OFTEN_SET", "lay_out"]

#: What every request sets, and then what those with a body, cookies, a tool or an access log do.
OFTEN_SET: Final = (
    "local",
    "remote",
    "scheme",
    "server_protocol",
    "own_hooks",
    "_body",
    "_fields",
    "params",
    "app",
    "wsgi_environ",
    "script_name",
    "stage",
    "_response",
    "method",
    "query_string",
    "request_protocol",
    "rfile",
    "_environ",
    "path_info",
    "_layers",
    "is_index",
    "handler",
    "_plan",
    "_planned_hooks",
    "process_request_body",
    "closed",
    "headers",
    "cookie",
    "login",
)


def lay_out(cls: type) -> None:
    """Make the first object of a class, and let it set the names in `OFTEN_SET`."""
    if getattr(cls, "__abstractmethods__", None):
        return
    first: object = object.__new__(cls)
    for name in OFTEN_SET:
        # A property of a program's own might do something.
        if not hasattr(type(_static(cls, name)), "__set__"):
            object.__setattr__(first, name, None)


def _static(cls: type, name: str) -> object:
    """Return what `inspect.getattr_static` would; to import that takes long."""
    return next((vars(base)[name] for base in cls.__mro__ if name in vars(base)), None)
