"""The life of a request: hooks, tools, applications and trees of them, over WSGI.

`Application` publishes a tree of objects; it is a plain WSGI callable, and `Tree` puts several of
them behind one. `Request.run` is the order of events, `Tool` and `Hook` are what hangs on it.
"""

from cherrypy_web import exchange  # noqa: F401 - it tells HTTP errors where the running request is
from cherrypy_web.accesslog import ATOMS, COMBINED
from cherrypy_web.application import Application
from cherrypy_web.body import (
    Entity,
    Part,
    RequestBody,
    SizedReader,
    process_multipart,
    process_multipart_form_data,
    process_urlencoded,
)
from cherrypy_web.errorpages import bare_error, format_exc, render_error_page
from cherrypy_web.hooks import HOOK_POINTS, Hook, HookMap
from cherrypy_web.logs import LogManager, WSGIErrorHandler, logfmt
from cherrypy_web.namespaces import (
    error_page_namespace,
    hooks_namespace,
    request_namespace,
    response_namespace,
)
from cherrypy_web.request import Request, UniqueID
from cherrypy_web.response import Response, ResponseBody
from cherrypy_web.tools import ErrorTool, HandlerTool, HandlerWrapperTool, Tool, Toolbox
from cherrypy_web.tree import Tree
from cherrypy_web.urls import Relative, normalize_path, url
from cherrypy_web.wsgi import AppResponse, CPWSGIApp, ExceptionTrapper, InternalRedirector

__all__ = [
    "ATOMS",
    "COMBINED",
    "HOOK_POINTS",
    "AppResponse",
    "Application",
    "CPWSGIApp",
    "Entity",
    "ErrorTool",
    "ExceptionTrapper",
    "HandlerTool",
    "HandlerWrapperTool",
    "Hook",
    "HookMap",
    "InternalRedirector",
    "LogManager",
    "Part",
    "Relative",
    "Request",
    "RequestBody",
    "Response",
    "ResponseBody",
    "SizedReader",
    "Tool",
    "Toolbox",
    "Tree",
    "UniqueID",
    "WSGIErrorHandler",
    "bare_error",
    "error_page_namespace",
    "format_exc",
    "hooks_namespace",
    "logfmt",
    "normalize_path",
    "process_multipart",
    "process_multipart_form_data",
    "process_urlencoded",
    "render_error_page",
    "request_namespace",
    "response_namespace",
    "url",
]
