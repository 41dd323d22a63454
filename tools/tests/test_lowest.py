from dataclasses import replace
from pathlib import Path

from workspace.lowest import pins, sibling
from workspace.samples import Sample, commit, workspace

BASE = Sample("base", requires=["webob>=1.8.9", "cheroot>=11.1; os_name == 'posix'"])
TOP = Sample("top", layer=1, requires=["base>=0.1.1,<0.2", "webob>=1.8.10,<2", "loose"])


def test_everything_third_party_is_held_at_the_highest_lower_bound(tmp_path: Path) -> None:
    assert pins(workspace(tmp_path, BASE, TOP)) == [
        "cheroot==11.1; os_name == 'posix'",
        "webob==1.8.10",
    ]


def test_a_sibling_without_a_release_is_the_one_in_the_tree(tmp_path: Path) -> None:
    found = workspace(tmp_path, BASE, TOP)
    base = found.packages["base"]
    assert sibling(found, found.packages["top"], base) is base


def test_a_sibling_is_the_lowest_release_within_the_bounds(tmp_path: Path) -> None:
    for version in ("0.1.0", "0.1.1", "0.1.2"):
        workspace(tmp_path, replace(BASE, version=version))
        commit(tmp_path, f"base-v{version}")
    found = workspace(tmp_path, replace(BASE, version="0.1.3"), TOP)
    chosen = sibling(found, found.packages["top"], found.packages["base"])
    assert chosen.version == "0.1.1"
    assert (chosen.path / "src" / "base" / "__init__.py").is_file()
