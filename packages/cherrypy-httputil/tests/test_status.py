from http import HTTPStatus
from typing import Any

import pytest

from cherrypy_httputil import Status, response_codes, valid_status

NOT_FOUND = "Nothing matches the given URI"


@pytest.mark.parametrize(
    ("status", "code", "reason", "message"),
    [
        (None, 200, "OK", "Request fulfilled, document follows"),
        ("", 200, "OK", "Request fulfilled, document follows"),
        (404, 404, "Not Found", NOT_FOUND),
        ("404", 404, "Not Found", NOT_FOUND),
        ("404 ", 404, "Not Found", NOT_FOUND),
        ("404 Gone fishing", 404, "Gone fishing", NOT_FOUND),
        (b"404 Gone fishing", 404, "Gone fishing", NOT_FOUND),
        ((404, "Gone fishing"), 404, "Gone fishing", NOT_FOUND),
        (["404", ""], 404, "", NOT_FOUND),
        (b"404 \xff\xfcr", 404, "\xff\xfcr", NOT_FOUND),
        (HTTPStatus.NOT_FOUND, 404, "Not Found", NOT_FOUND),
        (299, 299, "", ""),
        (100, 100, "Continue", "Request received, please continue"),
        ("599 Odd", 599, "Odd", ""),
    ],
)
def test_a_status_has_a_code_a_reason_and_a_message(
    status: Status, code: int, reason: str, message: str
) -> None:
    assert valid_status(status) == (code, reason, message)


@pytest.mark.parametrize(
    "status",
    [
        "abc",
        "20x OK",
        99,
        600,
        -200,
        "OK 200",
        True,
        0,
        (99, "x"),
        "0200",
        "9" * 5000,
        (),
        (404,),
        (404, "a", "b"),
    ],
)
def test_a_status_that_is_none_is_named(status: Any) -> None:
    with pytest.raises(ValueError, match="is not a status") as caught:
        valid_status(status)
    assert repr(status) in str(caught.value)


@pytest.mark.parametrize("status", ["200 OK\r\nX: y", (200, "OK\n"), b"200 O\0K"])
def test_a_reason_is_one_line(status: Status) -> None:
    with pytest.raises(ValueError, match="CR, LF or NUL"):
        valid_status(status)


@pytest.mark.parametrize("status", ["200 \u2603", (200, "\u0100")])
def test_a_reason_that_cannot_be_sent_is_refused(status: Status) -> None:
    with pytest.raises(ValueError, match="ISO-8859-1 cannot hold"):
        valid_status(status)


def test_the_table_has_the_texts_that_programs_match_on() -> None:
    assert response_codes[404] == ("Not Found", NOT_FOUND)
    assert response_codes[413][0] == "Request Entity Too Large"
    assert response_codes[414][0] == "Request-URI Too Long"
    assert response_codes[416][0] == "Requested Range Not Satisfiable"
    assert response_codes[422][0] == "Unprocessable Entity"
    assert response_codes[423][0] == "Locked"
    assert response_codes[500][1] == (
        "The server encountered an unexpected condition which prevented it from "
        "fulfilling the request."
    )
    assert response_codes[503][1] == (
        "The server is currently unable to handle the request due to a temporary overloading or "
        "maintenance of the server."
    )


def test_an_application_may_add_a_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(response_codes, 599, ("Odd", "It is odd."))
    assert valid_status(599) == (599, "Odd", "It is odd.")
