from __future__ import annotations

import json
import logging
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cherrypy_diagnostics import (
    Report,
    RequestRecorder,
    default_formatting,
    iso_format,
    locale_date,
    measured,
    pause_resume,
)


class Cells(HTMLParser):
    """Collects the text of cells by their ids, and every tag."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.cells: dict[str, str] = {}
        self.tags: set[str] = set()
        self._id: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._id = dict(attrs).get("id")
        if self._id is not None:
            assert self._id not in self.cells
            self.cells[self._id] = ""

    def handle_data(self, data: str) -> None:
        if self._id is not None:
            self.cells[self._id] += data

    def handle_endtag(self, tag: str) -> None:
        self._id = None


def cells(statistics: Any, formatting: Any = None) -> Any:
    return Cells(Report(statistics, formatting).html()).cells


def test_values_of_a_namespace_are_shown() -> None:
    statistics = {"My Stuff": {"Hits": 3, "Twice": lambda s: s["Hits"] * 2, "Nothing": None}}
    assert cells(statistics) == {
        "My%20Stuff/Hits": "3",
        "My%20Stuff/Twice": "6",
        "My%20Stuff/Nothing": "",
    }


def test_collections_are_tables() -> None:
    statistics = {
        "My Stuff": {
            "Threads": {7: {"n": 1}, 5: {"n": 2, "m": 3}},
            "In Order": [{"n": 4}, {"m": 5}, "no record"],
        }
    }
    assert cells(statistics) == {
        "My%20Stuff/In%20Order/0/Value": "",
        "My%20Stuff/In%20Order/0/m": "",
        "My%20Stuff/In%20Order/0/n": "4",
        "My%20Stuff/In%20Order/1/Value": "",
        "My%20Stuff/In%20Order/1/m": "5",
        "My%20Stuff/In%20Order/1/n": "",
        "My%20Stuff/In%20Order/2/Value": "no record",
        "My%20Stuff/In%20Order/2/m": "",
        "My%20Stuff/In%20Order/2/n": "",
        "My%20Stuff/Threads/0/": "5",
        "My%20Stuff/Threads/0/m": "3",
        "My%20Stuff/Threads/0/n": "2",
        "My%20Stuff/Threads/1/": "7",
        "My%20Stuff/Threads/1/m": "",
        "My%20Stuff/Threads/1/n": "1",
    }


def test_values_in_collections_are_in_one_column() -> None:
    statistics = {"A": {"Answers": {404: 2, 200: 31.25}, "Sizes": [3, [4, 5]]}}
    formatting = {"A": {"Answers": "%.1f", "Sizes": {"Value": None}}}
    assert cells(statistics) == {
        "A/Answers/0/": "200",
        "A/Answers/0/Value": "31.25",
        "A/Answers/1/": "404",
        "A/Answers/1/Value": "2",
        "A/Sizes/0/Value": "3",
        "A/Sizes/1/Value": "[4, 5]",
    }
    assert cells(statistics, formatting) == {
        "A/Answers/0/": "200",
        "A/Answers/0/Value": "31.2",
        "A/Answers/1/": "404",
        "A/Answers/1/Value": "2.0",
    }


def test_formatting_shows_hides_and_leaves_alone() -> None:
    statistics = {
        "A": {
            "Text": 1.5,
            "Function": 3,
            "Hidden": 4,
            "Plain": 5,
            "Records": {"k": {"Text": 1.5, "Hidden": 2}},
            "Hidden Records": [{"n": 1}],
        }
    }
    formatting = {
        "A": {
            "Text": "%.3f",
            "Function": lambda v: f"<{v}>",
            "Hidden": None,
            "Records": {"Text": "%d", "Hidden": None},
            "Hidden Records": None,
        }
    }
    assert cells(statistics, formatting) == {
        "A/Text": "1.500",
        "A/Function": "<3>",
        "A/Plain": "5",
        "A/Records/0/": "k",
        "A/Records/0/Text": "1",
    }


def test_what_a_formatting_cannot_show_is_shown_unformatted() -> None:
    formatting = {"A": {"Text": "%d", "Function": lambda v: v / 0}}
    assert cells({"A": {"Text": "x", "Function": 1}}, formatting) == {
        "A/Text": "x",
        "A/Function": "1",
    }


def test_long_numbers_have_commas() -> None:
    statistics = {
        "A": {"Count": 1234567, "Year": 2030, "Rate": -98765.4321, "Text": "1234567", "Is": True}
    }
    formatting = {"A": {"Rate": "%.1f"}}
    assert cells(statistics, formatting) == {
        "A/Count": "1,234,567",
        "A/Year": "2030",
        "A/Rate": "-98,765.4",
        "A/Text": "1234567",
        "A/Is": "True",
    }
    assert cells(statistics, {"A": {"Count": str}})["A/Count"] == "1234567"


def test_long_text_may_go_on_in_the_next_line() -> None:
    html = Report({"A": {"Long": "x" * 61, "Short": "x" * 60}}).tables()
    assert '<td id="A/Long" class="long">' in html
    assert '<td id="A/Short">' in html
    controlled = Report({"A": {"Enabled": True}}, controls=pause_resume).tables()
    assert '<td id="A/Enabled">' in controlled


def test_collection_without_records_says_so() -> None:
    html = Report({"A": {"Records": {}, "More": []}}).tables()
    assert html.count("<p>None.</p>") == 2
    assert "<thead" not in html


def test_names_are_followed_by_their_units() -> None:
    statistics = {"A": {"Delay": 0.25, "Begin": 784111777, "Parts": {"a": {"Size": 3}}}}
    parts = {"Size": measured(lambda v: v * 2, "<kB>")}
    formatting = {"A": {"Delay": measured("%.1f", "s"), "Begin": iso_format, "Parts": parts}}
    html = Report(statistics, formatting).tables()
    assert '>Delay <span class="unit">s</span></th>' in html
    assert '>Begin <span class="unit">UTC</span></th>' in html
    assert '>Size <span class="unit">&lt;kB&gt;</span></th>' in html
    assert cells(statistics, formatting)["A/Parts/0/Size"] == "6"
    assert measured("%.1f", "s") == "%.1f"


def test_a_formatting_function_may_make_html() -> None:
    class Button:
        def __html__(self) -> str:
            return "<button>Pause</button>"

    page = Report({"A": {"Enabled": True}}, {"A": {"Enabled": lambda v: Button()}}).html()
    assert "<button>Pause</button>" in page


HOSTILE = "<script>alert(1)</script>\"'&"


def test_nothing_that_a_client_sends_becomes_html() -> None:
    statistics: dict[str, Any] = {}
    recorder = RequestRecorder(statistics)
    recorder.start("a", HOSTILE, HOSTILE)
    recorder.stop("a", HOSTILE, 0, 0, uriset=HOSTILE, slow_queries=1e-12)
    statistics[HOSTILE] = {HOSTILE: HOSTILE, "c": {HOSTILE: {HOSTILE: HOSTILE}}}
    page = Report(statistics).html(HOSTILE)
    assert "<script" not in page
    assert "script" not in Cells(page).tags


@given(st.dictionaries(st.text(), st.text()))
def test_any_text_is_shown_as_it_is(values: Any) -> None:
    page = Cells(Report({"A": values}).html())
    assert page.tags <= {
        "html",
        "head",
        "link",
        "header",
        "main",
        "section",
        "div",
        "thead",
        "tbody",
        "meta",
        "title",
        "body",
        "h1",
        "h2",
        "table",
        "tr",
        "th",
        "td",
    }


def test_requests_are_formatted_by_default() -> None:
    statistics: dict[str, Any] = {}
    recorder = RequestRecorder(statistics)
    recorder.start("a", "1.2.3.4:5", "GET / HTTP/1.1")
    recorder.stop("a", "200 OK", 1, 2, uriset="pages", slow_queries=1e-12)
    shown = cells(statistics)
    prefix = "CherryPy%20Applications/"
    assert shown[prefix + "Requests/0/Request-Line"] == "GET / HTTP/1.1"
    assert prefix + "Requests/0/Start%20Time" not in shown
    assert shown[prefix + "Start%20Time"] == iso_format(recorder.figures["Start Time"])
    assert shown[prefix + "Slow%20Queries/0/Response%20Status"] == "200 OK"
    assert shown[prefix + "URI%20Set%20Tracking/0/Count"] == "1"


def test_the_default_formatting_can_be_changed() -> None:
    default_formatting()["CherryPy Applications"]["Uptime"] = None
    assert default_formatting()["CherryPy Applications"]["Uptime"] == "%.3f"


@pytest.mark.parametrize(
    ("statistics", "shown"),
    [
        ({"A": 17}, ">17</td>"),
        ({"A": None}, "<h2>A</h2>"),
        ({"A": {"Mixed": {1: {"n": 4}, "1": {"n": 5}}}}, ">5</td>"),
        ({"A": {"File": "\udcff"}}, r">\udcff</td>"),
        ({"\udcff": {"File": "x"}}, r"<h2>\udcff</h2>"),
        ({7: {"n": 4}}, "<h2>7</h2>"),
        ({"A": {"Type": int}}, ">int</td>"),
    ],
)
def test_whatever_others_put_in_is_shown(statistics: Any, shown: str) -> None:
    html = Report(statistics).tables()
    assert shown in html
    html.encode()


def test_json_holds_the_unformatted_figures() -> None:
    statistics = {
        "A": {
            "Hits": 3,
            "Twice": lambda s: s["Hits"] * 2,
            "Day": date(2024, 12, 31),
            "Endless": float("inf"),
            "Ratio": 0.5,
            "Enabled": True,
            "Threads": {7: {"n": None}},
            "In Order": [{"n": "\xe9"}],
        }
    }
    document = Report(statistics).json()
    assert document.isascii()
    assert json.loads(document) == {
        "A": {
            "Hits": 3,
            "Twice": 6,
            "Day": "2024-12-31",
            "Endless": None,
            "Ratio": 0.5,
            "Enabled": True,
            "Threads": {"7": {"n": None}},
            "In Order": [{"n": "\xe9"}],
        }
    }


def test_collection_can_be_paused_and_resumed() -> None:
    statistics: dict[str, Any] = {"A": {"Enabled": True}}
    report = Report(statistics)
    report.pause("A")
    assert statistics == {"A": {"Enabled": False}}
    report.resume("A")
    assert statistics == {"A": {"Enabled": True}}
    with pytest.raises(KeyError):
        report.pause("B")
    with pytest.raises(KeyError):
        report.resume("B")


def test_the_statistics_of_the_process_are_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "statistics", {"A": {"Hits": 1}}, raising=False)
    assert json.loads(Report().json()) == {"A": {"Hits": 1}}


def test_times() -> None:
    assert iso_format(784111777) == "1994-11-06 08:49:37"
    assert "1994" in locale_date(784111777)
