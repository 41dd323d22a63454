"""A root object, where it is mounted, and the config that applies below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from cherrypy_config import ConfigSource, NamespaceSet, merge_sections
from cherrypy_serving import serving
from cherrypy_web.environ import decoded
from cherrypy_web.logs import LogManager
from cherrypy_web.pipeline import CPWSGIApp
from cherrypy_web.plan import Plan, PlanCache
from cherrypy_web.request import Request
from cherrypy_web.response import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence

    from cherrypy_config import Origin
    from cherrypy_dispatch import Layer
    from cherrypy_httputil import Host
    from cherrypy_web.middleware import StartResponse
    from cherrypy_web.tools import Toolbox

__all__ = ["Application"]

_bound: Final = serving.capture
_bind: Final = serving.load
_unbind: Final = serving.clear


class Application:
    """A site below one path: a tree of objects whose methods are pages. It is a WSGI application.

    Args:
        root: The object at the root.
        script_name: The path that the application is mounted at, without a slash at its end; ``""``
            is the root of the server. ``None`` takes it from each request's WSGI environ.
        config: What to `merge` at once.

    Attributes:
        config: The config by path, below the script name, and by other section names.
        origins: Where the entries of the config came from, by section and name.
        namespaces: The handlers of config entries that apply to the application as a whole.
        toolboxes: The toolboxes whose tools its config may turn on, by namespace.
        log: Its logs.
        wsgiapp: The WSGI pipeline.
        relative_urls: What `cherrypy_web.url` returns unless told otherwise.
        site_config: The config of the whole site, below the application's own.
        plans: What the config in force does to requests.

    Examples:
        >>> import webob
        >>> class Root:
        ...     def hello(self, name="world"):
        ...         return f"Hello {name}!".encode()
        ...     hello.exposed = True
        >>> app = Application(Root(), config={"/": {"response.headers.Cache-Control": "no-store"}})
        >>> answer = webob.Request.blank("/hello/reader").get_response(app)
        >>> answer.body, answer.headers["Cache-Control"]
        (b'Hello reader!', 'no-store')
    """

    root: Any = None
    config: dict[str, dict[str, Any]] = {}  # noqa: RUF012 - documented; each has its own
    log: LogManager = None  # type: ignore[assignment] # documented; the constructor sets it
    wsgiapp: CPWSGIApp = None  # type: ignore[assignment] # documented; the constructor sets it
    request_class: type[Request] = Request
    response_class: type[Response] = Response
    toolboxes: ClassVar[dict[str, Toolbox]] = {}
    relative_urls: Any = False
    site_config: ClassVar[Mapping[str, Any]] = {}
    logger_root: ClassVar[str] = "cherrypy"

    #: Called when a request begins and when it is over, for whoever counts or watches requests.
    before_request: ClassVar[Sequence[Callable[[], object]]] = ()
    after_request: ClassVar[Sequence[Callable[[], object]]] = ()

    #: Where the responses that are being made are kept, each by its identity, if somebody watches.
    running: ClassVar[MutableMapping[int, Response] | None] = None

    def __init__(
        self, root: object, script_name: str | None = "", config: ConfigSource | None = None
    ) -> None:
        self.log = LogManager(id(self), self.logger_root)
        self.root = root
        self.script_name = script_name  # read as text, always
        self.wsgiapp = CPWSGIApp(self)
        self.namespaces: NamespaceSet = NamespaceSet(
            log=lambda key, value: setattr(self.log, key, value),
            wsgi=self.wsgiapp.namespace_handler,
        )
        self.config = {}
        self.origins: dict[tuple[str, str], Origin] = {}
        self.plans: PlanCache = PlanCache(self)
        if config:
            self.merge(config)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.root!r}, {self._script_name!r})"

    @property
    def script_name(self) -> str:
        """The path that the application is mounted at."""
        if self._script_name is not None:
            return self._script_name
        name: str = serving.request.wsgi_environ.get("SCRIPT_NAME", "").rstrip("/")
        return name if name.isascii() else decoded(name)

    @script_name.setter
    def script_name(self, value: str | None) -> None:
        if value:
            value = value.rstrip("/")
            if value and not value.startswith("/"):
                raise ValueError(
                    f"the script name {value!r} must begin with a slash, as in {'/' + value!r}"
                )
        self._script_name = value

    def merge(self, config: ConfigSource) -> None:
        """Merge config into the application's own.

        Args:
            config: A dict of sections, a file name, or an open file.

        Raises:
            OSError: The file cannot be read.
            ConfigError: An entry stands outside of any section, or the file holds what it must not.
        """
        merge_sections(self.config, config, on_file=self.on_file, origins=self.origins)
        self.namespaces(self.config.get("/", {}))

    def on_file(self, name: str) -> None:
        """Take notice that the config file of this name was read; meant to be overridden."""

    def find_config(self, path: str, key: str, default: Any = None) -> Any:
        """Return the value of a config key for a path: the deepest section's that has it.

        Args:
            path: The path below the application.
            key: The whole key, with its namespace.
            default: Returned where no section has it.
        """
        config = self.config
        if not config:
            return default
        trail = path or "/"
        while True:
            section = config.get(trail)
            if section is not None and key in section:
                return section[key]
            if trail == "/":
                return default
            trail = trail[: max(trail.rfind("/"), 0)] or "/"

    def get_serving(
        self, local: Host, remote: Host, scheme: str, sproto: str
    ) -> tuple[Request, Response]:
        """Make a request and its response, and bind them.

        Args:
            local: Where the request came in.
            remote: Who sent it.
            scheme: ``http`` or ``https``.
            sproto: The protocol of the server.
        """
        request = self.request_class(local, remote, scheme, sproto)
        request.app = self
        response = self.response_class()
        _bind(request, response)
        if self.running is not None:
            self.running[id(response)] = response
        try:
            for observe in self.before_request:
                observe()
        except BaseException:
            self.release_serving()
            raise
        return request, response

    def release_serving(self) -> None:
        """Close the running request and unbind it."""
        try:
            for end in self.after_request:
                try:
                    end()
                except Exception:  # noqa: BLE001 - the client has its answer, whatever is raised now
                    self.log.failure()
            _bound().request.close()
        except Exception:  # noqa: BLE001 - likewise
            self.log.failure()
        finally:
            if self.running is not None:
                self.running.pop(id(_bound().response), None)
            _unbind()

    def make_plan(
        self, request_class: type[Request], layers: Sequence[Layer], site: Mapping[str, Any]
    ) -> Plan:
        """Work a plan out anew.

        Args:
            request_class: The class of the requests that it is for.
            layers: The config dicts that apply, as a dispatcher found them.
            site: What they are laid on.
        """
        return Plan(layers, site, request_class.namespaces, self.toolboxes, request_class.hooks)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; this makes an application a WSGI callable (PEP 3333)."""
        # A method is called in half the time that an object with the method takes.
        return self.wsgiapp.__call__(environ, start_response)
