"""What is known of a request, before and while it is answered.

Nothing here is worked out before somebody asks for it, and nothing here acts.
"""

from __future__ import annotations

import uuid
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any, ClassVar, Final

from cherrypy_dispatch import Dispatcher
from cherrypy_httputil import HeaderMap, Host, HTTPError, InternalRedirect
from cherrypy_web.body import RequestBody
from cherrypy_web.environ import ENVIRON_KEYS, EnvironHeaders
from cherrypy_web.hooks import HOOK_POINTS, Hook, HookMap
from cherrypy_web.lazy import lazy
from cherrypy_web.namespaces import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import webob

    from cherrypy_config import NamespaceSet
    from cherrypy_dispatch import Layer
    from cherrypy_web.plan import Plan
    from cherrypy_web.request import Request

__all__ = ["RequestData", "RequestHooks", "UniqueID"]

HTTP_1_1: Final = (1, 1)


class UniqueID:
    """An identifier of a request, made when it is first read as text."""

    @lazy
    def uuid4(self) -> str:
        """The identifier: a random UUID (RFC 9562, 5.4)."""
        return str(uuid.uuid4())

    def __str__(self) -> str:
        return self.uuid4


class RequestHooks:
    """The attribute ``hooks``: read from the class, what hangs on all of its requests.

    An instance has a map of its own, made when it is first asked for.

    Args:
        shared: What hangs on all requests of the class.
    """

    def __init__(self, shared: HookMap | None = None) -> None:
        self.shared = HookMap(HOOK_POINTS) if shared is None else shared

    def __get__(self, request: RequestData | None, owner: type | None = None) -> HookMap:
        if request is None:
            return self.shared
        if request.own_hooks is None:
            plan = request.plan
            request.own_hooks = self.shared.copy() if plan is None else plan.copy_hooks()
        return request.own_hooks

    def __set__(self, request: RequestData, hooks: HookMap) -> None:
        request.own_hooks = hooks


class RequestData:
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

    #: The handlers of config entries, for all requests of the class.
    namespaces: ClassVar[NamespaceSet] = BUILT_IN.copy()

    hooks = RequestHooks()
    _planned_hooks: Mapping[str, Sequence[Hook]] = hooks.shared

    _layers: Sequence[Layer] = ()
    #: What the config in force does to this request, once it is known.
    plan: Plan | None = None

    #: The hooks of this request, once they differ from those in the plan.
    own_hooks: HookMap | None = None

    _body: RequestBody | None = None
    _own_config: dict[str, Any] | None = None
    #: The WSGI environ, as long as it holds the header fields that count.
    _environ: Mapping[str, Any] | None = None

    def __init_subclass__(cls, **options: Any) -> None:
        """Let a class that defines ``hooks`` as a map of its own keep them from its requests."""
        super().__init_subclass__(**options)
        own = cls.__dict__.get("hooks")
        if isinstance(own, HookMap):
            cls.hooks = RequestHooks(own)
            cls._planned_hooks = own

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
        self._fields: Iterable[tuple[str, str]] = ()
        self.params: dict[str, Any] = {}

    @lazy
    def login(self) -> str | None:
        """The name of the user, where the server or a tool has checked it."""
        environ = self.wsgi_environ or {}
        return environ.get("LOGON_USER") or environ.get("REMOTE_USER") or None

    @lazy
    def multithread(self) -> bool:
        """Whether other threads of this process may serve requests at the same time."""
        return bool((self.wsgi_environ or {}).get("wsgi.multithread", True))

    @lazy
    def multiprocess(self) -> bool:
        """Whether other processes may serve requests of the same application."""
        return bool((self.wsgi_environ or {}).get("wsgi.multiprocess"))

    @lazy
    def prev(self) -> Request | None:
        """The request that was redirected internally to this one."""
        return (self.wsgi_environ or {}).get("cherrypy.previous_request")

    @lazy
    def header_list(self) -> list[tuple[str, str]]:
        """The header fields as they came, as pairs of name and value."""
        return list(self._fields)

    @lazy
    def headers(self) -> HeaderMap:
        """The header fields by name."""
        self._environ = None  # from now on, these are the ones that count
        if isinstance(self._fields, EnvironHeaders):
            return self._fields.map
        return HeaderMap.from_trusted(self.header_list)

    @lazy
    def cookie(self) -> SimpleCookie:
        """The cookies that the client sent.

        Raises:
            HTTPError: 400, the field ``Cookie`` is malformed.
        """
        cookie = SimpleCookie()
        try:
            cookie.load(self.peek_header("Cookie"))
        except CookieError as error:
            raise HTTPError(400, f"Illegal cookie name: {error}") from error
        return cookie

    @property
    def body(self) -> RequestBody:
        """The entity that the client sent."""
        if self._body is None:
            self._body = RequestBody(self.rfile, self._known_fields(), request_params=self.params)
        return self._body

    @body.setter
    def body(self, body: RequestBody) -> None:
        self._body = body

    def _known_fields(self) -> HeaderMap | EnvironHeaders:
        fields = self._fields
        if self._environ is None or not isinstance(fields, EnvironHeaders):
            return self.headers
        return fields

    @property
    def body_params(self) -> dict[str, Any]:
        """The parameters that came in the body: ``body.params``, under its older name."""
        return self.body.params

    @property
    def config(self) -> dict[str, Any] | None:
        """All config in force for this request, merged; ``None`` before it is known."""
        if self._own_config is None and self.plan is not None:
            self._own_config = dict(self.plan.config)
        return self._own_config

    @config.setter
    def config(self, config: dict[str, Any] | None) -> None:
        self._own_config = config

    @lazy
    def toolmaps(self) -> dict[str, dict[str, dict[str, Any]]]:
        """The options of the tools, by the namespace of their toolbox and their name."""
        return self.plan.copy_toolmaps() if self.plan else {}

    @lazy
    def error_page(self) -> dict[int | str, Any]:
        """The custom error pages by status code, or ``"default"``."""
        return dict(self.plan.error_pages) if self.plan else {}

    @lazy
    def unique_id(self) -> UniqueID:
        """An identifier of this request."""
        return UniqueID()

    @lazy
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
        """The first line of the request."""
        query = f"?{self.query_string}" if self.query_string else ""
        return f"{self.method} {self.script_name}{self.path_info}{query} {self.request_protocol}"

    def peek_header(self, name: str) -> str:
        """Return one header field, or ``""``, at a lower cost than ``headers``."""
        environ = self._environ
        if environ is None:
            return str(self.headers.get(name, ""))
        value: str = environ.get(ENVIRON_KEYS[name], "")
        return value
