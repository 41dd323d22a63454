"""The logs of a site, which know when an application is meant."""

from __future__ import annotations

import logging

from cherrypy_serving import UnboundError, serving
from cherrypy_web import LogManager

__all__ = ["SiteLog"]


class SiteLog(LogManager):
    """The logs of a site. While a request runs, they write to those of its application.

    What an application logs reaches the site's handlers too.
    """

    def __call__(
        self,
        msg: str = "",
        context: str = "",
        severity: int = logging.INFO,
        traceback: bool = False,
    ) -> None:
        """Write to the error log of the application that is running, or else of the site."""
        log = self._of_application()
        write = super().error if log is None else log.error
        write(msg, context, severity, traceback)

    def access(self) -> None:
        """Write a line for the running request to the access log of its application, if any."""
        if (log := self._of_application()) is not None:
            log.access()

    @staticmethod
    def _of_application() -> LogManager | None:
        try:
            app = serving.request.app
        except UnboundError:
            return None
        log: LogManager | None = app.log if app else None
        return log
