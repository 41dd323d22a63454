"""From a function that is given its request and response to one that finds them.

The function that takes them is the real one; the ambient form is one line on top.
"""

from __future__ import annotations

import inspect
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from cherrypy_serving.scope import serving

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")


def ambient(function: Callable[Concatenate[Any, Any, P], R]) -> Callable[P, R]:
    """Return `function` without its first two parameters: it gets the request and response being served.

    Its signature, name and docstring are those of `function`, without these two.

    Raises:
        UnboundError: When the result is called and nothing is bound.
    """

    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(serving.request, serving.response, *args, **kwargs)

    signature = inspect.signature(function)
    rest = list(signature.parameters.values())[2:]
    update_wrapper(call, function)
    call.__signature__ = signature.replace(parameters=rest)  # type: ignore[attr-defined]
    return call
