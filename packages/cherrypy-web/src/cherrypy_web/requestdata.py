"""What is known of a request, before and while it is answered.

Nothing here is worked out before somebody asks for it, and nothing here acts.
"""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Any, ClassVar, Final

from cherrypy_dispatch import Dispatcher
from cherrypy_httputil import HeaderMap, Host, HTTPError, InternalRedirect
from cherrypy_web.body import RequestBody
from cherrypy_web.cookies import new_cookie
from cherrypy_web.environ import ENVIRON_KEYS, EnvironHeaders
from cherrypy_web.hooks import HookMap, PlannedHooks
from cherrypy_web.lazy import lazy, told
from cherrypy_web.namespaces import BUILT_IN
from cherrypy_web.ownmaps import RequestType, own_error_pages, own_hooks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from http.cookies import SimpleCookie

    import webob

    from cherrypy_config import NamespaceSet
    from cherrypy_dispatch import Layer
    from cherrypy_web.ownmaps import OwnMap
    from cherrypy_web.plan import Plan
    from cherrypy_web.request import Request

__all__ = ["RequestData", "UniqueID"]

HTTP_1_1: Final = (1, 1)


class UniqueID:
    """An identifier of a request, made when it is first read as text.

    Examples:
        >>> identifier = UniqueID()
        >>> str(identifier) == identifier.uuid4 != str(UniqueID())
        True
    """

    @lazy
    def uuid4(self) -> str:
        """The identifier: a random UUID (RFC 9562, 5.4)."""
        from uuid import uuid4  # noqa: PLC0415 - it takes long, and few logs have it

        return str(uuid4())

    def __str__(self) -> str:
        return self.uuid4


