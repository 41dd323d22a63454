"""The documentation: it builds without a warning, and its programs run."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from workspace import programs
from workspace.checks import Setting
from workspace.errors import Failure
from workspace.steps import Log, Step

_TOOLS = Path(__file__).resolve().parents[2]
_LOADED = re.compile(
    r"""<(?:script|img|iframe)\b[^>]*\bsrc=["'](https?://[^"']+)|"""
    r"""<link\b[^>]*\brel=["']?(?:stylesheet|preconnect)\b[^>]*\bhref=["']?(https?://[^"'> ]+)"""
)

_UNRESOLVED = re.compile(r"\]\[(cherrypy[\w.]*)\]")

if TYPE_CHECKING:
    from workspace.processes import Words


def built(setting: Setting) -> Step:
    """Return the step that builds the site of the documentation."""

    def run(log: Log) -> None:
        build(setting, log)

    return Step("docs", run)


def build(setting: Setting, log: Log, directory: Path | None = None) -> None:
    """Build the site into a directory, ``site`` in the checkout where none is given."""
    where = directory or setting.root / "site"
    command: Words = [
        setting.python,
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "--quiet",
        "--site-dir",
        where,
    ]
    log.run(*command, cwd=setting.root, env=setting.environ(NO_MKDOCS_2_WARNING="1"))
    lost = sorted({name for page in where.rglob("*.html") for name in unresolved(page)})
    if lost:
        raise Failure(f"nothing in the site is called {', '.join(lost)}")
    foreign = {address for page in where.rglob("*.html") for address in loaded_from_elsewhere(page)}
    if foreign:
        raise Failure(
            f"the site loads {', '.join(sorted(foreign))}; it must work without a network"
        )


def draw(setting: Setting, log: Log, *options: str) -> None:
    """Write the drawings; with ``--check``, fail where one is not what the code says any more."""
    command: Words = [setting.python, "-m", "workspace.drawings", *options]
    log.run(*command, cwd=setting.root, env=setting.environ(PYTHONPATH=str(_TOOLS)))


def drawn(setting: Setting) -> Step:
    """Return the step that compares the drawings with the code that they are of."""

    def run(log: Log) -> None:
        try:
            draw(setting, log, "--check")
        except Failure as failure:
            raise Failure("the drawings are out of date; run tools/docs draw") from failure

    return Step("drawings", run)


def unresolved(page: Path) -> list[str]:
    """Return the names that a page refers to, and for which no link was made."""
    return _UNRESOLVED.findall(page.read_text("utf-8"))


def loaded_from_elsewhere(page: Path) -> list[str]:
    """Return the addresses on other hosts that a browser loads to show a page."""
    return [match[1] or match[2] for match in _LOADED.finditer(page.read_text("utf-8"))]


def pages(root: Path) -> list[Path]:
    """Return the pages that may have programs, the packages' READMEs among them."""
    docs = (page for page in root.glob("docs/**/*.md") if "node_modules" not in page.parts)
    found = [root / "README.md", *sorted(docs)]
    return [*found, *sorted(root.glob("packages/*/README.md"))]


def executed(setting: Setting) -> Step:
    """Return the step that runs the programs of all pages, in the environment of the workspace."""

    def run(log: Log) -> None:
        run_pages(setting, log, pages(setting.root))

    return Step("programs", run)


def run_pages(setting: Setting, log: Log, chosen: list[Path]) -> None:
    """Run the programs of pages; go on after a failure to tell of all.

    Raises:
        Failure: A program of one of them failed.
    """
    failed = []
    for page in chosen:
        try:
            programs.run_page(page, setting.python, log)
        except Failure as failure:
            log.say(str(failure))
            failed.append(str(page.relative_to(setting.root)))
    if failed:
        raise Failure(f"programs failed in {', '.join(failed)}")
