"""Programs on the web library alone: what must type-check, and what must not."""

from __future__ import annotations

from typing import Any, assert_type

from cherrypy_dispatch import expose
from cherrypy_serving import ambient
from cherrypy_web import (
    Application,
    Hook,
    HookMap,
    Request,
    RequestBody,
    Response,
    Tool,
    Toolbox,
    Tree,
    url,
)


def sign(
    request: Request, response: Response, name: str = "nobody", *, twice: bool = False
) -> None:
    """Sign a response."""
    response.headers["X-Signed-By"] = name * (2 if twice else 1)


class Signs(Toolbox):
    """A toolbox whose tools a type checker knows."""

    def __init__(self) -> None:
        """Add the tools."""
        super().__init__("signs")
        self.signature = Tool("before_finalize", ambient(sign), priority=60)


signs = Signs()


class Pages:
    """A page with a tool."""

    @expose
    @signs.signature(name="Ann", twice=True)
    def index(self) -> bytes:
        """Answer."""
        return b""


class Watched(Request):
    """A request class of a program's own."""

    show_tracebacks = False
    hooks = HookMap()


class Timing(Tool):
    """A tool of a program's own; its options are anything."""

    def _setup(self) -> None:
        super()._setup()


class Site(Application):
    """An application with both."""

    request_class = Watched
    toolboxes = {"signs": signs}  # noqa: RUF012 - as programs write it


tree = Tree()
app = tree.mount(Site(Pages()), "", {"/": {"signs.signature.on": True}})
assert_type(app, Application)
assert_type(url("/a", qs={"b": [1, 2]}, relative="server"), str)

Watched.hooks.attach("before_handler", print, priority=10)
hook = Hook(print, failsafe=True)
assert_type(hook.priority, float)


def look(request: Request, response: Response) -> None:
    """Read and set what there is."""
    assert_type(request.body, RequestBody)
    assert_type(request.params, dict[str, Any])
    assert_type(request.login, str | None)
    assert_type(response.status_code, int)
    response.status = 404
    response.body = [b"a"]
    request.methd  # type: ignore[attr-defined]  # noqa: B018 - reading it is the mistake
    response.cookies  # type: ignore[attr-defined]  # noqa: B018


signs.signature(nme="Ann")  # type: ignore[call-arg]
signs.signature(name=5)  # type: ignore[arg-type]
Tool("before_handler", 5)  # type: ignore[arg-type]
tree.mount(Pages(), 5)  # type: ignore[arg-type]
url("/", relative="client")  # type: ignore[arg-type]
