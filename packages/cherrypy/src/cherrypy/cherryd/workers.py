"""Several processes that serve one site, on gunicorn.

The site is made once, before the processes are; the engine starts in each of them, so whatever
starts threads or opens connections belongs on its channel ``start``. A bus and its process live and
end together.
"""

from __future__ import annotations

import logging
import math
import os
import sys
from typing import TYPE_CHECKING, Any, Final

import cherrypy
from cherrypy.cherryd.errors import CommandError
from cherrypy_server import KnownHosts, Server
from cherrypy_server.address import address_text
from cherrypy_server.handshake import tls_adapter
from cherrypy_web.checks import sessions_of_one_process

try:
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
    from gunicorn.errors import HaltServer  # type: ignore[import-untyped]
    from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]
except ImportError as _error:
    raise CommandError(
        f"several processes are served by gunicorn: pip install 'cherrypy[gunicorn]' ({_error})"
    ) from _error

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["SiteWorker", "WorkerSite", "serve_with", "settings_of"]

#: Settings of a server that have no meaning for gunicorn, but do no harm where they differ.
WITHOUT_EFFECT: Final = (
    "accepted_queue_size",
    "accepted_queue_timeout",
    "max_request_header_size",
    "nodelay",
    "peercreds",
    "peercreds_resolve",
    "protocol_version",
    "statistics",
    "thread_pool_max",
    "wsgi_version",
)

LEAST_BACKLOG: Final = 64
FOR_EVER: Final = 2**31
MOST_FIELDS: Final = 32768


class SiteWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A process of gunicorn whose bus starts and stops with it."""

    def init_process(self) -> None:
        """Let an engine that exits end this process; gunicorn makes another one then."""
        cherrypy.engine.subscribe("exit", self._end)
        super().init_process()

    def notify(self) -> None:
        """Say that the process lives, and publish ``main``, about once a second."""
        super().notify()
        if self.alive:
            cherrypy.engine.publish("main")

    def handle_usr1(self, sig: int, frame: Any) -> None:
        """Reload what can be reloaded, log files among it."""
        super().handle_usr1(sig, frame)
        cherrypy.engine.graceful()

    def _end(self) -> None:
        if self.alive:
            self.handle_exit(0, None)


class WorkerSite(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """The site as gunicorn sees it.

    Args:
        settings: What `settings_of` returned.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Take the settings; gunicorn reads no command line, file or environment."""
        for name, value in self._settings.items():
            self.cfg.set(name, value)
        if "control_socket_disable" in self.cfg.settings:  # versions before 25 have none
            self.cfg.set("control_socket_disable", True)  # it would be in the home directory

    def load(self) -> Any:
        """Return the WSGI application."""
        hosts = cherrypy.server.allowed_hosts
        return KnownHosts(cherrypy.tree, hosts) if hosts else cherrypy.tree


def serve_with(
    workers: int, *, daemonize: bool, pidfile: str | None, protocols: Collection[str]
) -> None:
    """Serve the site of this module with several processes until they are stopped.

    Args:
        workers: How many.
        daemonize: Whether the process that watches them becomes a daemon.
        pidfile: Where to keep its id.
        protocols: Other protocols than HTTP that are asked for.

    Raises:
        CommandError: It cannot be done so.
        ValueError: A setting of the server is wrong.
        SystemExit: At the end.
    """
    server = cherrypy.server
    _require_one_address(protocols)
    server.require_allowed_hosts()
    for name in WITHOUT_EFFECT:
        if getattr(server, name) != getattr(Server, name):
            cherrypy.engine.log(f"server.{name} has no effect with --workers.", logging.WARNING)
    for finding in sessions_of_one_process(cherrypy.checker.site()):
        cherrypy.engine.log(str(finding), logging.WARNING)
    cherrypy.engine.autoreload.unsubscribe()
    server.unsubscribe()
    if server.max_request_body_size:
        cherrypy.config.setdefault("request.body.maxbytes", server.max_request_body_size)
    site = WorkerSite(settings_of(server, workers) | {"daemon": daemonize, "pidfile": pidfile})
    try:
        site.run()
    except HaltServer as halt:  # two processes that could not start are one too many for it
        raise SystemExit(halt.exit_status) from halt


def settings_of(server: Server, workers: int) -> dict[str, Any]:
    """Return the settings of gunicorn that do what those of a server say.

    Args:
        server: The server.
        workers: How many processes there are to be.

    Raises:
        CommandError: A setting is one that gunicorn cannot follow.
        ValueError: A setting of TLS is wrong.
    """
    grace = server.shutdown_timeout
    return {
        "bind": _address(server),
        "umask": 0o777 & ~server.socket_file_mode if server.socket_file else 0,
        "workers": workers,
        "worker_class": SiteWorker,
        "threads": server.thread_pool,
        "backlog": max(server.socket_queue_size, LEAST_BACKLOG),
        "keepalive": math.ceil(server.socket_timeout),
        "graceful_timeout": FOR_EVER if grace is None else math.ceil(grace),
        "limit_request_fields": server.max_request_header_fields or MOST_FIELDS,
        "preload_app": True,
        "post_worker_init": _begin,
        "worker_exit": _finish,
        "child_exit": _forget,
        **_tls(server),
    }


def _require_one_address(protocols: Collection[str]) -> None:
    if protocols:
        raise CommandError(f"--workers serves HTTP only, not {', '.join(protocols)}")
    subscribed = cherrypy.engine.listeners["start"]
    for name, server in cherrypy.servers.items():
        if server.start in subscribed:
            raise CommandError(f"--workers serves one address; write server.{name}.on: False")


def _address(server: Server) -> str:
    address = server.bind_addr
    if address is None:
        raise CommandError("there is no address to serve; set server.socket_host and socket_port")
    return f"unix:{address}" if isinstance(address, str) else address_text(address)


def _tls(server: Server) -> dict[str, Any]:
    adapter = tls_adapter(server, cherrypy.engine.log)
    if adapter is None:
        return {}
    if server.ssl_module != "builtin" or not server.ssl_certificate:
        raise CommandError(
            "--workers needs server.ssl_module: 'builtin' and a server.ssl_certificate for TLS"
        )
    return {
        "certfile": server.ssl_certificate,
        "ssl_context": lambda _config, _default: adapter.refreshed(),
    }


def _begin(worker: ThreadWorker) -> None:  # noqa: ARG001 - gunicorn's signature
    cherrypy.engine.start()


def _finish(_arbiter: object, worker: ThreadWorker) -> None:
    if worker.pid == os.getpid():  # the watching process tells of workers that it lost, too
        cherrypy.engine.exit()


def _forget(_arbiter: object, worker: ThreadWorker) -> None:
    """Let the figures of a process that ended no longer say what it was doing.

    What it counted stays. See `cherrypy_diagnostics.prometheus.exposition`.
    """
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR") and "prometheus_client" in sys.modules:
        from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415 - an extra

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
