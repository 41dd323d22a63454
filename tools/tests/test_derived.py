"""What follows from the packages' metadata says what they say."""

import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from workspace import environment, overview, rootfile
from workspace.cli import ROOT
from workspace.errors import Failure
from workspace.navigation import filled
from workspace.packages import Package, Workspace
from workspace.programs import blocks
from workspace.requirements import normal_name, parse
from workspace.samples import Sample, workspace


def test_the_readme_of_this_checkout_shows_its_packages() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert overview.updated(Workspace.load(ROOT), text) == text


def test_the_readme_shows_a_short_program_and_the_two_commands_in_its_first_screen() -> None:
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("```python"))
    program = lines[start + 1 : lines.index("```", start)]
    assert len(program) <= 10
    assert {"import cherrypy", "cherrypy.quickstart(Root())"} <= set(program)
    first_screen = "\n".join(lines[:30])
    assert all(command in first_screen for command in ("tools/run", "tools/test"))


@pytest.mark.parametrize("package", list(Workspace.load(ROOT)), ids=lambda package: package.name)
def test_the_readme_of_a_package_has_short_programs(package: Package) -> None:
    text = (package.path / "README.md").read_text("utf-8")
    programs = [block.text for block in blocks(text) if block.language == "python"]
    assert programs
    assert all(len(program.splitlines()) <= 15 for program in programs)


@pytest.mark.parametrize("package", list(Workspace.load(ROOT)), ids=lambda package: package.name)
def test_examples_stand_in_a_section_that_the_documentation_shows_as_code(package: Package) -> None:
    texts = {file: file.read_text("utf-8") for file in package.source.rglob("*.py")}
    assert not [file for file, text in texts.items() if re.search(r"\n *Example:\n", text)]


def test_a_new_package_needs_no_line_in_the_root(tmp_path: Path) -> None:
    found = workspace(tmp_path, Sample("base"), Sample("new", layer=1))
    text = rootfile.updated(found, f"before\n{rootfile.BEGIN}\nold\n{rootfile.END}\nafter\n")
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert 'new = { path = "packages/new", develop = true }' in text
    assert '"pytest>=8.3",' in text
    assert rootfile.updated(found, text) == text


def test_a_requirement_that_is_not_locked_is_told(tmp_path: Path) -> None:
    found = workspace(tmp_path, Sample("base", requires=["webob>=1.8"]))
    text = rootfile.updated(found, f"{rootfile.BEGIN}\n{rootfile.END}\n")
    (tmp_path / "pyproject.toml").write_text(text, "utf-8")
    lock = tmp_path / "poetry.lock"
    locked = '[[package]]\nname = "base"\n'
    lock.write_text(locked, "utf-8")
    assert rootfile.stale(found) == ["poetry.lock (base)"]
    lock.write_text(locked + '[package.dependencies]\nwebob = ">=1.8"\n', "utf-8")
    assert rootfile.stale(found) == []


def test_files_without_the_comments_are_refused(tmp_path: Path) -> None:
    found = workspace(tmp_path)
    with pytest.raises(Failure, match="lacks the comment"):
        rootfile.updated(found, "")
    with pytest.raises(Failure, match="lacks the comment"):
        overview.updated(found, "")


def test_patterns_of_the_navigation_stand_for_the_pages_that_are_not_named() -> None:
    nav = ["index.md", {"Packages": ["packages/first.md", "packages/*"]}, {"None": "no/*"}, "*"]
    pages = ["index.md", "other.md", "packages/a.md", "packages/first.md"]
    assert filled([*nav, "missing.md"], pages) == [
        "index.md",
        {"Packages": ["packages/first.md", "packages/a.md"]},
        "other.md",
    ]


def test_every_dependency_has_a_line_that_says_why() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8").lower()
    missing = sorted(name for name in dependencies() if f"[{name}]" not in page)
    assert missing == []


def dependencies() -> set[str]:
    """Return the names of all third-party requirements of this checkout."""
    found = Workspace.load(ROOT)
    every = [
        one
        for package in found
        for one in chain(package.requirements, package.tests, *package.extras.values())
    ]
    names = {one.name for one in every} - found.packages.keys()
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["poetry"]["group"]
    for group in groups.values():
        names |= {normal_name(name) for name in group["dependencies"]}
    return names | {parse(text).name for text in environment.POETRY}
