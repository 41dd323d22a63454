"""What type-checks, and what must not. Checked by mypy, never run."""

import webob

from cherrypy_auth import basic_auth, checkpassword_dict, checkpassword_hashes, hash_password
from cherrypy_httputil import RequestMessage, ResponseMessage

plain = checkpassword_dict({"bird": "bebop"})
hashed = checkpassword_hashes({"bird": hash_password("bebop")})


def own_check(realm: str, username: str, password: str) -> bool:
    return realm == username == password


def no_check(password: str) -> bool:
    return not password


def serve(request: RequestMessage, response: ResponseMessage) -> str:
    return basic_auth(request, response, realm="earth", checkpassword=plain)


def serve_webob(request: webob.Request, response: webob.Response) -> str:
    return basic_auth(request, response, realm="earth", checkpassword=own_check, debug=True)


def wrong(request: RequestMessage, response: ResponseMessage) -> None:
    basic_auth(request, response, "earth", plain)  # type: ignore[call-arg]
    basic_auth(request, response, realm="earth")  # type: ignore[call-arg]
    basic_auth(request, response, realm="earth", checkpassword=no_check)  # type: ignore[arg-type]
    basic_auth(request, response, realm=b"earth", checkpassword=hashed)  # type: ignore[arg-type]
    checkpassword_dict({"bird": None})  # type: ignore[dict-item]
