"""The page on which users say who they are: plain, without scripts, everything in it escaped."""

from __future__ import annotations

from html import escape

PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Log in</title></head>
<body>
{error}<form method="post" action="do_login">
<p><label>User name: <input type="text" name="username" value="{username}"
 autocomplete="username" autofocus required></label></p>
<p><label>Password: <input type="password" name="password"
 autocomplete="current-password"></label></p>
<input type="hidden" name="from_page" value="{from_page}">
<p><button type="submit">Log in</button></p>
</form>
</body>
</html>
"""


def login_page(from_page: str = "..", username: str = "", error_msg: str = "") -> bytes:
    """Return the page, in UTF-8.

    Args:
        from_page: Where to go after the login.
        username: What stands in the field already.
        error_msg: Why the last attempt failed, as text.
    """
    error = f'<p role="alert">{escape(error_msg)}</p>\n' if error_msg else ""
    page = PAGE.format(error=error, username=escape(username), from_page=escape(from_page))
    return page.encode()
