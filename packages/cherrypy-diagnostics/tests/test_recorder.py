from __future__ import annotations

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


def one(recorder: Any, *, read: Any = 0, written: Any = 0, **options: Any) -> Any:
    record = recorder.start("1.2.3.4:5", "GET / HTTP/1.1")
    recorder.stop(record, "200 OK", read, written, **options)
    return record


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
    record = recorder.start("1.2.3.4:5", "GET / HTTP/1.1")
    figures = extrapolate_statistics(recorder.figures)
    assert (figures["Current Requests"], figures["Total Requests"]) == (1, 1)
    running = figures["Requests"][threading.get_ident()]
    assert running["Client"] == "1.2.3.4:5"
    assert running["Request-Line"] == "GET / HTTP/1.1"
    assert running["Processing Time"] >= 0
    assert running["End Time"] is running["Response Status"] is running["Bytes Read"] is None
    recorder.stop(record, "200 OK", 0, 0)
    assert recorder.figures["Current Requests"] == 0


def test_a_request_that_is_over_is_in_the_totals(recorder: Any) -> None:
    record = one(recorder, read=10, written=100)
    one(recorder, written=50)
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
    one(recorder)
    recorder.drop(None)
    first, second = recorder.start("c", "first"), recorder.start("c", "second")
    recorder.drop(first, bytes_read=10)  # of another thread, as it seems
    assert recorder.figures["Requests"] == {threading.get_ident(): second}
    recorder.drop(second)
    figures = extrapolate_statistics(recorder.figures)
    assert (figures["Current Requests"], figures["Total Requests"]) == (0, 1)
    assert (figures["Requests"], figures["Total Bytes Read"]) == ({}, 10)


def test_nothing_is_recorded_while_it_is_paused(recorder: Any) -> None:
    recorder.figures["Enabled"] = False
    assert one(recorder) is None
    assert recorder.figures["Total Requests"] == 0
    recorder.figures["Enabled"] = True
    one(recorder)
    assert recorder.figures["Total Requests"] == 1


def test_a_request_that_began_before_the_pause_is_completed(recorder: Any) -> None:
    record = recorder.start("c", "r")
    recorder.figures["Enabled"] = False
    recorder.stop(record, "200 OK", 0, 0)
    assert recorder.figures["Current Requests"] == 0


def test_a_second_recorder_goes_on_with_the_figures() -> None:
    statistics: dict[str, object] = {}
    one(RequestRecorder(statistics))
    one(RequestRecorder(statistics))
    assert statistics[APPLICATIONS]["Total Requests"] == 2  # type: ignore[index]


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


def test_a_clock_that_is_set_back_gives_no_negative_time(recorder: Any) -> None:
    record = recorder.start("c", "r")
    record["Start Time"] += 3600
    recorder.stop(record, "200 OK", 0, 0)
    assert record["Processing Time"] == 0


def test_threads_lose_no_count(recorder: Any) -> None:
    def work(_: Any) -> None:
        for _ in range(500):
            one(recorder, read=1, written=2, uriset="all")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    figures = recorder.figures
    assert figures["Total Requests"] == 4000
    assert figures["Current Requests"] == 0
    assert (figures["Total Bytes Read"], figures["Total Bytes Written"]) == (4000, 8000)
    assert figures["URI Set Tracking"]["all"]["Count"] == 4000


def test_records_of_threads_that_are_gone_do_not_pile_up(recorder: Any) -> None:
    for gone in range(1, 101):
        recorder.figures["Requests"][-gone] = {"End Time": 1}
    one(recorder)
    assert set(recorder.figures["Requests"]) == {threading.get_ident()}


def test_only_the_beginning_of_a_long_request_line_is_kept(recorder: Any) -> None:
    line = f"GET /{'x' * 500_000} HTTP/1.1"
    record = recorder.start("192.0.2.1:1", line)
    record["Start Time"] -= 10
    recorder.stop(record, "200 OK", 0, 0)
    (slow,) = recorder.figures["Slow Queries"]
    assert record["Request-Line"] == slow["Request-Line"] == line[:2000]
