"""Figures that a process collects about itself, in ``logging.statistics``."""

from cherrypy_diagnostics import StatisticsMiddleware, extrapolate_statistics

__all__ = ["StatisticsMiddleware", "extrapolate_statistics"]
