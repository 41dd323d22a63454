"""What ``help`` shows of a tool: what it does, its options with their defaults, the keys of config.

It is made when somebody asks, for nobody asks while a site starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inspect import Parameter

    from cherrypy_web.tools import Tool

__all__ = ["ToolDoc"]


class ToolDoc:
    """The ``__doc__`` of a class of tools, and of each tool.

    Args:
        of_class: What the class says.
    """

    def __init__(self, of_class: str | None) -> None:
        self._of_class = of_class

    def __get__(self, tool: Tool[...] | None, owner: type) -> str | None:
        return self._of_class if tool is None else _described(tool)


def _described(tool: Tool[...]) -> str | None:
    import inspect  # noqa: PLC0415 - for help only

    said = inspect.getdoc(tool.callable)
    if tool._name is None:  # noqa: SLF001 - our own; it is in no toolbox yet
        return said
    key = f"{tool.namespace}.{tool._name}"  # noqa: SLF001
    try:
        options = inspect.signature(tool.callable).parameters.values()
    except (TypeError, ValueError):  # something that has no signature
        options = []  # type: ignore[assignment]
    lines = [f"{key}.on = True", *(_line(key, each) for each in options if _is_option(each))]
    return "\n".join(
        [*([said, ""] if said else []), "In config:", "", *(f"    {line}" for line in lines)]
    )


def _is_option(parameter: Parameter) -> bool:
    return parameter.kind in (parameter.KEYWORD_ONLY, parameter.POSITIONAL_OR_KEYWORD)


def _line(key: str, parameter: Parameter) -> str:
    default: Any = parameter.default
    if default is parameter.empty:
        return f"{key}.{parameter.name} (has to be given)"
    shown = default.__name__ if hasattr(default, "__name__") else repr(default)
    return f"{key}.{parameter.name} = {shown}"
