"""The drawings show what the code does, and the check notices when they do not."""

import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from workspace.checks import Setting, pages
from workspace.drawings import DRAWINGS, PLACE, bus, life, packages, stale
from workspace.errors import Failure
from workspace.packages import Workspace
from workspace.samples import Sample, workspace
from workspace.steps import Log

ROOT = Path(__file__).resolve().parents[2]


def words(drawing: str) -> list[str]:
    root = ET.fromstring(drawing)
    return [one.text or "" for one in root.iter("{http://www.w3.org/2000/svg}text")]


def test_the_drawings_of_the_checkout_are_up_to_date() -> None:
    assert stale(Workspace.load(ROOT)) == []


def test_a_drawing_that_shows_something_else_is_stale(tmp_path: Path) -> None:
    found = Workspace.load(ROOT)
    shutil.copytree(ROOT / PLACE, tmp_path / PLACE)
    (tmp_path / PLACE / "bus.svg").write_text("old", "utf-8")
    (tmp_path / PLACE / "life.svg").unlink()
    there = Workspace(tmp_path, found.packages)
    assert stale(there) == [str(PLACE / "life.svg"), str(PLACE / "bus.svg")]


def test_the_check_says_what_to_run(tmp_path: Path) -> None:
    step = pages.drawn(Setting(Workspace.load(ROOT), Path("false")))
    with (tmp_path / "log").open("w") as file, pytest.raises(Failure, match="tools/docs draw"):
        step.run(Log(file))


def test_each_package_is_drawn_and_each_direct_need_is_a_line(tmp_path: Path) -> None:
    base, middle = Sample("sample-base"), Sample("sample-mid", layer=1, requires=["sample-base"])
    upper = Sample("sample-up", layer=2, requires=["sample-base", "sample-mid"])
    drawing = packages.drawing(workspace(tmp_path, base, middle, upper))
    assert sorted(words(drawing)) == ["sample-base", "sample-mid", "sample-up"]
    assert drawing.count('class="arrow"') == 2  # the need that another one brings has none


def test_a_request_is_drawn_as_it_is_lived() -> None:
    drawing = words(life.drawing(Workspace.load(ROOT)))
    second = drawing.index("It raises HTTPError")
    assert drawing[second + 8 : second + 12] == [
        "handler()",
        "before_finalize",
        "response.finalize()",
        "on_end_resource",
    ]
    assert drawing[drawing.index("It raises another error") :].count("handle_error()") == 1


def test_the_verdicts_of_the_bus_are_drawn() -> None:
    drawing = words(bus.drawing(Workspace.load(ROOT)))
    row = drawing.index("STOPPING, on its way")
    told = ["raises StateError", "nothing to do", "is done next", "nothing to do"]
    assert drawing[row + 1 : row + 5] == told


@pytest.mark.parametrize("name", DRAWINGS)
def test_each_drawing_is_on_the_page(name: str) -> None:
    assert f"](drawings/{name})" in (ROOT / "docs" / "architecture.md").read_text("utf-8")
