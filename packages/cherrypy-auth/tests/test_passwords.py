"""Checking passwords: right answers, and the same work for every one of them."""

import hashlib
import hmac
from typing import Any

import pytest

from cherrypy_auth import (
    checkpassword_dict,
    checkpassword_hashes,
    hash_password,
    passwords,
    same_text,
    verify_password,
)


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "COST", 4)


def count(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> list[int]:
    """Count the calls of a function."""
    calls: list[int] = []
    original = getattr(owner, name)

    def counting(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        return original(*args, **kwargs)

    monkeypatch.setattr(owner, name, counting)
    return calls


@pytest.mark.parametrize(
    ("user", "password", "right"),
    [
        ("bird", "bebop", True),
        ("bird", "bebo", False),
        ("bird", "", False),
        ("nobody", "bebop", False),
        ("nobody", "", False),
        ("empty", "", False),
        ("ü", "ü", True),
        ("\udcff", "\udcff", True),
    ],
)
def test_plain_passwords_in_a_dict(user: str, password: str, right: bool) -> None:
    users = {"bird": "bebop", "empty": "", "ü": "ü", "\udcff": "\udcff"}
    assert checkpassword_dict(users)("earth", user, password) is right


def test_users_may_be_added_later() -> None:
    users: dict[str, str] = {}
    check = checkpassword_dict(users)
    users["bird"] = "bebop"
    assert check("earth", "bird", "bebop")


def test_an_unknown_user_costs_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    check = checkpassword_dict({"bird": "bebop"})
    digests = count(monkeypatch, hmac, "digest")
    costs = []
    for user in ("bird", "nobody"):
        digests.clear()
        check("earth", user, "wrong")
        costs.append(len(digests))
    assert costs == [2, 2]


def test_hashed_passwords_in_a_dict() -> None:
    check = checkpassword_hashes({"bird": hash_password("bebop")})
    assert check("earth", "bird", "bebop")
    assert not check("earth", "bird", "bebo")
    assert not check("earth", "nobody", "bebop")


def test_an_unknown_user_costs_a_hash_too(monkeypatch: pytest.MonkeyPatch) -> None:
    check = checkpassword_hashes({"bird": hash_password("bebop")})
    hashes = count(monkeypatch, hashlib, "scrypt")
    check("earth", "nobody", "bebop")
    assert len(hashes) == 1


def test_a_hash_says_how_it_was_made_and_has_its_own_salt() -> None:
    first, second = hash_password("bebop"), hash_password("bebop")
    assert first.startswith("scrypt$4$8$1$")
    assert first != second
    assert verify_password(first, "bebop")


def test_a_hash_of_other_cost_is_still_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = hash_password("bebop")
    monkeypatch.setattr(passwords, "COST", 8)
    assert verify_password(stored, "bebop")


def test_the_default_cost_is_within_what_openssl_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "COST", 2**14)
    assert verify_password(hash_password("bebop"), "bebop")


@pytest.mark.parametrize("stored", ["bebop", "md5$4$8$1$YQ==$YQ==", "scrypt$4$8$1$Y$YQ==", ""])
def test_what_is_no_hash_is_an_error(stored: str) -> None:
    with pytest.raises(ValueError, match="make it with hash_password"):
        verify_password(stored, "bebop")


def test_same_text() -> None:
    assert same_text("a", "a")
    assert not same_text("a", "b")
    assert not same_text("a", "aa")
