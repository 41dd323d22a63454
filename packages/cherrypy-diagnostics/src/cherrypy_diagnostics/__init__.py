"""Look into a running process: figures that a site collects about itself."""

from cherrypy_diagnostics.bytecount import ByteCountWrapper, InputStream
from cherrypy_diagnostics.middleware import StatisticsMiddleware
from cherrypy_diagnostics.recorder import (
    APPLICATIONS,
    RequestRecorder,
    average_uriset_time,
    proc_time,
)
from cherrypy_diagnostics.repository import Scope, extrapolate_statistics, namespace, repository

__all__ = [
    "APPLICATIONS",
    "ByteCountWrapper",
    "InputStream",
    "RequestRecorder",
    "Scope",
    "StatisticsMiddleware",
    "average_uriset_time",
    "extrapolate_statistics",
    "namespace",
    "proc_time",
    "repository",
]
