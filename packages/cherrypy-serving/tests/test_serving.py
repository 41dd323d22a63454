import pytest
from cherrypy_serving import UnboundError, ambient, proxy, serving


class Message:
    stream = False


def test_a_loaded_request_is_found_through_the_proxy() -> None:
    message = proxy("message_a", Message, default=Message)
    serving.load("request", "response")
    try:
        serving.message_a = bound = Message()
        message.stream = True
        assert bound.stream is True
        assert serving.request == "request"
    finally:
        serving.clear()
    assert message.stream is False


def test_without_a_default_the_error_says_what_to_do() -> None:
    message = proxy("message_b", Message, hint="turn the tool on")
    with pytest.raises(UnboundError, match="turn the tool on"):
        message.stream  # noqa: B018 - reading it is the point
    assert not hasattr(message, "stream")


def test_ambient_supplies_the_request_and_the_response() -> None:
    @ambient
    def both(request: str, response: str, *, sep: str = "+") -> str:
        return request + sep + response

    serving.load("a", "b")
    try:
        assert both(sep="-") == "a-b"
    finally:
        serving.clear()
