"""Basic authentication."""

# ruff: noqa: PLC0415 - a peer is imported only in its own environment

import base64
from collections.abc import Callable

from workspace.bench.wsgi import Application, Request, ask, asking

GROUP = "tools"
CASES = {"basic": "Basic authentication"}

_USER, _PASSWORD = "quijote", "dulcinea"
_CREDENTIALS = base64.b64encode(f"{_USER}:{_PASSWORD}".encode()).decode()


def cherrypy(_case: str) -> Callable[[], object]:
    """Check against a dictionary."""
    import cherrypy
    from cherrypy.lib.auth_basic import checkpassword_dict

    class Root:
        @cherrypy.expose
        def index(self) -> str:
            return f"Hello {cherrypy.request.login}"

    config = {
        "tools.auth_basic.on": True,
        "tools.auth_basic.realm": "La Mancha",
        "tools.auth_basic.checkpassword": checkpassword_dict({_USER: _PASSWORD}),
    }
    cherrypy.config.update({"log.screen": False})
    return _asking(cherrypy.Application(Root(), "", {"/": config}))


ours = cherrypy


def bottle(_case: str) -> Callable[[], object]:
    """Decorate the function."""
    from bottle import Bottle, auth_basic, request  # type: ignore[import-not-found]  # its own

    def is_right(user: str, password: str) -> bool:
        return {_USER: _PASSWORD}.get(user) == password

    def index() -> str:
        return f"Hello {request.auth[0]}"

    app = Bottle()
    app.route("/", callback=auth_basic(is_right, "La Mancha")(index))
    return _asking(app)


def _asking(application: Application) -> Callable[[], object]:
    if ask(application, Request("/")).status != 401:  # noqa: PLR2004 - Unauthorized
        raise AssertionError("anybody gets in without credentials")
    headers = {"Authorization": f"Basic {_CREDENTIALS}"}
    return asking(application, Request("/", headers=headers), b"Hello quijote")
