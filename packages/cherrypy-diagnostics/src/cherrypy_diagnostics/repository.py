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
    """Return `logging.statistics`, made if it is not there yet."""
    statistics: Scope | None = getattr(logging, "statistics", None)
    if statistics is None:
        statistics = logging.__dict__.setdefault("statistics", {})
    return statistics


def namespace(name: str, statistics: Scope | None = None) -> Scope:
    """Return the namespace called `name`, made with `Enabled` set if it is not there yet.

    Args:
        name: What a reader of a report sees; spaces and capitals are fine.
        statistics: The repository; the process's own by default.
    """
    whole = repository() if statistics is None else statistics
    found: Scope = whole.setdefault(name, {})
    found.setdefault("Enabled", True)
    return found


def extrapolate_statistics(scope: Scope) -> Scope:
    """Return a deep copy of `scope` in which functions are replaced by what they return.

    Each function is called once with the copy of the dict that it stands in, so it may change
    other entries of the report. The order of the calls is not defined. A function that fails
    leaves None; the failure is logged.
    """
    copy = {key: _copied(value) for key, value in scope.copy().items()}
    for key, value in list(copy.items()):
        if callable(value) and copy.get(key) is value:
            copy[key] = _expanded(key, value, copy)
    return copy


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return extrapolate_statistics(value)
    if isinstance(value, list | tuple):
        return [_copied(item) for item in list(value)]
    return value


def _expanded(key: str, function: Any, scope: Scope) -> Any:
    try:
        return function(scope)
    except Exception:
        log.exception("The function of the statistic %r failed; it is reported as None.", key)
        return None
