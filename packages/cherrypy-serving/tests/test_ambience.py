import inspect

import pytest

from cherrypy_serving import UnboundError, ambient, serving


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
