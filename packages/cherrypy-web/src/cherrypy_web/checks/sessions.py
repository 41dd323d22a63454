"""Sessions whose cookie goes where it should not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cherrypy_web.checks.findings import Finding, place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cherrypy_web.checks.findings import Site

__all__ = ["insecure_sessions", "sessions_of_one_process"]


ON: Final = "tools.sessions.on"


def insecure_sessions(site: Site) -> Iterator[Finding]:
    """Find sessions without ``secure`` on a site that is reached by TLS: http:// would tell ids."""
    tls = any(_speaks_tls(server) for server in site.servers)
    for app in site.apps.values():
        for section in {"/": {}} | app.config:
            config = site.in_force(app, section)
            entries = site.config if section == "/" and ON not in app.config.get("/", {}) else {}
            own = {**entries, **app.config.get(section, {})}.get(ON)
            if own and (tls or _proxy_does(config)) and not config.get("tools.sessions.secure"):
                yield Finding(
                    "Sessions are on, and their cookie is not secure, though the site is reached "
                    "by TLS.",
                    "Write tools.sessions.secure: True.",
                    place(app, section, ON),
                )


def sessions_of_one_process(site: Site) -> Iterator[Finding]:
    """Find sessions in memory, for a site that several processes serve: each has its own."""
    for app in site.apps.values():
        for section in {"/": {}} | app.config:
            config = site.in_force(app, section)
            if config.get(ON) and _in_memory(config):
                yield Finding(
                    "Sessions are kept in memory, and several processes serve: each has its own.",
                    "Choose another store in tools.sessions.storage_class, such as FileSession.",
                    place(app, section, ON),
                )
                break


def _in_memory(config: Mapping[str, Any]) -> bool:
    store = config.get("tools.sessions.storage_class")
    if store is None:
        return config.get("tools.sessions.storage_type") in {None, "ram"}
    return getattr(store, "__name__", None) == "RamSession"


def _speaks_tls(server: object) -> bool:
    return any(getattr(server, name, None) for name in ("ssl_certificate", "ssl_context"))


def _proxy_does(config: Mapping[str, Any]) -> bool:
    base = str(config.get("tools.proxy.base") or "")
    scheme = config.get("tools.proxy.scheme")
    return bool(config.get("tools.proxy.on")) and (base.startswith("https:") or scheme == "https")
