"""The site of the documentation, opened from its files, without a server or a network."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from webdriver import chromium

ROOT = Path(__file__).parents[1]


@pytest.mark.requires("chromium")
def test_search_finds_words_in_pages_that_are_opened_from_files(tmp_path: Path) -> None:
    docs, site = tmp_path / "docs", tmp_path / "site"
    shutil.copytree(ROOT / "docs" / "assets", docs / "assets")
    (docs / "index.md").write_text("# Start\n\nA page.\n", "utf-8")
    (docs / "orchard.md").write_text("# Orchard\n\nHere grow morello cherries.\n", "utf-8")
    lines = (
        f"INHERIT: {ROOT / 'mkdocs.yml'}",
        f"docs_dir: {docs}",
        f"site_dir: {site}",
        "nav: [index.md, orchard.md]",
        f"theme: {{custom_dir: {ROOT / 'tools/workspace/theme'}}}",
        f"hooks: [{ROOT / 'tools/workspace/offline.py'}]",
    )
    (tmp_path / "mkdocs.yml").write_text("\n".join(lines), "utf-8")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet"]
    subprocess.run([*command, "--config-file", str(tmp_path / "mkdocs.yml")], check=True)
    with chromium() as browser:
        browser.open((site / "index.html").as_uri())
        browser.evaluate("document.querySelector('label[for=__search]').click()")
        field = browser.find("input[name=query]")
        browser.ask("POST", f"/element/{field}/value", text="morello")
        found = browser.until("document.querySelector('.md-search-result__link')?.href")
    assert found == (site / "orchard.html").as_uri() + "?h=morello"
