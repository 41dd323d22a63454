"""Figures that a process collects about itself, in ``logging.statistics``: a tool and a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from cherrypy.assembly.statistics import StatsTool, recorder
from cherrypy.assembly.styledpages import SINGLE_TEXTS, refuse_other_sites
from cherrypy_diagnostics import (
    APPLICATIONS,
    STATISTICS_HEADERS,
    ByteCountWrapper,
    Report,
    StatisticsMiddleware,
    StatisticsPages,
    average_uriset_time,
    default_formatting,
    extrapolate_statistics,
    iso_format,
    locale_date,
    pause_resume,
    proc_time,
)
from cherrypy_dispatch import expose
from cherrypy_httputil import HTTPRedirect, NotFound
from cherrypy_serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable

    from cherrypy_diagnostics import Formatting

    appstats: dict[str, Any]

__all__ = [
    "ByteCountWrapper",
    "StatisticsMiddleware",
    "StatsPage",
    "StatsTool",
    "appstats",
    "average_uriset_time",
    "extrapolate_statistics",
    "iso_format",
    "locale_date",
    "pause_resume",
    "proc_time",
]

_Body = TypeVar("_Body", str, bytes)

_ONLY_POST = {"tools.allow.on": True, "tools.allow.methods": ["POST"]}

_SERVER = "CherryPy WSGIServer"


def __getattr__(name: str) -> dict[str, Any]:
    """Return the figures of requests, made when they are first asked for."""
    if name == "appstats":
        return recorder().figures
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _formatting() -> Formatting:
    formatting = default_formatting()
    formatting[APPLICATIONS]["Enabled"] = pause_resume(APPLICATIONS)
    formatting[_SERVER] = {
        "Connections/second": "%.3f",
        "Enabled": pause_resume(_SERVER),
        "Start time": iso_format,
    }
    return formatting


class StatsPage:
    """The statistics as a page for people, and at ``data`` as JSON for programs.

    Whoever may see this page sees what others request: let a tool ask who it is.

    Attributes:
        formatting: How values are shown, nested like the statistics: a text such as ``%.3f``, a
            function of the value, or ``None`` to leave it out.
    """

    formatting: Formatting = _formatting()
    _cp_config: ClassVar[dict[str, Any]] = SINGLE_TEXTS

    @property
    def _pages(self) -> StatisticsPages:
        report = Report(formatting=self.formatting, controls=pause_resume)
        return StatisticsPages(recorder().history, report)

    @expose
    def index(self, span: str = "5m") -> str:
        """Show plots of the last minutes or hours, and all namespaces."""
        return self._answer("text/html;charset=utf-8", self._pages.index, span)

    @expose
    def data(self) -> bytes:
        """Return the statistics as JSON, without formatting."""
        return self._answer("application/json", self._pages.data)

    @expose
    def plots(self, span: str = "5m") -> bytes:
        """Return the values of the plots as JSON."""
        return self._answer("application/json", self._pages.plots, span)

    @expose
    def tables(self) -> str:
        """Return the namespaces as a piece of HTML, for the script of the page."""
        return self._answer("text/html;charset=utf-8", self._pages.tables)

    @expose
    def script_js(self) -> bytes:
        """Return the script of the page."""
        return self._answer("text/javascript;charset=utf-8", self._pages.script)

    @expose
    def style_css(self) -> bytes:
        """Return the style sheet of the page."""
        return self._answer("text/css;charset=utf-8", self._pages.style)

    @staticmethod
    def _answer(kind: str, make: Callable[..., _Body], *span: str) -> _Body:
        headers = serving.response.headers
        headers.update(STATISTICS_HEADERS)
        headers["Content-Type"] = kind
        try:
            return make(*span)
        except KeyError:
            raise NotFound from None

    def _set(self, change: Callable[[str], None], namespace: str) -> None:
        refuse_other_sites()
        try:
            change(namespace)
        except KeyError:
            raise NotFound from None
        raise HTTPRedirect("./")

    @expose
    def pause(self, namespace: str) -> None:
        """Stop the collection in a namespace."""
        self._set(self._pages.report.pause, namespace)

    @expose
    def resume(self, namespace: str) -> None:
        """Go on with the collection in a namespace."""
        self._set(self._pages.report.resume, namespace)

    pause._cp_config = resume._cp_config = _ONLY_POST  # type: ignore[attr-defined]  # noqa: SLF001 - documented
