from pathlib import Path

import pytest
from workspace import editable
from workspace.samples import Sample, workspace

SCRIPT = '[project.scripts]\nAnswer = "base:answer"\n'
PLUGIN = '[project.entry-points.pytest11]\nplugin = "base:plugin"\n'


@pytest.mark.parametrize(
    ("own", "recorded", "stale"),
    [
        ("", "", False),
        (SCRIPT, "[console_scripts]\nAnswer=base:answer\n\n", False),
        (PLUGIN, "[pytest11]\nplugin=base:plugin\n\n", False),
        (SCRIPT, "", True),
        (PLUGIN, "", True),
        (SCRIPT, "[console_scripts]\nAnswer=base:old\n\n", True),
        ("", "[console_scripts]\nAnswer=base:answer\n\n", True),
    ],
)
def test_a_package_is_stale_when_its_entry_points_are_others_than_those_installed(
    tmp_path: Path, own: str, recorded: str, *, stale: bool
) -> None:
    found = workspace(tmp_path, Sample("base", own=own), Sample("base-two"))
    info = tmp_path / ".venv" / "lib" / "python3.11" / "site-packages" / "base-0.1.0.dist-info"
    info.mkdir(parents=True)
    if recorded:
        (info / "entry_points.txt").write_text(recorded, "utf-8")
    assert editable.stale(found, tmp_path / ".venv") == (["base"] if stale else [])


def test_a_package_that_is_not_installed_is_not_stale(tmp_path: Path) -> None:
    found = workspace(tmp_path, Sample("base", own=SCRIPT))
    assert editable.stale(found, tmp_path / ".venv") == []
