"""The tools that ask for credentials: by config, as decorators, and on whatever clients send."""

from __future__ import annotations

import base64
import hashlib
import logging
import re
from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
from cherrypy.lib import auth, auth_basic, auth_digest, httpauth
from cherrypy_testing import Client

if TYPE_CHECKING:
    from pathlib import Path

    from cherrypy.assembly import Assembly

USERS = {"jon": "secret"}
KEY = "a565c27146791cfb"
ALICE = "alice:wonderland:3238cdfe91a8b2ed8e39646921a02d4c"


def md5(text: str | bytes) -> str:
    return hashlib.md5(text.encode() if isinstance(text, str) else text).hexdigest()


def basic(text: str = "jon:secret") -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


def digest(
    challenge: str,
    uri: str = "/",
    *,
    username: str = "jon",
    password: str = "secret",
    method: str = "GET",
    nc: str = "00000001",
    body: bytes | None = None,
) -> dict[str, str]:
    """Return the header with which a client answers a challenge (RFC 7616)."""
    given = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    realm, nonce = given["realm"], given["nonce"]
    qop = "auth" if body is None else "auth-int"
    ha2 = md5(f"{method}:{uri}" if body is None else f"{method}:{uri}:{md5(body)}")
    ha1 = md5(f"{username}:{realm}:{password}")
    response = md5(f"{ha1}:{nonce}:{nc}:c:{qop}:{ha2}")
    return {
        "Authorization": f'Digest username="{username}", realm="{realm}", nonce="{nonce}", '
        f'uri="{uri}", response="{response}", qop={qop}, nc={nc}, cnonce="c"'
    }


class Root:
    @cherrypy.expose
    def index(self, **params: str) -> str:
        return f"{cherrypy.request.login} {sorted(params.items())}"

    @cherrypy.expose
    def away(self) -> str:
        raise cherrypy.InternalRedirect("/inside/page", "x=1")

    @cherrypy.expose
    def free(self) -> str:
        return str(cherrypy.request.login)


def validate_password(realm: str, username: str, password: str) -> bool:
    return realm == "localhost" and username in USERS and USERS[username] == password


BASIC = {
    "tools.auth_basic.on": True,
    "tools.auth_basic.realm": "localhost",
    "tools.auth_basic.checkpassword": validate_password,
}
DIGEST = {
    "tools.auth_digest.on": True,
    "tools.auth_digest.realm": "localhost",
    "tools.auth_digest.get_ha1": auth_digest.get_ha1_dict_plain(USERS),
    "tools.auth_digest.key": KEY,
}


def asking(site: Assembly, entries: Any, root: Any = None, path: str = "/") -> Client:
    site.tree.mount(root or Root(), config={path: entries})
    return Client(site.tree)


def challenged(ask: Client, path: str = "/") -> str:
    answer = ask.get(path)
    assert answer.status_code == 401
    assert "You are not authorized to access that resource" in answer.text
    return answer.headers["WWW-Authenticate"]


# Basic, as documented.


def test_basic_by_config(site: Assembly) -> None:
    ask = asking(site, BASIC)
    assert challenged(ask) == 'Basic realm="localhost", charset="UTF-8"'
    assert ask.get("/", headers=basic()).text == "jon []"
    for wrong in ("jon:x", "x:secret", ":"):
        assert ask.get("/", headers=basic(wrong)).status_code == 401


def test_basic_as_a_decorator(site: Assembly) -> None:
    class Guarded:
        @cherrypy.expose
        @cherrypy.tools.auth_basic(realm="localhost", checkpassword=validate_password)
        def index(self) -> str:
            return f"hello {cherrypy.request.login}"

    ask = asking(site, {}, Guarded())
    assert ask.get("/").status_code == 401
    assert ask.get("/", headers=basic()).text == "hello jon"


@pytest.mark.parametrize("value", ["Basic", "Basic !", "Basic am9u", "Basic \xfc", "Basic YTpi=="])
def test_basic_that_cannot_be_read_is_400(site: Assembly, value: str) -> None:
    answer = asking(site, BASIC).get("/", headers={"Authorization": value})
    assert (answer.status_code, "Bad Request" in answer.text) == (400, True)


