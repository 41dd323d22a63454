"""The benchmark: what it reads, the order of its turns, and what it says."""

import contextlib
import http.server
import io
import itertools
import json
import os
import signal
import socketserver
import sys
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from workspace import environment
from workspace.bench import catalogue, peers, process, report, rounds, worker, wsgi
from workspace.bench.catalogue import Scenario
from workspace.bench.figures import AGAIN, Result, Row, Unit, digits, spread, subjects
from workspace.bench.load import CONNECTIONS, Client
from workspace.bench.peers import Peer, Seat
from workspace.bench.plot import WIDTH, plot
from workspace.bench.process import Turn
from workspace.bench.rounds import TURNS, Rounds
from workspace.bench.table import table
from workspace.bench.wrk import Wrk
from workspace.bench.wsgi import Answer, Request
from workspace.cli import ROOT
from workspace.errors import Failure, Misuse
from workspace.packages import Workspace
from workspace.samples import Sample
from workspace.samples import workspace as make_workspace

LOOP = Peer("loop", "a loop", home="loop")
OTHER = Peer("blinker", "blinker", home="blinker")


def here(_peer: Peer) -> Seat:
    return Seat(Path(sys.executable))


def scenario(name: str = "bus-1", subjects: tuple[str, ...] = ("loop",)) -> Scenario:
    return Scenario(name, "1 listener", "bus", "bus", subjects)


def result(*rows: Row, title: str = "a title", group: str = "group") -> Result:
    return Result("name", title, group, list(rows))


def measured() -> Result:
    return result(
        Row("cherrypy", "CherryPy", [100.0, 200.0, 300.0]),
        Row("ours", "ours", [50.0, 50.0, 60.0]),
        Row("flask", "<Flask>", [], "broken"),
        Row(AGAIN, "CherryPy, again", [100.0, 200.0, 330.0]),
    )


def module(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "thing.py"
    file.write_text(text)
    return file


def test_a_module_without_cases_is_one_scenario(tmp_path: Path) -> None:
    file = module(
        tmp_path, '"""Do it."""\nGROUP = "things"\ndef a(case): ...\ndef _b(): ...\nc = a\n'
    )
    assert catalogue.read(file, ["c", "x", "a"]) == [
        Scenario("thing", "Do it", "thing", "things", ("c", "a"))
    ]


def test_each_case_of_a_listed_module_is_a_scenario(tmp_path: Path) -> None:
    module(tmp_path, '"""Do it."""\nCASES = {"one": "first", "two": "second"}\ndef a(case): ...\n')
    (tmp_path / "__init__.py").write_text('MODULES = ("thing",)')
    assert [(one.name, one.title, one.group) for one in catalogue.load(["a"], tmp_path)] == [
        ("one", "first", "thing"),
        ("two", "second", "thing"),
    ]


def test_every_module_is_listed() -> None:
    modules = {one.module for one in catalogue.load([])}
    assert modules == {file.stem for file in catalogue.DIRECTORY.glob("[a-z]*.py")}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = 1", "thing.py has no docstring"),
        ('"""Do it."""\nCASES = dict(a=1)', "CASES in thing.py is no literal"),
    ],
)
def test_a_module_that_says_too_little_is_named(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(Failure, match=told):
        catalogue.read(module(tmp_path, text), [])


def test_scenarios_are_chosen_by_name_or_group() -> None:
    found = catalogue.load(list(peers.load()))
    chosen = catalogue.select(found, ["bus-1", "requests"])
    assert {"bus-1", "hello", "upload"} < {one.name for one in chosen}
    assert {one.group for one in chosen} == {"bus", "requests"}
    assert catalogue.select(found, []) == found


def test_an_unknown_scenario_is_named_with_the_known_ones() -> None:
    with pytest.raises(Misuse, match=r"^unknown scenario 'x'; the scenarios are bus-1$"):
        catalogue.select([scenario()], ["x"])


def test_every_scenario_has_the_baseline_and_ours() -> None:
    for one in catalogue.load(list(peers.load())):
        assert one.subjects[:2] == ("cherrypy", "ours")


def test_the_requirements_of_peers_are_pinned_and_their_homes_known() -> None:
    known = peers.load()
    assert next(iter(known)) == "cherrypy"
    for peer in known.values():
        assert peer.home in known
        assert all("==" in requirement for requirement in peer.requirements)


def test_the_baseline_is_always_among_the_chosen_peers() -> None:
    known = peers.load()
    assert list(peers.select(known, ["ours"])) == ["cherrypy", "ours"]
    assert peers.select(known, []) == known


def test_an_unknown_peer_is_named_with_the_known_ones() -> None:
    with pytest.raises(Misuse, match=r"^unknown peer 'x'; the peers are loop$"):
        peers.select({"loop": LOOP}, ["x"])


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Workspace, list[Any]]:
    """Return a small workspace and what would be run in it."""
    events: list[Any] = []

    def create(directory: Path, *_: object) -> None:
        events.append(directory.name)
        (directory / "bin").mkdir(parents=True, exist_ok=True)
        (directory / "bin" / "python").touch()

    monkeypatch.setattr(environment, "create", create)
    monkeypatch.setattr(peers, "output_of", lambda command, **_: events.append(command[4:]))
    samples = Sample("base"), Sample("top", layer=1, requires=["base>=0.1"]), Sample("other")
    return make_workspace(tmp_path, *samples), events


