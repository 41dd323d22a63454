from __future__ import annotations

import mimetypes
import os
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from webob import Request, Response

from cherrypy_httputil import HTTPError, HTTPRedirect
from cherrypy_static import (
    RelativePathError,
    StaticDirectory,
    StaticFile,
    guess_type,
    staticdir,
    staticfile,
)


@pytest.fixture
def site(tmp_path: Any) -> Any:
    root = tmp_path / "site"
    (root / "sub").mkdir(parents=True)
    (root / "a.txt").write_text("a")
    (root / "sub" / "b.css").write_text("b")
    (root / "sub" / "index.html").write_text("index")
    (root / "\xe9 %41.txt").write_text("e")
    (root / ".hidden").write_text("hidden")
    (root / ".well-known").mkdir()
    (root / ".well-known" / "x.txt").write_text("known")
    (tmp_path / "secret.txt").write_text("secret")
    return root


def fetch(
    site: Any, path: Any, section: Any = "/static", *, method: Any = "GET", **options: Any
) -> Any:
    request = Request.blank("/", method=method)
    request.path_info = path
    response = Response()
    served = staticdir(request, response, section, str(site), **options)
    return response.text if served else None


def test_files_are_served_by_the_rest_of_the_path(site: Any) -> None:
    assert fetch(site, "/static/a.txt") == "a"
    assert fetch(site, "/static/sub/b.css") == "b"
    assert fetch(site, "/static//sub/./b.css") == "b"


def test_names_are_decoded_once(site: Any) -> None:
    assert fetch(site, "/static/\xe9 %41.txt") == "e"
    assert fetch(site, "/static/\xe9 A.txt") is None


@pytest.mark.parametrize("section", ["", "/", "global"])
def test_a_section_may_be_the_whole_application(site: Any, section: Any) -> None:
    assert fetch(site, "/a.txt", section) == "a"


@pytest.mark.parametrize("path", ["/other/a.txt", "/staticky/a.txt", "/"])
def test_paths_outside_of_the_section_are_not_served(site: Any, path: Any) -> None:
    assert fetch(site, path) is None


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_only_get_and_head_are_served(site: Any, method: Any) -> None:
    assert fetch(site, "/static/a.txt", method=method) is None


def test_head_is_served(site: Any) -> None:
    assert fetch(site, "/static/a.txt", method="HEAD") == ""


@pytest.mark.parametrize(
    "path", ["/static", "/static/", "/static/sub", "/static/nope", "/static/a.txt/"]
)
def test_where_no_file_is_nothing_is_served(site: Any, path: Any) -> None:
    assert fetch(site, path) is None


def test_what_is_not_served_leaves_the_response_alone(site: Any) -> None:
    request = Request.blank("/static/nope")
    response = Response("x")
    before = response.headerlist[:]
    assert staticdir(request, response, "/static", str(site)) is False
    assert (response.headerlist, response.body) == (before, b"x")


# Nothing outside


@pytest.mark.parametrize(
    "path",
    ["/static/../secret.txt", "/static/sub/../../secret.txt", "/static/..", "/static/sub/../a.txt"],
)
def test_climbing_is_forbidden(site: Any, path: Any) -> None:
    with pytest.raises(HTTPError) as caught:
        fetch(site, path)
    assert caught.value.code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/static/..\\secret.txt",
        "/static/\\..\\secret.txt",
        "/static/sub\\b.css",
        "/static/a.txt\0",
        "/static/a.txt\0.png",
        "/static/%2e%2e/secret.txt",
        "/static/%2e%2e%2fsecret.txt",
        "/static/\u2025/secret.txt",
        "/static/\uff0e\uff0e/secret.txt",
        "/static/.../secret.txt",
        "/static/" + "x/" * 3000,
        "/static/" + "x" * 300,
    ],
)
def test_tricks_find_nothing(site: Any, path: Any) -> None:
    assert fetch(site, path) is None


def test_an_absolute_path_is_below_the_directory(site: Any) -> None:
    assert fetch(site, f"/static/{site}/a.txt") is None
    assert fetch(site, f"/static/{site.parent}/secret.txt") is None
    assert fetch(site, "/static//etc/passwd") is None


def test_a_link_out_of_the_directory_is_not_followed(site: Any) -> None:
    (site / "out.txt").symlink_to(site.parent / "secret.txt")
    (site / "up").symlink_to(site.parent)
    assert fetch(site, "/static/out.txt") is None
    assert fetch(site, "/static/up/secret.txt") is None
    assert fetch(site, "/static/up/site/a.txt") == "a"
    assert fetch(site, "/static/out.txt", follow_symlinks=True) == "secret"
    assert fetch(site, "/static/up/secret.txt", follow_symlinks=True) == "secret"


def test_a_link_to_a_sibling_with_the_same_beginning_is_outside(site: Any) -> None:
    other = site.parent / "site2"
    other.mkdir()
    (other / "x.txt").write_text("x")
    (site / "x.txt").symlink_to(other / "x.txt")
    assert fetch(site, "/static/x.txt") is None


