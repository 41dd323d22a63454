"""Several WSGI applications behind one, chosen by the host that the client asked for.

The host is what the client says it is. It may choose among the given applications and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cherrypy_web.middleware import StartResponse, WSGICallable

__all__ = ["VirtualHost"]


class VirtualHost:
    """A WSGI application that lets another one answer, by the requested host.

    Args:
        default: Answers where the host is not among the domains.
        domains: Applications by host, with the port where it is not the usual one, as in
            ``"example.com:8080"``. Case does not count.
        use_x_forwarded_host: Whether the host is taken from ``X-Forwarded-Host`` where that is
            there, as a proxy in front sends it: its first element. Turn it off if clients reach
            this server directly, for they may send it too.

    Attributes:
        domains: The applications by host, in lower case.

    Examples:
        >>> def main(environ, start_response):
        ...     return [b"the main site"]
        >>> def shop(environ, start_response):
        ...     return [b"the shop"]
        >>> hosts = VirtualHost(main, {"shop.example.org": shop})
        >>> hosts({"HTTP_HOST": "shop.example.org"}, None)
        [b'the shop']
    """

    default: WSGICallable = None  # type: ignore[assignment]  # a class has none yet
    domains: dict[str, WSGICallable] = {}  # noqa: RUF012 - each has its own
    use_x_forwarded_host: bool = True

    def __init__(
        self,
        default: WSGICallable,
        domains: Mapping[str, WSGICallable] | None = None,
        use_x_forwarded_host: bool = True,
    ) -> None:
        self.default = default
        self.domains = {host.lower(): app for host, app in (domains or {}).items()}
        self.use_x_forwarded_host = use_x_forwarded_host

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer with the application for the requested host."""
        host: str = environ.get("HTTP_HOST", "")
        if self.use_x_forwarded_host:
            host = environ.get("HTTP_X_FORWARDED_HOST", host)
        name = host.partition(",")[0].strip().lower()
        return self.domains.get(name, self.default)(environ, start_response)
