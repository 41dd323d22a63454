"""The life of a request, from its first line to the last byte of the answer.

`Request.respond` is the order of events that the documentation promises; nothing is computed before
a stage that needs it. Users override any of the public methods, so each of them is called as one.
"""

from __future__ import annotations

import uuid
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any, ClassVar, Final

from cherrypy_dispatch import Dispatcher
from cherrypy_httputil import (
    HeaderMap,
    Host,
    HTTPError,
    HTTPRedirect,
    InternalRedirect,
    NotFound,
    TimeoutError,  # noqa: A004 - the documented name
    TooManyFieldsError,
    parse_query_string,
    protocol_from_http,
)
from cherrypy_serving import serving
from cherrypy_web.body import RequestBody
from cherrypy_web.environ import EnvironHeaders, find_bad_percent, is_authority
from cherrypy_web.errorpages import bare_error, format_exc
from cherrypy_web.handlers import BoundPageHandler
from cherrypy_web.hooks import HOOK_POINTS, Hook, HookMap, run_hooks
from cherrypy_web.lazy import lazy
from cherrypy_web.namespaces import BUILT_IN
from cherrypy_web.response import close_body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import webob

    from cherrypy_config import NamespaceSet
    from cherrypy_dispatch import Layer, Match
    from cherrypy_web.application import Application
    from cherrypy_web.plan import Plan
    from cherrypy_web.response import Response

__all__ = ["Request", "UniqueID"]

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

    def __get__(self, request: Request | None, owner: type | None = None) -> HookMap:
        if request is None:
            return self.shared
        if request.own_hooks is None:
            plan = request.plan
            request.own_hooks = self.shared.copy() if plan is None else plan.copy_hooks()
        return request.own_hooks

    def __set__(self, request: Request, hooks: HookMap) -> None:
        request.own_hooks = hooks


