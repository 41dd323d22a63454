"""Compare options with the function that is to get them, before there is a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import inspect
    from collections.abc import Callable, Mapping

__all__ = ["is_complete"]


def is_complete(
    tool: str | None, function: Callable[..., object], options: Mapping[str, Any]
) -> bool:
    """Tell whether a function can be called with some options, and needs no more of them.

    Args:
        tool: The name of the tool, for the message.
        function: What is to be called.
        options: Keyword arguments.

    Raises:
        TypeError: The function takes no argument of one of these names.
    """
    import inspect  # noqa: PLC0415 - it takes long, and is for options only

    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # written in C, it may not tell
        return True
    try:
        bound = signature.bind_partial(**options)
    except TypeError:
        known = [name for name, each in signature.parameters.items() if each.kind.name in _NAMED]
        unknown = ", ".join(repr(name) for name in options if name not in known)
        listed = ", ".join(known) or "none"
        raise TypeError(f"the tool {tool!r} has no option {unknown}; it has {listed}") from None
    needed = [each.name for each in signature.parameters.values() if _is_needed(each)]
    return all(name in bound.arguments for name in needed)


_NAMED = {"POSITIONAL_OR_KEYWORD", "KEYWORD_ONLY"}


def _is_needed(parameter: inspect.Parameter) -> bool:
    return parameter.kind.name in _NAMED and parameter.default is parameter.empty
