"""Test cases that ask Apache's httpd, and it the process of the tests, which speaks FastCGI.

mod_fastcgi is not made any more; mod_proxy_fcgi, which comes with httpd, does the same.
"""

from __future__ import annotations

from typing import Any, ClassVar

import cherrypy
from cherrypy.process import servers
from cherrypy.test.apache import ApacheSupervisor
from cherrypy.test.supervisors import LocalWSGISupervisor

__all__ = ["ModFCGISupervisor"]


class ModFCGISupervisor(ApacheSupervisor, LocalWSGISupervisor):
    """Controls an httpd with mod_proxy_fcgi, and a FastCGI server in this process.

    Attributes:
        fastcgi_port: Where that server listens.
    """

    httpserver_class: str = "cherrypy.process.servers.FlupFCGIServer"
    modules: ClassVar[tuple[str, ...]] = ("proxy", "proxy_fcgi")
    template: ClassVar[str] = """\
ProxyPass / "fcgi://127.0.0.1:{fastcgi_port}/"
ProxyFCGISetEnvIf "true" PATH_INFO "%{{reqenv:SCRIPT_NAME}}"
ProxyFCGISetEnvIf "true" SCRIPT_NAME ""
"""

    fastcgi_port: int = 0
    _adapter: servers.ServerAdapter | None = None

    def further(self) -> dict[str, Any]:
        """Return where the FastCGI server listens."""
        return {"fastcgi_port": self.fastcgi_port}

    def start(self, modulename: str | None = None) -> None:
        """Start the FastCGI server with the engine, and then httpd; see `ApacheSupervisor`."""
        server = servers.FlupFCGIServer(self.get_app(), bindAddress=("127.0.0.1", 0))
        self._adapter = servers.ServerAdapter(cherrypy.engine, server)
        self._adapter.subscribe()
        cherrypy.server.unsubscribe()
        cherrypy.engine.start()
        self.fastcgi_port = server.socket.getsockname()[1]
        super().start(modulename)

    def stop(self) -> None:
        """Stop httpd, and the engine with the FastCGI server."""
        super().stop()
        if self._adapter is not None:
            cherrypy.engine.exit()
            self._adapter.unsubscribe()
            self._adapter = None
