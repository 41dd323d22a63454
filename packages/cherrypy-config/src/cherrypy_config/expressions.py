"""Python values from Python expressions: `unrepr`, and its strict sister `literal`.

Security: `unrepr` imports and calls whatever the text names. Give it only what the operator of the
program wrote. For any other text there is `literal`; it never looks up a name.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Mode(Enum):
    r"""How the text of a value is read: the caller's choice, made where the file is named.

    Examples:
        >>> from io import StringIO
        >>> from cherrypy_config import as_dict
        >>> as_dict(StringIO("[db]\npool = 8"), mode=Mode.LITERAL)
        {'db': {'pool': 8}}
        >>> as_dict(StringIO("[db]\npool = os.getpid()"), mode=Mode.LITERAL)
        Traceback (most recent call last):
        cherrypy_config.errors.EntryError: ... a call is no literal; ...
    """

    PYTHON = "python"
    """As `unrepr` does: the text may name, import and call anything. For the operator's files."""

    LITERAL = "literal"
    """As `literal` does, and without interpolation. For files that the operator did not write."""


def unrepr(s: str | None) -> Any:
    """Return the value of a Python expression; the text may import and call.

    Names stand for builtins and modules. Allowed are literals, displays of lists, tuples, dicts
    and sets with unpacking, attributes, subscripts, calls with all kinds of arguments, and
    arithmetic.

    Args:
        s: The text. The empty text and None stand for themselves.

    Raises:
        ExpressionError: The text is not such an expression, or computing it failed.

    Examples:
        >>> unrepr("dict(port=8000 + 80)")
        {'port': 8080}
    """
    from cherrypy_config.evaluation import PYTHON_FORMS, evaluate  # noqa: PLC0415 - `ast` is large

    return evaluate(s, PYTHON_FORMS)


def literal(s: str | None) -> Any:
    """Return the value of a Python literal: nothing is looked up, imported or called.

    Allowed are numbers, text, bytes, True, False, None, the ellipsis, and lists, tuples, dicts and
    sets of these.

    Args:
        s: The text. The empty text and None stand for themselves.

    Raises:
        ExpressionError: The text is anything else.

    Examples:
        >>> literal("['a', -1, 2 + 3j]")
        ['a', -1, (2+3j)]
    """
    from cherrypy_config.evaluation import LITERAL_FORMS, evaluate  # noqa: PLC0415 - as above

    return evaluate(s, LITERAL_FORMS)


def reader(mode: Mode) -> Callable[[str | None], Any]:
    """Return the function that reads values in this mode."""
    return {Mode.PYTHON: unrepr, Mode.LITERAL: literal}[mode]
