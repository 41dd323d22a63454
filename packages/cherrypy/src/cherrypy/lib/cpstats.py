"""Figures that a process collects about itself, in ``logging.statistics``."""

from cherrypy_diagnostics import (
    ByteCountWrapper,
    StatisticsMiddleware,
    average_uriset_time,
    extrapolate_statistics,
    iso_format,
    locale_date,
    proc_time,
)

__all__ = [
    "ByteCountWrapper",
    "StatisticsMiddleware",
    "average_uriset_time",
    "extrapolate_statistics",
    "iso_format",
    "locale_date",
    "proc_time",
]