def test_a_link_within_the_directory_is_followed(site: Any) -> None:
    (site / "in.css").symlink_to(site / "sub" / "b.css")
    (site / "dir").symlink_to("sub")
    assert fetch(site, "/static/in.css") == "b"
    assert fetch(site, "/static/dir/b.css") == "b"


@pytest.mark.parametrize("target", ["nowhere", "loop"])
def test_a_link_to_nothing_finds_nothing(site: Any, target: Any) -> None:
    (site / "loop").symlink_to(target)
    assert fetch(site, "/static/loop") is None
    assert fetch(site, "/static/loop", follow_symlinks=True) is None


def test_the_directory_itself_may_be_a_link(site: Any) -> None:
    current = site.parent / "current"
    current.symlink_to(site)
    (site / "in.txt").symlink_to("a.txt")
    assert fetch(current, "/static/a.txt") == "a"
    assert fetch(current, "/static/in.txt") == "a"


def test_dot_files_are_not_served_unless_asked(site: Any) -> None:
    assert fetch(site, "/static/.hidden") is None
    assert fetch(site, "/static/.well-known/x.txt") is None
    assert fetch(site, "/static/.hidden", dotfiles=True) == "hidden"
    assert fetch(site, "/static/.well-known/x.txt", dotfiles=True) == "known"


def test_a_link_does_not_uncover_a_dot_file(site: Any) -> None:
    (site / "seen").symlink_to(".hidden")
    assert fetch(site, "/static/seen") is None
    assert fetch(site, "/static/seen", dotfiles=True) == "hidden"


def test_devices_fifos_and_sockets_are_not_served(site: Any, monkeypatch: Any) -> None:
    os.mkfifo(site / "pipe")
    (site / "zero").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listener:
        monkeypatch.chdir(site)
        listener.bind("sock")
        assert fetch(site, "/static/sock") is None
    assert fetch(site, "/static/pipe") is None
    assert fetch(site, "/static/zero", follow_symlinks=True) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(["..", ".", "", "sub", "up", "a.txt", "secret.txt", "\\", "\0", "~"]))
)
def test_no_combination_gets_out(site: Any, segments: Any) -> None:
    if not (site / "up").is_symlink():
        (site / "up").symlink_to("..")
    try:
        assert fetch(site, "/static/" + "/".join(segments)) in {None, "a"}
    except HTTPError as error:
        assert error.code == 403  # noqa: PT017 - both outcomes are right


@given(st.text())
def test_no_name_breaks_the_search(tmp_path_factory: Any, name: Any) -> None:
    request = Request.blank("/")

    class Named:
        method = "GET"
        headers = request.headers
        script_name = query_string = ""
        path_info = "/" + name

    root = tmp_path_factory.getbasetemp()
    try:
        assert staticdir(Named(), Response(), "", str(root / "empty")) is False
    except HTTPError as error:
        assert error.code == 403  # noqa: PT017 - both outcomes are right


# Index


def test_an_index_is_served_for_its_directory(site: Any) -> None:
    assert fetch(site, "/static/sub/", index="index.html") == "index"
    assert fetch(site, "/static/", index="index.html") is None


def test_a_directory_without_its_slash_is_redirected(site: Any) -> None:
    request = Request.blank("/static/sub?a=1", base_url="http://h/app")
    request.script_name = "/app"
    with pytest.raises(HTTPRedirect) as caught:
        staticdir(request, Response(), "/static", str(site), index="index.html")
    assert (caught.value.urls, caught.value.status) == (["/app/static/sub/?a=1"], 301)


def test_the_redirection_stays_on_this_host(site: Any) -> None:
    request = Request.blank("/")
    request.path_info = "//sub"
    with pytest.raises(HTTPRedirect) as caught:
        staticdir(request, Response(), "", str(site), index="index.html")
    assert caught.value.urls == ["/sub/"]


def test_a_directory_without_an_index_is_not_redirected(site: Any) -> None:
    (site / "bare").mkdir()
    assert fetch(site, "/static/bare", index="index.html") is None


# Options


def test_match_limits_what_is_served(site: Any) -> None:
    assert fetch(site, "/static/a.txt", match=r"\.txt$") == "a"
    assert fetch(site, "/static/a.txt", match=r"\.css$") is None


def test_content_types_come_first(site: Any) -> None:
    request = Request.blank("/static/sub/b.css")
    response = Response()
    types = {"css": "text/x-own"}
    assert staticdir(request, response, "/static", str(site), content_types=types)
    assert response.headers["Content-Type"] == "text/x-own"


def test_etag_and_max_age_are_handed_on(site: Any) -> None:
    response = Response()
    request = Request.blank("/static/a.txt")
    assert staticdir(request, response, "/static", str(site), etag=True, max_age=5)
    assert response.headers["ETag"]
    assert response.headers["Cache-Control"] == "max-age=5"


def test_a_relative_directory_is_below_the_root(site: Any) -> None:
    request = Request.blank("/a.txt")
    assert staticdir(request, Response(), "/", "./site", str(site.parent))


