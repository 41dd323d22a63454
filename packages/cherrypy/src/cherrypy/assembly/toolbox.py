"""The default toolbox: which function hangs on which hook point, at which priority."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cherrypy.lib import auth_basic, cptools, encoding, jsontools, static
from cherrypy.lib.sessions import SessionTool, schedule_on
from cherrypy_serving import ambient
from cherrypy_tools import accept, allow, response_headers, validate_etags
from cherrypy_web import HandlerTool, Tool, Toolbox

if TYPE_CHECKING:
    from cherrypy_bus import Bus

__all__ = ["DefaultToolbox"]


class DefaultToolbox(Toolbox):
    """The tools of a site, before it adds its own.

    Args:
        engine: While it runs, so do the tasks of the tools.
    """

    def __init__(self, engine: Bus) -> None:
        super().__init__("tools")
        self.log_tracebacks = Tool("before_error_response", cptools.log_traceback)
        self.log_headers = Tool("before_error_response", cptools.log_request_headers)
        self.response_headers = Tool("on_start_resource", ambient(response_headers))
        self.accept = Tool("on_start_resource", ambient(accept))
        self.allow = Tool("on_start_resource", ambient(allow))
        self.sessions = SessionTool(schedule_on(engine))
        self.staticdir = HandlerTool(static.staticdir)
        self.staticfile = HandlerTool(static.staticfile)
        self.auth_basic = Tool("before_handler", auth_basic.basic_auth, priority=1)
        self.json_in = Tool("before_request_body", jsontools.json_in, priority=30)
        self.json_out = Tool("before_handler", jsontools.json_out, priority=30)
        self.trailing_slash = Tool("before_handler", cptools.trailing_slash, priority=60)
        self.encode = encoding.EncodeTool()
        self.etags = Tool("before_finalize", ambient(validate_etags), priority=75)
        self.gzip = Tool("before_finalize", encoding.gzip, priority=80)
