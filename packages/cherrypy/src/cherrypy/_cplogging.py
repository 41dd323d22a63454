"""The logs of sites and applications, under their documented names."""

from cherrypy_web import LazyRfc3339UtcTime, LogManager, WSGIErrorHandler, logfmt

__all__ = ["LazyRfc3339UtcTime", "LogManager", "WSGIErrorHandler", "logfmt"]
