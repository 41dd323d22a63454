"""How much of a resource one message may use up here. Every such number is in this module."""

RANGES = 100
"""Ranges in one Range header. With more, the header is ignored and the whole resource is sent."""

OVERLAPPING_RANGES = 2
"""Ranges of one header that overlap an earlier one. With more, the header is ignored."""

FIELDS = 10_000
"""Fields in one query string or urlencoded body. With more, `TooManyFieldsError` is raised."""

CACHED_NAMES = 1024
"""Field names whose spelling is remembered."""

CACHED_NAME_LENGTH = 64
"""Characters of the longest field name that is remembered."""
