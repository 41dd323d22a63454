"""The life of a request, from the record of three requests that lived it."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any
from wsgiref.util import setup_testing_defaults

import cherrypy
from cherrypy_web import HOOK_POINTS, Request, Response, process_urlencoded
from workspace.drawings import svg
from workspace.packages import Workspace

_COLUMN, _GAP, _MARGIN, _TOP = 246, 17, 24, 70
_BOX, _STEP = 26, 40
_FORM = b"name=Ada"
_FORM_TYPE = "application/x-www-form-urlencoded"


def drawing(_workspace: Workspace) -> str:
    """Return the drawing."""
    lives = {
        "The handler returns": _lived(lambda: "text"),
        "It raises HTTPError": _lived(_raiser(cherrypy.HTTPError(403))),
        "It raises another error": _lived(_raiser(ValueError("unexpected"))),
    }
    width = 2 * _MARGIN + len(lives) * _COLUMN + (len(lives) - 1) * _GAP
    height = _TOP + max(map(len, lives.values())) * _STEP + 6
    parts = [part for number, life in enumerate(lives.items()) for part in _column(number, *life)]
    return svg.picture("The life of a request", width, height, parts)


def _raiser(error: Exception) -> Callable[[], str]:
    def handler() -> str:
        raise error

    return handler


def _lived(handler: Callable[[], str]) -> list[str]:
    """Return what happens, in this order, when a form is sent to a handler."""
    record: list[str] = []

    class Root:
        @cherrypy.expose
        def index(self, name: str) -> str:
            record.append("handler()")
            return handler() + name

    app = cherrypy.Application(Root(), "", {"/": _config(record)})
    app.request_class, app.response_class = _classes(record)
    app.log.access_log.addHandler(_Teller(record))
    app.log.error_log.addHandler(logging.NullHandler())
    app.log.access_log.propagate = app.log.error_log.propagate = False
    pieces = app(_environ(), lambda *_: lambda _: None)
    record += ["the body is sent" for _ in pieces]
    getattr(pieces, "close")()  # noqa: B009 - a WSGI iterable has it or not, and this one does
    return record


class _Teller(logging.Handler):
    """Write down that the access log gets its line."""

    def __init__(self, record: list[str]) -> None:
        super().__init__()
        self._record = record

    def emit(self, _: logging.LogRecord) -> None:
        self._record.append("the access log")


def _config(record: list[str]) -> Mapping[str, object]:
    def hook(point: str) -> Callable[[], None]:
        return lambda: record.append(point)

    def watch_body() -> None:
        read = _telling(record, "body.process()", process_urlencoded)
        cherrypy.request.body.processors = {_FORM_TYPE: read}

    hooks: dict[str, object] = {f"hooks.{point}": hook(point) for point in HOOK_POINTS}
    answer = _telling(record, "error_response()", cherrypy.HTTPError(500).set_response)
    return hooks | {"hooks.before_request_body.watch": watch_body, "request.error_response": answer}


def _telling(record: list[str], name: str, call: Callable[..., object]) -> Callable[..., object]:
    def told(*arguments: object) -> object:
        record.append(name)
        return call(*arguments)

    return told


def _classes(record: list[str]) -> tuple[type[Request], type[Response]]:
    """Return classes whose public methods write down that they are called."""
    steps = ("process_headers", "get_resource", "process_query_string", "handle_error")
    members = {name: _telling(record, f"{name}()", getattr(Request, name)) for name in steps}
    finalize = _telling(record, "response.finalize()", Response.finalize)
    return type("Told", (Request,), members), type("Answer", (Response,), {"finalize": finalize})


def _environ() -> dict[str, Any]:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": _FORM_TYPE,
        "CONTENT_LENGTH": str(len(_FORM)),
        "wsgi.input": BytesIO(_FORM),
    }
    setup_testing_defaults(environ)
    return environ


def _column(number: int, title: str, life: Sequence[str]) -> Iterator[str]:
    left = _MARGIN + number * (_COLUMN + _GAP)
    middle = left + _COLUMN / 2
    yield svg.text(middle, 36, title, "bold")
    yield svg.rule(left, left + _COLUMN, 48)
    for step, name in enumerate(life):
        top = _TOP + _STEP * step
        if step:
            yield svg.path(f"M{middle} {top - _STEP + _BOX}V{top - 2}")
        yield svg.box(
            left + 18, top, _COLUMN - 36, _BOX, "strong" if name in HOOK_POINTS else "box"
        )
        yield svg.text(middle, top + 17.5, name)
