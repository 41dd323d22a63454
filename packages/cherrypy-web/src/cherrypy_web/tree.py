"""Applications by the path that they are mounted at: one WSGI application made of many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from cherrypy_httputil import urljoin
from cherrypy_serving import UnboundError, serving
from cherrypy_web.application import Application
from cherrypy_web.environ import decoded, one_slash

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cherrypy_config import ConfigSource
    from cherrypy_web.middleware import StartResponse, WSGICallable

__all__ = ["Tree"]

NOT_FOUND = b"There is no application at this path."


class Tree:
    """What is mounted where on one server. It is a WSGI application.

    Attributes:
        apps: The applications by script name.
        application_class: What `mount` makes of a root that is not an application yet.

    Examples:
        >>> import webob
        >>> from cherrypy_dispatch import expose
        >>> class Blog:
        ...     @expose
        ...     def index(self):
        ...         return b"posts"
        >>> tree = Tree()
        >>> blog = tree.mount(Blog(), "/blog")
        >>> webob.Request.blank("/blog/").get_response(tree).body
        b'posts'
        >>> tree.script_name("/blog/2030"), tree.script_name("/shop")
        ('/blog', None)
    """

    application_class: ClassVar[type[Application]] = Application
    apps: dict[str, Any] = {}  # noqa: RUF012 - documented; each has its own

    def __init__(self) -> None:
        self.apps = {}

    def mount(
        self,
        root: object,
        script_name: str | None = "",
        config: ConfigSource | None = None,
    ) -> Application:
        """Mount an application.

        Args:
            root: Its root object, or an `Application`.
            script_name: The path that it is mounted at; ``""`` is the root of the server.
            config: Its config: a dict of sections, a file name, or an open file.

        Returns:
            The application.

        Raises:
            TypeError: ``script_name`` is ``None``, which only an application of its own may be.
            ValueError: An application is mounted somewhere else than it says.
        """
        if script_name is None:
            raise TypeError(
                "mount() needs a script name; an Application whose script name comes from the "
                "WSGI environ is called by a server, or grafted"
            )
        name = script_name.rstrip("/")
        if isinstance(root, Application):
            app = root
            if name not in {"", app.script_name}:
                raise ValueError(
                    f"the application says that it is mounted at {app.script_name!r}, not at "
                    f"{name!r}; give the script name to one of Application() and mount()"
                )
            name = app.script_name
            if config:
                app.merge(config)
        else:
            app = self.application_class(root, name, config)
        self.apps[name] = app
        return app

    def graft(self, wsgi_callable: WSGICallable, script_name: str = "") -> None:
        """Mount any WSGI application.

        Args:
            wsgi_callable: The WSGI application.
            script_name: The path that it is mounted at.
        """
        self.apps[script_name.rstrip("/")] = wsgi_callable

    def script_name(self, path: str | None = None) -> str | None:
        """Return where the application for a path is mounted; ``None`` where there is none.

        Args:
            path: The whole path; by default that of the running request.
        """
        if path is None:
            try:
                request = serving.request
            except UnboundError:
                return None
            path = urljoin(request.script_name, request.path_info)
        apps = self.apps
        while path not in apps:
            if not path:
                return None
            path = path[: path.rfind("/")] if "/" in path else ""
        return path

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer with the application that is mounted deepest on the path, or with 404."""
        prefix = environ.get("SCRIPT_NAME", "")
        path = (prefix + environ.get("PATH_INFO", "")).rstrip("/")
        if not path.isascii():
            path = decoded(path)
        if "//" in path:
            path = one_slash(path)
        name = self.script_name(path)
        if name is None:
            start_response(
                "404 Not Found",
                [("Content-Type", "text/plain"), ("Content-Length", str(len(NOT_FOUND)))],
            )
            return [NOT_FOUND]
        if name != prefix:
            whole, mounted = prefix + environ.get("PATH_INFO", ""), name
            if not whole.startswith(name):
                whole, mounted = _fitting(whole, name)
            environ = {**environ, "SCRIPT_NAME": mounted, "PATH_INFO": whole[len(mounted) :]}
        answer: Iterable[bytes] = self.apps[name](environ, start_response)
        return answer


def _fitting(whole: str, name: str) -> tuple[str, str]:
    """Return a path and the script name in it in such forms that one begins with the other."""
    in_bytes = name.encode("utf-8").decode("latin-1")
    if not whole.startswith(in_bytes):
        whole = one_slash(whole)
    return whole, name if whole.startswith(name) else in_bytes
