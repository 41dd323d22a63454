"""What a part is called: all the ways in which clients write it."""

from __future__ import annotations

import pytest

from cherrypy_web.disposition import disposition_params, find_param


def filename(parameters: str) -> str | None:
    sent = f"form-data; {parameters}".encode().decode("latin-1")
    return find_param(disposition_params(sent), "filename")


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ('filename="a.txt"', "a.txt"),
        ("filename=a.txt", "a.txt"),
        ('FileName="a.txt"', "a.txt"),
        ('filename = "a.txt" ; x=y', "a.txt"),
        ('filename=""', ""),
        ("name=x", None),
        ('filename="a;b.txt"', "a;b.txt"),
        (r'filename="a\"b.txt"', 'a"b.txt'),
        (r'filename="a\\b\".txt"', 'a\\b".txt'),
        ('filename="a%22b.txt"', 'a"b.txt'),
        ('filename="100%.txt"', "100%.txt"),
        (r'filename="C:\dir\new.txt"', r"C:\dir\new.txt"),
        ('filename="é€.txt"', "é€.txt"),
        ("filename=\"a.txt\"; filename*=UTF-8''%e2%82%ac.txt", "€.txt"),
        ("filename*=utf-8'de'%C3%BC.txt; filename=u.txt", "ü.txt"),
        ("filename*=iso-8859-1''%FC.txt", "ü.txt"),
        ("filename*=UTF-8''%FF.txt; filename=u.txt", "u.txt"),
        ("filename*=base64''YQ==; filename=u.txt", "u.txt"),
        ("filename*=nonsense; filename=u.txt", "u.txt"),
        ("filename*0=ab; filename*1=c.txt", "abc.txt"),
        (r'filename*0="a\"b;"; filename*1="c"', 'a"b;c'),
        ("filename*0*=UTF-8''%e2%82; filename*1*=%ac; filename*2=.txt", "€.txt"),
        ("filename*0*=UTF-8''%FF; filename*1=x", "ÿx"),
        ("filename*1=late; filename=u.txt", "u.txt"),
        ('filename="first"; filename="second"', "first"),
        ('filename="open', '"open'),
    ],
)
def test_filename(parameters: str, name: str | None) -> None:
    assert filename(parameters) == name


def test_latin_name_that_is_not_utf_8() -> None:
    assert find_param({"filename": '"\xe9.txt"'}, "filename") == "é.txt"


@pytest.mark.parametrize(
    "piece", ['; a="', "; a=", ';"', '; a="\\"', "; filename*0=x", ";;", "; ="]
)
def test_hostile_parameters_take_time_by_their_length(piece: str) -> None:
    # No clock is looked at: in quadratic time, this would take hours.
    params = disposition_params("form-data" + piece * 1_000_000)
    find_param(params, "filename")
    assert len(params) <= 1
