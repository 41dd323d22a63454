from __future__ import annotations

import cProfile
import errno
import marshal
import re
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest

from cherrypy_diagnostics import (
    PROFILE_COLUMNS,
    ProfileAggregator,
    ProfilePages,
    Profiler,
    ProfilingMiddleware,
    by_header,
    by_share,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def leaf(n: int) -> int:
    return sum(range(n))


def branch(n: int, fail: bool = False) -> int:
    if fail:
        raise RuntimeError("the reason")
    return leaf(n) + leaf(n)


def calls_of(profiler: Profiler, filename: str, name: str) -> int:
    stats = profiler.load(filename).stats  # type: ignore[attr-defined]
    return sum(entry[1] for key, entry in stats.items() if key[2] == name)


def name_of(profiler: Profiler, name: str) -> str:
    stats = profiler.load("cp_0001.prof").stats  # type: ignore[attr-defined]
    ((file, line, _),) = (key for key in stats if key[2] == name)
    return f"{file}:{line}({name})"


# Calls.


def test_call_is_profiled_into_a_file_of_its_own(tmp_path: Path) -> None:
    profiler = Profiler(tmp_path / "new")
    assert profiler.statfiles() == []
    assert profiler.run(branch, 3) == 6
    assert profiler.run(branch, n=4) == 12
    assert profiler.statfiles() == ["cp_0001.prof", "cp_0002.prof"]
    assert calls_of(profiler, "cp_0001.prof", "leaf") == 2
    assert calls_of(profiler, "cp_0001.prof", "branch") == 1


def test_files_that_are_there_are_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "cp_0007.prof").write_bytes(b"")
    profiler = Profiler(tmp_path)
    profiler.run(leaf, 1)
    assert profiler.statfiles() == ["cp_0007.prof", "cp_0008.prof"]


def test_files_are_in_order_of_their_numbers(tmp_path: Path) -> None:
    for number in (10000, 9999, 1):
        (tmp_path / f"cp_{number:04}.prof").touch()
    names = ["cp_0001.prof", "cp_9999.prof", "cp_10000.prof"]
    assert Profiler(tmp_path).statfiles() == names


def test_call_that_fails_is_profiled_and_fails(tmp_path: Path) -> None:
    profiler = Profiler(tmp_path)
    with pytest.raises(RuntimeError, match="the reason"):
        profiler.run(branch, 1, fail=True)
    assert calls_of(profiler, "cp_0001.prof", "branch") == 1


def test_aggregator_adds_calls_up_in_one_file(tmp_path: Path) -> None:
    profiler = ProfileAggregator(tmp_path)
    for _ in range(3):
        assert profiler.run(branch, 3) == 6
    assert profiler.statfiles() == ["cp_0001.prof"]
    assert calls_of(profiler, "cp_0001.prof", "leaf") == 6
    assert [each.name for each in tmp_path.iterdir()] == ["cp_0001.prof"]


@pytest.mark.parametrize("kind", [Profiler, ProfileAggregator])
def test_call_within_a_profiled_one_is_made_without(tmp_path: Path, kind: type[Profiler]) -> None:
    outer, inner = kind(tmp_path / "outer"), kind(tmp_path / "inner")

    def call() -> int:
        return inner.run(branch, 3) + leaf(2)

    assert outer.run(call) == 7
    assert inner.statfiles() == []
    assert calls_of(outer, "cp_0001.prof", "leaf") == 3
    inner.run(leaf, 3)
    assert inner.statfiles() == ["cp_0001.prof"]


