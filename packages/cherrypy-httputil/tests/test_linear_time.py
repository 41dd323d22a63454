"""Count what is done for one input, and for one twice as long: never look at the clock."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from cherrypy_httputil import (
    HeaderMap,
    decode_TEXT,
    get_ranges,
    header_elements,
    parse_auth_params,
    parse_query_string,
    urljoin,
)


class Counter:
    """Counts the calls and the lines that are run."""

    def __init__(self) -> None:
        self.steps = 0

    def on_call(self, *_: object) -> None:
        self.steps += 1

    def on_line(self, *_: object) -> Any:
        self.steps += 1
        return self.on_line

    def run(self, function: Callable[[], object]) -> int:
        profile, trace = sys.getprofile(), sys.gettrace()
        sys.setprofile(self.on_call)
        sys.settrace(self.on_line)
        try:
            function()
        finally:
            sys.setprofile(profile)
            sys.settrace(trace)
        return self.steps


CASES: list[tuple[str, Callable[[int], object], int]] = [
    ("elements", lambda n: header_elements("Connection", "a;b=1," * n), 10_000),
    ("accept", lambda n: header_elements("Accept", "a;q=0.5," * n), 10_000),
    ("quoted", lambda n: header_elements("X", '"a,b",' * n), 10_000),
    ("quotes", lambda n: header_elements("X", '"' * n), 10_000),
    ("escapes", lambda n: header_elements("X", '"\\' * n), 10_000),
    ("parameters", lambda n: header_elements("X", "a" + ";b=1" * n), 10_000),
    ("commas", lambda n: header_elements("X", "," * n), 10_000),
    ("ranges", lambda n: get_ranges("bytes=" + "0-1," * n, 10), 10_000),
    ("range digits", lambda n: get_ranges("bytes=0-" + "9" * n, 10), 10_000),
    ("ampersands", lambda n: parse_query_string("&" * n), 100_000),
    ("fields", lambda n: parse_query_string("a=%20&" * n, max_fields=n), 10_000),
    ("percents", lambda n: parse_query_string("a=" + "%" * n), 100_000),
    ("slashes", lambda n: urljoin("/" * n, "a"), 100_000),
    ("encoded-words", lambda n: decode_TEXT("=?utf-8?q?a?= " * n), 10_000),
    ("unclosed words", lambda n: decode_TEXT("=?utf-8?q?a=" * n), 10_000),
    ("half words", lambda n: decode_TEXT("=?" * n), 100_000),
    ("credentials", lambda n: parse_auth_params(",".join(f"a{k}=b" for k in range(n))), 10_000),
    ("quoted credentials", lambda n: parse_auth_params('a="' + "\\b" * n + '"'), 10_000),
    ("names", lambda n: HeaderMap({f"x{k}": "a" for k in range(n)}).output(), 5_000),
    ("values", lambda n: HeaderMap(x=["a"] * n).output(), 10_000),
]


@pytest.mark.parametrize(
    ("function", "size"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_twice_the_input_takes_at_most_twice_the_steps(
    function: Callable[[int], object], size: int
) -> None:
    function(10)  # fill the caches
    once = Counter().run(lambda: function(size))
    twice = Counter().run(lambda: function(2 * size))
    assert twice <= 2.1 * once + 50


def test_elements_are_sorted_without_comparing_them_in_python() -> None:
    compared = 0

    def count(frame: Any, event: str, _: object) -> None:
        nonlocal compared
        compared += frame.f_code.co_name == "__lt__"

    sys.setprofile(count)
    try:
        found = header_elements("Accept", ",".join(f"a{n}" for n in range(20_000)))
    finally:
        sys.setprofile(None)
    assert len(found) == 20_000
    assert compared == 0
