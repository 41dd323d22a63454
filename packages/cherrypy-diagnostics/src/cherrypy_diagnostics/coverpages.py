"""Show which lines of a program ran, from what the package `coverage` recorded.

Only files that were measured are read, whatever name a client asks for.
"""

from __future__ import annotations

import os
import re
import tokenize
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, Union
from urllib.parse import urlencode

from cherrypy_diagnostics.page import page, scrolled

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from coverage import Coverage

Tree: TypeAlias = dict[str, Union["Tree", None]]
"""Directories as dicts by name, and files as None."""

EXCLUDE: Final = "python3.|test|tut0|tut1|tutorial"
"""The pages leave out paths with one of these texts in them, unless something else is said."""


_ALL: Final = '<p><a href="./">All files</a></p>\n'


class Lines(NamedTuple):
    """The numbers of the lines of a file that count.

    Attributes:
        statements: Those with statements.
        excluded: Those that do not count, by a comment for example.
        missing: Those of the statements that did not run.

    Examples:
        >>> lines = Lines(statements=[1, 2, 4, 5], excluded=[3], missing=[5])
        >>> lines.percent
        75.0
    """

    statements: list[int]
    excluded: list[int]
    missing: list[int]

    @property
    def percent(self) -> float:
        """How many of a hundred statements ran."""
        return _Count(len(self.statements), len(self.missing)).percent


class _Count(NamedTuple):
    """How many statements there are in a file or a directory, and how many of them did not run."""

    statements: int
    missing: int

    @property
    def percent(self) -> float:
        ran = self.statements - self.missing
        return 100.0 * ran / self.statements if self.statements else 100.0


_Counts: TypeAlias = dict[Path, _Count | None]
"""By path; None for a file that cannot be read."""


def covered_tree(coverage: Coverage, base: str | os.PathLike[str] = "/", exclude: str = "") -> Tree:
    """Return the files that were measured as nested dicts.

    Args:
        coverage: The record.
        base: The directory to begin at; `/` takes in all files.
        exclude: A regular expression; files in whose absolute path it is found are left out.

    Raises:
        re.error: It is no regular expression.

    Examples:
        >>> from types import SimpleNamespace
        >>> files = ["/srv/site/pages.py", "/srv/site/admin/users.py"]
        >>> record = SimpleNamespace(get_data=lambda: SimpleNamespace(measured_files=lambda: files))
        >>> covered_tree(record, "/srv/site")  # of a `coverage.Coverage`
        {'admin': {'users.py': None}, 'pages.py': None}
    """
    tree: Tree = {}
    for path in _files(coverage, base, exclude):
        *directories, name = path.relative_to(_start(path, base)).parts
        branch = tree
        for directory in directories:
            below = branch.get(directory)
            if below is None:
                below = branch[directory] = {}
            branch = below
        branch[name] = None
    return tree


def _start(path: Path, base: str | os.PathLike[str]) -> Path:
    return Path(path.anchor) if os.fspath(base) == "/" else Path(base)


def _files(coverage: Coverage, base: str | os.PathLike[str], exclude: str) -> Iterator[Path]:
    unwanted = re.compile(exclude)
    for name in sorted(coverage.get_data().measured_files()):
        path = Path(name)
        if path.is_relative_to(_start(path, base)) and not (exclude and unwanted.search(name)):
            yield path


