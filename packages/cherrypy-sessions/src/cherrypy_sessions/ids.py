"""Session ids: how they are made, and which ones a store may see.

Whatever a client sends is checked here first, so that no store has to fear its keys.
"""

import re
import secrets

ID_BYTES = 20
MAX_ID_LENGTH = 200
"""Characters; with what stores add, the id still fits into a file name and a memcached key."""

# Visible ASCII without what separates paths: an id cannot leave its directory or its key space.
_is_valid = re.compile(rf"[!-.0-\[\]-~]{{1,{MAX_ID_LENGTH}}}", re.ASCII).fullmatch


# On Windows, a colon begins another stream of the same file, and the names of devices are theirs
# whatever follows a dot.
_is_portable = re.compile(
    r"""(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$)(?:\.|$))[^<>:"|?*]*[^<>:"|?*.]""",
    re.IGNORECASE,
).fullmatch


def generate_id() -> str:
    """Return 40 hexadecimal digits that nobody can guess."""
    return secrets.token_hex(ID_BYTES)


def is_valid_id(candidate: object) -> bool:
    """Return whether a store may be asked for this id.

    Examples:
        >>> is_valid_id("abc123"), is_valid_id("../passwords")
        (True, False)
    """
    return isinstance(candidate, str) and _is_valid(candidate) is not None


def is_file_name(name: str, *, windows: bool) -> bool:
    """Return whether a file of a session can have this name, made of an id and something before it.

    Args:
        name: The name.
        windows: Whether it has to be one on Windows, too.
    """
    return not name.startswith(".") and not (windows and _is_portable(name) is None)
