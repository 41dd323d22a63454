from datetime import UTC, datetime
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cherrypy_httputil import HTTPDate, parse_date

EXAMPLE = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)


def test_a_date_is_written_as_http_wants_it() -> None:
    assert HTTPDate(EXAMPLE.timestamp() + 0.9) == "Sun, 06 Nov 1994 08:49:37 GMT"


def test_without_a_time_it_is_now() -> None:
    before, written, after = formatdate(usegmt=True), HTTPDate(), formatdate(usegmt=True)
    assert written in (before, after) or before != after


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ],
)
def test_all_three_formats_are_read(text: str) -> None:
    assert parse_date(text) == EXAMPLE


def test_a_leap_second_is_the_second_before() -> None:
    assert parse_date("Sat, 31 Dec 2016 23:59:60 GMT") == datetime(
        2016, 12, 31, 23, 59, 59, tzinfo=UTC
    )


def test_a_year_of_two_digits_is_within_fifty_years() -> None:
    now = datetime.now(UTC).year
    for year in (now - 49, now, now + 50):
        found = parse_date(f"Sunday, 06-Nov-{year % 100:02d} 08:49:37 GMT")
        assert found is not None
        assert found.year == year


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "tomorrow",
        "Sun, 99 Foo",
        "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 25:49:37 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sun, 06 Nov 99999 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 +9999999999",
        "Sun, ٠٦ Nov 1994 08:49:37 GMT",
    ],
)
def test_what_is_no_date_is_none(text: str | None) -> None:
    assert parse_date(text) is None


@given(st.integers(0, 4_102_444_800))
def test_a_date_that_was_written_can_be_read(second: int) -> None:
    assert HTTPDate(second) == formatdate(second, usegmt=True)
    found = parse_date(HTTPDate(second))
    assert found is not None
    assert found.timestamp() == second