def test_basic_with_hashed_passwords(site: Assembly) -> None:
    users = {"jon": auth_basic.hash_password("secret")}
    check = auth_basic.checkpassword_hashes(users, remember=60)
    ask = asking(site, {**BASIC, "tools.auth_basic.checkpassword": check})
    assert ask.get("/", headers=basic()).text == "jon []"
    assert ask.get("/", headers=basic("jon:x")).status_code == 401


# Digest, as documented.


def test_digest_by_config(site: Assembly) -> None:
    ask = asking(site, DIGEST)
    challenge = challenged(ask)
    assert challenge.startswith('Digest realm="localhost", nonce="')
    assert challenge.endswith('", algorithm=MD5, qop="auth", charset=UTF-8')
    assert ask.get("/", headers=digest(challenge)).text == "jon []"
    assert ask.get("/", headers=digest(challenge, nc="00000002")).text == "jon []"
    mistakes: list[dict[str, Any]] = [{"password": "x"}, {"username": "x"}, {"method": "POST"}]
    for wrong in mistakes:
        assert ask.get("/", headers=digest(challenge, **wrong)).status_code == 401


def test_digest_as_a_decorator(site: Assembly) -> None:
    class Guarded:
        @cherrypy.expose
        @cherrypy.tools.auth_digest(
            realm="localhost",
            get_ha1=auth_digest.get_ha1_dict({"jon": md5("jon:localhost:secret")}),
            key=KEY,
            nonce_counts=auth_digest.NonceCounts(),
        )
        def index(self) -> str:
            return f"hello {cherrypy.request.login}"

    ask = asking(site, {}, Guarded())
    sent = digest(challenged(ask))
    assert ask.get("/", headers=sent).text == "hello jon"
    again = ask.get("/", headers=sent)
    assert (again.status_code, "stale=true" in again.headers["WWW-Authenticate"]) == (401, True)


def test_digest_of_a_file_by_apache(site: Assembly, tmp_path: Path) -> None:
    file = tmp_path / "htdigest"
    file.write_text(f"{ALICE}\n", encoding="utf-8")
    source = auth_digest.get_ha1_file_htdigest(str(file))
    entries = {"tools.auth_digest.get_ha1": source, "tools.auth_digest.realm": "wonderland"}
    ask = asking(site, {**DIGEST, **entries})
    sent = digest(challenged(ask), username="alice", password="4x5istwelve")
    assert ask.get("/", headers=sent).text == "alice []"


@pytest.mark.parametrize(
    "value",
    [
        "Digest",
        "Digest x",
        'Digest username="jon"',
        'Digest username="jon',
        "Digest username=\xfc",
        "Digest " + "a" * 10_000,
    ],
)
def test_digest_that_cannot_be_read_is_400(site: Assembly, value: str) -> None:
    answer = asking(site, DIGEST).get("/", headers={"Authorization": value})
    assert answer.status_code == 400
    assert "The Authorization header could not be parsed." in answer.text


def test_digest_for_another_url_is_400(site: Assembly) -> None:
    ask = asking(site, DIGEST)
    sent = digest(challenged(ask), "/?x=1")
    assert ask.get("/?x=1", headers=sent).text == "jon [('x', '1')]"
    assert ask.get("/?x=2", headers=sent).status_code == 400
    assert ask.get("/", headers=sent).status_code == 400


def test_digest_is_for_the_url_that_was_asked_for(site: Assembly) -> None:
    class Inside:
        @cherrypy.expose
        def page(self, x: str) -> str:
            return f"{cherrypy.request.login} {x}"

    root = Root()
    root.inside = Inside()  # type: ignore[attr-defined]  # pages hang on objects
    ask = asking(site, DIGEST, root, "/inside")
    challenge = challenged(ask, "/away")
    assert ask.get("/away", headers=digest(challenge, "/away")).text == "jon 1"
    assert ask.get("/away", headers=digest(challenge, "/inside/page?x=1")).status_code == 400
    sent = digest(challenge, "/away", method="POST")
    assert ask.post("/away", headers=sent).text == "jon 1"


