"""The default toolbox: which function hangs on which hook point, at which priority."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cherrypy import lib
from cherrypy.assembly.later import later
from cherrypy_serving import prepared
from cherrypy_web import ErrorTool, HandlerTool, Tool, Toolbox

if TYPE_CHECKING:
    from cherrypy.assembly.metrics import PrometheusTool
    from cherrypy.assembly.statistics import StatsTool
    from cherrypy.assembly.tracing import OpenTelemetryTool
    from cherrypy_bus import Bus
    from cherrypy_sessions import Scheduler

__all__ = ["DefaultToolbox"]


class DefaultToolbox(Toolbox):
    """The tools of a site, before it adds its own.

    Args:
        engine: While it runs, so do the tasks of the tools.
    """

    def __init__(self, engine: Bus) -> None:
        super().__init__("tools")
        self._engine = engine

    # Errors and logs.
    log_tracebacks: Final = later(
        lambda _: Tool("before_error_response", lib.reports.log_traceback)
    )
    log_headers: Final = later(
        lambda _: Tool("before_error_response", lib.reports.log_request_headers)
    )
    log_hooks: Final = later(lambda _: Tool("on_end_request", lib.reports.log_hooks, priority=100))
    err_redirect: Final = later(lambda _: ErrorTool(lib.redirections.redirect))
    xmlrpc: Final = later(lambda _: ErrorTool(lib.xmlrpcutil.on_error))

    # What runs, for those who watch it.

    @later
    def cpstats(self) -> StatsTool:
        """Record what requests do in ``logging.statistics``."""
        from cherrypy.assembly.statistics import StatsTool  # noqa: PLC0415 - see `later`

        return StatsTool(self._engine)

    @later
    def prometheus(self) -> PrometheusTool:
        """Count requests and their times for Prometheus."""
        from cherrypy.assembly.metrics import PrometheusTool  # noqa: PLC0415 - see `later`

        return PrometheusTool()

    @later
    def opentelemetry(self) -> OpenTelemetryTool:
        """Make spans of requests."""
        from cherrypy.assembly.tracing import OpenTelemetryTool  # noqa: PLC0415 - see `later`

        return OpenTelemetryTool()

    # Header fields.
    autovary: Final = later(lambda _: Tool("on_start_resource", lib.fields.autovary, priority=0))
    response_headers: Final = later(
        lambda _: Tool("on_start_resource", lib.fields.response_headers)
    )
    accept: Final = later(lambda _: Tool("on_start_resource", lib.negotiation.accept))
    allow: Final = later(lambda _: Tool("on_start_resource", lib.negotiation.allow))
    proxy: Final = later(lambda _: Tool("on_start_resource", lib.cptools.proxy, priority=5))
    ignore_headers: Final = later(lambda _: Tool("before_request_body", lib.fields.ignore_headers))
    referer: Final = later(lambda _: Tool("before_request_body", lib.fields.referer))
    cors: Final = later(lambda _: lib.cors.CorsTool(lib.cors.check))
    expires: Final = later(lambda _: Tool("before_finalize", lib.caching.expires))
    secure_headers: Final = later(lambda _: lib.fields.ResponseTool(lib.fields.secure_headers))
    etags: Final = later(
        lambda _: Tool("before_finalize", lib.negotiation.validate_etags, priority=75)
    )

    # Bodies.
    decode: Final = later(lambda _: Tool("before_request_body", lib.encoding.decode))
    json_in: Final = later(
        lambda _: Tool("before_request_body", lib.jsontools.json_in, priority=30)
    )
    params: Final = later(lambda _: Tool("before_handler", lib.cptools.convert_params, priority=15))
    json_out: Final = later(lambda _: Tool("before_handler", lib.jsontools.json_out, priority=30))
    encode: Final = later(
        lambda _: Tool("before_handler", lib.encoding.ResponseEncoder, priority=70)
    )
    flatten: Final = later(lambda _: Tool("before_finalize", lib.cptools.flatten))
    gzip: Final = later(lambda _: Tool("before_finalize", lib.encoding.gzip, priority=80))
    compress: Final = later(
        lambda _: Tool("before_finalize", lib.encoding.compress_response, priority=80)
    )

    # Credentials, and who may ask for how much.
    basic_auth: Final = later(lambda _: Tool("on_start_resource", lib.auth.basic_auth))
    digest_auth: Final = later(lambda _: Tool("on_start_resource", lib.auth.digest_auth))
    auth_basic: Final = later(
        lambda _: Tool("before_handler", lib.auth_basic.basic_auth, priority=1)
    )
    auth_digest: Final = later(lambda _: lib.auth_digest.DigestTool(lib.auth_digest.digest_auth))
    session_auth: Final = later(lambda _: HandlerTool(lib.logins.session_auth))
    csrf: Final = later(lambda _: Tool("before_handler", lib.csrf.check, priority=10))
    rate_limit: Final = later(
        lambda _: Tool("before_request_body", prepared(lib.quotas.RateLimits().check), priority=35)
    )

    # What is kept between requests.
    sessions: Final = later(lambda box: lib.sessions.SessionTool(_scheduler(box)))
    caching: Final = later(lambda box: lib.caching.CachingTool(lib.caching.get, _scheduler(box)))

    # Files and other places.
    staticdir: Final = later(lambda _: HandlerTool(lib.static.staticdir))
    staticfile: Final = later(lambda _: HandlerTool(lib.static.staticfile))
    redirect: Final = later(lambda _: Tool("on_start_resource", lib.redirections.redirect))
    trailing_slash: Final = later(
        lambda _: Tool("before_handler", lib.redirections.trailing_slash, priority=60)
    )


def _scheduler(box: DefaultToolbox) -> Scheduler:
    return lib.sessions.schedule_on(box._engine)  # noqa: SLF001 - part of the class
