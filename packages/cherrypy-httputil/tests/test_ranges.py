import pytest
from hypothesis import given
from hypothesis import strategies as st

from cherrypy_httputil import get_ranges
from cherrypy_httputil.limits import OVERLAPPING_RANGES, RANGES


@pytest.mark.parametrize(
    ("header", "slices"),
    [
        ("bytes=3-6", [(3, 7)]),
        ("bytes=2-4,-1", [(2, 5), (7, 8)]),
        ("bytes=0-", [(0, 8)]),
        ("bytes=5-", [(5, 8)]),
        ("bytes=-3", [(5, 8)]),
        ("bytes=-99", [(0, 8)]),
        ("bytes=6-99", [(6, 8)]),
        ("bytes=7-7", [(7, 8)]),
        ("Bytes = 0-1 , 2-3", [(0, 2), (2, 4)]),
        ("bytes=0-1,,3-4,", [(0, 2), (3, 5)]),
        ("bytes=00000000000000000000001-2", [(1, 3)]),
        ("bytes=1-99999999999999999999999", [(1, 8)]),
        ("bytes=99-,0-0", [(0, 1)]),
    ],
)
def test_satisfiable_ranges_are_slices(header: str, slices: list[tuple[int, int]]) -> None:
    assert get_ranges(header, 8) == slices


@pytest.mark.parametrize(
    "header", ["bytes=8-", "bytes=9-10", "bytes=-0", "bytes=8-,99-", f"bytes={'9' * 5000}-"]
)
def test_ranges_beyond_the_end_are_unsatisfiable(header: str) -> None:
    assert get_ranges(header, 8) == []


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes",
        "bytes=",
        "bytes=,",
        "bytes=-",
        "bytes=1",
        "bytes=a-b",
        "bytes=5-3",
        "bytes=0-1,5-3",
        "bytes=0 - 1",
        "bytes=--1",
        "bytes=+1-2",
        "bytes=\u0661-2",
        "items=0-1",
        "0-1",
    ],
)
def test_nonsense_is_ignored(header: str | None) -> None:
    assert get_ranges(header, 8) is None


def test_of_nothing_only_a_suffix_is_satisfiable_and_cannot_be_named() -> None:
    assert get_ranges("bytes=0-", 0) == []
    assert get_ranges("bytes=-0", 0) == []
    assert get_ranges("bytes=-5", 0) is None


def test_more_ranges_than_allowed_are_ignored() -> None:
    allowed = ",".join(f"{2 * n}-{2 * n}" for n in range(RANGES))
    found = get_ranges(f"bytes={allowed}", 10_000)
    assert found is not None
    assert len(found) == RANGES
    assert get_ranges(f"bytes={allowed},9000-", 10_000) is None


def test_more_overlaps_than_allowed_are_ignored() -> None:
    allowed = ",".join(["0-5"] * (OVERLAPPING_RANGES + 1))
    assert get_ranges(f"bytes={allowed}", 8) == [(0, 6)] * (OVERLAPPING_RANGES + 1)
    assert get_ranges(f"bytes={allowed},3-4", 8) is None
    assert get_ranges("bytes=0-,1-,2-,3-", 8) is None


def test_ranges_that_touch_do_not_overlap() -> None:
    assert get_ranges("bytes=0-1,2-3,4-5,6-7", 8) == [(0, 2), (2, 4), (4, 6), (6, 8)]


@given(st.integers(0, 20), st.none() | st.integers(0, 20), st.integers(1, 20))
def test_a_slice_holds_the_bytes_asked_for(first: int, last: int | None, length: int) -> None:
    body = bytes(range(length))
    found = get_ranges(f"bytes={first}-{'' if last is None else last}", length)
    if last is not None and last < first:
        assert found is None
    else:
        wanted = bytes(n for n in body if first <= n and (last is None or n <= last))
        assert [body[start:stop] for start, stop in found or []] == ([wanted] if wanted else [])


@given(st.text("0123456789-,= bytes"), st.integers(0, 20))
def test_any_text_gives_slices_within_the_body(text: str, length: int) -> None:
    for start, stop in get_ranges(f"bytes={text}", length) or []:
        assert 0 <= start < stop <= length
