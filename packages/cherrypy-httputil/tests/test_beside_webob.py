"""Where WebOb reads something in another way, and what the documentation says of that."""

import subprocess
import sys
import warnings

import pytest

from cherrypy_httputil import HTTPError, get_ranges, header_elements, parse_date

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # webob imports cgi
    import webob
    from webob.acceptparse import AcceptInvalidHeader
    from webob.datetime_utils import parse_date as parse_date_of_webob


def test_it_is_not_imported() -> None:
    program = "import sys, cherrypy_httputil; sys.exit('webob' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_malformed_element_leaves_the_others() -> None:
    value = "text/html, a/b;q=.5"
    request = webob.Request.blank("/", headers={"Accept": value})
    assert isinstance(request.accept, AcceptInvalidHeader)
    assert [element.value for element in header_elements("Accept", value)] == ["text/html", "a/b"]


def test_a_quality_value_that_is_no_number_is_the_fault_of_the_client() -> None:
    with pytest.raises(HTTPError, match="400"):
        header_elements("Accept", "text/html;q=x")


def test_a_day_that_is_none_is_no_date() -> None:
    value = "Mon, 99 Jan 2020 00:00:00 GMT"
    read = parse_date_of_webob(value)
    assert read is not None
    assert read.month == 4
    assert parse_date(value) is None


def test_a_hostile_date_is_no_date() -> None:
    value = "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"
    with pytest.raises(OverflowError):
        parse_date_of_webob(value)
    assert parse_date(value) is None


def test_all_ranges_are_read() -> None:
    value = "bytes=0-1,3-4"
    request = webob.Request.blank("/", headers={"Range": value})
    assert str(request.range) == "bytes=0-1"
    assert get_ranges(value, 10) == [(0, 2), (3, 5)]