def test_digest_is_counted_once_for_a_request_that_is_redirected_inside(site: Assembly) -> None:
    class Inside:
        @cherrypy.expose
        def page(self, x: str) -> str:
            return f"{cherrypy.request.login} {x}"

    root = Root()
    root.inside = Inside()  # type: ignore[attr-defined]  # pages hang on objects
    counts = auth_digest.NonceCounts()
    ask = asking(site, {**DIGEST, "tools.auth_digest.nonce_counts": counts}, root)
    sent = digest(challenged(ask, "/away"), "/away")
    assert ask.get("/away", headers=sent).text == "jon 1"
    assert ask.get("/away", headers=sent).status_code == 401


def test_digest_behind_a_server_that_tells_no_target(site: Assembly) -> None:
    site.tree.mount(Root(), "/app", {"/": DIGEST})
    ask = Client(site.tree, environ={"REQUEST_URI": ""})
    challenge = challenged(ask, "/app/")
    assert ask.get("/app/", headers=digest(challenge, "/app/")).text == "jon []"
    assert ask.get("/app/", headers=digest(challenge, "/")).status_code == 400


def test_digest_behind_a_proxy_that_changes_the_path(site: Assembly) -> None:
    ask = asking(site, {**DIGEST, "tools.auth_digest.check_uri": False})
    assert ask.get("/", headers=digest(challenged(ask), "/outside/")).text == "jon []"


def test_digest_can_cover_the_body(site: Assembly) -> None:
    ask = asking(site, {**DIGEST, "tools.auth_digest.qop": "auth, auth-int"})
    challenge = challenged(ask)
    body = b"a=%C3%BC&b=2"
    sent = {
        **digest(challenge, method="POST", body=body),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    assert ask.post("/", data=body, headers=sent).text == "jon [('a', 'ü'), ('b', '2')]"
    assert ask.post("/", data=b"a=x", headers=sent).status_code == 401
    assert ask.get("/", headers=digest(challenge, body=b"")).text == "jon []"
    assert ask.get("/", headers=digest(challenge, nc="00000009")).text == "jon []"


def test_body_that_is_too_large_to_be_covered_is_413(site: Assembly) -> None:
    ask = asking(site, {**DIGEST, "tools.auth_digest.qop": "auth-int"})
    body = b"x" * (1024 * 1024 + 1)
    sent = {**digest(challenged(ask), method="POST", body=body), "Content-Type": "text/plain"}
    assert ask.post("/", data=body, headers=sent).status_code == 413


def test_misspelt_option_of_digest_is_named(site: Assembly) -> None:
    answer = asking(site, {**DIGEST, "tools.auth_digest.relm": "x"}).get("/")
    assert (answer.status_code, "relm" in answer.text) == (500, True)


def test_options_that_cannot_work_are_found_before_any_request() -> None:
    with pytest.raises(ValueError, match="A realm has no quotes"):
        cherrypy.tools.auth_basic(realm='a"b', checkpassword=validate_password)
    with pytest.raises(ValueError, match="key of nonces is empty"):
        cherrypy.tools.auth_digest(realm="a", get_ha1={"MD5": USERS.get}, key="")
    with pytest.raises(ValueError, match="users has to be a dict"):
        cherrypy.tools.basic_auth(realm="a", users=["jon"])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="has no option 'relm'"):
        cherrypy.tools.digest_auth(relm="a", users={})  # type: ignore[call-arg]


def test_changed_config_of_digest_counts_at_once(site: Assembly) -> None:
    ask = asking(site, DIGEST)
    sent = digest(challenged(ask))
    assert ask.get("/", headers=sent).status_code == 200
    site.tree.apps[""].config["/"]["tools.auth_digest.realm"] = "mars"
    assert challenged(ask).startswith('Digest realm="mars"')
    assert ask.get("/", headers=sent).status_code == 401


def test_priority_of_digest_is_an_option(site: Assembly) -> None:
    ask = asking(site, {**DIGEST, "tools.auth_digest.priority": 5})
    assert ask.get("/", headers=digest(challenged(ask))).text == "jon []"


def test_functions_can_be_called_by_handlers(site: Assembly) -> None:
    class Own:
        @cherrypy.expose
        def digested(self) -> str:
            source = auth_digest.get_ha1_dict_plain(USERS)
            return auth_digest.digest_auth("localhost", source, KEY)

        @cherrypy.expose
        def basic(self) -> str:
            return auth_basic.basic_auth("localhost", validate_password)

    ask = asking(site, {}, Own())
    sent = digest(challenged(ask, "/digested"), "/digested")
    assert ask.get("/digested", headers=sent).text == "jon"
    challenged(ask, "/basic")
    assert ask.get("/basic", headers=basic()).text == "jon"


