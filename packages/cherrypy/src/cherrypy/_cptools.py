"""Tools and toolboxes, under their documented names."""

from cherrypy import tools as default_toolbox
from cherrypy.lib.sessions import SessionTool
from cherrypy_web import ErrorTool, HandlerTool, HandlerWrapperTool, Tool, Toolbox

__all__ = [
    "ErrorTool",
    "HandlerTool",
    "HandlerWrapperTool",
    "SessionTool",
    "Tool",
    "Toolbox",
    "default_toolbox",
]
