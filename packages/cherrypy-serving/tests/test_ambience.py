import inspect
from collections.abc import Callable

import pytest

from cherrypy_serving import UnboundError, ambient, prepared, serving


def join(request: str, response: str, sep: str = "+", *, end: str = ".") -> str:
    """Join them."""
    return request + sep + response + end


def test_the_request_and_the_response_are_supplied() -> None:
    serving.load("a", "b")
    assert ambient(join)() == "a+b."
    assert ambient(join)("-", end="!") == "a-b!"


def test_the_function_itself_stays_as_it_is() -> None:
    ambient(join)
    assert join("a", "b") == "a+b."


def test_only_the_options_are_left_in_the_signature() -> None:
    found = ambient(join)
    assert str(inspect.signature(found)) == "(sep: str = '+', *, end: str = '.') -> str"
    assert inspect.getfullargspec(found).args == ["sep"]
    assert (found.__name__, found.__doc__) == ("join", "Join them.")


def test_it_serves_another_request_at_each_call() -> None:
    found = ambient(join)
    for name in "ab":
        serving.load(name, "r")
        assert found() == f"{name}+r."


def test_outside_of_a_request_it_says_so() -> None:
    with pytest.raises(UnboundError, match="'request' is not available here"):
        ambient(join)()


def test_a_function_that_cannot_take_both_is_refused() -> None:
    with pytest.raises(ValueError, match="incorrect arguments"):
        ambient(lambda request: request)  # type: ignore[arg-type, misc]


class Joiner:
    """Join them as it was told."""

    made = 0

    def __init__(self, sep: str = "+") -> None:
        Joiner.made += 1
        self._sep = sep

    def __call__(self, request: str, response: str) -> str:
        return request + self._sep + response


def test_what_is_made_of_the_options_is_called_at_once() -> None:
    serving.load("a", "b")
    assert prepared(Joiner)() == "a+b"
    assert prepared(Joiner)(sep="-") == "a-b"


def test_what_makes_it_can_be_kept() -> None:
    before = Joiner.made
    join_them = prepared(Joiner).prepare(sep="-")  # type: ignore[attr-defined]
    assert [join_them("a", "b"), join_them("c", "d")] == ["a-b", "c-d"]
    assert Joiner.made == before + 1


def test_its_signature_is_that_of_the_options() -> None:
    def make(sep: str = "+") -> Callable[[str, str], str]:
        """Join them."""
        return lambda request, response: request + sep + response

    found = prepared(make)
    assert str(inspect.signature(found)) == "(sep: str = '+')"
    assert (found.__name__, found.__doc__) == ("make", "Join them.")


def test_options_that_are_refused_need_no_request() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'separator'"):
        prepared(Joiner)(separator="-")  # type: ignore[call-arg]


def test_what_is_made_needs_a_request() -> None:
    with pytest.raises(UnboundError, match="'request' is not available here"):
        prepared(Joiner)()
