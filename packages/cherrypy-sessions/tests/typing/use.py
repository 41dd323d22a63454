"""What type-checks, and what must not. Checked by mypy, never run."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import webob

from cherrypy_httputil import RequestMessage, ResponseMessage
from cherrypy_sessions import (
    RamSession,
    Session,
    SessionMiddleware,
    close,
    expire,
    init,
    lock,
    save,
    set_response_cookie,
)


def serve(request: RequestMessage, response: ResponseMessage) -> int:
    session = init(request, response, timeout=5, samesite="Lax")
    lock(session)
    session["count"] = session.get("count", 0) + 1
    save(session)
    close(session)
    expire(request, response)
    set_response_cookie(request, response, session.id, secure=True)
    count: int = session["count"]
    return count


def serve_webob(request: webob.Request, response: webob.Response) -> Session:
    return init(request, response, storage_class=RamSession)


def schedule(task: Callable[[], object], frequency: float, name: str) -> None: ...


def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    return []


class Store(Session):
    def _exists(self) -> bool:
        return False

    def _load(self) -> tuple[dict[str, Any], datetime] | None:
        return None


SessionMiddleware(application, locking="early", scheduler=schedule, storage_class=Store)

SessionMiddleware(application, locking="never")  # type: ignore[arg-type]
SessionMiddleware(None)  # type: ignore[arg-type]
SessionMiddleware(application, scheduler=print)  # type: ignore[arg-type]


def wrong(request: RequestMessage, response: ResponseMessage) -> None:
    init(request, response, "ram")  # type: ignore[call-arg]
    init(request, response, timeout="5")  # type: ignore[arg-type]
    init(request)  # type: ignore[call-arg]
    init(request, response, storage_class=dict)  # type: ignore[arg-type]
    set_response_cookie(request, response, None)  # type: ignore[arg-type]