class RequestData(metaclass=RequestType):
    """What is known of a request, each once it is asked for.

    Args:
        local_host: Where the request came in.
        remote_host: Who sent it.
        scheme: ``http`` or ``https``.
        server_protocol: The highest version that the server speaks, such as ``HTTP/1.1``.
    """

    app: Any = None
    local: Host = Host("127.0.0.1", 80)
    remote: Host = Host("127.0.0.1", 1111)
    scheme: str = "http"
    server_protocol: str = "HTTP/1.1"
    script_name: str = ""
    path_info: str = "/"
    method: str = "GET"
    query_string: str = ""
    query_string_encoding: str = "utf8"
    protocol: tuple[int, int] = HTTP_1_1
    request_protocol: str = "HTTP/1.1"
    rfile: Any = None
    wsgi_environ: Mapping[str, Any] | None = None
    process_request_body: bool = True
    methods_with_bodies: Sequence[str] = ("POST", "PUT", "PATCH")
    dispatch: Any = Dispatcher()
    handler: Any = None
    is_index: bool | None = None
    stage: str | None = None
    closed: bool = False
    show_tracebacks: bool = True
    show_mismatched_params: bool = True
    throws: tuple[type[BaseException], ...] = (KeyboardInterrupt, SystemExit, InternalRedirect)
    throw_errors: bool = False
    error_response: Callable[[], object] = HTTPError(500).set_response
    cached: bool = False
    cacheable: bool = False

    #: The handlers of config entries, for all requests of the class.
    namespaces: ClassVar[NamespaceSet] = BUILT_IN.copy()

    if TYPE_CHECKING:
        # Tools set these; without the tool, there is no such attribute.
        json: Any
        cache: Any

    hooks: OwnMap[HookMap] = own_hooks(HookMap())
    error_page: OwnMap[dict[int | str, Any]] = own_error_pages({})
    params: dict[str, Any] = {}  # noqa: RUF012 - documented; each has its own
    _layers: Sequence[Layer] = ()
    _fields: Iterable[tuple[str, str]] = ()
    #: What the config in force does to this request, once it is known.
    _plan: Plan | None = None

    #: The hooks of this request, once somebody has asked for them.
    own_hooks: HookMap | None = None
    own_error_page: dict[int | str, Any] | None = None

    #: What was asked for or set before the request ran, and is to be forgotten then.
    early_names: tuple[str, ...] = ()

    _toolmaps: dict[str, dict[str, dict[str, Any]]] | None = None
    _request_line: str | None = None
    _own_config: dict[str, Any] | None = None
    #: The WSGI environ, as long as it holds the header fields that count.
    _environ: Mapping[str, Any] | None = None

    def __init__(
        self,
        local_host: Host,
        remote_host: Host,
        scheme: str = "http",
        server_protocol: str = "HTTP/1.1",
    ) -> None:
        self.local = local_host
        self.remote = remote_host
        self.scheme = scheme
        self.server_protocol = server_protocol
        self.own_hooks = None
        self._body: RequestBody | None = None
        self.params = {}

    @lazy
    def _planned_hooks(self) -> Mapping[str, PlannedHooks]:
        """The hooks in their order: those of the class, until the plan is known."""
        shared = type(self).hooks
        return {point: PlannedHooks(shared.ordered(point)) for point in shared}

    @told(NoneType)
    def login(self) -> str | None:
        """The name of the user, where the server or a tool has checked it."""
        environ = self.wsgi_environ or {}
        return environ.get("LOGON_USER") or environ.get("REMOTE_USER") or None

    @told(bool)
    def multithread(self) -> bool:
        """Whether other threads of this process may serve requests at the same time."""
        return bool((self.wsgi_environ or {}).get("wsgi.multithread", True))

    @told(bool)
    def multiprocess(self) -> bool:
        """Whether other processes may serve requests of the same application."""
        return bool((self.wsgi_environ or {}).get("wsgi.multiprocess"))

    @told(NoneType)
    def prev(self) -> Request | None:
        """The request that was redirected internally to this one."""
        return (self.wsgi_environ or {}).get("cherrypy.previous_request")

    @told(list)
    def header_list(self) -> list[tuple[str, str]]:
        """The header fields as they came, as pairs of name and value."""
        return list(self._fields)

    @told(HeaderMap)
    def headers(self) -> HeaderMap:
        """The header fields by name."""
        self._environ = None  # from now on, these are the ones that count
        if isinstance(self._fields, EnvironHeaders):
            return self._fields.map
        fields: Iterable[tuple[str, str]] = self.header_list
        if self.wsgi_environ is not None:
            # There, each field is one. What is repeated, a subclass has put in its place.
            fields = {name.title(): value for name, value in fields}.items()
        return HeaderMap.from_trusted(fields)

    @told(new_cookie)
    def cookie(self) -> SimpleCookie:
        """The cookies that the client sent.

        Raises:
            HTTPError: 400, the field ``Cookie`` is malformed.
        """
        from http.cookies import CookieError  # noqa: PLC0415 - as in `new_cookie`

        cookie = new_cookie()
        try:
            cookie.load(self.peek_header("Cookie"))
        except CookieError as error:
            raise HTTPError(400, f"Illegal cookie name: {error}") from error
        return cookie

    @property
    def body(self) -> RequestBody:
        """The entity that the client sent; ``None`` before the request runs."""
        if self._body is None:
            if self.stage is None:
                return None  # type: ignore[return-value]  # as documented
            # While the environ counts, its fields need not become a map.
            fields: Any = self.headers if self._environ is None else self._fields
            self._body = RequestBody(self.rfile, fields, request_params=self.params)
        return self._body

    @body.setter
    def body(self, body: RequestBody) -> None:
        self._body = body

    @property
    def body_params(self) -> dict[str, Any]:
        """The parameters that came in the body: ``body.params``, under its older name."""
        return self.body.params

    @property
    def config(self) -> dict[str, Any] | None:
        """All config in force for this request, merged; ``None`` before it is known."""
        if self._own_config is None and self._plan is not None:
            self._own_config = dict(self._plan.config)
        return self._own_config

    @config.setter
    def config(self, config: dict[str, Any] | None) -> None:
        self._own_config = config
        if self.stage is None and "_own_config" not in self.early_names:
            self.early_names = (*self.early_names, "_own_config")

    @property
    def toolmaps(self) -> dict[str, dict[str, dict[str, Any]]]:
        """The options of the tools, by the namespace of their toolbox and their name."""
        if self._toolmaps is None:
            if self._plan is None:
                return {}
            self._toolmaps = self._plan.copy_toolmaps()
        return self._toolmaps

    @toolmaps.setter
    def toolmaps(self, toolmaps: dict[str, dict[str, dict[str, Any]]]) -> None:
        self._toolmaps = toolmaps

    @lazy
    def unique_id(self) -> UniqueID:
        """An identifier of this request."""
        return UniqueID()

    @told(str)
    def base(self) -> str:
        """The scheme and authority that the client used, such as ``http://example.com:8080``."""
        host = self.peek_header("Host")
        if not host:
            host = self.local.name or self.local.ip
            if (self.scheme, self.local.port) not in {("http", 80), ("https", 443)}:
                host = f"{host}:{self.local.port}"
        return f"{self.scheme}://{host}"

    @lazy
    def webob(self) -> webob.Request:
        """The same request as WebOb has it.

        Raises:
            ImportError: WebOb is not installed; it is the extra ``webob`` of this package.
        """
        from cherrypy_web.webobview import RequestView  # noqa: PLC0415 - an extra

        return RequestView(self)

    @property
    def base_config(self) -> Mapping[str, Any]:
        """The config of the site, on which that of the application is laid."""
        config: Mapping[str, Any] = self.app.site_config
        return config

    @property
    def request_line(self) -> str:
        """The first line of the request; ``""`` before the request runs."""
        if self._request_line is not None:
            return self._request_line
        if self.stage is None:
            return ""
        query = f"?{self.query_string}" if self.query_string else ""
        return f"{self.method} {self.script_name}{self.path_info}{query} {self.request_protocol}"

    @request_line.setter
    def request_line(self, line: str) -> None:
        self._request_line = line

    def peek_header(self, name: str) -> str:
        """Return one header field, or ``""``, at a lower cost than ``headers``."""
        environ = self._environ
        if environ is None:
            return str(self.headers.get(name, ""))
        value: str = environ.get(ENVIRON_KEYS[name], "")
        return value

    def _forget_early(self) -> None:
        for name in self.early_names:
            vars(self).pop(name, None)