class Request:
    """One request, and what is known of it.

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

    _layers: Sequence[Layer] = ()
    #: What the config in force does to this request, once it is known.
    plan: Plan | None = None

    #: The hooks of this request, once they differ from those in the plan.
    own_hooks: HookMap | None = None

    _body: RequestBody | None = None
    _own_config: dict[str, Any] | None = None
    _peek: Callable[[str], str] | None = None
    _planned_hooks: Mapping[str, Sequence[Hook]] | None = None

    def __init_subclass__(cls, **options: Any) -> None:
        """Let a class that defines ``hooks`` as a map of its own keep them from its requests."""
        super().__init_subclass__(**options)
        own = cls.__dict__.get("hooks")
        if isinstance(own, HookMap):
            cls.hooks = RequestHooks(own)

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
        self._fields: Iterable[tuple[str, str]] = ()
        self.params: dict[str, Any] = {}

    # What is known, each once it is asked for.

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
        self._peek = None  # from now on, these are the ones that count
        if isinstance(self._fields, EnvironHeaders):
            return HeaderMap.from_environ(self._fields.environ)
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
            self._body = RequestBody(self.rfile, self.headers, request_params=self.params)
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
        peek = self._peek
        return str(self.headers.get(name, "")) if peek is None else peek(name)

    # The order of events.

    def run(
        self,
        method: str,
        path: str,
        query_string: str,
        req_protocol: str,
        headers: Iterable[tuple[str, str]],
        rfile: Any,
    ) -> Response:
        """Answer the request, whatever happens.

        Args:
            method: The method, such as ``GET``.
            path: The whole path, decoded; it begins with the script name.
            query_string: What follows the ``?``, as it came.
            req_protocol: The version that the client speaks, such as ``HTTP/1.1``.
            headers: The header fields, as pairs of name and value.
            rfile: The body, a file of bytes.

        Returns:
            The bound response, finalized. Its body may be an iterator that is yet to run.

        Raises:
            BaseException: One of ``throws``; with ``throw_errors``, any error.
        """
        self.stage = "run"
        response: Response = serving.response
        self._response = response
        self.method = method
        self.query_string = query_string
        self.request_protocol = req_protocol
        self.rfile = rfile
        self._fields = headers
        if isinstance(headers, EnvironHeaders):
            self._peek = headers.get
        self.path_info = path[len(self.script_name) :] or "/"
        try:
            self.respond(self.path_info)
        except self.throws:
            raise
        except Exception:
            if self.throw_errors:
                raise
            self._give_up(response)
        if method == "HEAD":
            before, response.body = response.body, []
            self._close_body(before)
        if self.app is not None:
            try:
                self.app.log.write_access(self, response)
            except Exception:  # noqa: BLE001 - a broken log must not take the answer away
                self.app.log.failure()
        return response

    def respond(self, path_info: str) -> None:
        """Find the handler, run the hooks of each stage around it, and finalize the response.

        Args:
            path_info: The path below the application.
        """
        try:
            try:
                self._produce(path_info)
            except (HTTPError, HTTPRedirect) as answer:
                self._replace_body(answer.set_response)
                self._reach("before_finalize")
                self._response.finalize()
            finally:
                self._reach("on_end_resource")
        except self.throws:
            raise
        except Exception:
            if self.throw_errors:
                raise
            self.handle_error()

    def _produce(self, path_info: str) -> None:
        response = self._response
        if self.app is None:
            raise NotFound
        if not self.request_protocol == self.server_protocol == "HTTP/1.1":
            self._agree_on_protocol()
        self.stage = "process_headers"
        self.process_headers()
        self.stage = "get_resource"
        self.get_resource(path_info)
        self._configure()
        self._reach("on_start_resource")
        self.stage = "process_query_string"
        self.process_query_string()
        if response.timed_out:
            raise TimeoutError
        if self.method not in self.methods_with_bodies:
            self.process_request_body = False
        self._reach("before_request_body")
        if self.process_request_body:
            self.stage = "process_body"
            self.body.process()
        if response.timed_out:
            raise TimeoutError
        self._reach("before_handler")
        if self.handler:
            self.stage = "handler"
            response.body = self.handler()
        if response.timed_out:
            raise TimeoutError
        self._reach("before_finalize")
        response.finalize()

    def _reach(self, point: str) -> None:
        self.stage = point
        if self.own_hooks is not None:
            self.own_hooks.run(point)
        elif hooks := (self._planned_hooks or type(self).hooks)[point]:
            run_hooks(hooks, self, self._response)

    def process_headers(self) -> None:
        """Check the header fields that every request must have.

        Raises:
            HTTPError: 400, there is no ``Host`` in HTTP/1.1, or it is malformed (RFC 9112, 3.2).
        """
        environ = self.wsgi_environ
        host = self.peek_header("Host") if environ is None else environ.get("HTTP_HOST")
        if not host:
            if self.protocol >= HTTP_1_1:
                raise HTTPError(400, "HTTP/1.1 requires a 'Host' request header.")
        elif not is_authority(host):
            raise HTTPError(400, f"The request header Host is malformed: {host!r}.")

    def get_resource(self, path: str) -> None:
        """Let the dispatcher in force for a path set ``handler`` and what else it knows.

        Args:
            path: The path below the application.
        """
        app = self.app
        dispatch = app.find_config(path, "request.dispatch", self.dispatch)
        if getattr(dispatch, "direct", False):
            self._accept(dispatch.match(app.root, app.config, path, self.method))
        else:
            dispatch(path)

    def process_query_string(self) -> None:
        """Add the parameters of the query string to ``params``.

        Raises:
            HTTPError: 404, it cannot be decoded; 400, it is malformed or has too many fields.
        """
        if not self.query_string:
            return
        if "%" in self.query_string and (bad := find_bad_percent(self.query_string)):
            raise HTTPError(
                400,
                f"The percent-encoding of the query string is malformed: {bad[0]!r} should be "
                "'%' and two hexadecimal digits.",
            )
        try:
            found = parse_query_string(self.query_string, encoding=self.query_string_encoding)
        except UnicodeDecodeError as error:
            raise HTTPError(
                404,
                "The given query string could not be processed. Query strings for this resource "
                f"must be encoded with {self.query_string_encoding!r}.",
            ) from error
        except TooManyFieldsError as error:
            raise HTTPError(400, f"The query string is too long: {error}.") from error
        self.params.update(found)

    def handle_error(self) -> None:
        """Answer an unexpected error, with the hooks before and after it."""
        try:
            self._reach("before_error_response")
            self._replace_body(self.error_response)
            self._reach("after_error_response")
            self._response.finalize()
        except HTTPRedirect as redirect:
            self._replace_body(redirect.set_response)
            self._response.finalize()

    def close(self) -> None:
        """Run the last hooks, once, when the whole answer has been sent or the client has gone."""
        if self.closed:
            return
        self.closed = True
        try:
            self._reach("on_end_request")
        finally:
            if self._body is not None:
                self._body.close()
            # Handlers know their request: this would be a cycle, and garbage to be collected.
            self.handler = None
            self.stage = "close"

    def _agree_on_protocol(self) -> None:
        try:
            client = protocol_from_http(self.request_protocol)
        except ValueError as error:
            raise HTTPError(400, f"The request line is malformed: {error}.") from error
        self.protocol = min(client, protocol_from_http(self.server_protocol))

    def _replace_body(self, answer: Callable[[], object]) -> None:
        response = self._response
        before = response.body
        answer()
        if response.body is not before:
            self._close_body(before)

    def _close_body(self, body: object) -> None:
        try:
            close_body(body)
        except Exception:  # noqa: BLE001 - nobody will see that body, so there is an answer still
            if self.app is not None:
                self.app.log.failure()

    # How the config in force comes to bear.

    def _accept(self, match: Match) -> None:
        self._layers = match.layers
        if match.kwargs:
            self.params.update(match.kwargs)
        if match.allow:
            self._response.headers["Allow"] = ", ".join(match.allow)
        if match.handler is not None:
            self.is_index = match.is_index
            self.handler = BoundPageHandler(self, match.handler, match.args)
        else:
            self.handler = NotFound() if match.node is None else HTTPError(405)

    def _configure(self) -> None:
        app: Application = self.app
        plan = app.plan(type(self), self._layers, self._own_config)
        self.plan = plan
        self._planned_hooks = plan.hooks
        for name, value in plan.request_attributes:
            setattr(self, name, value)
        for name, value in plan.body_attributes:
            setattr(self.body, name, value)
        response = self._response
        for name, value in plan.response_attributes:
            setattr(response, name, value)
        for name, value in plan.response_headers:
            response.headers[name] = value
        if plan.steps:
            self.hooks = plan.copy_hooks()
            for step in plan.steps:
                step()

    # When everything fails.

    def _give_up(self, response: Response) -> None:
        if self.app is not None:
            self.app.log.failure()
        status, fields, body = bare_error(format_exc() if self.show_tracebacks else None)
        response.output_status = status
        response.header_list = fields
        response.status = status.decode()
        before, response.body = response.body, body
        self._close_body(before)
