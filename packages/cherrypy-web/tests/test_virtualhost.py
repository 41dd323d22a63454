"""Which application answers for which host."""

from __future__ import annotations

from typing import Any

import pytest

from cherrypy_web import VirtualHost


def says(word: bytes) -> Any:
    def application(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [word]

    return application


@pytest.fixture
def hosts() -> VirtualHost:
    return VirtualHost(says(b"default"), {"Shop.example:8080": says(b"shop")})


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        ({"Host": "shop.example:8080"}, "shop"),
        ({"Host": "SHOP.example:8080"}, "shop"),
        ({"Host": "shop.example"}, "default"),
        ({"Host": "proxy", "X-Forwarded-Host": "shop.example:8080, proxy"}, "shop"),
        ({"Host": "shop.example:8080", "X-Forwarded-Host": "other"}, "default"),
    ],
)
def test_host_chooses_the_application(
    call: Any, hosts: VirtualHost, headers: Any, answer: Any
) -> None:
    assert call(hosts, headers=headers).text == answer


def test_forwarded_host_can_be_left_out_of_account(call: Any, hosts: VirtualHost) -> None:
    hosts.use_x_forwarded_host = False
    headers = {"Host": "other", "X-Forwarded-Host": "shop.example:8080"}
    assert call(hosts, headers=headers).text == "default"


def test_without_domains_the_default_answers(call: Any) -> None:
    assert call(VirtualHost(says(b"default"))).text == "default"


def test_two_do_not_share_their_domains() -> None:
    VirtualHost(says(b""), {"a": says(b"")}).domains["b"] = says(b"")
    assert VirtualHost(says(b"")).domains == {}
