"""What is on unless config says otherwise, and what the names of environments stand for."""

from __future__ import annotations

from typing import Any

__all__ = ["DEFAULTS", "ENVIRONMENTS"]

#: The tools that are on unless config turns them off.
DEFAULTS: dict[str, Any] = {
    "tools.log_tracebacks.on": True,
    "tools.log_headers.on": True,
    "tools.trailing_slash.on": True,
    "tools.encode.on": True,
}

_QUIET: dict[str, Any] = {
    "engine.autoreload.on": False,
    "checker.on": False,
    "tools.log_headers.on": False,
}
_HIDING: dict[str, Any] = {
    "request.show_tracebacks": False,
    "request.show_mismatched_params": False,
}
_PRODUCTION = _QUIET | _HIDING | {"log.screen": False}

#: What a site needs that anybody can reach. Its checker stays on: it costs nothing but a start.
_HARDENED: dict[str, Any] = {
    "checker.on": True,
    "server.allowed_hosts_required": True,
    "server.max_request_header_size": 16 * 1024,
    "server.max_request_header_fields": 100,
    "server.max_request_body_size": 10 * 1024 * 1024,
    "server.accepted_queue_size": 1000,
    "request.body.max_fields": 1000,
    "request.body.max_parts": 100,
    "request.body.max_files": 20,
    "request.body.max_text_bytes": 1024 * 1024,
    "response.timeout": 60,
    "tools.secure_headers.on": True,
    "tools.sessions.secure": True,
    "tools.sessions.httponly": True,
    "tools.sessions.samesite": "Lax",
    "tools.sessions.signed_pickles_only": True,
    "tools.proxy.trusted": ("127.0.0.0/8", "::1", "unix"),
}

#: What the key ``environment`` stands for. Programs may change these and add others.
ENVIRONMENTS: dict[str, dict[str, Any]] = {
    "staging": _QUIET | _HIDING,
    "production": _PRODUCTION.copy(),
    "embedded": _PRODUCTION | {"engine.SIGHUP": None, "engine.SIGTERM": None},
    "test_suite": _QUIET
    | {
        "request.show_tracebacks": True,
        "request.show_mismatched_params": True,
        "log.screen": False,
    },
    "hardened": _PRODUCTION | _HARDENED,
}
