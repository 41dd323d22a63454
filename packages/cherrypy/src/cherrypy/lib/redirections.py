"""Tools that send the client of the running request to another url."""

from __future__ import annotations

from typing import Any, Final

import cherrypy_tools
from cherrypy_serving import ambient

__all__ = ["redirect", "trailing_slash"]

redirect: Final = ambient(cherrypy_tools.redirect)


@ambient
def trailing_slash(
    request: Any,
    response: Any,
    missing: bool = True,
    extra: bool = False,
    status: int | None = None,
    debug: bool = False,
) -> None:
    """Redirect where the trailing slash of a path is missing, or one too many.

    Args:
        request: The running request.
        response: Its response.
        missing: Redirect index pages that were asked for without the slash.
        extra: Redirect other pages that were asked for with one.
        status: The status of the redirection; 301 by default.
        debug: Report the decision.

    Raises:
        HTTPRedirect: To the same url with the slash put right.
    """
    is_index = request.is_index
    if is_index is not None and (request.path_info[-1:] == "/") is not is_index:
        cherrypy_tools.trailing_slash(
            request, response, missing, extra, status, debug, is_index=is_index
        )
