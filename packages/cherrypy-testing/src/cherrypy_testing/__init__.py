"""Test a web application in process, without a port or a thread."""

from cherrypy_testing.bodies import Upload
from cherrypy_testing.call import WSGIApplication, WSGIError
from cherrypy_testing.client import Client, RequestOptions, TooManyRedirectsError
from cherrypy_testing.cookies import Cookies
from cherrypy_testing.response import Headers, Response

__all__ = [
    "Client",
    "Cookies",
    "Headers",
    "RequestOptions",
    "Response",
    "TooManyRedirectsError",
    "Upload",
    "WSGIApplication",
    "WSGIError",
]
