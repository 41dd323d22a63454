"""Stored passwords: what a hash says, what it is good for, and what it may ask for."""

from __future__ import annotations

import hashlib
import sys
from typing import Any

import pytest

from cherrypy_auth import (
    argon2_hashes,
    checkpassword_hashes,
    hash_password,
    needs_rehash,
    scrypt,
    verify_password,
)

# From the documentation of passlib.
PASSLIB = "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E"
SALT, HASHED = "c2FsdHNhbHRzYWx0c2E", "A" * 43


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrypt, "COST", scrypt.Cost(2, 8, 1))


@pytest.mark.usefixtures("cheap")
def test_a_hash_says_how_it_was_made_and_has_its_own_salt() -> None:
    first, second = hash_password("bebop"), hash_password("bebop")
    assert first.startswith("$scrypt$ln=2,r=8,p=1$")
    assert first != second
    assert verify_password(first, "bebop")
    assert not verify_password(first, "bebo")


def test_a_hash_that_another_program_made_is_verified() -> None:
    assert verify_password(PASSLIB, "password")
    assert not verify_password(PASSLIB, "passwords")
    assert needs_rehash(PASSLIB)


def test_the_default_cost_is_what_is_recommended_and_within_the_limits() -> None:
    stored = hash_password("bebop")
    assert stored.startswith("$scrypt$ln=14,r=8,p=5$")
    assert verify_password(stored, "bebop")
    assert not needs_rehash(stored)


@pytest.mark.usefixtures("cheap")
def test_a_password_is_the_same_in_every_normal_form() -> None:
    assert verify_password(hash_password("ü"), "u\N{COMBINING DIAERESIS}")
    assert verify_password(hash_password("\udcff"), "\udcff")


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "bebop",
        "md5$4$8$1$YQ==$YQ==",
        "scrypt$4$8$1$YQ==$YQ==",
        "$2b$12$abcdefghijklmnopqrstuv",
    ],
)
def test_what_is_no_hash_is_an_error(stored: str) -> None:
    with pytest.raises(ValueError, match="make it with hash_password"):
        needs_rehash(stored)
    with pytest.raises(ValueError, match="make it with hash_password") as caught:
        verify_password(stored, "bebop")
    assert not stored or stored not in str(caught.value)  # it may be a plain password


@pytest.mark.parametrize(
    "stored",
    [
        "$scrypt$",
        f"$scrypt$ln=4,r=8,p=1${SALT}$",
        f"$scrypt$ln=4,r=8,p=1$YQ${HASHED}",
        f"$scrypt$ln=4,r=8,p=1${SALT}${HASHED[:20]}",
        f"$scrypt$ln=4,r=8,p=1${SALT}${HASHED}\n",
        f"$scrypt$ln=-4,r=8,p=1${SALT}${HASHED}",
        f"$scrypt$ln=99999999999,r=8,p=1${SALT}${HASHED}",
        f"$scrypt$ln=\N{ARABIC-INDIC DIGIT FOUR},r=8,p=1${SALT}${HASHED}",
        f"$argon2id$v=19$m=8,t=1,p=1${SALT}$",
        f"$argon2x$v=19$m=8,t=1,p=1${SALT}${HASHED}",
        "$argon2id$",
    ],
)
def test_a_malformed_hash_is_an_error(stored: str) -> None:
    with pytest.raises(ValueError, match=r"looks like '.*': make|looks like '.*, with at least"):
        verify_password(stored, "bebop")


@pytest.mark.parametrize(
    "cost",
    [
        "ln=0,r=8,p=1",
        "ln=4,r=0,p=1",
        "ln=4,r=8,p=0",
        "ln=22,r=8,p=1",
        "ln=31,r=1,p=1",
        "ln=63,r=8,p=1",
        "ln=99,r=9999,p=9999",
        "ln=1,r=9999,p=9999",
        "ln=14,r=8,p=100",
    ],
)
def test_a_hash_that_would_stop_the_server_is_an_error_before_any_work(
    cost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_args: Any, **_kwargs: Any) -> bytes:
        raise AssertionError

    monkeypatch.setattr(hashlib, "scrypt", never)
    with pytest.raises(ValueError, match="cost"):
        verify_password(f"$scrypt${cost}${SALT}${HASHED}", "bebop")


@pytest.mark.parametrize(
    "cost", ["m=4294967295,t=1,p=1", "m=65536,t=4294967295,p=1", "m=262144,t=5,p=1"]
)
def test_so_is_one_of_argon2(cost: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(argon2_hashes, "_hasher", lambda: None)
    with pytest.raises(ValueError, match="out of bounds"):
        verify_password(f"$argon2id$v=19${cost}${SALT}${HASHED}", "bebop")


def test_an_unknown_scheme_is_an_error() -> None:
    with pytest.raises(ValueError, match="'md5' is no scheme for passwords: use one of scrypt"):
        hash_password("bebop", "md5")  # type: ignore[arg-type]


def test_without_scrypt_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(hashlib, "scrypt")
    with pytest.raises(RuntimeError, match="use the scheme 'argon2'"):
        hash_password("bebop")


# Argon2.


def test_argon2_hashes_are_made_and_verified() -> None:
    stored = hash_password("bebop", "argon2")
    assert stored.startswith("$argon2id$v=19$")
    assert verify_password(stored, "bebop")
    assert not verify_password(stored, "bebo")
    assert not needs_rehash(stored, "argon2")
    assert needs_rehash(stored)


@pytest.mark.usefixtures("cheap")
def test_a_scheme_can_be_replaced_while_users_log_in() -> None:
    users = {"bird": hash_password("bebop")}
    assert needs_rehash(users["bird"], "argon2")
    check = checkpassword_hashes(users, upgrade=users.__setitem__, scheme="argon2")
    assert check("earth", "bird", "bebop")
    assert users["bird"].startswith("$argon2id$")
    assert check("earth", "bird", "bebop")
    assert not check("earth", "nobody", "bebop")


def test_an_argon2_hash_that_is_broken_inside_is_an_error() -> None:
    with pytest.raises(ValueError, match="cannot be used"):
        verify_password(f"$argon2id$v=19$m=8,t=1,p=8${SALT}${HASHED}", "bebop")


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    argon2_hashes._hasher.cache_clear()
    monkeypatch.setitem(sys.modules, "argon2", None)
    with pytest.raises(ImportError, match=r"pip install 'cherrypy-auth\[argon2\]'"):
        hash_password("bebop", "argon2")
