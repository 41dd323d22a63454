"""Which parameters a callable cannot take, and what that is called in HTTP.

The url decides what is looked for: what does not fit there does not exist (404). What does not fit
in the body is a wrong request (400).
"""

from __future__ import annotations

from traceback import walk_tb
from typing import TYPE_CHECKING, Any

from cherrypy_dispatch.request import body_params
from cherrypy_httputil import HTTPError
from cherrypy_serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from inspect import Parameter

# The kinds of parameters by their names: `inspect` takes long, and most calls do not fail.
_POSITIONAL = ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD")
_NAMED = ("POSITIONAL_OR_KEYWORD", "KEYWORD_ONLY")
_VARIABLE = ("VAR_POSITIONAL", "VAR_KEYWORD")


def test_callable_spec(
    callable: Callable[..., Any],  # noqa: A002 - the documented name
    callable_args: Sequence[Any],
    callable_kwargs: Mapping[str, Any],
) -> None:
    """Raise an error that says why the callable cannot be called so; return if it can.

    Decorators count: the signature is that of the callable itself and not of what it wraps.

    Raises:
        HTTPError: 404 for what came in the path or the query string, 400 for what came in the body.
            It names the parameters unless the current request has `show_mismatched_params` off.
        TypeError: if the callable has no signature.
        ValueError: if the signature of the callable is not known.

    Examples:
        >>> def page(year):
        ...     return f"the year {year}"
        >>> test_callable_spec(page, ("2030",), {})
        >>> test_callable_spec(page, (), {"month": "6"})
        Traceback (most recent call last):
        cherrypy_httputil.errors.HTTPError: (404, 'Missing parameters: year')
    """
    import inspect  # noqa: PLC0415 - see above

    signature = inspect.signature(callable, follow_wrapped=False)
    check_parameters(list(signature.parameters.values()), callable_args, callable_kwargs)


test_callable_spec.__test__ = False  # type: ignore[attr-defined]  # pytest: not a test


def check_parameters(
    parameters: Sequence[Parameter], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> None:
    """Do the same for the parameters of a signature."""
    positional = [p.name for p in parameters if p.kind.name in _POSITIONAL]
    named = [p.name for p in parameters if p.kind.name in _NAMED]
    kinds = {p.kind.name for p in parameters}
    filled = positional[: len(args)]
    required = [p.name for p in parameters if _is_required(p)]
    by_name = {name for name in kwargs if name in named}
    body = body_params(serving_request())

    if missing := [name for name in required if name not in filled and name not in by_name]:
        raise _error(404, "Missing parameters", ",".join(missing))
    if len(args) > len(positional) and "VAR_POSITIONAL" not in kinds:
        raise HTTPError(404)
    if twice := [name for name in filled if name in by_name]:
        status = 400 if all(name in body for name in twice) else 404
        raise _error(status, "Multiple values for parameters", ",".join(twice))
    if "VAR_KEYWORD" in kinds:
        return
    extra = [name for name in kwargs if name not in named]
    if in_query := [name for name in extra if name not in body]:
        raise _error(404, "Unexpected query string parameters", ", ".join(in_query))
    if extra:
        raise _error(400, "Unexpected body parameters", ", ".join(extra))


def _is_required(parameter: Parameter) -> bool:
    return parameter.kind.name not in _VARIABLE and parameter.default is parameter.empty


def serving_request() -> Any:
    """Return the request being served, or None."""
    return getattr(serving, "request", None)


def _error(status: int, problem: str, names: str) -> HTTPError:
    if getattr(serving_request(), "show_mismatched_params", True):
        return HTTPError(status, f"{problem}: {names}")
    return HTTPError(status)


def explain(
    error: TypeError,
    called: Callable[..., Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> None:
    """Raise what is wrong with the arguments of a call that failed; return if nothing is.

    Where a decorator takes everything and hands it on, what it wraps is looked at, but only if the
    error says that it was this that refused the call. A TypeError from inside stays one.

    Raises:
        HTTPError: 404 or 400; see `test_callable_spec`.

    Examples:
        >>> def page(year):
        ...     return f"the year {year}"
        >>> try:
        ...     page()
        ... except TypeError as error:
        ...     explain(error, page, (), {})
        Traceback (most recent call last):
        cherrypy_httputil.errors.HTTPError: (404, 'Missing parameters: year')
    """
    import inspect  # noqa: PLC0415 - see above

    try:
        test_callable_spec(called, args, kwargs)
        wrapped = inspect.unwrap(getattr(called, "__func__", called))
        if _refused(error, wrapped):
            check_parameters(list(inspect.signature(called).parameters.values()), args, kwargs)
    except (TypeError, ValueError):
        return  # a callable whose signature nobody knows


def _refused(error: TypeError, function: Any) -> bool:
    """Tell whether it was the call of this function that failed, before anything in it ran."""
    frames = [frame.f_code for frame, _ in walk_tb(error.__traceback__)]
    name = getattr(function, "__qualname__", None)
    code = getattr(function, "__code__", None)
    return str(error).startswith(f"{name}() ") and code not in frames
