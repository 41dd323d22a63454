"""Convert request parameters by a handler's annotations: the pure part of the `params` tool.

Which converter belongs to an annotation is a table and a few rules for the generic ones, worked out
once for each function. What has no annotation is left alone, and so is what is no text, except
that a file in place of a number, say, is refused.
"""

from __future__ import annotations

import inspect
import types
import typing
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Union, get_args, get_origin

from cherrypy_httputil import HTTPError
from cherrypy_tools.converters import (
    CONVERTERS,
    Converter,
    by_class,
    choice,
    enumeration,
    first_of,
    optional,
    sequence,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ExceptionTypes: TypeAlias = "type[BaseException] | tuple[type[BaseException], ...]"
"""One class of exceptions, or several."""

UNIONS = (Union, types.UnionType)
SEQUENCES = (list, tuple, set, frozenset)


def convert_params(
    params: Mapping[str, Any],
    handler: Callable[..., object],
    exception: ExceptionTypes = ValueError,
    error: int | str = 400,
) -> dict[str, Any]:
    """Return `params` with the values that `handler` has annotations for converted.

    Args:
        params: Texts, or lists of texts where a name was given several times.
        handler: The function that will get them by name.
        exception: What a converter raises for a value that it cannot convert.
        error: The status of the response if there is such a value.

    Raises:
        HTTPError: `error`, with a message that names every parameter that failed.

    Examples:
        >>> def page(count: int, tags: list[str], active: bool = True) -> str: ...
        >>> convert_params({"count": "3", "tags": "new", "active": "no"}, page)
        {'count': 3, 'tags': ['new'], 'active': False}
        >>> convert_params({"count": "three"}, page)
        Traceback (most recent call last):
            ...
        cherrypy_httputil.errors.HTTPError: (400, "count: 'three' is not an integer")
    """
    converters = converters_of(getattr(handler, "__func__", handler))
    converted = dict(params)
    faults = []
    for name, convert in converters.items():
        if name in converted:
            try:
                converted[name] = convert(converted[name])
            except exception as fault:
                faults.append(f"{name}: {fault}")
    if faults:
        raise HTTPError(error, "; ".join(faults))
    return converted


@lru_cache(maxsize=1024)
def converters_of(handler: Callable[..., object]) -> dict[str, Converter]:
    """Return the converters for the annotated parameters of `handler` by their names.

    Examples:
        >>> def page(count: int, rest) -> str: ...
        >>> list(converters_of(page))
        ['count']
    """
    annotations = {
        name: annotation
        for name, annotation in _hints(handler).items()
        if name != "return" and _is_named(handler, name)
    }
    found = {name: converter_for(annotation) for name, annotation in annotations.items()}
    return {name: convert for name, convert in found.items() if convert is not None}


def converter_for(annotation: Any) -> Converter | None:
    """Return the converter to what `annotation` says; None if there is nothing to convert.

    Examples:
        >>> convert = converter_for(int | None)
        >>> convert("3"), convert("")
        (3, None)
    """
    origin = get_origin(annotation)
    if origin is not None:
        return _generic(origin, get_args(annotation))
    if isinstance(annotation, type) and annotation in SEQUENCES:
        return _sequence(annotation, ())
    if not isinstance(annotation, type):
        return None
    return CONVERTERS.get(annotation) or enumeration(annotation) or by_class(annotation)


def _generic(origin: Any, members: tuple[Any, ...]) -> Converter | None:
    if origin is typing.Annotated:
        return converter_for(members[0])
    if origin is Literal:
        return choice(members)
    if origin in UNIONS:
        return _union(members)
    return _sequence(origin, members) if origin in SEQUENCES else None


def _union(members: tuple[Any, ...]) -> Converter | None:
    wanted = [member for member in members if member is not type(None)]
    converters = [converter_for(member) for member in sorted(wanted, key=_is_text)]
    usable = [convert for convert in converters if convert is not None]
    if len(usable) < len(wanted):
        return None
    convert = usable[0] if len(usable) == 1 else first_of(usable)
    return optional(convert, str in wanted) if len(wanted) < len(members) else convert


def _is_text(annotation: Any) -> bool:
    return annotation is str


def _sequence(kind: Any, members: tuple[Any, ...]) -> Converter | None:
    if kind is tuple and members and members[-1] is not Ellipsis:
        each = [converter_for(member) or CONVERTERS[str] for member in members]
        return sequence(tuple, each)
    convert = converter_for(members[0]) if members else CONVERTERS[str]
    return sequence(kind, convert or CONVERTERS[str])


def _hints(handler: Callable[..., object]) -> dict[str, Any]:
    """Return the annotations of `handler`, without those that cannot be evaluated."""
    function: Any = inspect.unwrap(handler)
    if not hasattr(function, "__annotations__"):
        function = type(function).__call__
    names = getattr(function, "__globals__", {})
    hints: dict[str, Any] = {}
    for name, annotation in function.__annotations__.items():
        one = types.SimpleNamespace(__annotations__={name: annotation})
        # An annotation may name what only a type checker imports.
        with suppress(Exception):
            hints |= typing.get_type_hints(one, names, include_extras=True)
    return hints


def _is_named(handler: Callable[..., object], name: str) -> bool:
    parameter = inspect.signature(handler).parameters.get(name)
    return parameter is not None and parameter.kind in {
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        inspect.Parameter.KEYWORD_ONLY,
    }
