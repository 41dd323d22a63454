from __future__ import annotations

from typing import Any

import pytest
from webob import Request, Response

from cherrypy_httputil import HTTPError, HTTPRedirect
from cherrypy_tools import validate_etags, validate_since

MD5_OF_X = '"9dd4e461268c8034f5c8564e155c67a6"'
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
EARLIER = "Sun, 06 Nov 1994 08:49:36 GMT"
LATER = "Sun, 06 Nov 1994 08:49:38 GMT"


def outcome(
    validate: Any, response: Any, headers: Any = None, method: Any = "GET", **options: Any
) -> Any:
    request = Request.blank("/", method=method, headers=headers or {})
    try:
        validate(request, response, **options)
    except HTTPRedirect as redirect:
        assert redirect.urls == []  # noqa: PT017 - it is one of the outcomes
        return redirect.status
    except HTTPError as error:
        return error.code
    return response.status_code


def tagged(etag: Any = '"a"', status: Any = 200) -> Any:
    response = Response("x", status=status)
    if etag is not None:
        response.headers["ETag"] = etag
    return response


# validate_etags


@pytest.mark.parametrize(
    ("etag", "condition", "result"),
    [
        ('"a"', '"a"', 304),
        ('"a"', '"b", "a"', 304),
        ('"a"', "*", 304),
        ('"a"', ' "a" ', 304),
        ('W/"a"', '"a"', 304),
        ('"a"', 'W/"a"', 304),
        ('W/"a"', 'W/"a"', 304),
        ("a", "a", 304),
        ('"a,b"', '"a,b"', 304),
        (None, "*", 304),
        ('"a"', '"b"', 200),
        ('"a"', '"b", *', 200),
        ('"a"', "", 200),
        (None, '"a"', 200),
        ('"b"', '"a,b"', 200),
    ],
)
def test_if_none_match(etag: Any, condition: Any, result: Any) -> None:
    for method in ("GET", "HEAD"):
        assert outcome(validate_etags, tagged(etag), {"If-None-Match": condition}, method) == result
    other = 412 if result == 304 else 200
    assert outcome(validate_etags, tagged(etag), {"If-None-Match": condition}, "PUT") == other


