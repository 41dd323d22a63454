"""Whatever a tree looks like and whatever is asked for, nothing outside of it is served."""

from __future__ import annotations

import itertools
import os
import tempfile
import unittest.mock
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webob import Request, Response

from cherrypy_httputil import HTTPError, HTTPRedirect
from cherrypy_static import files, staticdir
from cherrypy_static.unlinked import open_unlinked

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = ("a", "b", "c", ".d")
PLACES = [f"site/{one}" for one in NAMES] + [f"site/a/{one}" for one in NAMES]
TARGETS = [
    *("a", "b", ".d", "..", ".", "../..", "../outside", "../../outside", "../outside/a"),
    *("{top}/outside", "{top}/outside/a", "{top}/site", "{top}/site/.d", "{top}/site2/a"),
    *("/etc/passwd", "/dev/null", "/proc/self/fd", "nowhere"),
]
links = st.dictionaries(st.sampled_from(PLACES), st.sampled_from(TARGETS), max_size=6)
segments = st.sampled_from(
    [*NAMES, "..", ".", "", "outside", "site", "\\", "\0", "a\0", "...", "~"]
)
paths = st.lists(st.lists(segments, max_size=6).map("/".join), max_size=6)
BEHIND = ("", "/a", "/b", "/a/b", "/outside/b", "/site/b", "/1")
KNOWN = [place.removeprefix("site/") + rest for place in PLACES for rest in BEHIND]
"""Whatever a link leads to, something behind it is asked for."""


def grow(top: Path, links: dict[str, str]) -> None:
    """Make a directory `site` with these links, and files where there is no link; and others."""
    for directory in ("site/a", "site/.d", "outside/a", "site2"):
        if not any(place == directory for place in links):
            (top / directory).mkdir(parents=True, exist_ok=True)
    (top / "site").mkdir(exist_ok=True)
    for place, target in sorted(links.items()):
        if is_free(top / place):
            (top / place).symlink_to(target.format(top=top))
    for directory, name in itertools.product(("site", "site/a", "site/.d"), (*NAMES, "file")):
        put(top / directory / name, "hidden" if ".d" in f"{directory}/{name}" else "inside")
    for place in ("outside/b", "outside/a/b", "site2/a", "file"):
        put(top / place, "outside")


def put(file: Path, text: str) -> None:
    """Write a file where nothing is."""
    if is_free(file):
        file.write_text(text)


def is_free(place: Path) -> bool:
    """Tell whether nothing is there, in a directory that is no link."""
    directory = place.parent
    return directory.is_dir() and not directory.is_symlink() and not os.path.lexists(place)


def ask(root: Path, path: str, **options: Any) -> str | None:
    request = Request.blank("/")
    request.path_info = f"/{path}"
    response = Response()
    try:
        return response.text if staticdir(request, response, "/", str(root), **options) else None
    except HTTPRedirect:
        return ask(root, f"{path}/", **options)
    except HTTPError as error:
        assert error.code == 403  # noqa: PT017 - a refusal is right, too
        return None


WAYS: dict[str, Callable[[str], int | None]] = {
    "kernel": open_unlinked,
    "slower": lambda _path: None,
}


@given(links, paths, st.booleans(), st.sampled_from(["", "b", "a/b"]), st.sampled_from([*WAYS]))
def test_no_tree_and_no_path_leads_out(
    links: dict[str, str], paths: list[str], dotfiles: bool, index: str, way: str
) -> None:
    with (
        tempfile.TemporaryDirectory() as place,
        unittest.mock.patch.object(files, "open_unlinked", WAYS[way]),
    ):
        top = Path(place)
        grow(top, links)
        options = {"dotfiles": dotfiles, "index": index, "precompressed": True}
        answers = {path: ask(top / "site", path, **options) for path in [*KNOWN, *paths]}
        (top / "current").symlink_to("site")
        through = {path: ask(top / "current", path, **options) for path in answers}
    assert set(answers.values()) <= {"inside", None} | ({"hidden"} if dotfiles else set())
    assert through == answers


CLIMBS = ["../secret", "..\\secret", "/../secret", "sub/../../secret", "//secret", "./../secret"]
CODINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "percent": lambda text: "".join(f"%{ord(letter):02x}" for letter in text),
    "twice": lambda text: quote("".join(f"%{ord(letter):02X}" for letter in text)),
    "overlong": lambda text: text.replace(".", "%c0%ae").replace("/", "%c0%af"),
    "longer": lambda text: text.replace(".", "%e0%80%ae").replace("/", "%e0%80%af"),
    "wide": lambda text: text.replace(".", "%ef%bc%8e").replace("/", "%ef%bc%8f"),
    "microsoft": lambda text: text.replace(".", "%u002e").replace("/", "%u2215"),
    "entity": lambda text: text.replace(".", "&#46;").replace("/", "&#47;"),
    "parameter": lambda text: text.replace("..", "..;"),
    "more": lambda text: text.replace("..", "....").replace("/", "//"),
    "nul": lambda text: f"{text}%00.css",
    "space": lambda text: text.replace("..", "..%20"),
    "backslash": lambda text: text.replace("/", "%5c"),
}


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("climb", CLIMBS)
def test_no_coding_of_a_path_leads_out(tmp_path: Path, coding: str, climb: str) -> None:
    (tmp_path / "site" / "sub").mkdir(parents=True)
    (tmp_path / "secret").write_text("secret")
    request = Request.blank(f"/static/{CODINGS[coding](climb)}")
    response = Response()
    try:
        assert not staticdir(request, response, "/static", str(tmp_path / "site"))
    except HTTPError as error:
        assert error.code == 403  # noqa: PT017 - a refusal is right, too
    assert response.body == b""


@pytest.mark.parametrize("path", ["/etc/passwd", "//etc/passwd", "C:/x", "file:///etc/passwd"])
def test_an_absolute_path_leads_nowhere(tmp_path: Path, path: str) -> None:
    assert ask(tmp_path, path) is None


def test_a_root_that_is_the_root_of_the_system_serves_all(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    (tmp_path / "to-a").symlink_to("a")
    assert ask(Path("/"), str(tmp_path / "a")) == "a"
    assert ask(Path("/"), str(tmp_path / "to-a")) == "a"


def test_a_link_to_what_may_not_be_read_does_not_tell_that_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "secret").touch()
    (tmp_path / "site" / "mine").touch()
    (tmp_path / "site" / "link").symlink_to("../secret")

    def refuse(path: str, _flags: int) -> None:
        raise PermissionError(path)

    monkeypatch.setattr("cherrypy_static.files.open_unlinked", lambda _path: None)
    monkeypatch.setattr(os, "open", refuse)

    def status(name: str, **options: Any) -> int:
        request, response = Request.blank(f"/{name}"), Response()
        with pytest.raises(HTTPError) as caught:
            staticdir(request, response, "/", str(tmp_path / "site"), **options)
        return caught.value.code

    assert ask(tmp_path / "site", "link") is None
    assert status("mine") == 403
    assert status("link", follow_symlinks=True) == 403


def test_what_a_link_leads_to_is_not_even_opened_if_it_is_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "null").symlink_to("/dev/null")
    monkeypatch.delattr(os, "open")
    assert ask(tmp_path, "null") is None
    assert ask(tmp_path, "null", follow_symlinks=True) is None
