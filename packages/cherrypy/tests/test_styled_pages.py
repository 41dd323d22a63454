"""The pages that look into a process: their style sheet, and what they allow a browser to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cherrypy.lib import gctools, profiler
from cherrypy_testing import Client

coverage = pytest.importorskip("coverage")

from cherrypy.lib import covercp  # noqa: E402 - after what it needs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cherrypy.assembly import Assembly


@pytest.fixture(params=["profiles", "coverage", "gc"])
def ask(request: Any, site: Assembly, tmp_path: Path) -> Iterator[Client]:
    made = {
        "profiles": lambda: profiler.ProfileAggregator(tmp_path),
        "coverage": lambda: covercp.CoverStats(coverage.Coverage(data_file=None)),
        "gc": gctools.GCRoot,
    }
    site.tree.mount(made[request.param](), "/inside")
    yield Client(site.tree)
    gctools.request_counter.unsubscribe()


def test_page_has_its_style_beside_it_and_nothing_inline(ask: Client) -> None:
    page = ask.get("/inside/")
    assert '<link rel="stylesheet" href="style.css">' in page.text
    assert "<style" not in page.text
    assert "<script" not in page.text
    sheet = ask.get("/inside/style.css")
    assert sheet.headers["Content-Type"] == "text/css;charset=utf-8"
    assert "prefers-color-scheme: dark" in sheet.text


@pytest.mark.parametrize("path", ["", "style.css"])
def test_browser_may_load_the_style_alone_and_keep_nothing(ask: Client, path: str) -> None:
    headers = ask.get(f"/inside/{path}").headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self';")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["", "menu", "report", "objects"])
def test_parameter_that_comes_twice_is_400(ask: Client, path: str) -> None:
    names = ("name", "filename", "sort", "base", "pct")
    query = "&".join(f"{name}=1&{name}=2" for name in names)
    assert ask.get(f"/inside/{path}?{query}").status_code in {400, 404}


def fetched(site: str, mode: str, **others: str) -> dict[str, str]:
    names = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode}
    return names | {f"Sec-Fetch-{name}": value for name, value in others.items()}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (fetched("cross-site", "no-cors", Dest="image"), 403),
        (fetched("same-site", "cors", Dest="empty"), 403),
        (fetched("cross-site", "navigate", Dest="iframe"), 403),
        (fetched("cross-site", ""), 403),
        (fetched("cross-site", "navigate", Dest="document"), 200),
        (fetched("cross-site", "navigate"), 200),
        (fetched("same-origin", "no-cors", Dest="style"), 200),
        (fetched("none", "navigate", Dest="document"), 200),
    ],
)
def test_page_is_no_part_of_another_sites(
    ask: Client, headers: dict[str, str], status: int
) -> None:
    assert ask.get("/inside/", headers=headers).status_code == status
