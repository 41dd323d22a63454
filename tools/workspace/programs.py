"""Run the programs that stand in a Markdown page.

The blocks of a page run in order, in one empty directory, each in a new interpreter that takes
warnings for errors. A ``python`` block runs; with ``title="name.py"`` it is written to that file
instead. Of a ``console`` block the lines that begin with ``$ python`` run, and what they print
must be what stands below them, where ``...`` matches anything. The name of a file of the
checkout between two lines ``--8<--`` stands for that file, as it does in the site.
"""

import re
import shlex
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workspace.errors import Failure
from workspace.processes import environ
from workspace.steps import Log

TIMEOUT = 30.0
OPTIONS = (
    *("-W", "error"),
    *("-W", "ignore:'cgi' is deprecated:DeprecationWarning"),  # webob imports it before Python 3.13
)
_FENCE = re.compile(
    r"^(?P<indent>[ ]*)```(?P<language>python|console)(?P<info>[^\n]*)\n"
    r"(?P<text>.*?)^(?P=indent)```[ ]*$",
    re.MULTILINE | re.DOTALL,
)
_TITLE = re.compile(r'title="([^"]+)"')
_SNIPPET = re.compile(r"^--8<--\n(.+)\n--8<--\n", re.MULTILINE)
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page and the line on which it begins."""

    language: str
    title: str | None
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A command of a console block and what it must print."""

    command: str
    expected: str


def blocks(page: str) -> Iterator[Block]:
    """Return the programs and dialogues of a page."""
    for match in _FENCE.finditer(page):
        indent = match["indent"]
        text = (
            re.sub(rf"^{indent}", "", match["text"], flags=re.MULTILINE)
            if indent
            else match["text"]
        )
        text = _SNIPPET.sub(_snippet, text)
        title = _TITLE.search(match["info"])
        line = page.count("\n", 0, match.start()) + 1
        yield Block(match["language"], title[1] if title else None, text, line)


def _snippet(match: re.Match[str]) -> str:
    return (_ROOT / match[1]).read_text("utf-8")


def dialogues(text: str) -> Iterator[Dialogue]:
    """Return the commands of a console block that run Python."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        if command.split()[:1] == ["python"]:
            yield Dialogue(command, expected)


def matches(expected: str, printed: str) -> bool:
    """Tell whether a program printed what a page shows."""
    pattern = ".*".join(re.escape(part) for part in expected.strip().split("..."))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


def run_page(page: Path, python: Path, log: Log) -> None:
    """Run all programs of a page.

    Raises:
        Failure: A program fails or prints something else than the page says.
    """
    if not page.is_file():
        raise Failure(f"{page} is missing")
    with tempfile.TemporaryDirectory(prefix="page-") as directory:
        for block in blocks(page.read_text("utf-8")):
            log.say(f"{page.name}:{block.line}: {block.title or block.language}")
            _RUN[block.language](block, python, Path(directory), f"{page}:{block.line}")


def _run_python(block: Block, python: Path, directory: Path, place: str) -> None:
    if block.title:
        file = directory / block.title
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text, "utf-8")
        return
    file = directory / "_program.py"
    file.write_text(block.text, "utf-8")
    _run([str(python), *OPTIONS, str(file)], directory, place)
    file.unlink()


def _run_console(block: Block, python: Path, directory: Path, place: str) -> None:
    for dialogue in dialogues(block.text):
        words = [str(python), *OPTIONS, *shlex.split(dialogue.command)[1:]]
        printed = _run(words, directory, place)
        if not matches(dialogue.expected, printed):
            raise Failure(
                f"{place}: {dialogue.command!r} printed\n{printed}instead of\n{dialogue.expected}"
            )


_RUN = {"python": _run_python, "console": _run_console}


def _run(command: Sequence[str], directory: Path, place: str) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=directory,
            env=environ(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=TIMEOUT,
        )
    except subprocess.TimeoutExpired as error:
        printed = (error.stdout or b"").decode(errors="replace")
        raise Failure(
            f"{place}: did not end within {TIMEOUT:g} seconds; it printed\n{printed}"
        ) from error
    if done.returncode:
        raise Failure(f"{place}: exit status {done.returncode}; it printed\n{done.stdout}")
    return done.stdout
