"""The default toolbox: which function hangs on which hook point, at which priority."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
        self._add_for_errors_and_logs()
        self._add_for_headers()
        self._add_for_bodies()
        self.sessions = SessionTool(schedule_on(engine))
        self.caching = caching.CachingTool(caching.get, schedule_on(engine))
        self.cors = cors.CorsTool(cors.check)
        self.rate_limit = Tool("before_request_body", prepared(RateLimits().check), priority=35)
        self.csrf = Tool("before_handler", csrf.check, priority=10)
        self._add_for_credentials()
        self.session_auth = HandlerTool(cptools.session_auth)
        self.staticdir = HandlerTool(static.staticdir)
        self.staticfile = HandlerTool(static.staticfile)
        self.redirect = Tool("on_start_resource", cptools.redirect)
        self.trailing_slash = Tool("before_handler", cptools.trailing_slash, priority=60)

    def _add_for_errors_and_logs(self) -> None:
        self.log_tracebacks = Tool("before_error_response", cptools.log_traceback)
        self.log_headers = Tool("before_error_response", cptools.log_request_headers)
        self.log_hooks = Tool("on_end_request", cptools.log_hooks, priority=100)
        self.cpstats = StatsTool()
        self.prometheus = PrometheusTool()
        self.opentelemetry = OpenTelemetryTool()
        self.err_redirect = ErrorTool(cptools.redirect)
        self.xmlrpc = ErrorTool(xmlrpcutil.on_error)

    def _add_for_credentials(self) -> None:
        self.basic_auth = Tool("on_start_resource", auth.basic_auth)
        self.digest_auth = Tool("on_start_resource", auth.digest_auth)
        self.auth_basic = Tool("before_handler", auth_basic.basic_auth, priority=1)
        self.auth_digest = auth_digest.DigestTool(auth_digest.digest_auth)

    def _add_for_headers(self) -> None:
        self.autovary = Tool("on_start_resource", cptools.autovary, priority=0)
        self.response_headers = Tool("on_start_resource", cptools.response_headers)
        self.accept = Tool("on_start_resource", cptools.accept)
        self.allow = Tool("on_start_resource", cptools.allow)
        self.proxy = Tool("on_start_resource", cptools.proxy, priority=5)
        self.ignore_headers = Tool("before_request_body", cptools.ignore_headers)
        self.referer = Tool("before_request_body", cptools.referer)
        self.expires = Tool("before_finalize", caching.expires)
        self.secure_headers = cptools.ResponseTool(cptools.secure_headers)
        self.etags = Tool("before_finalize", cptools.validate_etags, priority=75)

    def _add_for_bodies(self) -> None:
        self.decode = Tool("before_request_body", encoding.decode)
        self.json_in = Tool("before_request_body", jsontools.json_in, priority=30)
        self.params = Tool("before_handler", cptools.convert_params, priority=15)
        self.json_out = Tool("before_handler", jsontools.json_out, priority=30)
        self.encode = Tool("before_handler", encoding.ResponseEncoder, priority=70)
        self.flatten = Tool("before_finalize", cptools.flatten)
        self.gzip = Tool("before_finalize", encoding.gzip, priority=80)
        self.compress = Tool("before_finalize", encoding.compress_response, priority=80)