class CoveragePages:
    """Pages on what a `coverage.Coverage` object recorded, also while it still records.

    They show source code.

    Args:
        coverage: The record.
        root: The directory that the first page shows; by default the one that has all files.

    Examples:
        >>> from coverage import Coverage
        >>> pages = CoveragePages(Coverage(data_file=None), root="/srv/site")
        >>> "No files were measured." in pages.index()
        True
    """

    def __init__(self, coverage: Coverage, root: str | os.PathLike[str] | None = None) -> None:
        self.coverage = coverage
        self.root: Path | None = None if root is None else Path(root).absolute()

    def index(self) -> str:
        """Return the page of all files below the root, with their percentages."""
        return self.menu(self._common(), showpct="checked", exclude="")

    def _common(self) -> str:
        directories = [str(each.parent) for each in _files(self.coverage, "/", "")]
        if self.root is not None or not directories:
            return str(self.root or Path.cwd())
        return os.path.commonpath(directories)

    def menu(
        self,
        base: str | os.PathLike[str] = "/",
        pct: float | str = 50,
        showpct: str = "",
        exclude: str = EXCLUDE,
    ) -> str:
        """Return a page with the files below a directory.

        Args:
            base: The directory; `/` takes in all files.
            pct: Files below so many percent are marked.
            showpct: Whether percentages are shown, for which each file is parsed; not if empty.
            exclude: Texts, separated by `|`; files in whose path one of them is are left out.

        Raises:
            ValueError: `pct` is no number.
        """
        options = {"pct": f"{float(pct):g}", "showpct": showpct, "exclude": exclude}
        where = os.fspath(base)
        tree = covered_tree(self.coverage, where, _any_of(exclude))
        start = Path(Path.cwd().anchor if where == "/" else where)
        counts: _Counts = {}
        if showpct:
            self._count(tree, start, counts)
        listing = (
            "".join(_branch(tree, start, options, counts)) or "<p>No files were measured.</p>\n"
        )
        together = _together(counts.get(start)) if tree else ""
        return page(f"Coverage of {where}", _ALL + _form(where, options) + together + listing)

    def _count(self, tree: Tree, directory: Path, counts: _Counts) -> _Count:
        """Count the statements of the files in a directory, and of those in the ones below it."""
        whole = _Count(0, 0)
        for name, below in tree.items():
            path = directory / name
            if below is None:
                found = counts[path] = self._count_file(path)
            else:
                found = self._count(below, path, counts)
            if found is not None:
                whole = _Count(whole.statements + found.statements, whole.missing + found.missing)
        counts[directory] = whole
        return whole

    def _count_file(self, path: Path) -> _Count | None:
        try:
            lines = self.lines(str(path))
        except LookupError:
            return None
        return _Count(len(lines.statements), len(lines.missing))

    def lines(self, name: str) -> Lines:
        """Return which lines of a file count, and which of them ran.

        Args:
            name: The absolute path of a file that was measured.

        Raises:
            LookupError: It was not, or it cannot be read any more.
        """
        from coverage.exceptions import CoverageException  # noqa: PLC0415 - an optional package

        if name not in self.coverage.get_data().measured_files():
            raise LookupError(f"{name} was not measured")
        try:
            _, statements, excluded, missing, _ = self.coverage.analysis2(name)
        except CoverageException as error:
            raise LookupError(f"{name} cannot be read: {error}") from error
        return Lines(statements, excluded, missing)

    def report(self, name: str) -> str:
        """Return a page with a file, each line marked as one that ran or did not.

        Args:
            name: The absolute path of a file that was measured.

        Raises:
            LookupError: It was not, or it cannot be read any more.
        """
        lines = self.lines(name)
        text = "\n".join(annotated_file(name, *lines))
        body = (
            f"{_ALL}<p>{lines.percent:.0f} % of {len(lines.statements):,} statements ran, "
            f"{len(lines.missing):,} did not.</p>\n"
            f"<p>Marks: &gt; ran, ! did not run, - is excluded.</p>\n"
            f"{scrolled('Lines', f'<pre>{text}</pre>')}"
        )
        return page(name, body)


def annotated_file(
    filename: str,
    statements: Collection[int],
    excluded: Collection[int],
    missing: Collection[int],
) -> Iterator[str]:
    r"""Yield the lines of a file as HTML, with their numbers and marks.

    Args:
        filename: The path of a file with Python source.
        statements: The numbers of the lines with statements.
        excluded: Those that do not count.
        missing: Those that did not run.

    Examples:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as directory:
        ...     path = Path(directory, "pages.py")
        ...     _ = path.write_text("import os\nos.abort()\n")
        ...     print(*annotated_file(str(path), [1, 2], [], [2]), sep="\n")
            1 &gt; import os
        <mark>    2 ! os.abort()</mark>
    """
    marks = dict.fromkeys(statements, ">") | dict.fromkeys(excluded, "-")
    marks |= dict.fromkeys(missing, "!")
    with tokenize.open(filename) as file:
        for number, line in enumerate(file, 1):
            mark = marks.get(number, " ")
            text = escape(f"{number:5} {mark} {line}".rstrip())
            yield f"<mark>{text}</mark>" if mark == "!" else text


def _branch(tree: Tree, directory: Path, options: dict[str, str], counts: _Counts) -> Iterator[str]:
    """Yield a list of the files in a directory, and of those in the ones below it."""
    if not tree:
        return
    yield "<ul>\n"
    for name, below in tree.items():
        path = directory / name
        figure = _figure(counts[path], options) if path in counts else ""
        if below is None:
            yield f"<li>{_link('report', name, name=str(path))}{figure}</li>\n"
        else:
            yield f"<li>{_link('menu', f'{name}/', base=str(path), **options)}{figure}\n"
            yield from _branch(below, path, options, counts)
            yield "</li>\n"
    yield "</ul>\n"


def _figure(count: _Count | None, options: dict[str, str]) -> str:
    if count is None:
        return " cannot be read"
    mark = "strong" if count.percent < float(options["pct"]) else "span"
    return f" <{mark}>{count.percent:.0f} %</{mark}>"


def _together(count: _Count | None) -> str:
    if count is None:
        return ""
    return f"<p>{count.percent:.0f} % of {count.statements:,} statements ran.</p>\n"


def _any_of(texts: str) -> str:
    """Return a regular expression for texts: one from a client could take for ever to search."""
    return "|".join(re.escape(text) for text in texts.split("|") if text)


def _link(page_name: str, text: str, **query: str) -> str:
    return f'<a href="{escape(f"{page_name}?{urlencode(query)}")}">{escape(text)}</a>'


def _form(base: str, options: dict[str, str]) -> str:
    """Return a form that asks for the same directory with other options."""
    checked = " checked" if options["showpct"] else ""
    return (
        f'<form class="options" action="menu">\n'
        f'<input type="hidden" name="base" value="{escape(base)}">\n'
        f'<label><input type="checkbox" name="showpct" value="checked"{checked}> Percentages'
        f'</label>\n<label>Mark below <input name="pct" size="4" value="{options["pct"]}"> %'
        f'</label>\n<label>Leave out <input name="exclude" value="{escape(options["exclude"])}">'
        f"</label>\n<button>Show</button>\n</form>\n"
    )