def test_an_environment_is_made_once(made: tuple[Workspace, list[Any]]) -> None:
    workspace, events = made
    peer = Peer("flask", "Flask", ("flask==3.1.3",))
    python = peers.seat(workspace, peer).python
    assert python == workspace.cache / "bench" / "flask" / "bin" / "python"
    assert peers.seat(workspace, peer) == Seat(python)
    assert events == ["flask", ["--quiet", "flask==3.1.3"]]


def test_an_environment_is_made_again_when_its_requirements_change(
    made: tuple[Workspace, list[Any]],
) -> None:
    workspace, events = made
    peers.seat(workspace, Peer("flask", "Flask", ("flask==3.1.2",)))
    peers.seat(workspace, Peer("flask", "Flask", ("flask==3.1.3",)))
    assert events[2:] == ["flask", ["--quiet", "flask==3.1.3"]]


def test_packages_of_the_workspace_are_installed_with_what_they_need(
    made: tuple[Workspace, list[Any]],
) -> None:
    workspace, events = made
    peers.seat(workspace, Peer("ours", "ours", packages=("top",)))
    assert [path.name for path in events[1] if isinstance(path, Path)] == ["base", "top"]


def test_what_is_edited_during_a_run_does_not_get_into_it(
    made: tuple[Workspace, list[Any]],
) -> None:
    workspace, events = made
    peer = Peer("ours", "ours", packages=("top",))
    source = next(workspace.packages["top"].source.glob("*/__init__.py"))
    source.write_text("before = True\n")
    copy = peers.seat(workspace, peer).paths[1] / source.parent.name / source.name
    source.write_text("after = True\n")
    assert copy.read_text() == "before = True\n"
    peers.seat(workspace, peer)
    assert copy.read_text() == "after = True\n"
    assert len(events) == 2


def test_a_subject_that_needs_nothing_gets_an_empty_environment(
    made: tuple[Workspace, list[Any]],
) -> None:
    workspace, events = made
    peers.seat(workspace, LOOP)
    assert events == ["loop"]


