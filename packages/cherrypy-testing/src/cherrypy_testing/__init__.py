"""Test a web application: in process, without a port or a thread, or over a real server."""

from cherrypy_testing.bodies import Upload
from cherrypy_testing.call import WSGIApplication, WSGIError
from cherrypy_testing.client import Client, RequestOptions, TooManyRedirectsError
from cherrypy_testing.cookies import Cookies
from cherrypy_testing.fetching import cleanHeaders, interface, openURL, shb
from cherrypy_testing.live import LiveServer
from cherrypy_testing.logcase import LogCase
from cherrypy_testing.ports import own_port
from cherrypy_testing.prompting import getchar
from cherrypy_testing.reports import ReloadingTestLoader, TerseTestResult, TerseTestRunner
from cherrypy_testing.response import Headers, Response
from cherrypy_testing.servererrors import ServerError, ignored_exceptions, server_error
from cherrypy_testing.webcase import WebCase

__all__ = [
    "Client",
    "Cookies",
    "Headers",
    "LiveServer",
    "LogCase",
    "ReloadingTestLoader",
    "RequestOptions",
    "Response",
    "ServerError",
    "TerseTestResult",
    "TerseTestRunner",
    "TooManyRedirectsError",
    "Upload",
    "WSGIApplication",
    "WSGIError",
    "WebCase",
    "cleanHeaders",
    "getchar",
    "ignored_exceptions",
    "interface",
    "openURL",
    "own_port",
    "server_error",
    "shb",
]
