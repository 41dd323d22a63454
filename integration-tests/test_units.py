"""The units of systemd that pages and the scaffold show, as systemd itself reads them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from deployed import executable, shown

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "packages" / "cherrypy-server.md"
SCAFFOLD = ROOT / "packages/cherrypy/src/cherrypy/scaffold/project/site.service"

pytestmark = pytest.mark.requires("systemd-analyze")


def of_reference() -> dict[str, str]:
    """Return the units on the page about the server, by their names."""
    blocks = re.findall(
        r"^```ini\n# \S*/(\S+)\n(.*?)^```$", REFERENCE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    return dict(blocks)


def complaints(directory: Path, units: dict[str, str]) -> str:
    """Return what systemd says of units; the program that they start is a real one."""
    for name, text in units.items():
        started = re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={sys.executable}", text)
        (directory / name).write_text(started, "utf-8")
    files = [str(directory / name) for name in units]
    command = [executable("systemd-analyze"), "verify", "--man=no", *files]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return "\n".join(line for line in done.stderr.splitlines() if str(directory) in line)


def test_the_unit_on_the_page_about_deployment_is_right(tmp_path: Path) -> None:
    assert complaints(tmp_path, {"site.service": shown("site.service")}) == ""


def test_the_units_with_a_socket_are_right(tmp_path: Path) -> None:
    units = of_reference()
    assert set(units) == {"site.socket", "site.service"}
    assert complaints(tmp_path, units) == ""


def test_the_unit_of_the_scaffold_is_right(tmp_path: Path) -> None:
    assert complaints(tmp_path, {"site.service": SCAFFOLD.read_text("utf-8")}) == ""


def test_a_slip_would_be_told(tmp_path: Path) -> None:
    slip = shown("site.service").replace("TimeoutStopSec", "TimeoutStopSek")
    assert "TimeoutStopSek" in complaints(tmp_path, {"site.service": slip})
