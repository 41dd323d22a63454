"""The default toolbox: which function hangs on which hook point, at which priority."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cherrypy.assembly.metrics import PrometheusTool
from cherrypy.assembly.statistics import StatsTool
from cherrypy.assembly.tracing import OpenTelemetryTool
from cherrypy.lib import (
    auth,
    auth_basic,
    auth_digest,
    caching,
    cors,
    cptools,
    csrf,
    encoding,
    jsontools,
    static,
    xmlrpcutil,
)
from cherrypy.lib.quotas import RateLimits
from cherrypy.lib.sessions import SessionTool, schedule_on
from cherrypy_serving import prepared
from cherrypy_web import ErrorTool, HandlerTool, Tool, Toolbox

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
        # Errors and logs.
        self.log_tracebacks: Final = Tool("before_error_response", cptools.log_traceback)
        self.log_headers: Final = Tool("before_error_response", cptools.log_request_headers)
        self.log_hooks: Final = Tool("on_end_request", cptools.log_hooks, priority=100)
        self.cpstats: StatsTool = StatsTool()
        self.prometheus: PrometheusTool = PrometheusTool()
        self.opentelemetry: OpenTelemetryTool = OpenTelemetryTool()
        self.err_redirect: Final = ErrorTool(cptools.redirect)
        self.xmlrpc: Final = ErrorTool(xmlrpcutil.on_error)
        # Header fields.
        self.autovary: Final = Tool("on_start_resource", cptools.autovary, priority=0)
        self.response_headers: Final = Tool("on_start_resource", cptools.response_headers)
        self.accept: Final = Tool("on_start_resource", cptools.accept)
        self.allow: Final = Tool("on_start_resource", cptools.allow)
        self.proxy: Final = Tool("on_start_resource", cptools.proxy, priority=5)
        self.ignore_headers: Final = Tool("before_request_body", cptools.ignore_headers)
        self.referer: Final = Tool("before_request_body", cptools.referer)
        self.expires: Final = Tool("before_finalize", caching.expires)
        self.secure_headers: Final = cptools.ResponseTool(cptools.secure_headers)
        self.etags: Final = Tool("before_finalize", cptools.validate_etags, priority=75)
        # Bodies.
        self.decode: Final = Tool("before_request_body", encoding.decode)
        self.json_in: Final = Tool("before_request_body", jsontools.json_in, priority=30)
        self.params: Final = Tool("before_handler", cptools.convert_params, priority=15)
        self.json_out: Final = Tool("before_handler", jsontools.json_out, priority=30)
        self.encode: Final = Tool("before_handler", encoding.ResponseEncoder, priority=70)
        self.flatten: Final = Tool("before_finalize", cptools.flatten)
        self.gzip: Final = Tool("before_finalize", encoding.gzip, priority=80)
        self.compress: Final = Tool("before_finalize", encoding.compress_response, priority=80)
        # What is kept between requests, and what guards them.
        self.sessions: SessionTool = SessionTool(schedule_on(engine))
        self.caching: Final = caching.CachingTool(caching.get, schedule_on(engine))
        self.cors: Final = cors.CorsTool(cors.check)
        self.rate_limit: Final = Tool(
            "before_request_body", prepared(RateLimits().check), priority=35
        )
        self.csrf: Final = Tool("before_handler", csrf.check, priority=10)
        # Credentials.
        self.basic_auth: Final = Tool("on_start_resource", auth.basic_auth)
        self.digest_auth: Final = Tool("on_start_resource", auth.digest_auth)
        self.auth_basic: Final = Tool("before_handler", auth_basic.basic_auth, priority=1)
        self.auth_digest: Final = auth_digest.DigestTool(auth_digest.digest_auth)
        self.session_auth: Final = HandlerTool(cptools.session_auth)
        # Answers of their own.
        self.staticdir: Final = HandlerTool(static.staticdir)
        self.staticfile: Final = HandlerTool(static.staticfile)
        self.redirect: Final = Tool("on_start_resource", cptools.redirect)
        self.trailing_slash: Final = Tool("before_handler", cptools.trailing_slash, priority=60)
