from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from webob import Request, Response

from cherrypy_httputil import HTTPError
from cherrypy_static import staticdir, staticfile
from cherrypy_static.precompressed import codings


@pytest.fixture
def site(tmp_path: Path) -> Any:
    (tmp_path / "a.css").write_text("plain")
    for suffix in ("br", "zst", "gz"):
        (tmp_path / f"a.css.{suffix}").write_text(suffix)
    (tmp_path / "alone.css").write_text("plain")
    return tmp_path


def fetch(site: Any, accepted: Any, name: Any = "a.css", **headers: Any) -> Any:
    request = Request.blank(f"/{name}", headers=headers)
    if accepted is not None:
        request.headers["Accept-Encoding"] = accepted
    response = Response()
    assert staticdir(request, response, "/", str(site), precompressed=True, etag=True, max_age=9)
    alone = Response()
    assert staticfile(request, alone, str(site / name), precompressed=True, etag=True, max_age=9)
    assert alone.headers == response.headers
    assert alone.app_iter == response.app_iter
    return response


@pytest.mark.parametrize(
    ("accepted", "body", "coding"),
    [
        ("gzip", b"gz", "gzip"),
        ("gzip, deflate, br, zstd", b"br", "br"),
        ("gzip;q=0.9, br;q=0.5", b"gz", "gzip"),
        ("zstd, gzip", b"zst", "zstd"),
        ("*", b"br", "br"),
        ("*, br;q=0", b"zst", "zstd"),
        ("GZIP", b"gz", "gzip"),
        ("gzip;q=0.5, identity;q=0.5", b"gz", "gzip"),
        ("gzip;q=0.5, identity", b"plain", None),
        ("gzip;q=0", b"plain", None),
        ("deflate", b"plain", None),
        ("", b"plain", None),
        (None, b"plain", None),
        ("x," * 1000 + "gzip", b"plain", None),
    ],
)
def test_the_client_chooses(site: Any, accepted: Any, body: Any, coding: Any) -> None:
    response = fetch(site, accepted)
    assert response.app_iter == [body]
    assert response.headers.get("Content-Encoding") == coding
    assert response.headers["Content-Type"] == "text/css"
    assert response.headers["Content-Length"] == str(len(body))
    assert response.headers["Vary"] == "Accept-Encoding"


def test_a_file_without_siblings_is_served_itself(site: Any) -> None:
    response = fetch(site, "gzip", "alone.css")
    assert response.app_iter == [b"plain"]
    assert response.headers["Vary"] == "Accept-Encoding"


def test_a_sibling_that_is_older_is_not_served(site: Any) -> None:
    os.utime(site / "a.css.gz", (1, 1))
    assert fetch(site, "gzip").app_iter == [b"plain"]


def test_a_sibling_that_is_no_file_is_not_served(site: Any) -> None:
    (site / "alone.css.gz").mkdir()
    assert fetch(site, "gzip", "alone.css").app_iter == [b"plain"]


def test_a_sibling_that_may_not_be_read_is_not_served(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    really_open = os.open

    def refuse(path: str, flags: int) -> int:
        if path.endswith(".gz"):
            raise PermissionError(path)
        return really_open(path, flags)

    monkeypatch.setattr("cherrypy_static.files.open_unlinked", lambda _path: None)
    monkeypatch.setattr(os, "open", refuse)
    assert fetch(site, "gzip").app_iter == [b"plain"]


def test_a_sibling_that_lies_outside_is_not_served(site: Any, tmp_path_factory: Any) -> None:
    outside = tmp_path_factory.mktemp("outside") / "x.gz"
    outside.write_text("secret")
    (site / "alone.css.gz").symlink_to(outside)
    response = Response()
    request = Request.blank("/alone.css", headers={"Accept-Encoding": "gzip"})
    assert staticdir(request, response, "/", str(site), precompressed=True)
    assert response.app_iter == [b"plain"]


def test_a_part_is_one_of_the_compressed_file(site: Any) -> None:
    response = fetch(site, "gzip", Range="bytes=1-")
    assert (response.status_code, response.app_iter) == (206, [b"z"])
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Content-Range"] == "bytes 1-1/2"


def test_a_quality_that_is_no_number_leaves_no_file_open(site: Any) -> None:
    before = set(Path("/dev/fd").iterdir())
    with pytest.raises(HTTPError):
        fetch(site, "gzip;q=more")
    assert set(Path("/dev/fd").iterdir()) == before


def test_each_representation_has_its_own_entity_tag(site: Any) -> None:
    assert fetch(site, "gzip").headers["ETag"] != fetch(site, None).headers["ETag"]


def test_not_modified_keeps_what_caches_need(site: Any) -> None:
    etag = fetch(site, "gzip").headers["ETag"]
    response = fetch(site, "gzip", **{"If-None-Match": etag})
    assert response.status_code == 304
    assert response.headers["Vary"] == "Accept-Encoding"
    assert response.headers["Cache-Control"] == "max-age=9"
    assert "Content-Encoding" not in response.headers


def test_it_is_off_by_default(site: Any) -> None:
    request = Request.blank("/a.css", headers={"Accept-Encoding": "gzip"})
    response = Response()
    assert staticdir(request, response, "/", str(site))
    assert response.app_iter == [b"plain"]
    assert "Vary" not in response.headers


def test_one_file_that_is_not_there_is_not_served(site: Any) -> None:
    path = str(site / "nope")
    assert not staticfile(Request.blank("/"), Response(), path, precompressed=True)


def test_a_quality_that_is_no_number_is_a_bad_request() -> None:
    with pytest.raises(HTTPError) as caught:
        codings("gzip;q=much")
    assert caught.value.code == 400
