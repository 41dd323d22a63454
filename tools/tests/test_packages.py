from pathlib import Path

import pytest
from workspace.errors import Failure, Misuse
from workspace.packages import Workspace
from workspace.samples import Sample, workspace


@pytest.fixture
def stack(tmp_path: Path) -> Workspace:
    return workspace(
        tmp_path,
        Sample("top", layer=2, requires=["middle>=0.1,<0.2"]),
        Sample("middle", layer=1, requires=["base>=0.1,<0.2", "webob>=1.8"]),
        Sample("base"),
        Sample("beside"),
    )


def test_packages_are_found_and_come_lowest_layer_first(stack: Workspace) -> None:
    assert list(stack.packages) == ["base", "beside", "middle", "top"]


def test_metadata_come_from_the_package_itself(stack: Workspace) -> None:
    middle = stack.packages["middle"]
    assert (middle.version, middle.imports, middle.layer) == ("0.1.0", ("middle",), 1)
    assert [one.name for one in middle.requirements] == ["base", "webob"]
    assert [one.text for one in middle.tests] == ["pytest>=8.3"]


def test_a_closure_has_what_is_needed_through_others(stack: Workspace) -> None:
    closure = stack.closure(stack.packages["top"])
    assert [one.name for one in closure] == ["base", "middle"]


def test_dependents_are_those_that_need_a_package_in_any_way(stack: Workspace) -> None:
    assert [one.name for one in stack.dependents(["base"])] == ["base", "middle", "top"]
    assert [one.name for one in stack.dependents(["beside"])] == ["beside"]


def test_packages_are_selected_by_name_or_directory(stack: Workspace) -> None:
    assert [one.name for one in stack.select(["packages/top/", "base"])] == ["base", "top"]
    assert len(stack.select([])) == 4


def test_an_unknown_package_is_refused_with_the_known_ones(stack: Workspace) -> None:
    with pytest.raises(Misuse, match="unknown package 'nope'; the packages are base, beside"):
        stack.select(["nope"])


def test_a_broken_pyproject_is_named(tmp_path: Path) -> None:
    Sample("broken").write(tmp_path)
    file = tmp_path / "packages" / "broken" / "pyproject.toml"
    file.write_text("[project]\nname = 'x'\n", "utf-8")
    with pytest.raises(Failure, match=r"broken/pyproject\.toml: KeyError: 'tool'"):
        Workspace.load(tmp_path)
