"""Requests, responses and their hooks, under their documented names."""

from cherrypy_web import (
    HOOK_POINTS,
    Hook,
    HookMap,
    Request,
    Response,
    ResponseBody,
    error_page_namespace,
    hooks_namespace,
    request_namespace,
    response_namespace,
)
from cherrypy_web import UniqueID as LazyUUID4

__all__ = [
    "Hook",
    "HookMap",
    "LazyUUID4",
    "Request",
    "Response",
    "ResponseBody",
    "error_page_namespace",
    "hookpoints",
    "hooks_namespace",
    "request_namespace",
    "response_namespace",
]

hookpoints = HOOK_POINTS
