"""Checking passwords: right answers, and the same work for every one of them."""

from __future__ import annotations

import hashlib
import time
from typing import Any

import pytest

from cherrypy_auth import (
    checkpassword_dict,
    checkpassword_hashes,
    comparison,
    hash_password,
    limits,
    passwords,
    same_text,
    scrypt,
)


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrypt, "COST", scrypt.Cost(2, 8, 1))


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
    users = {"bird": "bebop", "empty": "", "ü": "u\N{COMBINING DIAERESIS}", "\udcff": "\udcff"}
    assert checkpassword_dict(users)("earth", user, password) is right


def test_users_may_be_added_later() -> None:
    users: dict[str, str] = {}
    check = checkpassword_dict(users)
    users["bird"] = "bebop"
    assert check("earth", "bird", "bebop")


def test_an_unknown_user_costs_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    check = checkpassword_dict({"bird": "bebop"})
    digests = count(monkeypatch, comparison, "blake2b")
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


def test_an_empty_hash_lets_nobody_in() -> None:
    check = checkpassword_hashes({"bird": ""})
    assert not check("earth", "bird", "")
    assert not check("earth", "nobody", "")


@pytest.mark.parametrize("remember", [0, 60])
def test_an_unknown_user_costs_a_hash_too(monkeypatch: pytest.MonkeyPatch, remember: int) -> None:
    check = checkpassword_hashes({"bird": hash_password("bebop")}, remember=remember)
    check("earth", "bird", "bebop")
    hashes = count(monkeypatch, hashlib, "scrypt")
    costs = []
    for user, password in (("bird", "bop"), ("nobody", "bop"), ("nobody", "bebop")):
        hashes.clear()
        check("earth", user, password)
        costs.append(len(hashes))
    assert costs == [1, 1, 1]


def test_an_unknown_user_costs_what_the_hash_of_another_user_costs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    users = {"bird": scrypt.hash_password("bebop", scrypt.Cost(5, 4, 2))}
    check = checkpassword_hashes(users)
    asked: list[Any] = []
    original = hashlib.scrypt

    def noting(*args: Any, **kwargs: Any) -> bytes:
        asked.append((kwargs["n"], kwargs["r"], kwargs["p"]))
        return original(*args, **kwargs)

    monkeypatch.setattr(hashlib, "scrypt", noting)
    assert not check("earth", "nobody", "bebop")
    assert asked == [(32, 4, 2)]


def test_a_right_password_is_remembered_and_a_wrong_one_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    check = checkpassword_hashes({"bird": hash_password("bebop")}, remember=60)
    hashes = count(monkeypatch, hashlib, "scrypt")
    assert [check("earth", "bird", word) for word in ("bebop", "bebop", "bop", "bop")] == [
        True,
        True,
        False,
        False,
    ]
    assert len(hashes) == 3


def test_what_is_remembered_ends_with_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    check = checkpassword_hashes({"bird": hash_password("bebop")}, remember=60)
    hashes = count(monkeypatch, hashlib, "scrypt")
    check("earth", "bird", "bebop")
    now = 1060.0
    assert check("earth", "bird", "bebop")
    assert len(hashes) == 2


def test_a_changed_password_is_not_remembered() -> None:
    users = {"bird": hash_password("bebop")}
    check = checkpassword_hashes(users, remember=60)
    assert check("earth", "bird", "bebop")
    users["bird"] = hash_password("swing")
    assert not check("earth", "bird", "bebop")
    del users["bird"]
    assert not check("earth", "bird", "swing")


def test_what_is_remembered_is_bounded_and_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "REMEMBERED_PASSWORDS", 3)
    remembered = passwords._Remembered(60)
    for number in range(10):
        remembered.add("hash", str(number))
    assert len(remembered._until) <= 3
    assert remembered.knows("hash", "9")
    assert all(len(each) == 32 for each in remembered._until)
    assert limits.REMEMBERED_PASSWORDS >= 100


def test_an_outdated_hash_is_replaced_at_a_login(monkeypatch: pytest.MonkeyPatch) -> None:
    users = {"bird": scrypt.hash_password("bebop", scrypt.Cost(1, 8, 1))}
    old = users["bird"]
    check = checkpassword_hashes(users, upgrade=users.__setitem__)
    assert not check("earth", "bird", "bop")
    assert users["bird"] == old
    assert check("earth", "bird", "bebop")
    assert users["bird"].startswith("$scrypt$ln=2,")
    new = users["bird"]
    assert check("earth", "bird", "bebop")
    assert users["bird"] == new


def test_same_text() -> None:
    assert same_text("a", "a")
    assert not same_text("a", "b")
    assert not same_text("a", "aa")
    assert same_text("ü", "ü".encode())


def test_an_unknown_user_does_not_suffer_from_a_malformed_hash_of_another() -> None:
    check = checkpassword_hashes({"bird": "$scrypt$rubbish"})
    assert check("earth", "nobody", "bebop") is False
    with pytest.raises(ValueError, match="looks like"):
        check("earth", "bird", "bebop")
