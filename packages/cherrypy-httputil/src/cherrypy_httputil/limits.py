"""How much one message may use up here. Every such number is in this module."""

RANGES = 100
"""Ranges in one Range header. With more, the header is ignored and the whole resource is sent."""

OVERLAPPING_RANGES = 2
"""Ranges of one header that begin within an earlier one. With more, the header is ignored."""

FIELDS = 10_000
"""Fields in one query string. With more, `parse_query_string` raises `TooManyFieldsError`."""

COORDINATE_DIGITS = 9
"""Digits of a coordinate in a click on an image map. With more, it is a field like any other."""

CACHED_NAMES = 1024
"""Field names whose spelling is remembered."""

CACHED_NAME_LENGTH = 64
"""Characters of the longest field name that is remembered."""

CHARSET_NAME_LENGTH = 40
"""Characters of the longest name of a charset. A longer one is unknown."""

CACHED_CHARSETS = 128
"""Names of charsets that are remembered, known or not."""

CACHED_DATES = 256
"""Dates that are remembered as text."""

SHOWN_CHARACTERS = 40
"""Characters of malformed credentials that an error message shows."""
