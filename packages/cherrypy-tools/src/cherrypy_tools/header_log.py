"""Write request headers for a log: the pure part of the `log_headers` tool.

The values come from the client, and the log is read by people and programs: a value stays on its
line, and credentials can be left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


def request_headers_text(headers: Iterable[tuple[str, str]], hidden: Collection[str] = ()) -> str:
    """Return `headers` as lines under the title `Request Headers:`.

    Args:
        headers: Pairs of name and value.
        hidden: Names whose values are replaced by three dots, such as `Authorization`.

    Examples:
        >>> headers = [("Host", "a"), ("Authorization", "Basic eDp5")]
        >>> print(request_headers_text(headers, hidden={"authorization"}))
        <BLANKLINE>
        Request Headers:
          Host: a
          Authorization: ...
    """
    unseen = {name.lower() for name in hidden}
    lines = [
        f"  {_one_line(name)}: {'...' if name.lower() in unseen else _one_line(value)}"
        for name, value in headers
    ]
    return "\n".join(["\nRequest Headers:", *lines])


def _one_line(text: str) -> str:
    if text.isprintable():
        return text
    return text.encode("unicode_escape").decode("ascii")
