from pathlib import Path

import pytest
from workspace.checks.interface import breaks_allowed
from workspace.errors import Failure, Misuse
from workspace.packages import Workspace
from workspace.releases import check
from workspace.samples import Sample, workspace


@pytest.fixture
def found(tmp_path: Path) -> Workspace:
    return workspace(tmp_path, Sample("some-package", version="0.2.0"))


def test_a_tag_that_matches_version_and_changelog_is_accepted(found: Workspace) -> None:
    assert check(found, "some-package-v0.2.0").name == "some-package"


@pytest.mark.parametrize(
    "tag", ["some-package", "v0.2.0", "some-package-v0.2.0rc", "some-package-v"]
)
def test_a_tag_of_another_form_is_refused(found: Workspace, tag: str) -> None:
    with pytest.raises(Misuse, match="is no tag such as"):
        check(found, tag)


def test_a_tag_of_an_unknown_package_is_refused(found: Workspace) -> None:
    with pytest.raises(Misuse, match="unknown package 'other'"):
        check(found, "other-v0.2.0")


def test_a_tag_of_another_version_is_refused(found: Workspace) -> None:
    with pytest.raises(Failure, match=r"does not match: some-package has the version 0\.2\.0"):
        check(found, "some-package-v0.2.1")


@pytest.mark.parametrize("title", ["0.2.0 (unreleased)", "0.1.0 (2030-01-31)", "0.2.0.1 (x)"])
def test_a_changelog_that_does_not_begin_with_the_version_is_refused(
    found: Workspace, title: str
) -> None:
    file = found.packages["some-package"].path / "CHANGELOG.md"
    file.write_text(f"# Changelog\n\n## {title}\n", "utf-8")
    with pytest.raises(Failure, match="begins with"):
        check(found, "some-package-v0.2.0")


@pytest.mark.parametrize(
    ("old", "new", "allowed"),
    [
        ("0.1.0", "0.1.9", False),
        ("0.1.0", "0.2.0", True),
        ("0.9", "1.0", True),
        ("1.0.0", "1.1.0", False),
        ("1.9.0", "2.0.0", True),
    ],
)
def test_what_may_break_follows_from_the_version(old: str, new: str, *, allowed: bool) -> None:
    assert breaks_allowed(old, new) is allowed
