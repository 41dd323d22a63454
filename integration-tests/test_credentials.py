"""Clients of other people's making log in at a site of ours, over a socket."""

import asyncio
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
import httpx
import pytest
import requests
from requests.auth import HTTPBasicAuth, HTTPDigestAuth

import cherrypy
from cherrypy.assembly import Assembly
from cherrypy.lib import auth_basic, auth_digest

PATIENCE = 30.0
USERS = {"jon": "secret", "jürgen": "größe"}


class Page:
    @cherrypy.expose
    def index(self, **params: str) -> str:
        return f"{cherrypy.request.login} {cherrypy.request.method} {sorted(params.items())}"


class Root:
    basic = hashed = md5 = sess = sha = shasess = both = counted = hidden = Page()
    md5int = shaint = Page()
    old_basic = old_digest = Page()


def digest(*algorithms: str, **options: Any) -> dict[str, Any]:
    sources = {name: auth_digest.get_ha1_dict_plain(USERS, name) for name in algorithms}
    given = {"on": True, "realm": "a, realm", "get_ha1": sources, "key": "a565c27146791cfb"}
    return {f"tools.auth_digest.{name}": value for name, value in (given | options).items()}


def basic(checkpassword: Any) -> dict[str, Any]:
    given = {"on": True, "realm": "a, realm", "checkpassword": checkpassword}
    return {f"tools.auth_basic.{name}": value for name, value in given.items()}


def older(name: str, users: dict[str, str]) -> dict[str, Any]:
    given = {"on": True, "realm": "a, realm", "users": users}
    return {f"tools.{name}.{option}": value for option, value in given.items()}


def config() -> dict[str, dict[str, Any]]:
    hashes = {"jon": auth_basic.hash_password("secret")}
    return {
        "/basic": basic(auth_basic.checkpassword_dict(USERS)),
        "/hashed": basic(auth_basic.checkpassword_hashes(hashes, remember=60)),
        "/md5": digest("MD5"),
        "/sess": digest("MD5-sess"),
        "/sha": digest("SHA-256"),
        "/shasess": digest("SHA-256-sess"),
        "/both": digest("SHA-256", "MD5", qop="auth,auth-int"),
        "/md5int": digest("MD5", qop="auth-int"),
        "/shaint": digest("SHA-256", qop="auth-int"),
        "/counted": digest("SHA-256", nonce_counts=auth_digest.NonceCounts()),
        "/hidden": digest("SHA-256", find_user=auth_digest.find_user_among(USERS)),
        "/old_basic": older("basic_auth", {"jon": auth_digest.md5_hex("secret")}),
        "/old_digest": older("digest_auth", USERS),
    }


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """A site on a free port of this machine, and its address."""
    site = Assembly("credentials")
    site.log.screen = False
    site.config.update({"server.socket_host": "127.0.0.1", "server.socket_port": 0})
    site.engine.autoreload.unsubscribe()
    site.tree.mount(Root(), config=config())
    site.engine.start()
    yield site.server.base()
    site.engine.exit()


BASIC = ("/basic/", "/hashed/", "/old_basic/")
DIGEST = (
    "/md5/",
    "/sess/",
    "/sha/",
    "/shasess/",
    "/both/",
    "/counted/",
    "/hidden/",
    "/old_digest/",
)


# requests.


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.mark.parametrize("path", BASIC)
def test_requests_with_basic_credentials(session: requests.Session, base: str, path: str) -> None:
    assert session.get(base + path, timeout=PATIENCE).status_code == 401
    session.auth = HTTPBasicAuth("jon", "secret")
    assert session.get(base + path, timeout=PATIENCE).text == "jon GET []"
    session.auth = HTTPBasicAuth("jon", "x")
    assert session.get(base + path, timeout=PATIENCE).status_code == 401


@pytest.mark.parametrize("encode", [lambda text: text, str.encode], ids=["latin-1", "utf-8"])
def test_requests_with_a_name_that_is_no_ascii(
    session: requests.Session, base: str, encode: Callable[[str], Any]
) -> None:
    session.auth = HTTPBasicAuth(encode("jürgen"), encode("größe"))
    assert session.get(base + "/basic/", timeout=PATIENCE).text == "jürgen GET []"


@pytest.mark.parametrize("path", [path for path in DIGEST if path != "/shasess/"])
def test_requests_with_digests(session: requests.Session, base: str, path: str) -> None:
    session.auth = HTTPDigestAuth("jon", "secret")
    answer = session.get(base + path, timeout=PATIENCE)
    assert answer.text == "jon GET []"
    assert [each.status_code for each in answer.history] == [401]
    again = session.get(base + path, params={"a": "ü &"}, timeout=PATIENCE)
    assert again.text == "jon GET [('a', 'ü &')]"
    assert again.history == []  # the nonce is good for more than one request
    form = session.post(base + path, data={"b": "x"}, timeout=PATIENCE)
    assert form.text == "jon POST [('b', 'x')]"
    session.auth = HTTPDigestAuth("jon", "x")
    assert session.get(base + path, timeout=PATIENCE).status_code == 401


def test_requests_with_digests_and_a_name_that_is_no_ascii(
    session: requests.Session, base: str
) -> None:
    session.auth = HTTPDigestAuth("jürgen", "größe")
    assert session.get(base + "/sha/", timeout=PATIENCE).text == "jürgen GET []"


