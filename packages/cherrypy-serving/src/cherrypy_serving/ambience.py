"""From a function that is given its request and response to one that finds them.

The function that takes them is the real one. The ambient form is one line on top, and stays that.
Where options take work to understand, the real one is made of them: then the form is `prepared`.
"""

from __future__ import annotations

from functools import partial, update_wrapper
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from cherrypy_serving.scope import serving

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")


def ambient(function: Callable[Concatenate[Any, Any, P], R]) -> Callable[P, R]:
    """Return `function` without its first two parameters, the request and the response.

    It gets those being served at each call. Name, docstring and the rest of the signature stay.
    The attribute `explicit` of the result is `function`, for a caller that has the two at hand.

    Raises:
        ValueError: If it does not take two positional arguments.
        UnboundError: When the result is called, and nothing is bound.

    Examples:
        >>> def greet(request, response, word="Hello"):
        ...     return f"{word}, {request}"
        >>> _ = serving.load("bird", None)
        >>> ambient(greet)(word="Welcome")
        'Welcome, bird'
        >>> serving.clear()
    """
    current = serving._current.get  # noqa: SLF001 - two look-ups less for each call

    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        scope = current()
        return function(scope.request, scope.response, *args, **kwargs)

    from inspect import signature  # noqa: PLC0415 - it takes long, and only tools need it

    update_wrapper(call, function)
    call.__signature__ = signature(partial(function, None, None))  # type: ignore[attr-defined]  # what inspect looks for
    call.explicit = function  # type: ignore[attr-defined]  # for a caller that has the two at hand
    return call


def prepared(make: Callable[P, Callable[[Any, Any], R]]) -> Callable[P, R]:
    """Return a function that takes the options of `make`, and does at once what that makes.

    What `make` returns is called with the request and the response being served. Name, docstring
    and signature are those of `make`. The attribute `prepare` of the result is `make`, for a
    caller who wants to work the options out once and to find mistakes in them early.

    Raises:
        UnboundError: When the result is called, and nothing is bound.

    Examples:
        >>> def greeting(word="Hello"):
        ...     pattern = f"{word}, {{}}"  # what is worked out once
        ...     return lambda request, response: pattern.format(request)
        >>> _ = serving.load("bird", None)
        >>> prepared(greeting)(word="Welcome")
        'Welcome, bird'
        >>> serving.clear()
    """
    current = serving._current.get  # noqa: SLF001 - as above

    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        scope = current()
        return make(*args, **kwargs)(scope.request, scope.response)

    from inspect import Signature, signature  # noqa: PLC0415 - as above

    update_wrapper(call, make, updated=())
    own = signature(make).replace(return_annotation=Signature.empty)
    call.__signature__ = own  # type: ignore[attr-defined]  # what inspect looks for
    call.prepare = make  # type: ignore[attr-defined]  # for a caller that keeps what it makes
    return call
