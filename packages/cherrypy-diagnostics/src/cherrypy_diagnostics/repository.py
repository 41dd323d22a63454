"""The process's statistics: plain dicts in `logging.statistics`, and their extrapolation.

Four levels: the repository holds namespaces, a namespace holds values and collections, a collection
(a dict or a list) holds records. A value may be a function of the dict that it stands in. All of it
stays plain dicts, so that any library can take part without importing this one; reading therefore
has to bear whatever others put in, while they put it in.
"""

from __future__ import annotations

import logging
from typing import Any, TypeAlias

log: logging.Logger = logging.getLogger(__name__)

Scope: TypeAlias = dict[str, Any]
"""A repository, a namespace, a collection or a record."""

WITHIN_ITSELF = "..."
"""What stands for a dict or a list where that holds itself."""

_told: set[tuple[object, object]] = set()
"""The functions whose failure was logged: a page that is open asks for them each second."""


def repository() -> Scope:
    """Return `logging.statistics`, made if it is not there yet.

    Examples:
        >>> import logging
        >>> repository() is logging.statistics
        True
    """
    statistics: Scope | None = getattr(logging, "statistics", None)
    if statistics is None:
        statistics = logging.__dict__.setdefault("statistics", {})
    return statistics


def namespace(name: str, statistics: Scope | None = None) -> Scope:
    """Return the namespace called `name`, made with `Enabled` set if it is not there yet.

    Args:
        name: What a reader of a report sees; spaces and capitals are fine.
        statistics: The repository; the process's own by default.

    Examples:
        >>> mine = namespace("Mail", statistics := {})
        >>> mine["Sent"] = 3
        >>> statistics
        {'Mail': {'Enabled': True, 'Sent': 3}}
    """
    whole = repository() if statistics is None else statistics
    found: Scope = whole.setdefault(name, {})
    found.setdefault("Enabled", True)
    return found


def extrapolate_statistics(scope: Scope) -> Scope:
    """Return a deep copy of `scope` in which functions are replaced by what they return.

    Each function is called once with a copy of the dict that it stands in, so it may change
    other entries of the report. In that copy all functions, its own and those of the dicts in it,
    are still to be called: a function may call others, and may not rely on what they returned. The
    order of the calls is not defined. A function that fails leaves None; its first failure is
    logged. A class is no function: its name is reported. A dict that holds itself is "..." there.

    Examples:
        >>> extrapolate_statistics({"Sent": 3, "Sent twice": lambda s: 2 * s["Sent"]})
        {'Sent': 3, 'Sent twice': 6}
    """
    copy: Scope = _copied(scope)
    _expand(copy)
    return copy


def _copied(value: Any, around: tuple[int, ...] = ()) -> Any:
    """Return a copy of a value.

    Args:
        value: The value.
        around: The identities of the dicts and lists that it stands in.
    """
    if id(value) in around:
        return WITHIN_ITSELF
    if isinstance(value, dict):
        around = (*around, id(value))
        return {key: _copied(item, around) for key, item in value.copy().items()}
    if isinstance(value, list | tuple):
        around = (*around, id(value))
        return [_copied(item, around) for item in list(value)]
    return value.__qualname__ if isinstance(value, type) else value


def _expand(scope: Any, around: tuple[int, ...] = ()) -> None:
    """Replace the functions in a copy, from the outside to the inside."""
    if isinstance(scope, dict):
        functions = [(key, value) for key, value in scope.items() if callable(value)]
        results = [(key, value, _expanded(key, value, scope)) for key, value in functions]
        for key, function, result in results:
            if scope.get(key) is function:  # no other one put something else there
                scope[key] = result
    around = (*around, id(scope))
    for key, value in list(enumerate(scope) if isinstance(scope, list) else scope.items()):
        if id(value) in around:
            scope[key] = WITHIN_ITSELF
        elif isinstance(value, dict | list):
            _expand(value, around)


def _expanded(key: str, function: Any, scope: Scope) -> Any:
    try:
        return function(scope)
    except Exception:
        which = key, getattr(function, "__code__", type(function))
        if which not in _told:
            _told.add(which)
            log.exception("The function of the statistic %r failed; it is reported as None.", key)
        return None
