"""The life of a request: hooks, tools, applications and trees of them, over WSGI.

`Application` publishes a tree of objects; it is a plain WSGI callable, and `Tree` puts several of
them behind one. `Request.run` is the order of events, `Tool` and `Hook` are what hangs on it.
"""

from cherrypy_web.accesslog import ATOMS, COMBINED, LazyRfc3339UtcTime
from cherrypy_web.application import Application
from cherrypy_web.body import (
    DEFAULT_BUFFER_SIZE,
    Entity,
    Part,
    RequestBody,
    SizedReader,
    process_multipart,
    process_multipart_form_data,
    process_urlencoded,
    unquote_plus,
)
from cherrypy_web.errorpages import bare_error, format_exc, render_error_page
from cherrypy_web.exchange import clean_headers, get_error_page
from cherrypy_web.hooks import HOOK_POINTS, Hook, HookMap
from cherrypy_web.iterators import is_closable_iterator, is_iterator
from cherrypy_web.jsonlog import JSONFormatter
from cherrypy_web.logs import LogManager, WSGIErrorHandler, logfmt
from cherrypy_web.middleware import ExceptionTrapper, InternalRedirector
from cherrypy_web.namespaces import (
    error_page_namespace,
    hooks_namespace,
    request_namespace,
    response_namespace,
)
from cherrypy_web.pipeline import CPWSGIApp
from cherrypy_web.reading import reading
from cherrypy_web.request import Request
from cherrypy_web.requestdata import UniqueID
from cherrypy_web.response import Response, ResponseBody
from cherrypy_web.toolcheck import ToolConfigError, check_tools
from cherrypy_web.tools import ErrorTool, HandlerTool, HandlerWrapperTool, Tool, Toolbox
from cherrypy_web.tree import Tree
from cherrypy_web.unicode_environ import downgrade_wsgi_ux_to_1x
from cherrypy_web.urls import Relative, normalize_path, url
from cherrypy_web.virtualhost import VirtualHost
from cherrypy_web.wsgi import AppResponse

__all__ = [
    "ATOMS",
    "COMBINED",
    "DEFAULT_BUFFER_SIZE",
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
    "JSONFormatter",
    "LazyRfc3339UtcTime",
    "LogManager",
    "Part",
    "Relative",
    "Request",
    "RequestBody",
    "Response",
    "ResponseBody",
    "SizedReader",
    "Tool",
    "ToolConfigError",
    "Toolbox",
    "Tree",
    "UniqueID",
    "VirtualHost",
    "WSGIErrorHandler",
    "bare_error",
    "check_tools",
    "clean_headers",
    "downgrade_wsgi_ux_to_1x",
    "error_page_namespace",
    "format_exc",
    "get_error_page",
    "hooks_namespace",
    "is_closable_iterator",
    "is_iterator",
    "logfmt",
    "normalize_path",
    "process_multipart",
    "process_multipart_form_data",
    "process_urlencoded",
    "reading",
    "render_error_page",
    "request_namespace",
    "response_namespace",
    "unquote_plus",
    "url",
]
