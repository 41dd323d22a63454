"""Where HA1s come from."""

from __future__ import annotations

import hashlib
import os
import ssl
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_auth import (
    algorithms,
    find_user_among,
    get_ha1_dict,
    get_ha1_dict_plain,
    get_ha1_file_htdigest,
    md5_hex,
    userhash,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ALICE = "3238cdfe91a8b2ed8e39646921a02d4c"


def test_ha1s_come_from_a_dict() -> None:
    users = {"alice": ALICE}
    get_ha1 = get_ha1_dict(users)
    assert get_ha1("wonderland", "alice") == ALICE
    assert get_ha1("wonderland", "bob") is None
    users["bob"] = "x"
    assert get_ha1("wonderland", "bob") == "x"


def test_ha1s_are_made_of_plain_passwords() -> None:
    get_ha1 = get_ha1_dict_plain({"alice": "4x5istwelve", "empty": ""})
    assert get_ha1("wonderland", "alice") == ALICE
    assert get_ha1("earth", "alice") != ALICE
    assert get_ha1("wonderland", "bob") is None
    assert get_ha1("wonderland", "empty") is None


def test_ha1s_may_be_of_another_algorithm() -> None:
    get_ha1 = get_ha1_dict_plain({"alice": "x"}, "sha-256")
    assert get_ha1("earth", "alice") == hashlib.sha256(b"alice:earth:x").hexdigest()


def test_an_unknown_algorithm_is_an_error_at_once() -> None:
    with pytest.raises(ValueError, match="'SHA-1' is no algorithm: use one of MD5"):
        get_ha1_dict_plain({}, "SHA-1")


def test_an_unknown_user_costs_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    get_ha1 = get_ha1_dict_plain({"alice": "4x5istwelve"})
    calls: list[int] = []
    original = hashlib.md5

    def counting(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        return original(*args, **kwargs)

    monkeypatch.setattr(hashlib, "md5", counting)
    get_ha1("wonderland", "alice")
    known = len(calls)
    get_ha1("wonderland", "bob")
    assert len(calls) == 2 * known


# Files.


def test_ha1s_come_from_a_file_of_apache(tmp_path: Path) -> None:
    file = tmp_path / "htdigest"
    file.write_text(
        f"# users\n\nalice:wonderland:{ALICE}\nalice:http://earth:80:abc\njäs:wonderland:def\n",
        encoding="utf-8",
    )
    get_ha1 = get_ha1_file_htdigest(str(file))
    assert get_ha1("wonderland", "alice") == ALICE
    assert get_ha1("http://earth:80", "alice") == "abc"
    assert get_ha1("wonderland", "jäs") == "def"
    assert get_ha1("wonderland", "bob") is None
    assert get_ha1("mars", "alice") is None


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "htdigest"
    file.write_text("a:r:1\n", encoding="utf-8")
    get_ha1 = get_ha1_file_htdigest(file)
    assert get_ha1("r", "a") == "1"
    file.write_text("a:r:22\n", encoding="utf-8")
    assert get_ha1("r", "a") == "22"
    file.write_text("a:r:33\n", encoding="utf-8")
    os.utime(file, ns=(1, 1))
    assert get_ha1("r", "a") == "33"


def test_an_unchanged_file_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "htdigest"
    file.write_text("a:r:1\n", encoding="utf-8")
    get_ha1 = get_ha1_file_htdigest(file)
    get_ha1("r", "a")
    monkeypatch.setattr(Path, "read_bytes", None)
    assert get_ha1("r", "a") == "1"


@pytest.mark.parametrize("line", ["alice", "alice:x"])
def test_a_malformed_line_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "htdigest"
    file.write_text(f"a:r:1\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="htdigest, line 2: it has to look like 'user:realm:HA1'"):
        get_ha1_file_htdigest(file)("r", "a")


def test_a_line_in_another_charset_is_named(tmp_path: Path) -> None:
    file = tmp_path / "htdigest"
    file.write_bytes(b"a:r:1\r\nj\xe4s:r:2\r\n")
    with pytest.raises(ValueError, match=r"htdigest, line 2: .* in UTF-8"):
        get_ha1_file_htdigest(file)("r", "a")


def test_the_first_line_of_a_user_counts(tmp_path: Path) -> None:
    file = tmp_path / "htdigest"
    file.write_text("a:r:1\nb:r:2\na:r:3\n", encoding="utf-8")
    assert get_ha1_file_htdigest(file)("r", "a") == "1"


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        get_ha1_file_htdigest(tmp_path / "none")("r", "a")


# Hashes of names.


def test_a_user_is_found_by_the_hash_of_the_name() -> None:
    users = {"bird": "bebop"}
    find_user = find_user_among(users)
    hashed = userhash("bird", "earth", "SHA-256")
    assert hashed == hashlib.sha256(b"bird:earth").hexdigest()
    assert find_user("earth", hashed, "SHA-256") == "bird"
    assert find_user("mars", hashed, "SHA-256") is None
    assert find_user("earth", "bird", "SHA-256") is None


def test_users_come_and_go() -> None:
    users = {"bird": "bebop"}
    find_user = find_user_among(users)
    assert find_user("earth", userhash("ornette", "earth"), "MD5") is None
    users["ornette"] = "wayout"
    assert find_user("earth", userhash("ornette", "earth"), "MD5") == "ornette"
    del users["bird"]
    assert find_user("earth", userhash("bird", "earth"), "MD5") is None


def test_a_renamed_user_is_found_within_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    users = {"bird": "bebop"}
    find_user = find_user_among(users)
    assert find_user("earth", userhash("bird", "earth"), "MD5") == "bird"
    users["ornette"] = users.pop("bird")
    assert find_user("earth", userhash("bird", "earth"), "MD5") is None
    now = 1001.0
    assert find_user("earth", userhash("ornette", "earth"), "MD5") == "ornette"
    assert find_user("earth", userhash("bird", "earth"), "MD5") is None


class Noting(dict[str, str]):
    """Users, and how often somebody looked at all of them."""

    looks = 0

    def __iter__(self) -> Iterator[str]:
        self.looks += 1
        return super().__iter__()


def test_a_hash_that_nobody_has_costs_what_a_known_one_costs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    users = Noting(bird="bebop")
    find_user = find_user_among(users)
    for name in ("nobody", "bird", "nobody", "bird"):
        before = users.looks
        find_user("earth", userhash(name, "earth"), "MD5")
        find_user("earth", userhash(name, "earth"), "MD5")
        assert users.looks - before == 1
        now += 1


# Hosts without MD5.


def test_md5_is_not_used_for_security(monkeypatch: pytest.MonkeyPatch) -> None:
    original = hashlib.md5

    def in_fips_mode(data: bytes, usedforsecurity: bool = True) -> Any:
        if usedforsecurity:
            raise ValueError("[digital envelope routines] unsupported")
        return original(data, usedforsecurity=False)

    monkeypatch.setattr(hashlib, "md5", in_fips_mode)
    assert md5_hex("") == "d41d8cd98f00b204e9800998ecf8427e"


FIPS = """\
openssl_conf = init
[init]
providers = providers
alg_section = algorithms
[providers]
default = usual
[usual]
activate = 1
[algorithms]
default_properties = fips=yes
"""

PROGRAM = """\
import hashlib
from cherrypy_auth import get_ha1_dict_plain, md5_hex
try:
    hashlib.md5(b"")
except ValueError:
    print(md5_hex(""), get_ha1_dict_plain({"a": "b"})("r", "a"))
"""


@pytest.mark.skipif(ssl.OPENSSL_VERSION_INFO < (3,), reason="needs OpenSSL 3")
def test_md5_is_there_where_openssl_refuses_it_for_security(tmp_path: Path) -> None:
    config = tmp_path / "openssl.cnf"
    config.write_text(FIPS, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "OPENSSL_CONF": str(config)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [md5_hex(""), md5_hex("a:r:b")]


@pytest.mark.parametrize("error", [ValueError("unsupported hash type md5"), AttributeError("md5")])
def test_where_there_is_no_md5_the_error_says_what_to_use(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def missing(*_args: Any, **_kwargs: Any) -> Any:
        raise error

    monkeypatch.setattr(hashlib, "md5", missing)
    for function in (lambda: md5_hex("a"), lambda: get_ha1_dict_plain({})):
        with pytest.raises(RuntimeError, match=r"This Python has no MD5.*use SHA-256"):
            function()
    assert get_ha1_dict_plain({"a": "b"}, "SHA-256")("r", "a")


def test_algorithms_have_the_digits_that_they_say() -> None:
    for name in algorithms.valid_algorithms:
        algorithm = algorithms.algorithm_named(name.lower())
        assert algorithm.name == name
        assert len(algorithm.digest("")) == algorithm.digits
