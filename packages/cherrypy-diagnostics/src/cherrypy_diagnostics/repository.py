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
    order of the calls is not defined. A function that fails leaves None; the failure is logged.

    Examples:
        >>> extrapolate_statistics({"Sent": 3, "Sent twice": lambda s: 2 * s["Sent"]})
        {'Sent': 3, 'Sent twice': 6}
    """
    copy: Scope = _copied(scope)
    _expand(copy)
    return copy


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.copy().items()}
    if isinstance(value, list | tuple):
        return [_copied(item) for item in list(value)]
    return value


def _expand(scope: Any) -> None:
    """Replace the functions in a copy, from the outside to the inside."""
    if isinstance(scope, list):
        inner = scope
    else:
        functions = [(key, value) for key, value in scope.items() if callable(value)]
        results = [(key, value, _expanded(key, value, scope)) for key, value in functions]
        for key, function, result in results:
            if scope.get(key) is function:  # no other one put something else there
                scope[key] = result
        inner = list(scope.values())
    for value in inner:
        if isinstance(value, dict | list):
            _expand(value)


def _expanded(key: str, function: Any, scope: Scope) -> Any:
    try:
        return function(scope)
    except Exception:
        log.exception("The function of the statistic %r failed; it is reported as None.", key)
        return None
