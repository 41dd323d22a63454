"""What the pages that look into a process share: who may ask what, a style sheet, and a policy."""

from __future__ import annotations

from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from cherrypy_diagnostics import PAGE_HEADERS, is_foreign, page_style
from cherrypy_dispatch import expose
from cherrypy_httputil import HTTPError
from cherrypy_serving import ambient, serving

__all__ = ["SINGLE_TEXTS", "StyledPages", "refuse_other_sites"]


def refuse_other_sites() -> None:
    """Refuse the running request if a page of another site made a browser send it.

    Raises:
        HTTPError: 403, that is the case.
    """
    request = serving.request
    field = request.headers.get
    host = urlsplit(request.base).netloc
    if is_foreign(field("Sec-Fetch-Site", ""), field("Origin", ""), host):
        raise HTTPError(403, "Only this site may do that.")


def _check_texts(request: Any, _response: Any) -> None:
    for name, value in request.params.items():
        if not isinstance(value, str):
            raise HTTPError(400, f"The parameter {name!r} has to be one text.")


SINGLE_TEXTS: Final = {"hooks.before_handler.single_texts": ambient(_check_texts)}
"""Config of pages each of whose parameters is one text."""


def _protect(request: Any, response: Any) -> None:
    response.headers.update(PAGE_HEADERS)
    field = request.headers.get
    target = field("Sec-Fetch-Mode", ""), field("Sec-Fetch-Dest", "document")
    if is_foreign(field("Sec-Fetch-Site", "")) and target != ("navigate", "document"):
        raise HTTPError(403, "This is no part of another site's pages.")


class StyledPages:
    """Pages that have their style sheet beside them, at ``style.css``.

    Some take long to be made. A link from another site leads to them, but no picture, frame or
    script there: a visitor who may see them would not know of it.
    """

    _cp_config: ClassVar[dict[str, Any]] = {
        "hooks.on_start_resource.diagnostics": ambient(_protect),
        **SINGLE_TEXTS,
    }

    @expose
    def style_css(self) -> bytes:
        """Return the style sheet."""
        serving.response.headers["Content-Type"] = "text/css;charset=utf-8"
        return page_style()
