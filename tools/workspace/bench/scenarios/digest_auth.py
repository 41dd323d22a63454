"""Digest authentication."""

# ruff: noqa: PLC0415 - a peer is imported only in its own environment

import hashlib
import re
from collections.abc import Callable

from workspace.bench.wsgi import Application, Request, ask, asking

GROUP = "tools"
CASES = {"digest": "Digest authentication"}

_USER, _PASSWORD, _REALM = "quijote", "dulcinea", "La Mancha"


def cherrypy(_case: str) -> Callable[[], object]:
    """Check against a dictionary, by MD5."""
    import cherrypy
    from cherrypy.lib.auth_digest import get_ha1_dict_plain

    class Root:
        @cherrypy.expose
        def index(self) -> str:
            return f"Hello {cherrypy.request.login}"

    config = {
        "tools.auth_digest.on": True,
        "tools.auth_digest.realm": _REALM,
        "tools.auth_digest.get_ha1": get_ha1_dict_plain({_USER: _PASSWORD}),
        "tools.auth_digest.key": "a565c27146791cfb",
    }
    cherrypy.config.update({"log.screen": False})
    return _asking(cherrypy.Application(Root(), "", {"/": config}))


ours = cherrypy


def _asking(application: Application) -> Callable[[], object]:
    refused = ask(application, Request("/"))
    if refused.status != 401:  # noqa: PLR2004 - Unauthorized
        raise AssertionError(f"{refused.status} without credentials")
    headers = {"Authorization": _answer_to(refused.headers["www-authenticate"])}
    return asking(application, Request("/", headers=headers), b"Hello quijote")


def _answer_to(challenge: str) -> str:
    """Return the credentials for a challenge (RFC 7616 section 3.4), by MD5."""
    nonce = re.findall(r'nonce="([^"]+)"', challenge)[0]
    secret = _md5(f"{_USER}:{_REALM}:{_PASSWORD}")
    response = _md5(f"{secret}:{nonce}:00000001:0a4f113b:auth:{_md5('GET:/')}")
    return (
        f'Digest username="{_USER}", realm="{_REALM}", nonce="{nonce}", uri="/",'
        f' algorithm=MD5, qop=auth, nc=00000001, cnonce="0a4f113b", response="{response}"'
    )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()  # noqa: S324 - what CherryPy knows
