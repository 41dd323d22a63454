"""Figures that a process collects about itself, in ``logging.statistics``: a tool and a page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from cherrypy.assembly.statistics import StatsTool, recorder
from cherrypy_diagnostics import (
    APPLICATIONS,
    ByteCountWrapper,
    Report,
    StatisticsMiddleware,
    average_uriset_time,
    default_formatting,
    extrapolate_statistics,
    iso_format,
    locale_date,
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

_ONLY_POST = {"tools.allow.on": True, "tools.allow.methods": ["POST"]}


def __getattr__(name: str) -> dict[str, Any]:
    """Return the figures of requests, made when they are first asked for."""
    if name == "appstats":
        return recorder().figures
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class _Html(str):
    """Text that is HTML already."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def pause_resume(ns: str) -> Callable[[bool], str]:
    """Return what shows whether a namespace is ``Enabled``, with a button to change that.

    Args:
        ns: The name of the namespace.
    """

    def show(enabled: bool) -> str:
        action, state = ("pause", "Enabled") if enabled else ("resume", "Disabled")
        return _Html(
            f'{state} <form action="{action}" method="POST" style="display: inline">'
            f'<input type="hidden" name="namespace" value="{escape(ns)}">'
            f"<button>{action.capitalize()}</button></form>"
        )

    return show


def _formatting() -> Formatting:
    formatting = default_formatting()
    formatting[APPLICATIONS]["Enabled"] = pause_resume(APPLICATIONS)
    return formatting


class StatsPage:
    """The statistics as a page for people, and at ``data`` as JSON for programs.

    Whoever may see this page sees what others request: do not publish it to everybody.

    Attributes:
        formatting: How values are shown, nested like the statistics: a text such as ``%.3f``, a
            function of the value, or ``None`` to leave it out.
    """

    formatting: Formatting = _formatting()

    def _report(self) -> Report:
        recorder()
        return Report(formatting=self.formatting)

    @expose
    def index(self) -> str:
        """Show all namespaces."""
        return self._report().html()

    @expose
    def data(self) -> bytes:
        """Return the statistics as JSON, without formatting."""
        serving.response.headers["Content-Type"] = "application/json"
        return self._report().json()

    def _set(self, change: Callable[[str], None], namespace: str) -> None:
        try:
            change(namespace)
        except KeyError:
            raise NotFound from None
        raise HTTPRedirect("./")

    @expose
    def pause(self, namespace: str) -> None:
        """Stop the collection in a namespace."""
        self._set(self._report().pause, namespace)

    @expose
    def resume(self, namespace: str) -> None:
        """Go on with the collection in a namespace."""
        self._set(self._report().resume, namespace)

    pause._cp_config = resume._cp_config = _ONLY_POST  # type: ignore[attr-defined]  # noqa: SLF001 - documented