@pytest.mark.parametrize(
    ("etag", "condition", "result"),
    [
        ('"a"', '"a"', 200),
        ('"a"', '"b","a"', 200),
        ('"a"', "*", 200),
        ('"a"', '"b"', 412),
        ('"a"', 'W/"a"', 412),
        ('W/"a"', 'W/"a"', 412),
        ('W/"a"', '"a"', 412),
        (None, '"a"', 412),
        ('"a"', "", 412),
        (None, "*", 200),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_if_match(etag: Any, condition: Any, result: Any, method: Any) -> None:
    assert outcome(validate_etags, tagged(etag), {"If-Match": condition}, method) == result


def test_the_messages_say_what_was_compared() -> None:
    request = Request.blank("/", headers={"If-Match": '"b", "c"'})
    with pytest.raises(HTTPError) as caught:
        validate_etags(request, tagged())
    assert caught.value.message == "If-Match failed: ETag '\"a\"' did not match ['\"b\"', '\"c\"']"
    request = Request.blank("/", method="PUT", headers={"If-None-Match": '"a"'})
    with pytest.raises(HTTPError) as caught:
        validate_etags(request, tagged())
    assert caught.value.message == "If-None-Match failed: ETag '\"a\"' matched ['\"a\"']"


@pytest.mark.parametrize("status", [304, 404, 500])
def test_conditions_are_for_successes(status: Any) -> None:
    response = tagged(status=status)
    assert outcome(validate_etags, response, {"If-None-Match": "*"}) == status
    assert outcome(validate_etags, response, {"If-Match": '"b"'}) == status


def test_without_autotags_no_tag_is_made() -> None:
    response = tagged(None)
    outcome(validate_etags, response)
    assert "ETag" not in response.headers


def test_autotags_hash_the_body() -> None:
    response = tagged(None)
    assert outcome(validate_etags, response, autotags=True) == 200
    assert response.headers["ETag"] == MD5_OF_X
    assert outcome(validate_etags, tagged(None), {"If-None-Match": MD5_OF_X}, autotags=True) == 304


def test_a_tag_that_is_there_stays() -> None:
    response = tagged('"a"')
    outcome(validate_etags, response, autotags=True)
    assert response.headers["ETag"] == '"a"'


def test_autotags_are_for_200_only() -> None:
    response = tagged(None, status=201)
    outcome(validate_etags, response, autotags=True)
    assert "ETag" not in response.headers


class Source:
    was_closed = False

    def __iter__(self) -> Any:
        return iter([b"x"])

    def close(self) -> None:
        self.was_closed = True


def test_autotags_read_a_generator_and_keep_what_it_gave() -> None:
    source = Source()
    response = Response(app_iter=source)
    outcome(validate_etags, response, autotags=True)
    assert response.headers["ETag"] == MD5_OF_X
    assert response.app_iter == [b"x"]
    assert source.was_closed
    response = Response(app_iter=iter([b"x"]))
    outcome(validate_etags, response, autotags=True)
    assert response.headers["ETag"] == MD5_OF_X


def test_autotags_do_not_read_a_file_into_memory() -> None:
    class File:
        yields_bytes = True

        def __iter__(self) -> Any:
            raise AssertionError("it is read")

    response = Response(app_iter=File())
    validate_etags(Request.blank("/"), response, autotags=True)
    assert "ETag" not in response.headers


def test_autotags_leave_a_stream_alone() -> None:
    response = Response(app_iter=iter([b"x"]))
    outcome(validate_etags, response, autotags=True, stream=True)
    assert "ETag" not in response.headers
    assert list(response.app_iter) == [b"x"]


def test_the_decision_is_logged(caplog: Any) -> None:
    caplog.set_level("INFO")
    outcome(validate_etags, tagged())
    assert not caplog.records
    outcome(validate_etags, tagged(), debug=True)
    assert 'ETag "a"' in caplog.text


@pytest.mark.parametrize("rubbish", ['"', 'W/"', '"a', ",", '""""""' * 1000, "W/" * 5000])
def test_rubbish_matches_nothing(rubbish: Any) -> None:
    assert outcome(validate_etags, tagged(), {"If-None-Match": rubbish}) == 200


# validate_since


def dated(date: Any = DATE, status: Any = 200) -> Any:
    response = Response("x", status=status)
    if date is not None:
        response.headers["Last-Modified"] = date
    return response


@pytest.mark.parametrize(
    ("since", "result"),
    [
        (DATE, 304),
        (LATER, 304),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 304),
        ("Sun Nov  6 08:49:37 1994", 304),
        (EARLIER, 200),
        ("yesterday", 200),
        ("", 200),
        ("99999999999999999999", 200),
    ],
)
def test_if_modified_since(since: Any, result: Any) -> None:
    for method in ("GET", "HEAD"):
        assert outcome(validate_since, dated(), {"If-Modified-Since": since}, method) == result
    assert outcome(validate_since, dated(), {"If-Modified-Since": since}, "PUT") == 200


@pytest.mark.parametrize(
    ("since", "result"), [(DATE, 200), (LATER, 200), (EARLIER, 412), ("soon", 200)]
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_if_unmodified_since(since: Any, result: Any, method: Any) -> None:
    assert outcome(validate_since, dated(), {"If-Unmodified-Since": since}, method) == result


def test_conditions_on_entity_tags_outrank_dates() -> None:
    headers = {"If-None-Match": '"b"', "If-Modified-Since": DATE}
    assert outcome(validate_since, dated(), headers) == 200
    headers = {"If-Match": '"b"', "If-Unmodified-Since": EARLIER}
    assert outcome(validate_since, dated(), headers) == 200


def test_without_a_date_nothing_is_checked() -> None:
    assert outcome(validate_since, dated(None), {"If-Modified-Since": DATE}) == 200
    assert outcome(validate_since, dated("rubbish"), {"If-Unmodified-Since": EARLIER}) == 200


def test_dates_are_for_successes() -> None:
    assert outcome(validate_since, dated(status=404), {"If-Modified-Since": DATE}) == 404
