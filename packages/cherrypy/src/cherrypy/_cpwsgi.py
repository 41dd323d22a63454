"""What stands between WSGI and requests, under its documented names."""

from cherrypy_web import (
    AppResponse,
    CPWSGIApp,
    ExceptionTrapper,
    InternalRedirector,
    VirtualHost,
    downgrade_wsgi_ux_to_1x,
)

__all__ = [
    "AppResponse",
    "CPWSGIApp",
    "ExceptionTrapper",
    "InternalRedirector",
    "VirtualHost",
    "downgrade_wsgi_ux_to_1x",
]
