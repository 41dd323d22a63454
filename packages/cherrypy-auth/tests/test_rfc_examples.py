"""The examples of the RFCs, and that of the documentation."""

from __future__ import annotations

from typing import Any

import pytest
import webob

from cherrypy_auth import (
    HttpDigestAuthorization,
    basic_auth,
    decode_credentials,
    get_ha1_dict_plain,
    md5_hex,
    userhash,
)
from cherrypy_httputil import HTTPError

# RFC 7617.


def test_section_2_the_first_example() -> None:
    assert decode_credentials("QWxhZGRpbjpvcGVuIHNlc2FtZQ==") == ("Aladdin", "open sesame")


def test_section_2_1_a_pound_sign_in_utf_8() -> None:
    request, response = webob.Request.blank("/"), webob.Response()
    seen: list[tuple[str, ...]] = []

    def check(*given: str) -> bool:
        seen.append(given)
        return True

    with pytest.raises(HTTPError):
        basic_auth(request, response, "foo", check)
    assert response.headers["WWW-Authenticate"] == 'Basic realm="foo", charset="UTF-8"'
    request.headers["Authorization"] = "Basic dGVzdDoxMjPCow=="
    assert basic_auth(request, response, "foo", check) == "test"
    assert seen == [("foo", "test", "123£")]


# RFC 7616, section 3.9.1.

FIELDS = {
    "username": '"Mufasa"',
    "realm": '"http-auth@example.org"',
    "uri": '"/dir/index.html"',
    "nonce": '"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"',
    "nc": "00000001",
    "cnonce": '"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"',
    "qop": "auth",
    "opaque": '"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
}


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_section_3_9_1_with_both_algorithms(algorithm: str, response: str) -> None:
    fields = {**FIELDS, "algorithm": algorithm, "response": f'"{response}"'}
    header = "Digest " + ", ".join(f"{name}={value}" for name, value in fields.items())
    sent = HttpDigestAuthorization(header, "GET")
    ha1 = get_ha1_dict_plain({"Mufasa": "Circle of Life"}, algorithm)(sent.realm, sent.username)
    assert ha1 is not None
    assert sent.request_digest(ha1) == sent.response == response
    assert sent.opaque == "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"


# RFC 7616, section 3.9.2, with the hash of the erratum: that in the text is no SHA-512/256.

NAME = "J\xe4s\xf8n Doe"
NAME_HASH = "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"


def sent_3_9_2(**changes: str | None) -> Any:
    fields: dict[str, str | None] = {
        "username": f'"{NAME_HASH}"',
        "realm": '"api@example.org"',
        "uri": '"/doe.json"',
        "algorithm": "SHA-512-256",
        "nonce": '"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK"',
        "nc": "00000001",
        "cnonce": '"NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm"',
        "qop": "auth",
        "response": f'"{"0" * 64}"',
        "opaque": '"HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDssOS"',
        "userhash": "true",
        **changes,
    }
    pairs = (f"{name}={value}" for name, value in fields.items() if value is not None)
    return HttpDigestAuthorization("Digest " + ", ".join(pairs), "GET")


def test_section_3_9_2_with_a_hash_of_the_name() -> None:
    sent = sent_3_9_2()
    assert sent.userhash is True
    assert userhash(NAME, sent.realm, sent.algorithm) == sent.username == NAME_HASH


def test_section_3_9_2_with_the_name_in_utf_8() -> None:
    extended = "UTF-8''J%C3%A4s%C3%B8n%20Doe"
    sent = sent_3_9_2(**{"username": None, "userhash": None, "username*": extended})
    assert sent.username == NAME


# RFC 2617, section 3.5, and the documentation.


def test_ha1_of_the_first_rfc() -> None:
    assert md5_hex("Mufasa:testrealm@host.com:Circle Of Life") == "939e7578ed9e3c518a452acee763bce9"


def test_ha1_of_the_documentation() -> None:
    assert md5_hex("alice:wonderland:4x5istwelve") == "3238cdfe91a8b2ed8e39646921a02d4c"


def test_the_digest_of_rfc_2069_without_qop() -> None:
    header = (
        'Digest username="Mufasa", realm="testrealm@host.com", '
        'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", '
        'response="670fd8c2df070c60b045671b8b24ff02"'
    )
    sent = HttpDigestAuthorization(header, "GET")
    assert sent.request_digest("939e7578ed9e3c518a452acee763bce9") == sent.response
