"""The WSGI pipeline of an application: what config puts around it, and what answers at its end.

An error never passes this module unless it is one of those that stop the process: before the answer
has begun it becomes a plain 500, after that the server is told to end the connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from cherrypy_httputil import InternalRedirect
from cherrypy_web.middleware import (
    ExceptionTrapper,
    InternalRedirector,
    StartResponse,
    WSGICallable,
)
from cherrypy_web.sentfile import sent_by_server
from cherrypy_web.wsgi import AppResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cherrypy_web.application import Application

__all__ = ["CPWSGIApp"]


class CPWSGIApp:
    """The WSGI pipeline of an application: middleware around it, outermost first.

    Args:
        cpapp: The application.
        pipeline: Pairs of a name and a factory, which takes the next WSGI application and options.

    Attributes:
        pipeline: Those pairs. Config adds to it as ``wsgi.pipeline``. `InternalRedirector` and
            `ExceptionTrapper` stand around them, and need not be in it.
        config: The options of each factory by its name: ``wsgi.<name>.<option>``.
        response_class: What answers one call at the inner end.
        head: The outermost WSGI application, built at the first call, and again when pipeline or
            options have changed.

    Examples:
        >>> import webob
        >>> from cherrypy_web import Application
        >>> class Root:
        ...     def index(self):
        ...         return b"Hello"
        ...     index.exposed = True
        >>> def traced(app):
        ...     def answer(environ, start_response):
        ...         print("asked for", environ["PATH_INFO"])
        ...         return app(environ, start_response)
        ...     return answer
        >>> app = Application(Root(), config={"/": {"wsgi.pipeline": [("traced", traced)]}})
        >>> webob.Request.blank("/").get_response(app).body
        asked for /
        b'Hello'
    """

    pipeline: list[tuple[str, Callable[..., WSGICallable]]] = []  # noqa: RUF012 - documented; each has its own
    config: dict[str, dict[str, Any]] = {}  # noqa: RUF012 - documented; each has its own
    head: WSGICallable | None = None
    response_class: type[AppResponse] = AppResponse
    _built: object = None  # what `head` was made of
    _has_own_tail: ClassVar[bool] = False  # whether a subclass overrides `tail`

    def __init_subclass__(cls, **options: Any) -> None:
        """Note whether the subclass answers by itself."""
        super().__init_subclass__(**options)
        cls._has_own_tail = cls.tail is not CPWSGIApp.tail

    def __init__(
        self,
        cpapp: Application,
        pipeline: Iterable[tuple[str, Callable[..., WSGICallable]]] | None = None,
    ) -> None:
        self.cpapp = cpapp
        self.pipeline = [*self.pipeline, *(pipeline or ())]
        self.config = _copied(self.config)

    def tail(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the application itself, behind all middleware."""
        answer = self.response_class(environ, start_response, self.cpapp)
        wrapper = environ.get("wsgi.file_wrapper")
        return answer if wrapper is None else sent_by_server(answer, wrapper)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer through the pipeline."""
        try:
            try:
                if self.head is None and not self.pipeline:
                    if not self._has_own_tail and "wsgi.file_wrapper" not in environ:
                        return self.response_class(environ, start_response, self.cpapp)
                    return self.tail(environ, start_response)
                return self._enter(environ, start_response)
            except InternalRedirect as redirect:
                redirector = InternalRedirector(self._enter, **self._options("InternalRedirector"))
                return redirector.follow(environ, start_response, redirect)
        except Exception as error:
            trapper = ExceptionTrapper(
                self._enter, log=self._log, **self._options("ExceptionTrapper")
            )
            if isinstance(error, trapper.throws):
                raise
            return trapper.give_up(start_response)

    def _enter(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        head = self.head
        if head is None or self._built not in (None, (self.pipeline, self.config)):
            head = self._build()
        return head(environ, start_response)

    def _build(self) -> WSGICallable:
        self._built = (list(self.pipeline), _copied(self.config))
        head: WSGICallable = self.tail
        for name, factory in reversed(self.pipeline):
            head = factory(head, **self._options(name))
        self.head = head
        return head

    def _options(self, name: str) -> dict[str, Any]:
        return self.config.get(name, {})

    def _log(self, **_options: Any) -> None:
        self.cpapp.log.failure()

    def namespace_handler(self, k: str, v: Any) -> None:
        """Take a config entry of the namespace ``wsgi``.

        Args:
            k: ``pipeline``, ``response_class``, or ``<name>.<option>``.
            v: Its value.
        """
        self.head = None
        if k == "pipeline":
            # Config is merged as a whole each time, with what it had before.
            self.pipeline.extend([each for each in v if each not in self.pipeline])
        elif k == "response_class":
            self.response_class = v
        else:
            name, _, option = k.partition(".")
            self.config.setdefault(name, {})[option] = v


def _copied(config: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: dict(options) for name, options in config.items()}