def test_a_home_directory_is_expanded(site: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("HOME", str(site.parent))
    request = Request.blank("/a.txt")
    assert staticdir(request, Response(), "/", "~/site")
    assert staticdir(request, Response(), "/", "site", "~")


@pytest.mark.parametrize("root", ["", "also/relative"])
def test_a_relative_directory_without_an_absolute_root_is_refused(root: Any) -> None:
    with pytest.raises(
        RelativePathError, match=r"relative path: make it absolute, or set an absolute `root`"
    ):
        staticdir(Request.blank("/a"), Response(), "/", "public", root)
    with pytest.raises(ValueError, match="relative path"):
        staticfile(Request.blank("/a"), Response(), "a.txt", root)


def test_decisions_are_logged(site: Any, caplog: Any) -> None:
    caplog.set_level("INFO")
    fetch(site, "/static/a.txt")
    assert not caplog.records
    fetch(site, "/static/a.txt", debug=True)
    assert "a.txt" in caplog.text


def test_a_directory_is_prepared_once_for_many_requests(site: Any) -> None:
    serve = StaticDirectory("/static", "site", str(site.parent), match="css$|txt$")
    assert serve.home == str(site)
    for path, text in (("a.txt", "a"), ("sub/b.css", "b"), ("sub/index.html", None)):
        response = Response()
        served = serve(Request.blank(f"/static/{path}"), response)
        assert (response.text if served else None) == text


def test_a_match_that_is_no_pattern_is_an_error_when_it_is_prepared(site: Any) -> None:
    with pytest.raises(ValueError, match="which is no regular expression: missing"):
        StaticDirectory("/", str(site), match="(")
    with pytest.raises(ValueError, match="is no regular expression"):
        StaticFile(str(site / "a.txt"), match="(")


# staticfile


def test_one_file_is_served_whatever_the_path(site: Any) -> None:
    response = Response()
    assert staticfile(Request.blank("/any"), response, str(site / "a.txt"))
    assert response.text == "a"
    assert staticfile(Request.blank("/any"), response, "sub/b.css", str(site), max_age=1, etag=True)
    assert response.text == "b"
    assert response.headers["Cache-Control"] == "max-age=1"


def test_one_file_that_is_not_there_is_not_served(site: Any) -> None:
    assert not staticfile(Request.blank("/any"), Response(), str(site / "nope"))
    assert not staticfile(Request.blank("/any"), Response(), str(site))


def test_one_file_is_served_for_reading_only_and_where_it_matches(site: Any) -> None:
    path = str(site / "a.txt")
    assert not staticfile(Request.blank("/any", method="POST"), Response(), path)
    assert not staticfile(Request.blank("/any"), Response(), path, match="^/other")
    assert staticfile(Request.blank("/any"), Response(), path, match="^/any")


def test_one_file_has_its_content_type(site: Any) -> None:
    response = Response()
    types = {"txt": "text/x-own"}
    assert staticfile(Request.blank("/any"), response, str(site / "a.txt"), content_types=types)
    assert response.headers["Content-Type"] == "text/x-own"


# Media types


def test_types_follow_mimetypes_at_run_time(monkeypatch: Any) -> None:
    assert guess_type("a.x-new") == "application/octet-stream"
    monkeypatch.setitem(mimetypes.types_map, ".x-new", "text/x-new")
    assert guess_type("a.x-new") == "text/x-new"


def test_types_are_read_when_they_are_first_needed(monkeypatch: Any) -> None:
    asked = []
    monkeypatch.setattr(mimetypes, "inited", False)
    monkeypatch.setattr(mimetypes, "init", lambda: asked.append(1))
    guess_type("a.txt")
    assert asked == [1]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.html", "text/html"),
        ("A.HTML", "text/html"),
        ("README", "application/octet-stream"),
        (".htaccess", "application/octet-stream"),
        ("a.woff2", "font/woff2"),
        ("dir.txt/file", "application/octet-stream"),
    ],
)
def test_types(name: Any, kind: Any) -> None:
    assert guess_type(name) == kind


def test_own_types_may_have_a_dot() -> None:
    assert guess_type("a.txt", {".txt": "text/x-own"}) == "text/x-own"
    assert guess_type("a.css", {"txt": "text/x-own"}) == "text/css"


def test_own_types_do_not_depend_on_case() -> None:
    assert guess_type("A.TXT", {"txt": "text/x-own"}) == "text/x-own"
    assert guess_type("A.TXT", {".txt": "text/x-own"}) == "text/x-own"
    assert guess_type("A.TXT", {"TXT": "text/x-upper", "txt": "text/x-own"}) == "text/x-upper"


def test_the_type_is_that_of_the_name_not_of_the_directory() -> None:
    assert guess_type(str(Path("a.html") / "b")) == "application/octet-stream"


def test_the_type_is_that_of_the_name_that_was_asked_for(site: Any) -> None:
    (site / "hash1234").write_text("x")
    (site / "page.css").symlink_to("hash1234")
    response = Response()
    assert staticdir(Request.blank("/page.css"), response, "/", str(site))
    assert response.headers["Content-Type"] == "text/css"
