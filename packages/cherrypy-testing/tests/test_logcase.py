"""Looking into log files: regions between markers."""

from __future__ import annotations

import unittest
from pathlib import Path

import pytest

from cherrypy_testing import LogCase


class Case(unittest.TestCase, LogCase):
    pass


@pytest.fixture
def case(tmp_path: Path) -> Case:
    case = Case()
    case.logfile = tmp_path / "test.log"
    case.emptyLog()
    return case


def write(case: LogCase, *lines: str) -> None:
    with Path(str(case.logfile)).open("a", encoding="utf-8") as log:
        log.writelines(f"{line}\n" for line in lines)


def test_without_a_marker_the_whole_file_counts(case: Case) -> None:
    write(case, "first", "zweite ä")
    case.assertInLog("irs")
    case.assertInLog("zweite ä")
    case.assertInLog(b"zweite")
    case.assertNotInLog("third")
    with pytest.raises(AssertionError, match="'third' is not in the log"):
        case.assertInLog("third")
    with pytest.raises(AssertionError, match="'first' is in the log"):
        case.assertNotInLog("first")


def test_a_region_goes_from_its_marker_to_the_next(case: Case) -> None:
    write(case, "before")
    case.markLog("one")
    write(case, "in one")
    case.markLog()
    write(case, "in two")
    case.assertInLog("in two")
    case.assertNotInLog("in one")
    case.assertInLog("in one", marker="one")
    case.assertNotInLog("in two", marker=b"one")
    case.assertNotInLog("before", marker="one")
    case.assertNotInLog("before", marker="unknown")


def test_a_marker_is_not_another_that_begins_like_it(case: Case) -> None:
    case.markLog("10")
    write(case, "ten")
    case.markLog("1")
    write(case, "one")
    case.assertInLog("one")
    case.assertNotInLog("ten")


def test_lines_are_compared_by_their_place(case: Case) -> None:
    case.markLog()
    write(case, "GET /", "POST /form", "GET /end")
    case.assertLog(0, "GET")
    case.assertLog(-1, ["/end"])
    case.assertLog((0, 2), ["GET /", "POST"])
    case.assertLog((1, None), (b"POST", "GET"))
    for place, lines in ((0, "POST"), (3, "GET"), ((0, 5), ["GET", "POST"]), ((0, 1), ["POST"])):
        with pytest.raises(AssertionError, match="is not what stands at"):
            case.assertLog(place, lines)


def test_an_id_of_a_request_is_a_random_uuid(case: Case) -> None:
    write(case, "id c7b1b6c8-6b0e-1d6e-8a7e-0a2b6a3e4b5c")
    with pytest.raises(AssertionError, match="no version 4 UUID"):
        case.assertValidUUIDv4()
    write(case, "id 3b241101-e2bb-4255-8caf-4136c566a962")
    case.assertValidUUIDv4()


def test_a_case_without_a_file_says_what_to_set() -> None:
    with pytest.raises(ValueError, match=r"Case\.logfile"):
        Case().assertInLog("a")


def test_the_run_can_be_ended(case: Case) -> None:
    with pytest.raises(SystemExit):
        case.exit()
