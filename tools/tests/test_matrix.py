import json
from argparse import ArgumentParser
from pathlib import Path

import pytest
from workspace.commands import matrix as command
from workspace.errors import Misuse
from workspace.matrix import changed_files, concerned
from workspace.packages import Workspace
from workspace.samples import Sample, commit, workspace


@pytest.fixture
def stack(tmp_path: Path) -> Workspace:
    return workspace(
        tmp_path,
        Sample("base"),
        Sample("middle", layer=1, requires=["base>=0.1"]),
        Sample("top", layer=2, requires=["middle>=0.1"]),
        Sample("beside", layer=1),
    )


def names(found: Workspace, *files: str) -> list[str]:
    return [package.name for package in concerned(found, files)]


def test_a_change_concerns_the_package_and_all_that_depend_on_it(stack: Workspace) -> None:
    assert names(stack, "packages/middle/src/middle/__init__.py") == ["middle", "top"]
    assert names(stack, "packages/base/README.md") == ["base", "middle", "top"]


def test_a_page_of_a_package_concerns_the_package(stack: Workspace) -> None:
    assert names(stack, "docs/packages/beside.md") == ["beside"]


@pytest.mark.parametrize("file", ["pyproject.toml", "tools/test", "docs/index.md", "packages/new"])
def test_any_other_change_concerns_everything(stack: Workspace, file: str) -> None:
    assert names(stack, "packages/top/README.md", file) == list(stack.packages)


def test_no_change_concerns_nothing(stack: Workspace) -> None:
    assert names(stack) == []


def test_changes_are_what_this_branch_and_its_tree_have_beyond_a_ref(stack: Workspace) -> None:
    commit(stack.root, "before")
    (stack.root / "packages" / "top" / "README.md").write_text("# New\n", "utf-8")
    commit(stack.root)
    (stack.root / "packages" / "base" / "README.md").write_text("# Not committed\n", "utf-8")
    assert changed_files(stack.root, "before") == [
        "packages/base/README.md",
        "packages/top/README.md",
    ]


def test_an_unknown_ref_is_refused(stack: Workspace) -> None:
    commit(stack.root)
    with pytest.raises(Misuse, match="git knows no ref 'nope'"):
        changed_files(stack.root, "nope")


def test_an_unknown_ref_may_stand_for_everything(
    stack: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(stack.root)
    parser = ArgumentParser()
    command.configure(parser)
    assert command.run(parser.parse_args(["--since", "0123abc", "--all-if-unknown"]), stack) == 0
    assert json.loads(capsys.readouterr().out)["package"] == list(stack.packages)
