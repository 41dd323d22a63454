"""The page on which users say who they are: plain, without scripts, everything in it escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Log in</title></head>
<body>
{error}<form method="post" action="do_login">
<p><label>User name: <input type="text" name="username" value="{username}"
 autocomplete="username" autofocus required></label></p>
<p><label>Password: <input type="password" name="password"
 autocomplete="current-password"></label></p>
{hidden}<p><button type="submit">Log in</button></p>
</form>
</body>
</html>
"""


def login_page(
    from_page: str = "..",
    username: str = "",
    error_msg: str = "",
    form_fields: Mapping[str, str] | None = None,
) -> bytes:
    """Return the page, in UTF-8.

    Args:
        from_page: Where to go after the login.
        username: What stands in the field already.
        error_msg: Why the last attempt failed, as text.
        form_fields: What else the form sends, by name.
    """
    error = f'<p role="alert">{escape(error_msg)}</p>\n' if error_msg else ""
    fields = {"from_page": from_page, **(form_fields or {})}
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">\n'
        for name, value in fields.items()
    )
    return PAGE.format(error=error, username=escape(username), hidden=hidden).encode()
