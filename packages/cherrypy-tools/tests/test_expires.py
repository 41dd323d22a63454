from __future__ import annotations

import time
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from webob import Request, Response

from cherrypy_tools import expires

NOW = 784111777.0
YEAR = 365 * 24 * 60 * 60


def headers_after(present: Any = None, **options: Any) -> Any:
    response = Response(headerlist=list((present or {}).items()), app_iter=[])
    expires(Request.blank("/"), response, now=NOW, **options)
    return dict(response.headers)


def test_seconds_from_the_time_of_the_response() -> None:
    assert headers_after(secs=10) == {"Expires": "Sun, 06 Nov 1994 08:49:47 GMT"}


def test_a_timedelta() -> None:
    assert headers_after(secs=timedelta(days=1, seconds=1)) == {
        "Expires": "Mon, 07 Nov 1994 08:49:38 GMT"
    }


def test_zero_expires_a_year_ago_and_prevents_caching() -> None:
    assert headers_after() == {
        "Expires": "Sat, 06 Nov 1993 08:49:37 GMT",
        "Pragma": "no-cache",
        "Cache-Control": "no-cache, must-revalidate",
    }
    assert headers_after(secs=timedelta()) == headers_after()


def test_a_negative_time_is_in_the_past_and_no_more() -> None:
    assert headers_after(secs=-1) == {"Expires": "Sun, 06 Nov 1994 08:49:36 GMT"}


@pytest.mark.parametrize("name", ["ETag", "Last-Modified", "Age", "Expires"])
def test_a_response_that_speaks_of_its_freshness_is_left_alone(name: Any) -> None:
    assert headers_after({name: "x"}) == {name: "x"}
    assert headers_after({name.lower(): "x"}) == {name.lower(): "x"}


def test_unless_it_is_forced() -> None:
    forced = headers_after({"ETag": "x", "Cache-Control": "private"}, force=True)
    assert forced["Expires"] == "Sat, 06 Nov 1993 08:49:37 GMT"
    assert forced["Cache-Control"] == "no-cache, must-revalidate"


def test_what_is_said_about_caching_stays_unless_forced() -> None:
    assert headers_after({"Cache-Control": "private"})["Cache-Control"] == "private"


def test_the_present_is_the_default() -> None:
    response = Response()
    before = int(time.time())
    expires(Request.blank("/"), response, 60)
    until = parsedate_to_datetime(response.headers["Expires"]).timestamp()
    assert before + 60 <= until <= time.time() + 60


def test_the_decision_is_logged(caplog: Any) -> None:
    caplog.set_level("INFO")
    headers_after({"ETag": "x"})
    assert not caplog.records
    headers_after({"ETag": "x"}, debug=True)
    assert "ETag is there" in caplog.text
