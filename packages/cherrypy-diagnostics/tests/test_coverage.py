from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import coverage
import pytest

from cherrypy_diagnostics import CoveragePages, covered_tree

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = """\
def used():
    return "<b>used</b>"


def unused():
    return 1


if False:  # pragma: no cover
    x = 1
"""


def record(directory: Path, lines: dict[str, list[int]]) -> coverage.Coverage:
    """Return what a record is after lines of files ran; the files are made."""
    files = {}
    for name, numbers in lines.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SOURCE)
        files[str(path)] = numbers
    made = coverage.Coverage(data_file=str(directory / "record"), config_file=False)
    made.get_data().add_lines(files)
    return made


@pytest.fixture
def made(tmp_path: Path) -> coverage.Coverage:
    return record(tmp_path, {"shop/cart.py": [1, 2, 5], "shop/tests/test_cart.py": [1], "a.py": []})


def test_files_are_nested_dicts(made: coverage.Coverage, tmp_path: Path) -> None:
    shop = {"cart.py": None, "tests": {"test_cart.py": None}}
    assert covered_tree(made, tmp_path) == {"a.py": None, "shop": shop}
    assert covered_tree(made, tmp_path / "shop") == shop
    assert covered_tree(made, tmp_path / "shop", "tests|nothing") == {"cart.py": None}
    assert covered_tree(made, tmp_path / "sho") == {}
    tree: Any = covered_tree(made)
    for part in tmp_path.parts[1:]:
        tree = tree[part]
    assert tree["shop"] == shop


def test_first_page_shows_the_directory_that_has_all_files(
    made: coverage.Coverage, tmp_path: Path
) -> None:
    page = CoveragePages(made).index()
    assert f"<title>Coverage of {tmp_path}</title>" in page
    assert "cart.py</a> <span>75 %</span>" in page
    assert "test_cart.py</a> <strong>25 %</strong>" in page
    assert "a.py</a> <strong>0 %</strong>" in page
    # Of 4 statements in each of three files, 3, 1 and 0 ran.
    assert "<p>33 % of 12 statements ran.</p>" in page
    assert "shop/</a> <span>50 %</span>" in page
    assert "tests/</a> <strong>25 %</strong>" in page
    below = CoveragePages(made, tmp_path / "shop").index()
    assert "cart.py" in below
    assert "a.py</a>" not in below


def test_menu_has_the_options_that_it_was_asked_for(
    made: coverage.Coverage, tmp_path: Path
) -> None:
    pages = CoveragePages(made)
    page = pages.menu(tmp_path, pct="80", showpct="checked", exclude="/a.py|/b.py|")
    assert "<strong>75 %</strong>" in page
    assert "a.py</a>" not in page
    assert 'value="checked" checked' in page
    assert 'name="exclude" value="/a.py|/b.py|"' in page
    assert "%</span>" not in pages.menu(tmp_path)
    assert "%</strong>" not in pages.menu(tmp_path)
    assert "statements ran" not in pages.menu(tmp_path)
    assert "statements ran" not in pages.menu(tmp_path / "none", showpct="checked")
    assert "test_cart.py" not in pages.menu()


def test_files_of_the_whole_machine_are_shown(made: coverage.Coverage, tmp_path: Path) -> None:
    page = CoveragePages(made).menu(exclude="")
    quoted = str(tmp_path / "shop" / "cart.py").replace("/", "%2F")
    assert f"report?name={quoted}" in page


def test_malformed_options_are_errors(made: coverage.Coverage) -> None:
    pages = CoveragePages(made)
    with pytest.raises(ValueError, match="'many'"):
        pages.menu(pct="many")


def test_what_a_client_leaves_out_is_plain_text(made: coverage.Coverage) -> None:
    pages = CoveragePages(made)
    assert "cart.py</a>" in pages.menu(exclude="c.rt[.]py|(")
    assert "cart.py</a>" in pages.menu(exclude="|")
    assert "cart.py</a>" not in pages.menu(exclude="(|cart.py")


def test_report_marks_each_line(made: coverage.Coverage, tmp_path: Path) -> None:
    page = CoveragePages(made).report(str(tmp_path / "shop" / "cart.py"))
    assert "75 % of 4 statements ran, 1 did not." in page
    assert '<a href="./">All files</a>' in page
    shown = page.partition("<pre>")[2].splitlines()
    assert shown[0] == "    1 &gt; def used():"
    assert shown[1] == "    2 &gt;     return &quot;&lt;b&gt;used&lt;/b&gt;&quot;"
    assert shown[2] == "    3"
    assert shown[5] == "<mark>    6 !     return 1</mark>"
    assert shown[8] == "    9 - if False:  # pragma: no cover"


def test_only_files_that_were_measured_are_shown(made: coverage.Coverage, tmp_path: Path) -> None:
    secret = tmp_path / "secret.py"
    secret.write_text("password = 1\n")
    pages = CoveragePages(made)
    for name in (str(secret), str(tmp_path / "shop" / ".." / "secret.py"), "/etc/passwd", ""):
        with pytest.raises(LookupError, match="was not measured"):
            pages.report(name)


@pytest.mark.parametrize("content", [None, "this is no Python"])
def test_file_that_cannot_be_read_any_more_is_told(
    made: coverage.Coverage, tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "a.py"
    path.unlink()
    if content is not None:
        path.write_text(content)
    pages = CoveragePages(made)
    with pytest.raises(LookupError, match="cannot be read"):
        pages.report(str(path))
    if content is None:  # of one that is no Python, the oldest coverage tells what it remembers
        assert "a.py</a> cannot be read" in pages.index()


@pytest.mark.skipif(os.name == "nt", reason="no such file names there")
def test_hostile_names_are_escaped(tmp_path: Path) -> None:
    name = '"><script>alert(1)<b>.py'
    pages = CoveragePages(record(tmp_path, {name: [1]}))
    hostile = '"><script>'
    shown = (
        pages.index(),
        pages.report(str(tmp_path / name)),
        pages.menu(hostile, showpct=hostile, exclude=hostile),
    )
    for page in shown:
        assert "&lt;script&gt;" in page
        assert "<script" not in page


def test_nothing_was_measured(tmp_path: Path) -> None:
    assert "No files were measured" in CoveragePages(record(tmp_path, {})).index()
