"""What a function on a request and a response may expect of them.

`webob.Request` and `webob.Response` fit as they are. A member is added here only if they have it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, MutableMapping


class RequestMessage(Protocol):
    """A request to read.

    Examples:
        >>> from webob import Request
        >>> request: RequestMessage = Request.blank("/birds?page=2")
        >>> request.method, request.path_info, request.query_string
        ('GET', '/birds', 'page=2')
    """

    @property
    def method(self) -> str:
        """The method, in capitals."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """The header fields; the case of names makes no difference."""
        ...

    @property
    def script_name(self) -> str:
        """The path of the application, without a slash at its end."""
        ...

    @property
    def path_info(self) -> str:
        """The path below the application, decoded."""
        ...

    @property
    def query_string(self) -> str:
        """What follows the question mark, not decoded."""
        ...


class ResponseMessage(Protocol):
    """A response to read and change.

    Examples:
        >>> from webob import Response
        >>> response: ResponseMessage = Response()
        >>> response.status_code = 404
        >>> response.status
        '404 Not Found'
    """

    @property
    def status(self) -> str:
        """The code and the reason phrase. To set a code alone, set `status_code`."""
        ...

    @status.setter
    def status(self, value: str) -> None: ...

    @property
    def status_code(self) -> int:
        """The code. Setting it sets the usual reason phrase with it."""
        ...

    @status_code.setter
    def status_code(self, value: int) -> None: ...

    @property
    def headers(self) -> MutableMapping[str, str]:
        """The header fields; the case of names makes no difference."""
        ...

    @property
    def app_iter(self) -> Iterable[bytes]:
        """The body in pieces."""
        ...

    @app_iter.setter
    def app_iter(self, value: Iterable[bytes]) -> None: ...
