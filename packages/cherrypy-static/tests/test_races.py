"""What changes between the look at a file and its opening, or after it, opens no way out."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from webob import Request, Response

from cherrypy_static import files, staticdir
from cherrypy_static.places import true_path

if TYPE_CHECKING:
    from collections.abc import Callable


class Site:
    """A directory with files, and secrets of the same names beside it."""

    def __init__(self, place: Path) -> None:
        self.root = place / "site"
        self.sub = self.root / "sub"
        self.outside = place / "outside"
        for directory, text in ((self.sub, "public"), (self.outside, "secret")):
            directory.mkdir(parents=True)
            (directory / "a.txt").write_text(text)

    def ask(self, path: str = "/sub/a.txt", **options: Any) -> str | None:
        """Return the text that is served, None if nothing is."""
        response = Response()
        served = staticdir(Request.blank(path), response, "/", str(self.root), **options)
        return response.text if served else None

    def replace_directory(self) -> None:
        """Make the directory a link to the outside."""
        self.sub.rename(self.root / "away")
        self.sub.symlink_to(self.outside)

    def move_file_out(self) -> None:
        """Make the file one that lies outside."""
        (self.sub / "a.txt").rename(self.outside / "moved.txt")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def once_before(
    monkeypatch: pytest.MonkeyPatch, name: str, change: Callable[[], object], owner: Any = os
) -> None:
    """Let something happen right before the next call of a function."""
    really = getattr(owner, name)

    def interfere(*args: Any, **options: Any) -> Any:
        monkeypatch.setattr(owner, name, really)
        change()
        return really(*args, **options)

    monkeypatch.setattr(owner, name, interfere)


@pytest.fixture
def slower(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no call of the kernel that refuses links."""
    monkeypatch.setattr(files, "open_unlinked", lambda _path: None)


def test_without_a_race_the_file_is_served(site: Site) -> None:
    assert site.ask() == "public"


@pytest.mark.usefixtures("slower")
@pytest.mark.parametrize("moment", ["stat", "open", "fstat"])
@pytest.mark.parametrize("change", [Site.replace_directory, Site.move_file_out])
def test_what_is_exchanged_at_any_moment_is_not_served(
    site: Site, monkeypatch: pytest.MonkeyPatch, moment: str, change: Callable[[Site], None]
) -> None:
    once_before(monkeypatch, moment, lambda: change(site))
    # After the file is open, the replaced directory changes nothing: its file lies inside still.
    opened_before = moment == "fstat" and change is Site.replace_directory
    assert site.ask() == ("public" if opened_before else None)


@pytest.mark.parametrize("change", [Site.replace_directory, Site.move_file_out])
def test_what_is_exchanged_before_the_kernel_opens_it_is_not_served(
    site: Site, monkeypatch: pytest.MonkeyPatch, change: Callable[[Site], None]
) -> None:
    once_before(monkeypatch, "open_unlinked", lambda: change(site), files)
    assert site.ask() is None


@pytest.mark.parametrize("change", [Site.replace_directory, Site.move_file_out])
def test_what_is_exchanged_after_the_kernel_opened_it_is_what_was_there(
    site: Site, monkeypatch: pytest.MonkeyPatch, change: Callable[[Site], None]
) -> None:
    once_before(monkeypatch, "fstat", lambda: change(site))
    assert site.ask() == "public"


@pytest.mark.usefixtures("slower")
def test_a_root_that_becomes_a_link_leads_to_its_new_place_only(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace_root() -> None:
        site.root.rename(site.root.with_name("old"))
        site.root.symlink_to(site.outside)

    (site.outside / "sub").symlink_to(site.root.with_name("old") / "sub")
    once_before(monkeypatch, "open", replace_root)
    assert site.ask() is None


@pytest.mark.usefixtures("slower")
def test_a_file_that_vanishes_before_it_is_opened_is_not_served(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    once_before(monkeypatch, "open", (site.sub / "a.txt").unlink)
    assert site.ask() is None


@pytest.mark.usefixtures("slower")
def test_a_file_that_becomes_a_link_before_it_is_opened_is_not_served(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace_file() -> None:
        (site.sub / "a.txt").unlink()
        (site.sub / "a.txt").symlink_to(site.outside / "a.txt")

    once_before(monkeypatch, "open", replace_file)
    assert site.ask() is None


def test_a_file_that_is_deleted_after_it_was_opened_is_served(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    once_before(monkeypatch, "fstat", (site.sub / "a.txt").unlink)
    assert site.ask() == "public"


def test_no_descriptor_stays_open(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(Path("/dev/fd").iterdir())
    once_before(monkeypatch, "open_unlinked", site.replace_directory, files)
    assert site.ask() is None
    assert site.ask("/away/a.txt", precompressed=True) == "public"
    assert site.ask("/none") is None
    assert site.ask("/sub", index="a.txt") is None
    assert set(Path("/dev/fd").iterdir()) == before


@pytest.mark.parametrize("way", ["kernel", "slower"])
def test_no_secret_gets_out_while_a_directory_is_exchanged_again_and_again(
    site: Site, request: pytest.FixtureRequest, way: str
) -> None:
    if way == "slower":
        request.getfixturevalue(way)
    away = site.root.with_name("away")
    over = threading.Event()

    def exchange() -> None:
        while not over.is_set():
            site.sub.rename(away)
            site.sub.symlink_to(site.outside)
            site.sub.unlink()
            away.rename(site.sub)

    thread = threading.Thread(target=exchange)
    thread.start()
    try:
        answers = {site.ask() for _ in range(500)}
    finally:
        over.set()
        thread.join()
    assert answers <= {"public", None}


# Systems that do not tell the path of an open file


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the system not tell where an open file lies."""

    def refuse(*_args: Any, **_options: Any) -> None:
        raise FileNotFoundError("/proc")

    monkeypatch.setattr("cherrypy_static.places.told_path", refuse)


@pytest.mark.usefixtures("slower", "silent")
def test_without_help_of_the_system_the_path_is_looked_up(site: Site) -> None:
    (site.root / "in").symlink_to("sub")
    (site.root / "out").symlink_to(site.outside)
    assert site.ask() == "public"
    assert site.ask("/in/a.txt") == "public"
    assert site.ask("/out/a.txt") is None


@pytest.mark.usefixtures("slower", "silent")
def test_without_help_of_the_system_a_race_is_noticed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace_file() -> None:
        (site.sub / "a.txt").unlink()
        (site.sub / "a.txt").write_text("another")

    once_before(monkeypatch, "fstat", replace_file)
    assert site.ask() is None


@pytest.mark.usefixtures("slower", "silent")
def test_a_path_that_leads_elsewhere_by_now_is_an_error(site: Site) -> None:
    with (site.sub / "a.txt").open() as file, pytest.raises(OSError, match="changed while"):
        true_path(file.fileno(), str(site.outside / "a.txt"))
