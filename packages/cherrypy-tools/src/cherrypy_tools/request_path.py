"""Read the path of a request: WebOb decodes it only then, and it comes from anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cherrypy_httputil import HTTPError

if TYPE_CHECKING:
    from cherrypy_httputil import RequestMessage


def path_info_of(request: RequestMessage) -> str:
    """Return the path below the application.

    Raises:
        HTTPError: 400 if it is not in UTF-8.
    """
    try:
        return request.path_info
    except UnicodeDecodeError:
        raise HTTPError(400, "The path of the request is not in UTF-8.") from None