def test_requests_sends_a_request_again_after_a_nonce_that_is_stale(
    session: requests.Session, base: str
) -> None:
    session.auth = credentials = HTTPDigestAuth("jon", "secret")
    session.get(base + "/counted/", timeout=PATIENCE)
    credentials._thread_local.nonce_count = 0  # as after a crash of the client
    answer = session.get(base + "/counted/", timeout=PATIENCE)
    assert answer.text == "jon GET []"
    assert "stale=true" in answer.history[0].headers["WWW-Authenticate"]


# httpx.


@pytest.fixture
def client(base: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=base, timeout=PATIENCE, trust_env=False) as client:
        yield client


@pytest.mark.parametrize("path", BASIC)
def test_httpx_with_basic_credentials(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 401
    assert client.get(path, auth=httpx.BasicAuth("jon", "secret")).text == "jon GET []"
    assert client.get(path, auth=httpx.BasicAuth("jon", "x")).status_code == 401


def test_httpx_with_a_name_that_is_no_ascii(client: httpx.Client) -> None:
    credentials = httpx.BasicAuth("jürgen", "größe")
    assert client.get("/basic/", auth=credentials).text == "jürgen GET []"


@pytest.mark.parametrize("path", DIGEST)
def test_httpx_with_digests(client: httpx.Client, path: str) -> None:
    credentials = httpx.DigestAuth("jon", "secret")
    answer = client.get(path, auth=credentials)
    assert answer.text == "jon GET []"
    assert [each.status_code for each in answer.history] == [401]
    again = client.get(path, params={"a": "ü &"}, auth=credentials)
    assert again.text == "jon GET [('a', 'ü &')]"
    assert again.history == []
    assert client.post(path, data={"b": "x"}, auth=credentials).text == "jon POST [('b', 'x')]"
    assert client.get(path, auth=httpx.DigestAuth("jon", "x")).status_code == 401


def test_httpx_takes_the_algorithm_that_is_preferred(client: httpx.Client) -> None:
    answer = client.get("/both/", auth=httpx.DigestAuth("jon", "secret"))
    assert answer.text == "jon GET []"
    assert "SHA-256" in answer.request.headers["Authorization"]


# aiohttp, the only one that lets a digest cover the body (RFC 7616, 3.4.3).

COVERING = ("/md5int/", "/shaint/", "/both/")


async def sent_by_aiohttp(url: str, password: str, data: Any, put_between: bytes = b"") -> str:
    async def tamper(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        if put_between and aiohttp.hdrs.AUTHORIZATION in request.headers:
            await request.update_body(put_between)
        return await handler(request)

    credentials = aiohttp.DigestAuthMiddleware("jon", password)
    timeout = aiohttp.ClientTimeout(PATIENCE)
    async with (
        aiohttp.ClientSession(middlewares=(credentials, tamper), timeout=timeout) as session,
        session.post(url, data=data) as answer,
    ):
        assert "qop=auth-int" in answer.request_info.headers["Authorization"]
        return await answer.text() if answer.status == 200 else str(answer.status)


@pytest.mark.parametrize("path", COVERING)
def test_aiohttp_covers_the_body(base: str, path: str) -> None:
    sent = sent_by_aiohttp(base + path, "secret", {"b": "x y"})
    assert asyncio.run(sent) == "jon POST [('b', 'x y')]"
    assert asyncio.run(sent_by_aiohttp(base + path, "x", {"b": "x y"})) == "401"


@pytest.mark.parametrize("path", COVERING)
def test_body_that_is_changed_on_its_way_is_refused(base: str, path: str) -> None:
    assert asyncio.run(sent_by_aiohttp(base + path, "secret", b"b=1")) == "jon POST []"
    assert asyncio.run(sent_by_aiohttp(base + path, "secret", b"b=1", b"b=2")) == "401"


# What comes with Python.


@pytest.mark.parametrize("path", [*BASIC, "/md5/", "/old_digest/"])
def test_urllib(base: str, path: str) -> None:
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, base, "jon", "secret")
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPBasicAuthHandler(passwords),
        urllib.request.HTTPDigestAuthHandler(passwords),
    )
    with opener.open(base + path, timeout=PATIENCE) as answer:
        assert answer.read() == b"jon GET []"
    stranger = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with pytest.raises(urllib.error.HTTPError) as caught:
        stranger.open(base + path, timeout=PATIENCE)
    with caught.value as refused:
        assert refused.status == 401


# curl.


def curl(*arguments: str) -> str:
    program = shutil.which("curl")
    assert program
    command = [program, "--silent", "--include", "--noproxy", "*", "--max-time", "30", *arguments]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()


@pytest.mark.requires("curl")
@pytest.mark.parametrize("path", [*BASIC, *DIGEST, "/md5int/", "/shaint/"])
def test_curl_takes_the_best_scheme_that_is_offered(base: str, path: str) -> None:
    answer = curl("--anyauth", "--user", "jon:secret", f"{base}{path}?a=b%20c")
    assert answer.endswith("jon GET [('a', 'b c')]")
    assert re.findall(r"^HTTP/1.1 (\d+)", answer, re.MULTILINE) == ["401", "200"]
    assert "200" not in curl("--anyauth", "--user", "jon:x", base + path).splitlines()[0]


@pytest.mark.requires("curl")
def test_curl_hides_the_name_where_that_is_offered(base: str) -> None:
    told = curl("--verbose", "--stderr", "-", "--digest", "--user", "jon:secret", f"{base}/hidden/")
    sent = re.findall(r"^> Authorization: Digest (.*)$", told, re.MULTILINE)[-1]
    assert "userhash=true" in sent
    assert 'username="jon"' not in sent
    assert "jon GET []" in told
