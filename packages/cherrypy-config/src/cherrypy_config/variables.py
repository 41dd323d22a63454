"""Overrides from the environment variables of the process.

Nobody gets them without asking: there is no prefix unless the program sets one.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from cherrypy_config.errors import EntryError, ExpressionError
from cherrypy_config.expressions import Mode, reader

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLACE = "environment variables"


def overrides(
    prefix: str, environ: Mapping[str, str] | None = None, *, mode: Mode = Mode.PYTHON
) -> dict[str, tuple[str, Any]]:
    """Return the variables with this prefix: by config key, the variable's name and its value.

    The rest of the name is the key, with `__` for a dot. If it is all upper case it is lowered:
    with the prefix `APP_`, both `APP_SERVER__SOCKET_PORT` and `APP_server__socket_port` stand for
    `server.socket_port`. The text is read as a value in a file is: text needs quotes.

    Args:
        prefix: What the names begin with; the empty prefix finds nothing.
        environ: The variables, those of the process if None.
        mode: How the text is read.

    Raises:
        EntryError: The text of a variable cannot be read, or two stand for one key.

    Examples:
        >>> overrides("APP_", {"APP_SERVER__SOCKET_PORT": "8080", "HOME": "/root"})
        {'server.socket_port': ('APP_SERVER__SOCKET_PORT', 8080)}
    """
    variables = (os.environ if environ is None else environ) if prefix else {}
    found: dict[str, tuple[str, Any]] = {}
    for name, text in sorted(variables.items()):
        if not name.startswith(prefix) or name == prefix:
            continue
        key = _key(name.removeprefix(prefix))
        if key in found:
            reason = f"{found[key][0]!r} stands for the same key, {key!r}"
            raise EntryError(name, text, reason, file=_PLACE)
        found[key] = (name, _value(name, text, mode))
    return found


def _key(name: str) -> str:
    return (name.lower() if name.isupper() else name).replace("__", ".")


def _value(name: str, text: str, mode: Mode) -> Any:
    try:
        return reader(mode)(text)
    except ExpressionError as error:
        raise EntryError(name, text, error.reason, file=_PLACE) from error
