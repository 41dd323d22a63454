"""The HTTP errors, as data: raise them anywhere, and whoever serves the request makes a response of them.

    Exception
    └── CherryPyException
        ├── HTTPError             an error response: status and message
        │   └── NotFound          404 for a path
        ├── HTTPRedirect          a redirection: urls and status
        ├── InternalRedirect      serve another path in place of this one
        ├── TimeoutError          the response took too long
        └── NoExchangeError       the error needed a request, and there is none

Nothing here imports a request. What an error can do with the exchange it is raised in goes through one
callable, set by `set_exchange_provider`; without it every error keeps the raw values that it was given.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Protocol

from cherrypy_httputil.fields import check_field
from cherrypy_httputil.status import valid_status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cherrypy_httputil.status import Status


class Exchange(Protocol):
    """The request being served and its response, as far as an error needs them."""

    def redirect_status(self) -> int:
        """Return the status of a redirection that names none: 303, or 302 for HTTP/1.0."""
        ...

    def absolute_url(self, url: str) -> str:
        """Return `url` made absolute against the url of the request."""
        ...

    def path(self) -> str:
        """Return the whole path of the request: script name and path info."""
        ...

    def error_page(self, status: Status, **fields: Any) -> bytes:
        """Return the page for an error; `fields` are `traceback`, `message` and `version`."""
        ...

    def set_error_response(self, error: HTTPError) -> None:
        """Make the response say what `error` says."""
        ...

    def set_redirect_response(self, redirect: HTTPRedirect) -> None:
        """Make the response a redirection."""
        ...


def _no_exchange() -> Exchange | None:
    return None


class _Seam:
    provider: Callable[[], Exchange | None] = staticmethod(_no_exchange)


def set_exchange_provider(provider: Callable[[], Exchange | None]) -> None:
    """Let errors find the exchange that they are raised in.

    Args:
        provider: Returns it, or None outside of a request. It replaces the one before.
    """
    _Seam.provider = staticmethod(provider)


def current_exchange() -> Exchange | None:
    """Return the exchange being served, or None."""
    return _Seam.provider()


class CherryPyException(Exception):  # noqa: N818 - the documented name
    """The base of all the exceptions here."""


class NoExchangeError(CherryPyException):
    """Something needed a request while none was being served."""


def _exchange_for(what: str) -> Exchange:
    exchange = current_exchange()
    if exchange is None:
        raise NoExchangeError(f"{what} needs a request: call it while one is being served")
    return exchange


class HTTPError(CherryPyException):
    """An error response.

    Args:
        status: A code from 400 to 599, or such a code and a reason phrase: `"410 It moved out"`.
        message: A sentence for the reader. Without one, the usual sentence for the code is used.

    Raises:
        ValueError: If the status is not that of an error.
    """

    status: Status
    """The status as it was given."""

    code: int
    """The number in it."""

    reason: str
    """The reason phrase in it, or the usual one for the code."""

    message: str
    """The sentence for the reader."""

    def __init__(self, status: Status = 500, message: str | None = None) -> None:
        self.status = status
        self.code, self.reason, usual = valid_status(status)
        if not 400 <= self.code <= 599:  # noqa: PLR2004 - the classes of RFC 9110, section 15
            raise ValueError(f"{status!r} is not the status of an error: it has to be 400 to 599")
        self.message = message or usual
        super().__init__(status, message)

    def __call__(self) -> NoReturn:
        """Raise this error, so that it can stand where a page handler is called."""
        raise self

    def set_response(self) -> None:
        """Make the current response say what this error says.

        Raises:
            NoExchangeError: If no request is being served.
        """
        _exchange_for("HTTPError.set_response()").set_error_response(self)

    def get_error_page(self, *args: Any, **kwargs: Any) -> bytes:
        """Return the page for this error: override it to change the page.

        It is called with the status, and `traceback` and `message` by name.

        Raises:
            NoExchangeError: If no request is being served.
        """
        return _exchange_for("HTTPError.get_error_page()").error_page(*args, **kwargs)

    @classmethod
    @contextmanager
    def handle(
        cls,
        exception: type[BaseException] | tuple[type[BaseException], ...],
        status: Status = 500,
        message: str = "",
    ) -> Iterator[None]:
        """Turn an exception that is raised in the `with` block into this error.

        Args:
            exception: The class, or a tuple of classes, to turn.
            status: As for the error.
            message: As for the error. The default is the text of the exception, which clients will see.
        """
        try:
            yield
        except exception as raised:
            raise cls(status, message or str(raised)) from raised


class NotFound(HTTPError):  # noqa: N818 - the documented name
    """There is nothing at this path: 404.

    Args:
        path: What was asked for. Without it, the path of the request that is being served.
    """

    def __init__(self, path: str | None = None) -> None:
        exchange = current_exchange()
        if path is None and exchange is not None:
            path = exchange.path()
        super().__init__(404, None if path is None else f"The path {path!r} was not found.")
        self.args = (path,)


class HTTPRedirect(CherryPyException):
    """A redirection to another url.

    Args:
        urls: One url or several; relative ones are made absolute against the request being served.
        status: 300, 301, 302, 303, 304, 305, 307 or 308. Without one: 303, or 302 for HTTP/1.0.
        encoding: How urls given as bytes are encoded; utf-8 without it.

    Raises:
        ValueError: If the status is another one, or a url has a CR, LF or NUL.
    """

    statuses: ClassVar[frozenset[int]] = frozenset({300, 301, 302, 303, 304, 305, 307, 308})
    encoding: str = "utf-8"
    urls: list[str]
    status: int

    def __init__(
        self,
        urls: str | bytes | Iterable[str | bytes],
        status: int | str | None = None,
        encoding: str | None = None,
    ) -> None:
        exchange = current_exchange()
        self.encoding = encoding or self.encoding
        texts = [self._text(url) for url in ([urls] if isinstance(urls, (str, bytes)) else urls)]
        check_field(texts)
        self.urls = texts if exchange is None else [exchange.absolute_url(url) for url in texts]
        if status is None:
            status = 303 if exchange is None else exchange.redirect_status()
        self.status = self._checked(status)
        super().__init__(self.urls, self.status)

    def _text(self, url: str | bytes) -> str:
        return url.decode(self.encoding) if isinstance(url, bytes) else url

    def _checked(self, status: int | str) -> int:
        code = int(status) if str(status).isdecimal() else 0
        if code not in self.statuses:
            allowed = ", ".join(map(str, sorted(self.statuses)))
            raise ValueError(f"{status!r} is not the status of a redirection: use one of {allowed}")
        return code

    def __call__(self) -> NoReturn:
        """Raise this redirection, so that it can stand where a page handler is called."""
        raise self

    def set_response(self) -> None:
        """Make the current response this redirection.

        Raises:
            NoExchangeError: If no request is being served.
        """
        _exchange_for("HTTPRedirect.set_response()").set_redirect_response(self)


class InternalRedirect(CherryPyException):
    """Serve another path in place of this one, without telling the client.

    Args:
        path: The path in the same server, which may be relative to the request's path, and may have a query string.
        query_string: The query string, when `path` has none.
    """

    path: str
    query_string: str

    def __init__(self, path: str, query_string: str = "") -> None:
        self.path, mark, found = path.partition("?")
        self.query_string = found if mark else query_string
        super().__init__(self.path, self.query_string)


class TimeoutError(CherryPyException):  # noqa: A001 - the documented name
    """The response took longer than it may."""
