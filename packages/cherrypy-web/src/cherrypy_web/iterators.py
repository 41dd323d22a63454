"""What kind of iterable a handler has returned."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["is_closable_iterator", "is_iterator"]


def is_iterator(obj: object) -> bool:
    """Tell whether an object is its own iterator, so that it can be gone through once only.

    Examples:
        >>> is_iterator(iter([b"piece"])), is_iterator([b"piece"])
        (True, False)
    """
    return isinstance(obj, Iterator) and iter(obj) is obj


def is_closable_iterator(obj: object) -> bool:
    """Tell whether an object is an iterator with a ``close`` that needs no arguments.

    Examples:
        >>> is_closable_iterator(piece for piece in [b""]), is_closable_iterator(iter([b""]))
        (True, False)
    """
    close = getattr(obj, "close", None)
    if not (is_iterator(obj) and callable(close)):
        return False
    import inspect  # noqa: PLC0415 - few bodies have a `close`, and it takes long

    try:
        inspect.signature(close).bind()
    except TypeError:
        return False
    except ValueError:  # written in C, and without a signature
        return True
    return True
