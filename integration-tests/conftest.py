"""What the tests of the whole share: the opinion of httplint on an exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from httplint import HttpRequestLinter, HttpResponseLinter
from httplint.note import levels

if TYPE_CHECKING:
    import http.client
    from collections.abc import Callable, Mapping


@pytest.fixture(scope="session")
def faults() -> Callable[..., list[str]]:
    """Tell what httplint calls bad in a response; see `found_bad`."""
    return found_bad


def found_bad(
    answer: http.client.HTTPResponse, body: bytes, method: str, path: str, sent: Mapping[str, str]
) -> list[str]:
    """Return what httplint calls bad in a response.

    Args:
        answer: The response, read to its end.
        body: What was read.
        method: The method of the request.
        path: Its path.
        sent: Its header fields.
    """
    request = HttpRequestLinter(no_content=True)
    request.process_request_topline(method.encode(), path.encode(), b"HTTP/1.1")
    request.process_headers([(name.encode(), value.encode()) for name, value in sent.items()])
    request.finish_content(True)
    response = HttpResponseLinter(no_content=method == "HEAD" or answer.status == 304)
    response.is_head_response = method == "HEAD"
    response.request = request
    phrase = answer.reason.encode()
    response.process_response_topline(b"HTTP/1.1", str(answer.status).encode(), phrase)
    fields = answer.headers.items()
    response.process_headers([(name.encode(), value.encode("latin-1")) for name, value in fields])
    response.feed_content(body)
    response.finish_content(True)
    return [note.summary for note in response.notes if note.level == levels.BAD]