def test_a_failed_installation_is_told_in_one_line(
    made: tuple[Workspace, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise Failure("pip … failed: first\nNo matching distribution")

    monkeypatch.setattr(peers, "output_of", fail)
    with pytest.raises(Failure, match=r"^could not install Flask: No matching distribution$"):
        peers.seat(made[0], Peer("flask", "Flask", ("flask==0",)))


class Recorded(Rounds):
    """Starts no process; each turn takes as long as there were turns before."""

    failing = ""

    def __init__(self, stream: io.StringIO) -> None:
        super().__init__({"loop": LOOP, "blinker": OTHER}, here, rounds=2, seconds=1, stream=stream)
        self.turns: list[str] = []

    @contextlib.contextmanager
    def start(self, scenario: Scenario, subject: str) -> Iterator[Turn]:
        def turn() -> float:
            if subject == self.failing:
                raise Failure(f"{subject} failed: no such thing")
            self.turns.append(subject)
            return float(len(self.turns))

        yield turn


def test_the_subjects_take_turns_and_the_baseline_takes_part_twice() -> None:
    told = io.StringIO()
    run = Recorded(told)
    found = run.run([scenario(subjects=("loop", "blinker"))])
    assert run.turns == ["loop", "blinker", AGAIN] * 2 * TURNS
    assert {row.subject: row.values[:3] for row in found[0].rows} == {
        "loop": [1, 4, 7],
        "blinker": [2, 5, 8],
        AGAIN: [3, 6, 9],
    }
    assert [len(row.values) for row in found[0].rows] == [2 * TURNS] * 3
    assert told.getvalue().splitlines()[0] == (
        "[1/1] bus-1, round 1 of 2: loop 14 ns, blinker 16 ns, again 16 ns"
    )


def test_a_subject_that_fails_is_left_out_and_the_others_go_on() -> None:
    told = io.StringIO()
    run = Recorded(told)
    run.failing = "blinker"
    found = run.run([scenario(subjects=("loop", "blinker"))])
    assert [len(row.values) for row in found[0].rows] == [2 * TURNS, 0, 2 * TURNS]
    assert found[0].rows[1].error == "blinker failed: no such thing"
    assert told.getvalue().count("no such thing") == 1


def test_only_the_environments_of_subjects_that_take_part_are_asked_for() -> None:
    asked: list[str] = []

    def seat(peer: Peer) -> Seat:
        asked.append(peer.name)
        return here(peer)

    Rounds({"loop": LOOP, "blinker": OTHER}, seat, rounds=0, seconds=1, stream=io.StringIO()).run(
        [scenario()]
    )
    assert asked == ["loop"]


def test_a_subject_is_a_process_of_its_own() -> None:
    run = Rounds({"loop": LOOP}, here, rounds=1, seconds=0.001, stream=io.StringIO())
    found = run.run([scenario()])
    assert all(0 < value < 1e9 for row in found[0].rows for value in row.values)
    assert [len(row.values) for row in found[0].rows] == [TURNS] * 2


def test_a_subject_that_is_not_installed_fails_with_its_last_line() -> None:
    run = Rounds({"nosuch": LOOP}, here, rounds=1, seconds=0.001, stream=io.StringIO())
    found = run.run([scenario(subjects=("nosuch",))])
    assert "nosuch failed: AttributeError" in found[0].rows[0].error


def test_a_subject_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "TIMEOUT", 0.001)
    run = Rounds({"loop": LOOP}, here, rounds=1, seconds=1, stream=io.StringIO())
    assert run.run([scenario()])[0].rows[0].error == "loop took more than 0.001 s"


def test_no_core_is_chosen_where_the_system_cannot_pin(monkeypatch: pytest.MonkeyPatch) -> None:
    if hasattr(os, "sched_getaffinity"):
        assert rounds.last_core() in os.sched_getaffinity(0)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert rounds.last_core() == -1


def test_the_worker_finds_how_many_calls_fill_its_budget() -> None:
    calls = itertools.count()
    assert worker.enough(lambda: sum(range(1000)), 1e6) > 1
    worker.elapsed(lambda: next(calls), 7)
    assert next(calls) == 7


def test_the_worker_takes_a_turn_for_each_line(capsys: pytest.CaptureFixture[str]) -> None:
    worker.take_turns(lambda: sum(range(1000)), 1e5, ["\n", "\n"])
    ready, *found = capsys.readouterr().out.splitlines()
    assert ready == "ready"
    assert all(float(line) > 0 for line in found)
    assert len(found) == 2


def test_an_action_may_look_at_another_clock() -> None:
    class Action:
        def __call__(self) -> None:
            pytest.fail("it is not asked to act")

        def elapsed(self, number: int) -> int:
            return 1000 * number

    assert worker.elapsed(Action(), 7) == 7000


def test_an_action_may_repeat_itself() -> None:
    class Action:
        calls = 0

        def __call__(self) -> None:
            raise AssertionError("not called")

        def repeat(self, number: int) -> None:
            self.calls += number

    action = Action()
    worker.elapsed(action, 7)
    assert action.calls == 7


class Body(list[bytes]):
    """A body that counts how often it was closed."""

    closed = 0

    def close(self) -> None:
        type(self).closed += 1


def echo(environ: dict[str, Any], start_response: Any) -> Body:
    """Answer with what was asked."""
    start_response("201 Created", [("X-Length", environ.get("CONTENT_LENGTH", "none"))])
    return Body(
        [
            *(environ[key].encode() for key in ("REQUEST_METHOD", "REQUEST_URI", "HTTP_ACCEPT")),
            environ["wsgi.input"].read(),
        ]
    )


def test_a_request_is_made_as_a_browser_makes_it_and_its_answer_checked() -> None:
    accept = b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    request = wsgi.asking(echo, Request("/a", "b=1"), b"GET/a?b=1" + accept, 201)
    before = Body.closed
    assert request() == b"GET/a?b=1" + accept
    assert Body.closed == before + 1


def test_a_request_may_have_another_method_other_headers_and_a_body() -> None:
    request = Request("/", method="POST", headers={"Accept": "*/*"}, body=b"body")
    assert wsgi.ask(echo, request) == Answer(201, {"x-length": "4"}, b"POST/*/*body")
    assert wsgi.asking(echo, request, b"POST/*/*body", 201)() == b"POST/*/*body"


@pytest.mark.parametrize(("expected", "status"), [(b"x", 201), (b"GET/*/*", 200)])
def test_a_wrong_answer_is_told(expected: bytes, status: int) -> None:
    request = Request("/", headers={"Accept": "*/*"})
    with pytest.raises(AssertionError, match=r"^/ answers 201 b'GET/\*/\*' {'x-length': 'none'}, "):
        wsgi.asking(echo, request, expected, status)


def test_what_is_true_of_a_right_answer_can_be_told_by_a_function() -> None:
    wsgi.asking(echo, Request("/"), lambda answer: answer.headers["x-length"], 201)
    with pytest.raises(AssertionError):
        wsgi.asking(echo, Request("/"), lambda answer: not answer.body, 201)


class Scripted(socketserver.StreamRequestHandler):
    """Answers each request of a connection with the next of ``answers``."""

    answers: ClassVar[list[bytes]] = []

    def handle(self) -> None:
        for answer in self.answers:
            while (line := self.rfile.readline()) != b"\r\n":
                if not line:
                    return
            self.wfile.write(answer)


@pytest.fixture
def scripted() -> Iterator[int]:
    """Return the port of a server that answers as ``Scripted.answers`` says."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Scripted) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield server.server_address[1]
        server.shutdown()


OK = b"HTTP/1.1 200 OK\r\n\r\nhello"


def test_a_server_is_loaded_over_connections_that_are_kept_alive(scripted: int) -> None:
    Scripted.answers = [OK] * 4
    with contextlib.closing(Client(scripted, b"hello")) as client:
        client.send(CONNECTIONS + 5)
        client.send(1)


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\n\r\nhell", OK + b"!", b""])
def test_an_answer_that_is_not_like_the_first_is_told(scripted: int, answer: bytes) -> None:
    Scripted.answers = [OK, answer]
    client = Client(scripted, b"hello")
    with contextlib.closing(client), pytest.raises(AssertionError, match="longer or shorter"):
        client.send(1)


@pytest.mark.parametrize("answer", [b"HTTP/1.1 404 Not Found\r\n\r\nhello", OK[:-1]])
def test_a_wrong_first_answer_is_told(scripted: int, answer: bytes) -> None:
    Scripted.answers = [answer]
    with pytest.raises(AssertionError, match="is not expected"):
        Client(scripted, b"hello")


class Counting(http.server.BaseHTTPRequestHandler):
    """Answers with the statuses that are left, and then with 200."""

    protocol_version = "HTTP/1.1"
    statuses: ClassVar[list[int]] = []

    def do_GET(self) -> None:
        with contextlib.suppress(ConnectionError):
            self.send_response(self.statuses.pop() if self.statuses else 200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"hello")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def counting() -> Iterator[int]:
    """Return the port of a server."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Counting) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.requires("wrk")
def test_wrk_loads_a_server_until_it_is_told_to_stop(counting: int) -> None:
    wrk = Wrk(counting, b"hello")
    cost = wrk.elapsed(1)  # too short to be measured
    assert cost > 0
    assert wrk.elapsed(1) == cost
    assert wrk.elapsed(10**7 // cost + 1) > 0


@pytest.mark.requires("wrk")
def test_wrk_gets_more_time_where_no_answer_came_in_the_first(
    counting: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrk = Wrk(counting, b"hello")
    begun = tmp_path / "begun"
    second = f"test -e {begun} && echo '5 requests in 1s'"
    first = f"touch {begun}; echo '0 requests in 0s'"
    monkeypatch.setattr(wrk, "_words", ["sh", "-c", f"{second} || {{ {first}; }}"])
    wrk()
    assert begun.exists()


@pytest.mark.requires("wrk")
def test_wrk_is_told_to_stop_until_it_listens(
    counting: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrk = Wrk(counting, b"hello")
    stop = "heard=$heard.; test $heard = .. && echo '5 requests in 1s' && exit"
    script = f"trap '{stop.replace(chr(39), chr(34))}' INT; while true; do sleep 0.01; done"
    monkeypatch.setattr(wrk, "_words", ["sh", "-c", script])
    wrk()


@pytest.mark.requires("wrk")
def test_wrk_that_does_not_stop_is_ended(counting: int, monkeypatch: pytest.MonkeyPatch) -> None:
    wrk = Wrk(counting, b"hello")
    monkeypatch.setattr("workspace.bench.wrk.PATIENCE", 0.5)
    monkeypatch.setattr(wrk, "_words", ["sleep", "60"])
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)  # what it starts is deaf from then on
    try:
        with pytest.raises(AssertionError, match="did not stop"):
            wrk()
    finally:
        signal.signal(signal.SIGINT, former)


@pytest.mark.requires("wrk")
def test_what_wrk_finds_wrong_is_told(counting: int) -> None:
    Counting.statuses = [500, 200]
    with pytest.raises(AssertionError, match="is not expected"):
        Wrk(counting, b"hello")


def test_a_server_is_measured_in_a_process_that_ends() -> None:
    served = Scenario("served", "over a socket", "served", "socket", ("bare",))
    run = Rounds({"bare": LOOP}, here, rounds=1, seconds=0.001, stream=io.StringIO())
    assert run.run([served])[0].rows[0].error == ""


def test_the_spread_is_the_quartiles_around_the_median() -> None:
    found = spread([5.0, 1.0, 3.0, 2.0, 4.0])
    assert (found.low, found.median, found.high) == (2.0, 3.0, 4.0)
    assert spread([7.0]).low == 7.0


def test_a_ratio_is_made_of_turns_that_followed_each_other() -> None:
    baseline, own = measured().rows[:2]
    assert own.speed(baseline).median == 4


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [(1234.4, "1,234 ns"), (12_345, "12.3 µs"), (123_456, "123 µs"), (12_345_678, "12.3 ms")],
)
def test_times_have_a_unit_that_suits_them(nanoseconds: float, text: str) -> None:
    assert result(Row("a", "a", [nanoseconds])).unit.write(nanoseconds) == text


def test_all_times_of_a_scenario_have_one_unit() -> None:
    rows = Row("a", "a", [20_000.0]), Row("b", "b", [500.0])
    assert result(*rows).unit is Unit.MICROSECONDS


@pytest.mark.parametrize(
    ("value", "text"), [(0.956, "0.96"), (9.5, "9.50"), (12.345, "12.3"), (1234.5, "1,234")]
)
def test_ratios_have_about_three_digits(value: float, text: str) -> None:
    assert digits(value) == text


def test_the_scenario_with_most_subjects_tells_their_order() -> None:
    few = result(Row("cherrypy", "CherryPy"), Row("bottle", "Bottle"), Row(AGAIN, "again"))
    assert list(subjects([few, measured()])) == ["cherrypy", "ours", "flask", "bottle", AGAIN]


def test_the_table_has_a_row_for_each_scenario_and_a_column_for_each_subject() -> None:
    other = result(
        Row("cherrypy", "CherryPy", [10.0, 20.0]), Row("bottle", "Bottle", [5.0, 4.0]), title="more"
    )
    assert table([measured(), other]).splitlines() == [
        "|  | CherryPy | ours | <Flask> | Bottle | CherryPy, again |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        "| a title | 200 ns | 50 ns, **4.00** (3.00 to 4.50) | failed |  | 1.00 (0.95 to 1.00) |",
        "| more | 15 ns |  |  | 3.50 (2.75 to 4.25) |  |",
    ]


def test_without_a_baseline_there_are_no_ratios() -> None:
    broken = result(Row("cherrypy", "CherryPy", [], "broken"), Row("ours", "ours", [5.0]))
    assert "| a title | failed | 5 ns |" in table([broken])
    assert "a title" not in plot([broken], "a picture")


def test_the_plot_is_an_svg_with_a_row_for_each_scenario() -> None:
    root = ET.fromstring(plot([measured(), result(*measured().rows, title="`b`")], "times & more"))
    texts = [element.text for element in root.iter() if element.tag.endswith("}text")]
    marks = [element.text for element in root.iter() if element.tag.endswith("}title")]
    assert texts[:3] == ["ours", "<Flask>", "CherryPy, again"]
    assert texts[-4:] == ["a title", "4.00", "b", "4.00"]
    assert marks == [
        "times & more",
        *["CherryPy, again: 1.00 (0.95 to 1.00)", "ours: 4.00 (3.00 to 4.50)"] * 2,
    ]


def test_the_marks_of_a_plot_lie_between_its_edges() -> None:
    fast = result(Row("cherrypy", "CherryPy", [1e6, 1e6]), Row("ours", "ours", [1.0, 1e9]))
    root = ET.fromstring(plot([fast], "from slow to fast"))
    moved = [element.get("transform", "") for element in root.iter()]
    places = [float(text[10:].split()[0]) for text in moved if text.startswith("translate(")]
    assert all(0 < place < WIDTH for place in places)
    assert len(places) == 2


def test_each_subject_of_a_group_has_a_mark_of_its_own_in_the_picture() -> None:
    known = peers.load()
    groups: dict[str, dict[str, Row]] = {}
    for one in catalogue.load(list(known)):
        rows = groups.setdefault(one.group, {})
        rows |= {name: Row(name, known[name].title, [1.0]) for name in one.subjects}
    for group, rows in groups.items():
        again = Row(AGAIN, f"{known['cherrypy'].title}, again", [1.0])
        ordered = [rows[name] for name in known if name in rows]
        root = ET.fromstring(plot([result(*ordered, again)], group))
        legend = [each for each in root if each.tag.endswith("}path")][: len(rows)]
        titles = [each for each in root if each.tag.endswith("}text")][: len(rows)]
        assert len({each.get("class") for each in legend}) == len(legend), group
        assert all(
            float(each.get("x", "")) + 7 * len(each.text or "") < WIDTH for each in titles
        ), group


def test_nothing_measured_gives_an_empty_plot_and_table() -> None:
    empty = result(Row("cherrypy", "CherryPy", [], "broken"))
    ET.fromstring(plot([empty], "nothing"))
    assert "failed" in table([empty])


def test_the_json_has_every_value() -> None:
    found = json.loads(report.as_json([measured()], 3))
    assert found["rounds"] == 3
    assert found["results"][0]["subjects"]["ours"] == {"ns": [50.0, 50.0, 60.0]}
    assert found["results"][0]["subjects"]["flask"] == {"error": "broken"}


def test_each_group_gets_a_table_and_a_picture(tmp_path: Path) -> None:
    written = report.write_pages([measured()], tmp_path / "new", "A remark.")
    assert [file.name for file in written] == ["group.table", "group.svg"]
    assert written[0].read_text("utf-8").endswith("\n\nA remark.\n")


def test_the_documentation_shows_every_group() -> None:
    page = (ROOT / "docs" / "performance.md").read_text("utf-8")
    for group in {one.group for one in catalogue.load(list(peers.load()))}:
        assert f"performance/{group}.svg" in page
        assert f"docs/performance/{group}.table" in page
