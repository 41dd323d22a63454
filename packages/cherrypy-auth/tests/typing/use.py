"""What type-checks, and what must not. Checked by mypy, never run."""

from typing import assert_type

import webob

from cherrypy_auth import (
    CheckPassword,
    Counts,
    DigestAuth,
    GetHA1,
    HA1Source,
    HttpDigestAuthorization,
    NonceCounts,
    basic_auth,
    checkpassword_dict,
    checkpassword_hashes,
    classic,
    digest_auth,
    find_user_among,
    get_ha1_dict,
    get_ha1_dict_plain,
    get_ha1_file_htdigest,
    hash_password,
    httpauth,
    needs_rehash,
    synthesize_nonce,
    verify_password,
    www_authenticate,
)
from cherrypy_httputil import RequestMessage, ResponseMessage

users: dict[str, str] = {}
plain: CheckPassword = checkpassword_dict({"bird": "bebop"})
hashed = checkpassword_hashes(users, remember=60, upgrade=users.__setitem__, scheme="argon2")
get_ha1: GetHA1 = get_ha1_dict_plain({"bird": "bebop"})

request = webob.Request.blank("/")
response = webob.Response()


def own_check(realm: str, username: str, password: str) -> bool:
    return realm == username == password


def no_check(password: str) -> bool:
    return not password


def serve(request: RequestMessage, response: ResponseMessage) -> str:
    digest_auth(request, response, realm="earth", get_ha1=get_ha1, key="k")
    return basic_auth(request, response, realm="earth", checkpassword=plain)


basic_auth(request, response, "earth", own_check, True, "utf-8")
basic_auth(request, response, realm="earth")  # type: ignore[call-arg]
basic_auth(request, response, realm="earth", checkpassword=no_check)  # type: ignore[arg-type]
basic_auth(request, response, realm=b"earth", checkpassword=hashed)  # type: ignore[arg-type]
basic_auth(request, response, "earth", plain, relm="x")  # type: ignore[call-arg]
basic_auth(response, request, "earth", plain)  # type: ignore[arg-type]
checkpassword_dict({"bird": None})  # type: ignore[dict-item]
checkpassword_hashes({}, remember="1 minute")  # type: ignore[arg-type]
checkpassword_hashes({}, scheme="md5")  # type: ignore[arg-type]

digest_auth(request, response, "earth", get_ha1, "key", True, "UTF-8", qop=["auth", "auth-int"])
digest_auth(request, response, "earth", {"SHA-256": get_ha1_dict({})}, b"key", max_age=60)
digest_auth(request, response, "earth", get_ha1)  # type: ignore[call-arg]
digest_auth(request, response, "earth", users, "key")  # type: ignore[arg-type]
digest_auth(request, response, "earth", plain, "key")  # type: ignore[arg-type]
digest_auth(request, response, "earth", get_ha1, 5)  # type: ignore[arg-type]
digest_auth(request, response, "earth", get_ha1, "key", get_ha2=1)  # type: ignore[call-arg]
digest_auth(request, response, "earth", get_ha1, "key", max_age="1")  # type: ignore[arg-type]
digest_auth(request, response, "earth", get_ha1, "key", nonce_counts={})  # type: ignore[arg-type]

gate = DigestAuth(
    "earth", get_ha1, "key", nonce_counts=NonceCounts(), find_user=find_user_among({})
)
assert_type(gate(request, response, target="/", read_body=lambda: b""), str)
gate(request, response, read_body=lambda: "")  # type: ignore[arg-type, return-value]
DigestAuth("earth", get_ha1, "key", chek_uri=True)  # type: ignore[call-arg]


class Shared:
    def use(self, nonce: str, count: int) -> bool:
        return bool(nonce) and count > 0


class NotCounting:
    def use(self, nonce: str) -> bool:
        return bool(nonce)


counts: Counts = Shared()
sources: HA1Source = {"SHA-256": get_ha1_dict({}), "MD5": get_ha1}
DigestAuth("earth", sources, "key", nonce_counts=counts)
DigestAuth("earth", sources, "key", nonce_counts=NotCounting())  # type: ignore[arg-type]


async def later(realm: str, username: str, password: str) -> bool:
    return False


basic_auth(request, response, "earth", later)  # type: ignore[arg-type]

sent = HttpDigestAuthorization("Digest", "GET", True, accept_charset="UTF-8")
assert_type(sent.request_digest("ha1", b"body"), str)
assert_type(sent.validate_nonce("earth", "key"), bool)
assert_type(sent.qop, str | None)
sent.is_nonce_stale("600")  # type: ignore[arg-type]
sent.usrname  # type: ignore[attr-defined]  # noqa: B018 - it must not be there

assert_type(synthesize_nonce("earth", "key", 5), str)
assert_type(www_authenticate("earth", "key", qop="auth", stale=True), str)
www_authenticate("earth", "key", stale="true")  # type: ignore[arg-type]
assert_type(get_ha1_file_htdigest("/etc/htdigest")("earth", "bird"), str | None)
get_ha1_file_htdigest(5)  # type: ignore[arg-type]

assert_type(verify_password(hash_password("x"), "y"), bool)
needs_rehash("x", "crypt")  # type: ignore[arg-type]

classic.basic_auth(request, response, "earth", users, str.upper)
classic.basic_auth(request, response, "earth", lambda: users)
classic.digest_auth(request, response, "earth", users.get)
classic.digest_auth(request, response, "earth", ["bird"])  # type: ignore[arg-type]
assert_type(classic.check_auth(request, response, users, realm="earth"), bool)
assert_type(httpauth.parseAuthorization("Basic"), dict[str, str] | None)
httpauth.checkResponse({}, 5)  # type: ignore[arg-type]
