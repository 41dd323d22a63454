"""Test cases that ask a server, under their documented names."""

from cherrypy_testing import (
    ReloadingTestLoader,
    ServerError,
    TerseTestResult,
    TerseTestRunner,
    WebCase,
    cleanHeaders,
    getchar,
    ignored_exceptions,
    interface,
    openURL,
    server_error,
    shb,
)

__all__ = [
    "ReloadingTestLoader",
    "ServerError",
    "TerseTestResult",
    "TerseTestRunner",
    "WebCase",
    "cleanHeaders",
    "getchar",
    "ignored_exceptions",
    "interface",
    "openURL",
    "server_error",
    "shb",
]
