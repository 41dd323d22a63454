"""Cookies, without what they take while a site has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from http.cookies import SimpleCookie

__all__ = ["new_cookie"]


def new_cookie() -> SimpleCookie:
    """Return an empty set of cookies."""
    from http.cookies import SimpleCookie  # noqa: PLC0415 - see above

    return SimpleCookie()
