"""Nonces: signed, dated, for one text; and their counts."""

from __future__ import annotations

import string
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cherrypy_auth import NonceCounts, nonces, synthesize_nonce
from cherrypy_auth.nonces import is_genuine, is_stale, time_of

KEY = "a565c27146791cfb"


def made(age: int = 0) -> str:
    return synthesize_nonce("earth", KEY, int(time.time()) - age)


def test_a_nonce_says_in_plain_text_when_it_was_made() -> None:
    nonce = synthesize_nonce("earth", KEY, 1_700_000_000)
    assert nonce.startswith("1700000000:")
    assert time_of(nonce) == 1_700_000_000


def test_a_nonce_is_made_now_unless_told() -> None:
    before = int(time.time())
    assert before <= (time_of(synthesize_nonce("earth", KEY)) or 0) <= time.time()


def test_no_two_nonces_are_the_same() -> None:
    assert len({synthesize_nonce("earth", KEY, 1) for _ in range(100)}) == 100


def test_a_nonce_has_one_text() -> None:
    nonce = synthesize_nonce("earth", KEY)
    others = [nonce[:-1] + last for last in string.ascii_letters + string.digits + "-_"]
    assert [each for each in others if is_genuine(each, "earth", KEY)] == [nonce]


def test_a_nonce_is_known_again_with_the_same_text_and_key() -> None:
    nonce = synthesize_nonce("earth", KEY)
    assert is_genuine(nonce, "earth", KEY)
    assert is_genuine(nonce, "earth", KEY.encode())
    assert not is_genuine(nonce, "mars", KEY)
    assert not is_genuine(nonce, "earth", "another key")


def test_texts_that_are_no_ascii_are_signed_too() -> None:
    assert is_genuine(synthesize_nonce("Grüße\u20ac", "schlüssel"), "Grüße\u20ac", "schlüssel")


@pytest.mark.parametrize("position", [0, 3, 9, 12, 20, -5])
def test_a_changed_nonce_is_forged(position: int) -> None:
    nonce = synthesize_nonce("earth", KEY, 1_700_000_000)
    changed = list(nonce)
    changed[position] = "9" if changed[position] != "9" else "8"
    assert not is_genuine("".join(changed), "earth", KEY)


@pytest.mark.parametrize(
    "nonce",
    [
        "",
        ":",
        "::",
        "1700000000",
        "1:2",
        "a:b:c",
        "1" * 9999,
        "-1:a:b",
        "\u0661:a:b",
        "1:\xff:\u20ac",
    ],
)
def test_rubbish_is_no_nonce(nonce: str) -> None:
    assert not is_genuine(nonce, "earth", KEY)


@given(st.text(max_size=80))
def test_no_text_is_a_nonce(nonce: str) -> None:
    assert not is_genuine(nonce, "earth", KEY)


def test_a_signature_for_something_else_does_not_count() -> None:
    begin, _, signature = synthesize_nonce("b", KEY, 1).rpartition(":")
    assert not is_genuine(f"{begin}:{signature}", ":b", KEY)
    assert not is_genuine(f"{begin}:b:{signature}", "", KEY)


@pytest.mark.parametrize("key", ["", b""])
def test_an_empty_key_is_the_programs_fault(key: str | bytes) -> None:
    with pytest.raises(ValueError, match="key of nonces is empty"):
        synthesize_nonce("earth", key)
    with pytest.raises(ValueError, match="key of nonces is empty"):
        is_genuine("x", "earth", key)


def test_a_time_before_the_epoch_is_the_programs_fault() -> None:
    with pytest.raises(ValueError, match="before the epoch"):
        synthesize_nonce("earth", KEY, -1)


@pytest.mark.parametrize(
    ("age", "stale"), [(0, False), (590, False), (620, True), (-30, False), (-120, True)]
)
def test_a_nonce_gets_stale_and_must_not_come_from_the_future(age: int, stale: bool) -> None:
    assert is_stale(made(age)) is stale


def test_the_age_is_an_option() -> None:
    assert is_stale(made(20), max_age=10)
    assert not is_stale(made(2000), max_age=3000)


