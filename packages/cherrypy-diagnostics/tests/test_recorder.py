from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cherrypy_diagnostics import (
    APPLICATIONS,
    RequestRecorder,
    average_uriset_time,
    extrapolate_statistics,
    proc_time,
)


@pytest.fixture
def recorder() -> Any:
    return RequestRecorder({}, version="1.2")


def one(recorder: Any, *, read: Any = 0, written: Any = 0, **options: Any) -> None:
    request = object()
    recorder.start(request, "1.2.3.4:5", "GET / HTTP/1.1")
    recorder.stop(request, "200 OK", read, written, **options)


def record_of(recorder: Any) -> Any:
    return recorder.figures["Requests"][threading.get_ident()]


def set_clock(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let the clock of the recorder be that far from that of others."""
    monkeypatch.setattr("cherrypy_diagnostics.recorder.time", lambda: time.time() + seconds)


def test_the_namespace_has_the_documented_names(recorder: Any) -> None:
    assert set(recorder.figures) == {
        "Enabled",
        "Bytes Read/Request",
        "Bytes Read/Second",
        "Bytes Written/Request",
        "Bytes Written/Second",
        "Current Requests",
        "Current Time",
        "Requests",
        "Requests/Second",
        "Server Version",
        "Start Time",
        "Total Bytes Read",
        "Total Bytes Written",
        "Total Requests",
        "Total Time",
        "Uptime",
    }


def test_figures_of_nothing_are_zero(recorder: Any) -> None:
    figures = extrapolate_statistics(recorder.figures)
    assert figures["Server Version"] == "1.2"
    for name in ("Bytes Read/Request", "Bytes Written/Request", "Requests/Second", "Total Time"):
        assert figures[name] == 0
    assert figures["Uptime"] >= 0
    assert figures["Current Time"] >= figures["Start Time"]


def test_a_request_is_counted_while_it_runs(recorder: Any) -> None:
    recorder.start("a", ("1.2.3.4", ":", "5"), ("GET", " ", "/", " HTTP/1.1"))
    figures = extrapolate_statistics(recorder.figures)
    assert (figures["Current Requests"], figures["Total Requests"]) == (1, 1)
    running = figures["Requests"][threading.get_ident()]
    assert running["Client"] == "1.2.3.4:5"
    assert running["Request-Line"] == "GET / HTTP/1.1"
    assert running["Processing Time"] >= 0
    assert running["End Time"] is running["Response Status"] is running["Bytes Read"] is None
    recorder.stop("a", "200 OK", 0, 0)
    assert recorder.figures["Current Requests"] == 0


def test_a_request_that_is_over_is_in_the_totals(recorder: Any) -> None:
    one(recorder, written=50)
    one(recorder, read=10, written=100)
    record = record_of(recorder)
    figures = extrapolate_statistics(recorder.figures)
    assert (figures["Total Bytes Read"], figures["Total Bytes Written"]) == (10, 150)
    assert figures["Total Requests"] == 2
    assert (figures["Bytes Read/Request"], figures["Bytes Written/Request"]) == (5, 75)
    assert figures["Bytes Written/Second"] > 0
    assert figures["Total Time"] >= record["Processing Time"] >= 0
    assert record["End Time"] >= record["Start Time"]
    assert (record["Response Status"], record["Bytes Read"], record["Bytes Written"]) == (
        "200 OK",
        10,
        100,
    )


def test_a_record_that_is_taken_back_leaves_what_was_read(recorder: Any) -> None:
    recorder.drop("unknown")
    recorder.start("first", "c", "first")
    recorder.start("second", "c", "second")
    recorder.drop("first", bytes_read=10)  # the thread goes on with another one
    assert record_of(recorder)["Request-Line"] == "second"
    recorder.drop("second")
    figures = extrapolate_statistics(recorder.figures)
    assert (figures["Current Requests"], figures["Total Requests"]) == (0, 0)
    assert (figures["Requests"], figures["Total Bytes Read"]) == ({}, 10)


def test_a_request_within_another_one_of_its_thread(recorder: Any) -> None:
    recorder.start("outer", "c", "outer")
    one(recorder, written=1)
    recorder.stop("outer", "404 Not Found", 0, 2)
    assert record_of(recorder)["Request-Line"] == "outer"
    assert record_of(recorder)["Response Status"] == "404 Not Found"
    figures = recorder.figures
    assert (figures["Current Requests"], figures["Total Requests"]) == (0, 2)
    assert figures["Total Bytes Written"] == 3


def test_a_request_that_ends_in_another_thread(recorder: Any) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(recorder.start, "a", "c", "r").result()
        assert recorder.figures["Current Requests"] == 1
        recorder.stop("a", "200 OK", 0, 2)
        assert recorder.figures["Current Requests"] == 0
        pool.submit(recorder.start, "b", "c", "r").result()
        pool.submit(recorder.start, "c", "c", "r").result()
        recorder.stop("b", "200 OK", 0, 2)
        recorder.drop("c")
    figures = recorder.figures
    assert (figures["Current Requests"], figures["Total Requests"]) == (0, 2)
    assert figures["Total Bytes Written"] == 4


def test_requests_that_are_never_over_do_not_fill_the_memory(recorder: Any) -> None:
    for key in range(3000):
        recorder.start(key, "c", "r")
    assert recorder.figures["Total Requests"] == 3000
    assert recorder.figures["Current Requests"] == 1001  # the others were given up
    recorder.stop(0, "200 OK", 0, 0)
    assert recorder.figures["Current Requests"] == 1001


def test_nothing_is_recorded_while_it_is_paused(recorder: Any) -> None:
    recorder.figures["Enabled"] = False
    assert recorder.start("a", "c", "r") is False
    recorder.stop("a", "200 OK", 0, 0)
    assert recorder.figures["Total Requests"] == 0
    recorder.figures["Enabled"] = True
    one(recorder)
    assert recorder.figures["Total Requests"] == 1


def test_a_request_that_began_before_the_pause_is_completed(recorder: Any) -> None:
    recorder.start("a", "c", "r")
    recorder.figures["Enabled"] = False
    recorder.stop("a", "200 OK", 0, 0)
    assert recorder.figures["Current Requests"] == 0


def test_a_second_recorder_goes_on_with_the_figures() -> None:
    statistics: dict[str, Any] = {}
    for _ in range(2):
        one(RequestRecorder(statistics), written=5)
    figures = statistics[APPLICATIONS]
    assert (figures["Total Requests"], figures["Total Bytes Written"]) == (2, 10)
    assert set(figures["Requests"]) == {threading.get_ident()}


def test_a_namespace_that_is_there_keeps_its_values() -> None:
    statistics: dict[str, Any] = {APPLICATIONS: {"Enabled": False, "Of mine": 3}}
    recorder = RequestRecorder(statistics)
    one(recorder)
    figures = statistics[APPLICATIONS]
    assert (figures["Enabled"], figures["Of mine"], figures["Total Requests"]) == (False, 3, 0)


def test_who_reads_between_two_totals_doubles_none(recorder: Any) -> None:
    readings = [recorder.figures.copy]

    class Interrupted(int):
        def __add__(self, other: int) -> int:
            if readings:
                readings.pop()()  # as the handler of a signal may, which comes just now
            return int(self) + other

    recorder.figures["Total Requests"] = Interrupted(100)
    one(recorder, read=5, written=7)
    figures = recorder.figures.copy()
    assert not readings
    assert (figures["Total Bytes Read"], figures["Total Bytes Written"]) == (5, 7)
    assert (figures["Total Requests"], figures["Current Requests"]) == (101, 0)


def test_a_total_can_be_set(recorder: Any) -> None:
    one(recorder, written=5)
    recorder.figures["Total Requests"] = 0
    one(recorder)
    assert recorder.figures["Total Requests"] == 1
    assert recorder.figures["Total Bytes Written"] == 5


def test_slow_requests_are_kept_in_order(recorder: Any) -> None:
    for _ in range(3):
        one(recorder, slow_queries=1e-12, slow_queries_count=2)
    slow = recorder.figures["Slow Queries"]
    assert len(slow) == 2
    assert slow[0]["Start Time"] <= slow[1]["Start Time"]
    assert slow[1]["Request-Line"] == "GET / HTTP/1.1"


@pytest.mark.parametrize("threshold", [0, 60.0])
def test_other_requests_are_not_kept_as_slow(recorder: Any, threshold: Any) -> None:
    one(recorder, slow_queries=threshold)
    assert "Slow Queries" not in recorder.figures


def test_uri_sets_are_added_up(recorder: Any) -> None:
    for _ in range(2):
        one(recorder, uriset="pages")
    one(recorder)
    sets = extrapolate_statistics(recorder.figures)["URI Set Tracking"]
    assert set(sets) == {"pages"}
    pages = sets["pages"]
    assert pages["Count"] == 2
    assert pages["Min"] <= pages["Avg"] <= pages["Max"] <= pages["Sum"]


def test_the_average_of_nothing_is_zero() -> None:
    assert average_uriset_time({"Sum": 0.0, "Count": 0}) == 0
    assert average_uriset_time({"Sum": 6.0, "Count": 3}) == 2


def test_the_processing_time_runs_from_the_start() -> None:
    assert 60 <= proc_time({"Start Time": time.time() - 60}) < 70


def test_a_clock_that_is_set_back_gives_no_negative_time(
    recorder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder.start("a", "c", "r")
    set_clock(monkeypatch, -3600)
    recorder.stop("a", "200 OK", 0, 0)
    assert record_of(recorder)["Processing Time"] == 0


def test_threads_lose_no_count(recorder: Any) -> None:
    def work(_: Any) -> None:
        for _ in range(500):
            one(recorder, read=1, written=2, uriset="all")

    with ThreadPoolExecutor(8) as pool:
        tasks = pool.map(work, range(8))
        for n in range(1000):  # somebody reads, and time passes, meanwhile
            assert recorder.figures["Current Requests"] >= 0
            recorder.history.tick(time.time() + n)
        list(tasks)
    figures = recorder.figures
    assert figures["Total Requests"] == 4000
    assert figures["Current Requests"] == 0
    assert (figures["Total Bytes Read"], figures["Total Bytes Written"]) == (4000, 8000)
    assert figures["URI Set Tracking"]["all"]["Count"] == 4000


def test_records_of_threads_that_are_gone_do_not_pile_up(recorder: Any) -> None:
    barrier = threading.Barrier(60)  # all at once, so that no two have one identity

    def work() -> None:
        one(recorder, written=1)
        barrier.wait(60)

    threads = [threading.Thread(target=work) for _ in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(recorder.figures["Requests"]) == 60
    with ThreadPoolExecutor(1) as pool:
        pool.submit(one, recorder).result()
    assert len(recorder.figures["Requests"]) <= 17
    assert recorder.figures["Total Requests"] == 61
    assert recorder.figures["Total Bytes Written"] == 60


def test_requests_of_threads_that_are_gone_can_end_elsewhere(recorder: Any) -> None:
    for key in range(40):
        thread = threading.Thread(target=recorder.start, args=(key, "c", "r"))
        thread.start()
        thread.join()
    for key in range(40):
        recorder.stop(key, "200 OK", 0, 1)
    figures = recorder.figures
    assert (figures["Current Requests"], figures["Total Requests"]) == (0, 40)
    assert figures["Total Bytes Written"] == 40


def test_only_the_beginning_of_a_long_request_line_is_kept(
    recorder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = f"GET /{'x' * 500_000} HTTP/1.1"
    recorder.start("a", "192.0.2.1:1", line)
    set_clock(monkeypatch, 10)
    recorder.stop("a", "200 OK", 0, 0)
    (slow,) = recorder.figures["Slow Queries"]
    assert record_of(recorder)["Request-Line"] == slow["Request-Line"] == line[:2000]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_process_that_is_forked_has_no_requests_of_other_threads() -> None:
    """They are busy with the locks all the time, and the child must not wait for these."""
    program = """if True:
        import os, threading
        from cherrypy_diagnostics import RequestRecorder

        recorder, is_over = RequestRecorder({}), threading.Event()
        begun = threading.Semaphore(0)

        def work():
            recorder.start(work, "c", "r")
            begun.release()
            while not is_over.is_set():
                recorder.figures["Total Requests"]
                recorder.history.view("5m")

        recorder.start("own", "c", "r")
        thread = threading.Thread(target=work)
        thread.start()
        begun.acquire()
        for _ in range(20):
            child = os.fork()
            if child == 0:
                recorder.history.tick()
                os._exit(recorder.figures["Current Requests"])
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
        assert recorder.figures["Current Requests"] == 2
        is_over.set()
        thread.join()
    """
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", program]
    subprocess.run(command, check=True, timeout=120)
