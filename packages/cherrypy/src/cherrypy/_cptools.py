"""Tools and toolboxes, under their documented names."""

from cherrypy import tools as default_toolbox
from cherrypy.lib.caching import CachingTool
from cherrypy.lib.sessions import SessionTool
from cherrypy.lib.xmlrpcutil import XMLRPCController
from cherrypy_web import ErrorTool, HandlerTool, HandlerWrapperTool, Tool, Toolbox
from cherrypy_web import HandlerTool as SessionAuthTool

__all__ = [
    "CachingTool",
    "ErrorTool",
    "HandlerTool",
    "HandlerWrapperTool",
    "SessionAuthTool",
    "SessionTool",
    "Tool",
    "Toolbox",
    "XMLRPCController",
    "default_toolbox",
]