@pytest.mark.parametrize("nonce", ["", "x:y:z", "\u0661\u0662:x:y", "9" * 13 + ":x:y"])
def test_what_tells_no_time_is_stale(nonce: str) -> None:
    assert time_of(nonce) is None
    assert is_stale(nonce)


def test_whether_a_nonce_is_genuine_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    nonce = synthesize_nonce("earth", KEY)
    assert is_genuine(nonce, "earth", KEY)
    monkeypatch.setattr(nonces, "_signer", None)
    assert is_genuine(nonce, "earth", KEY)


# Counts.


def test_each_count_is_used_once() -> None:
    counts, nonce = NonceCounts(), made()
    assert [counts.use(nonce, n) for n in (1, 2, 2, 3, 1, 3, 4)] == [
        True,
        True,
        False,
        True,
        False,
        False,
        True,
    ]


def test_requests_may_overtake_each_other() -> None:
    counts, nonce = NonceCounts(window=4), made()
    assert [counts.use(nonce, n) for n in (3, 1, 2, 1)] == [True, True, True, False]


def test_a_count_that_is_too_far_behind_is_refused() -> None:
    counts, nonce = NonceCounts(window=4), made()
    assert [counts.use(nonce, n) for n in (10, 6, 7, 7)] == [True, False, True, False]


def test_a_count_may_be_far_ahead_at_no_cost() -> None:
    counts, nonce = NonceCounts(), made()
    assert counts.use(nonce, 1)
    assert counts.use(nonce, 2**32 - 1)
    assert not counts.use(nonce, 1)
    assert all(bits < 2**128 for _, bits in counts._used.values())


def test_nonces_have_counts_of_their_own() -> None:
    counts, first, second = NonceCounts(), made(), made()
    assert counts.use(first, 1)
    assert counts.use(second, 1)


def test_a_nonce_from_before_the_start_is_stale() -> None:
    assert not NonceCounts().use(made(age=30), 1)


@pytest.mark.parametrize("nonce", ["", "x:y"])
def test_a_nonce_that_tells_no_time_is_refused(nonce: str) -> None:
    assert not NonceCounts().use(nonce, 1)


def later(seconds: int) -> str:
    return made(age=-seconds)


def test_memory_is_bounded_and_what_is_forgotten_cannot_come_again() -> None:
    counts = NonceCounts(maxsize=2)
    first, second, third = later(1), later(2), later(3)
    assert counts.use(first, 1)
    assert counts.use(second, 1)
    assert counts.use(third, 1)
    assert len(counts._used) == 2
    assert not counts.use(first, 1)
    assert not counts.use(first, 2)
    assert counts.use(second, 2)
    assert counts.use(third, 2)
    assert not counts.use(later(1), 1)  # as old as the forgotten one


def test_nonces_of_one_second_do_not_refuse_each_other() -> None:
    counts = NonceCounts(maxsize=1)
    first, second = later(1), later(1)
    assert counts.use(first, 1)
    assert counts.use(second, 1)
    assert not counts.use(first, 1)
    assert counts.use(second, 2)


@pytest.mark.parametrize("options", [{"maxsize": 0}, {"window": 0}])
def test_sizes_are_checked(options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="1 or more"):
        NonceCounts(**options)


def test_of_many_threads_one_gets_a_count() -> None:
    counts, nonce = NonceCounts(), made()
    won: list[int] = []
    barrier = threading.Barrier(8)

    def race() -> None:
        barrier.wait(60)
        won.extend(n for n in range(1, 101) if counts.use(nonce, n))

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(won) == list(range(1, 101))


@given(st.lists(st.integers(1, 300), max_size=60))
def test_counts_agree_with_a_set(sent: list[int]) -> None:
    counts, nonce = NonceCounts(window=64), made()
    used: set[int] = set()
    for count in sent:
        in_window = not used or count > max(used) - 64
        assert counts.use(nonce, count) is (count not in used and in_window)
        used |= {count} if in_window else set()
