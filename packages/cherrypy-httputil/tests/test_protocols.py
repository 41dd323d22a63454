import pytest

from cherrypy_httputil import protocol_from_http


def test_a_protocol_is_a_pair_of_numbers() -> None:
    assert protocol_from_http("HTTP/1.1") == (1, 1)
    assert protocol_from_http("HTTP/1.0") == (1, 0)


@pytest.mark.parametrize(
    "text", ["", "HTTP", "HTTP/11", "HTTP/1.1 ", "http/1.1", "HTTP/10.1", "HTTP/\u0661.1"]
)
def test_another_text_is_refused_and_named(text: str) -> None:
    with pytest.raises(ValueError, match="is not a protocol"):
        protocol_from_http(text)
