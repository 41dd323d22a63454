"""Match media types against patterns.

A pattern is `type/subtype`, `type/*`, `type/*+suffix` or `*/*`. Answers are kept, because an
application sends few media types: nothing of what a client sends may become a key here without a
bound.
"""

from __future__ import annotations

from functools import lru_cache


def media_type(content_type: str) -> str:
    """Return the type and subtype of a Content-Type value, in lower case, without parameters."""
    return content_type.partition(";")[0].strip().lower()


@lru_cache(maxsize=512)
def matches_any(content_type: str, patterns: tuple[str, ...]) -> bool:
    """Tell whether the media type of the field value `content_type` matches one of `patterns`."""
    kind = media_type(content_type)
    return any(matches(kind, pattern.strip().lower()) for pattern in patterns)


def matches(kind: str, pattern: str) -> bool:
    """Tell whether the media type `kind` matches `pattern`; both in lower case."""
    if pattern in {kind, "*/*"}:
        return True
    main, _, sub = pattern.partition("/")
    if not sub.startswith("*") or not kind.startswith(main + "/"):
        return False
    return kind.endswith(sub[1:])