def test_lines_about_digests_go_to_the_log(
    site: Assembly, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    auth_digest.TRACE("look here")
    assert any("TOOLS.AUTH_DIGEST look here" in line for line in caplog.messages)
    assert auth_digest.H("") == md5("")


# The older tools.


def old(name: str, **options: Any) -> dict[str, Any]:
    given = {"on": True, "realm": "localhost", **options}
    return {f"tools.{name}.{option}": value for option, value in given.items()}


@pytest.mark.parametrize("users", [{"jon": md5("secret")}, lambda: {"jon": md5("secret")}])
def test_older_basic_tool(site: Assembly, users: Any) -> None:
    ask = asking(site, old("basic_auth", users=users))
    assert challenged(ask) == 'Basic realm="localhost", charset="UTF-8"'
    assert ask.get("/", headers=basic()).text == "jon []"
    assert ask.get("/", headers=basic("jon:x")).status_code == 401
    assert ask.get("/", headers={"Authorization": "Basic !"}).status_code == 400


def test_older_basic_tool_with_a_function_of_its_own(site: Assembly) -> None:
    ask = asking(site, old("basic_auth", users=USERS, encrypt=lambda password: password))
    assert ask.get("/", headers=basic()).text == "jon []"


def test_older_digest_tool(site: Assembly) -> None:
    ask = asking(site, old("digest_auth", users=USERS))
    challenge = challenged(ask)
    assert ask.get("/", headers=digest(challenge)).text == "jon []"
    assert ask.get("/", headers=digest(challenge, password="x")).status_code == 401
    assert ask.get("/", headers={"Authorization": "Digest x"}).status_code == 400


def test_older_tools_refuse_before_the_body_is_read(site: Assembly) -> None:
    ask = asking(site, old("basic_auth", users={}))
    answer = ask.post("/", data=b"x", headers={"Content-Type": "multipart/form-data"})
    assert answer.status_code == 401


def test_older_function_tells_and_leaves_the_challenge_to_the_program(site: Assembly) -> None:
    class Own:
        @cherrypy.expose
        def index(self) -> str:
            if auth.check_auth({"jon": md5("secret")}):
                return f"hello {cherrypy.request.login}"
            cherrypy.response.headers["WWW-Authenticate"] = httpauth.doAuth("localhost")
            raise cherrypy.HTTPError(401, "Who are you?")

    ask = asking(site, {}, Own())
    refused = ask.get("/")
    assert (refused.status_code, "Who are you?" in refused.text) == (401, True)
    assert refused.headers["WWW-Authenticate"].endswith('Basic realm="localhost"')
    assert ask.get("/", headers=basic()).text == "hello jon"
    assert ask.get("/", headers=basic("jon:x")).status_code == 401


def test_older_function_is_for_the_url_that_was_asked_for(site: Assembly) -> None:
    class Own:
        @cherrypy.expose
        def away(self) -> str:
            raise cherrypy.InternalRedirect("/page")

        @cherrypy.expose
        def page(self) -> str:
            if auth.check_auth(USERS):
                return f"hello {cherrypy.request.login}"
            cherrypy.response.headers["WWW-Authenticate"] = httpauth.digestAuth("localhost")
            raise cherrypy.HTTPError(401)

    ask = asking(site, {}, Own())
    challenge = ask.get("/page").headers["WWW-Authenticate"]
    assert ask.get("/page", headers=digest(challenge, "/page")).text == "hello jon"
    assert ask.get("/page", headers=digest(challenge, "/other")).status_code == 400
    assert ask.post("/away", headers=digest(challenge, "/away", method="POST")).text == "hello jon"
    assert ask.get("/page", headers=digest(challenge, "/page", password="x")).status_code == 401


def test_nobody_is_asked_elsewhere(site: Assembly) -> None:
    site.tree.mount(Root(), config={"/away": DIGEST, "/free/": BASIC})
    assert Client(site.tree).get("/free").text == "None"
