"""What the pages that look into a process share: a style sheet, and a policy for their contents."""

from __future__ import annotations

from typing import Any, ClassVar

from cherrypy_diagnostics import PAGE_HEADERS, page_style
from cherrypy_dispatch import expose
from cherrypy_serving import ambient, serving

__all__ = ["StyledPages"]


def _protect(_request: Any, response: Any) -> None:
    response.headers.update(PAGE_HEADERS)


class StyledPages:
    """Pages that have their style sheet beside them, at ``style.css``."""

    _cp_config: ClassVar[dict[str, Any]] = {
        "hooks.on_start_resource.diagnostics": ambient(_protect),
    }

    @expose
    def style_css(self) -> bytes:
        """Return the style sheet."""
        serving.response.headers["Content-Type"] = "text/css;charset=utf-8"
        return page_style()