def test_call_is_made_while_somebody_else_profiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def enable(self: Any) -> None:
        raise ValueError("Another profiling tool is already active")

    class Refusing(cProfile.Profile):
        pass

    monkeypatch.setattr(Refusing, "enable", enable)
    profiler = Profiler(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(cProfile, "Profile", Refusing)
        assert profiler.run(leaf, 4) == 6
    assert profiler.statfiles() == []
    profiler.run(leaf, 4)
    assert profiler.statfiles() == ["cp_0001.prof"]


def full(*args: Any, **kwargs: Any) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("kind", "fails"),
    [
        (Profiler, "profiling.marshal.dump"),
        (ProfileAggregator, "aggregator.Path.write_bytes"),
        (Profiler, "profiling.Path.mkdir"),
        (ProfileAggregator, "profiling.Path.mkdir"),
    ],
)
def test_call_has_its_result_where_its_profile_cannot_be_kept(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    kind: type[Profiler],
    fails: str,
) -> None:
    profiler = kind(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(f"cherrypy_diagnostics.{fails}", full)
        assert profiler.run(leaf, 4) == 6
        profiler.statfiles()  # when it was tried
        with pytest.raises(RuntimeError, match="the reason"):
            profiler.run(branch, 1, fail=True)
        profiler.statfiles()
    assert caplog.text.count("A profile is not kept: [Errno 28] No space left on device") == 2
    assert profiler.run(leaf, 4) == 6
    (name,) = profiler.statfiles()
    # What was added up is still there for the next time.
    assert calls_of(profiler, name, "leaf") == (2 if kind is ProfileAggregator else 1)


def test_directory_is_listed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profiler, other = Profiler(tmp_path), Profiler(tmp_path)
    (tmp_path / "cp_0007.prof").touch()
    profiler.run(leaf, 1)
    other.run(leaf, 1)
    names = ["cp_0007.prof", "cp_0008.prof", "cp_0009.prof", "cp_0010.prof", "cp_0011.prof"]
    with monkeypatch.context() as patched:
        patched.setattr(Profiler, "_names", full)
        profiler.run(leaf, 1)
        other.run(leaf, 1)
    assert profiler.statfiles() == names


def test_profile_is_a_text_as_pstats_prints_it(tmp_path: Path) -> None:
    profiler = Profiler(tmp_path)
    profiler.run(branch, 3)
    assert "Ordered by: cumulative time" in profiler.stats("cp_0001.prof")
    text = profiler.stats("cp_0001.prof", sortby="calls")
    assert "Ordered by: call count" in text
    assert "test_profiling.py" in text
    with pytest.raises(KeyError):
        profiler.stats("cp_0001.prof", sortby="colour")


@pytest.mark.parametrize("name", ["../secret", "cp_0002.prof", "", "cp_*.prof"])
def test_only_files_of_the_directory_are_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_bytes(marshal.dumps({}))
    profiler = Profiler(tmp_path / "profile")
    profiler.run(leaf, 1)
    with pytest.raises(FileNotFoundError, match="there is no profile"):
        profiler.load(name)


@pytest.mark.parametrize("content", [b"", b"nonsense", marshal.dumps(5), marshal.dumps([])])
def test_file_that_is_no_profile_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cp_0001.prof").write_bytes(content)
    with pytest.raises(ValueError, match=r"'cp_0001.prof' is no profile"):
        Profiler(tmp_path).load("cp_0001.prof")


# Pages.


@pytest.fixture
def pages(tmp_path: Path) -> ProfilePages:
    profiler = Profiler(tmp_path)
    profiler.run(branch, 3)
    return ProfilePages(profiler)


def links(page: str) -> list[dict[str, list[str]]]:
    parts = page.replace("&amp;", "&").split('href="')[1:]
    return [parse_qs(urlsplit(part.partition('"')[0]).query) for part in parts]


def test_menu_leads_to_each_file(pages: ProfilePages, tmp_path: Path) -> None:
    assert links(pages.menu())[1:] == [{"filename": ["cp_0001.prof"]}]  # after the style sheet
    assert re.search(r">20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC</span>", pages.menu())
    assert "There are none" in ProfilePages(Profiler(tmp_path / "none")).menu()


def test_file_that_goes_meanwhile_is_no_trouble(
    pages: ProfilePages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages.profiler, "statfiles", lambda: ["cp_0009.prof"])
    assert '>cp_0009.prof</a> <span class="unit"></span>' in pages.menu()


def test_tables_are_reached_without_the_graph(pages: ProfilePages) -> None:
    whole = pages.report("cp_0001.prof")
    one = pages.report("cp_0001.prof", function=name_of(pages.profiler, "leaf"))
    for page, place in ((whole, "functions"), (one, "callers")):
        before, _, after = page.partition("<svg")
        assert f'<a href="#{place}">' in before
        assert f'<h2 id="{place}">' in after


def test_table_is_sorted_by_each_column(pages: ProfilePages) -> None:
    for sort in PROFILE_COLUMNS:
        assert f"sort={sort}" in pages.report("cp_0001.prof")
    tables = {
        sort: pages.report("cp_0001.prof", sort).partition("Functions</h2>")[2]
        for sort in PROFILE_COLUMNS
    }
    for sort, branch_first in {"calls": False, "cumulative": True, "name": False}.items():
        table = tables[sort]
        assert (table.index("(branch)") < table.index("(leaf)")) is branch_first
    assert 'aria-sort="descending"' in tables["calls"]
    assert 'aria-sort="ascending"' in tables["name"]


def test_function_is_shown_with_callers_and_callees(pages: ProfilePages) -> None:
    name = name_of(pages.profiler, "leaf")
    page = pages.report("cp_0001.prof", "calls", name)
    callers, callees = page.partition("Called by</h2>")[2].split("<h2>Calls</h2>")
    assert "(branch)" in callers
    assert '<td class="number">2</td>' in callers
    assert "(branch)" not in callees
    assert "{built-in method builtins.sum}" in callees
    above = pages.report("cp_0001.prof", function=name_of(pages.profiler, "branch"))
    assert "None." in above.partition("Called by</h2>")[2]


def test_what_is_not_there_is_an_error(pages: ProfilePages) -> None:
    with pytest.raises(LookupError, match="no function 'nobody'"):
        pages.report("cp_0001.prof", function="nobody")
    with pytest.raises(LookupError, match="nothing is sorted by 'colour', but by name"):
        pages.report("cp_0001.prof", sort="colour")


def test_hostile_names_are_escaped(pages: ProfilePages) -> None:
    hostile = '"><script>alert(1)</script>'
    namespace: dict[str, Any] = {}
    exec(compile("def f(): pass", hostile, "exec"), namespace)
    pages.profiler.run(namespace["f"])
    page = pages.report("cp_0002.prof")
    one = pages.report("cp_0002.prof", function=f"{hostile}:1(f)")
    assert quote_plus(hostile) in page
    for each in (page, one):
        assert "&lt;script&gt;" in each
        assert "<script" not in each


def test_path_that_is_no_utf_8_is_shown_and_leads_on(pages: ProfilePages) -> None:
    namespace: dict[str, Any] = {}
    exec(compile("def f(): sorted([])", "\udce9\n.py", "exec"), namespace)
    pages.profiler.run(namespace["f"])
    page = pages.report("cp_0002.prof")
    page.encode()
    names = [link["function"][0] for link in links(page) if "function" in link]
    assert "\\udce9\n.py:1(f)" in names
    assert "builtins.sorted" in pages.report("cp_0002.prof", function="\\udce9\n.py:1(f)")


def test_paths_are_shown_from_where_modules_are_found(
    pages: ProfilePages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.path", ["", "/srv", "/srv/site", "/srv/sit"])
    namespace: dict[str, Any] = {}
    for path in ("/srv/site/shop/orders.py", "/srv/sites.py", "/elsewhere/a.py"):
        exec(compile("def f(): pass", path, "exec"), namespace)
        pages.profiler.run(namespace["f"])
    found = [pages.report(f"cp_000{number}.prof") for number in (2, 3, 4)]
    assert 'title="/srv/site/shop/orders.py:1(f)">shop/orders.py:1(f)</a>' in found[0]
    assert ">sites.py:1(f)</a>" in found[1]
    assert ">/elsewhere/a.py:1(f)</a>" in found[2]


def test_number_of_rows_is_limited(pages: ProfilePages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cherrypy_diagnostics.profilepages.LIMIT", 1)
    page = pages.report("cp_0001.prof")
    assert page.count("<tr>") == 2
    assert "more are not shown" in page


def test_flame_graph_leads_to_each_function(
    pages: ProfilePages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cherrypy_diagnostics.flame.LEAST", 0)
    whole = pages.report("cp_0001.prof").partition("<h2")[0]
    assert {"branch", "leaf", "<built-in method builtins.sum>"} <= {
        unescape(text) for text in re.findall(r"<text [^>]*>(.*?)</text>", whole)
    }
    name = name_of(pages.profiler, "leaf")
    assert [name] in [link.get("function") for link in links(whole)]
    zoomed = pages.report("cp_0001.prof", function=name).partition("<h2")[0]
    assert ">branch</text>" not in zoomed
    assert ">leaf</text>" in zoomed


# Requests.


class Body:
    """A body that is made when it is asked for, and closed."""

    def __init__(self) -> None:
        self.is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(2):
            leaf(2)
            yield b"piece"

    def close(self) -> None:
        branch(1)
        self.is_closed = True


def ask(app: Any, **environ: str) -> bytes:
    response = app(environ, lambda status, headers, exc_info=None: None)
    try:
        return b"".join(response)
    finally:
        if hasattr(response, "close"):
            response.close()


def test_request_is_profiled_to_the_end_of_its_response(tmp_path: Path) -> None:
    body = Body()

    def site(environ: Any, start_response: Any) -> Body:
        leaf(2)
        return body

    app = ProfilingMiddleware(site, tmp_path)
    assert ask(app) == b"piecepiece"
    assert body.is_closed
    assert app.profiler.statfiles() == ["cp_0001.prof"]
    assert calls_of(app.profiler, "cp_0001.prof", "leaf") == 5
    assert calls_of(app.profiler, "cp_0001.prof", "close") == 1


def test_pieces_are_sent_as_they_are_made(tmp_path: Path) -> None:
    made = []

    def site(environ: Any, start_response: Any) -> Iterator[bytes]:
        for number in range(3):
            made.append(number)
            yield b"x"

    response = ProfilingMiddleware(site, tmp_path)({}, lambda *args: print)
    pieces = iter(response)
    next(pieces)
    assert made == [0]
    response.close()  # type: ignore[attr-defined]


def test_request_that_fails_is_profiled(tmp_path: Path) -> None:
    def site(environ: Any, start_response: Any) -> list[bytes]:
        branch(1, fail=True)
        return []

    app = ProfilingMiddleware(site, tmp_path)
    with pytest.raises(RuntimeError, match="the reason"):
        ask(app)
    assert calls_of(app.profiler, "cp_0001.prof", "branch") == 1


@pytest.mark.parametrize("aggregate", [False, True])
def test_request_has_its_answer_where_its_profile_cannot_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, aggregate: bool
) -> None:
    def broken(environ: Any, start_response: Any) -> list[bytes]:
        raise RuntimeError("the reason")

    monkeypatch.setattr("cherrypy_diagnostics.profiling.Path.mkdir", full)
    assert ask(ProfilingMiddleware(hello, tmp_path, aggregate)) == b"hello"
    with pytest.raises(RuntimeError, match="the reason"):
        ask(ProfilingMiddleware(broken, tmp_path, aggregate))


def hello(environ: Any, start_response: Any) -> list[bytes]:
    leaf(2)
    return [b"hello"]


def test_requests_are_added_up(tmp_path: Path) -> None:
    app = ProfilingMiddleware(hello, tmp_path, aggregate=True)
    assert [ask(app), ask(app)] == [b"hello"] * 2
    assert calls_of(app.profiler, "cp_0001.prof", "leaf") == 2


def test_requests_with_a_header_field_are_selected(tmp_path: Path) -> None:
    app = ProfilingMiddleware(hello, tmp_path, select=by_header("X-Profile", "secret"))
    ask(app)
    ask(app, HTTP_X_PROFILE="guess")
    ask(app, HTTP_X_PROFILE="\xff")
    assert app.profiler.statfiles() == []
    assert ask(app, HTTP_X_PROFILE="secret") == b"hello"
    assert len(app.profiler.statfiles()) == 1


def test_requests_without_the_field_cannot_be_selected() -> None:
    with pytest.raises(ValueError, match="X-Profile needs a value"):
        by_header("X-Profile", "")


def test_a_share_of_requests_is_selected(tmp_path: Path) -> None:
    numbers = iter([0.0, 0.24, 0.25, 0.9])
    app = ProfilingMiddleware(hello, tmp_path, select=by_share(0.25, lambda: next(numbers)))
    for _ in range(4):
        ask(app)
    assert len(app.profiler.statfiles()) == 2
    by_share(1)
    for share in (0, -1, 1.1):
        with pytest.raises(ValueError, match="share has to be above 0"):
            by_share(share)
