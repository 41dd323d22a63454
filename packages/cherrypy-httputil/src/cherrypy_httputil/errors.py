"""The HTTP errors, as data: raise them anywhere, and whoever serves the request answers with them.

    Exception
    └── CherryPyException
        ├── HTTPError             an error response: status and message
        │   └── NotFound          404 for a path
        ├── HTTPRedirect          a redirection: urls and status
        ├── InternalRedirect      serve another path in place of this one
        ├── TimeoutError          the response took too long
        └── NoExchangeError       something needed a request, and there is none

Nothing here imports a request. What an error can do with the exchange that it is raised in goes
through one callable, set by `set_exchange_provider`. Without it errors keep the values they got.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Protocol

from cherrypy_httputil.fields import check_field
from cherrypy_httputil.status import code_number, response_codes, valid_status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cherrypy_httputil.status import Status


class Exchange(Protocol):
    """The request being served and its response, as far as errors need them."""

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
        """Make the response say what `error` says, with the page of `error.get_error_page()`."""
        ...

    def set_redirect_response(self, redirect: HTTPRedirect) -> None:
        """Make the response a redirection."""
        ...


class _Seam:
    """The one mutable thing in this module."""

    def __init__(self) -> None:
        self.provider: Callable[[], Exchange | None] = lambda: None


_seam = _Seam()


def set_exchange_provider(provider: Callable[[], Exchange | None]) -> None:
    """Let errors find the exchange that they are raised in.

    Args:
        provider: Returns the exchange, or None outside of a request. It replaces the one before.

    Examples:
        >>> set_exchange_provider(lambda: None)  # what stands there from the beginning
        >>> HTTPRedirect("/new").urls
        ['/new']
    """
    _seam.provider = provider


def current_exchange() -> Exchange | None:
    """Return the exchange that is being served, or None.

    Examples:
        >>> current_exchange() is None  # no request is being served here
        True
    """
    return _seam.provider()


class CherryPyException(Exception):  # noqa: N818 - the documented name
    """The base of all exceptions here.

    Examples:
        >>> try:
        ...     raise HTTPRedirect("/login")
        ... except CherryPyException as error:
        ...     print(type(error).__name__)
        HTTPRedirect
    """


class NoExchangeError(CherryPyException):
    """Something needed a request while none was being served.

    Examples:
        >>> try:
        ...     HTTPError(404).set_response()
        ... except NoExchangeError as error:
        ...     print(error)
        HTTPError.set_response() needs a request: call it while one is being served
    """


class TimeoutError(CherryPyException):  # noqa: A001 - the documented name
    """The response took longer than it may.

    Examples:
        >>> issubclass(TimeoutError, CherryPyException)
        True
    """


def _exchange_for(what: str) -> Exchange:
    exchange = current_exchange()
    if exchange is None:
        raise NoExchangeError(f"{what} needs a request: call it while one is being served")
    return exchange


class HTTPError(CherryPyException):
    """An error response.

    Args:
        status: A code from 400 to 599, or code and reason phrase, as in `"410 It moved out"`.
        message: A sentence for the reader. Without one, it is the usual one for the code.

    Raises:
        ValueError: If the status is not that of an error.

    Examples:
        >>> try:
        ...     raise HTTPError("410 It moved out", "Ask the neighbours.")
        ... except HTTPError as error:
        ...     error.code, error.reason, error.message
        (410, 'It moved out', 'Ask the neighbours.')
        >>> with HTTPError.handle(KeyError, 404, "There is no such page."):
        ...     {}["page"]
        Traceback (most recent call last):
        cherrypy_httputil.errors.HTTPError: (404, 'There is no such page.')
    """

    status: Status = None
    """The status as it was given."""

    code: int = None  # type: ignore[assignment]  # a class has none yet
    """The number in it."""

    reason: str = None  # type: ignore[assignment]  # a class has none yet
    """The reason phrase in it, or the usual one for the code."""

    message: str
    """The sentence for the reader. It is text: a page has to escape it."""

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
        """Return the page for this error. Override it to have another one.

        It is called with the status, and by name with `traceback` and `message`.

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
            status: The status of the error.
            message: The message of the error. Without one, it is the text of the exception, which
                may tell a client about files and data that are none of its business.
        """
        try:
            yield
        except exception as raised:
            raise cls(status, message or str(raised)) from raised


class NotFound(HTTPError):  # noqa: N818 - the documented name
    """There is nothing at a path: 404.

    Args:
        path: What was asked for. Without it, it is the path of the request that is being served.

    Examples:
        >>> error = NotFound("/lost")
        >>> error.code, error.message
        (404, "The path '/lost' was not found.")
    """

    path: str | None

    def __init__(self, path: str | None = None) -> None:
        if path is None:
            exchange = current_exchange()
            path = None if exchange is None else exchange.path()
        self.path = path
        self.status: int = 404
        self.code = 404
        self.reason: str
        self.reason, usual = response_codes[404]
        message = None if path is None else f"The path {path!r} was not found."
        self.message: str = message or usual
        self.args: tuple[Any, ...] = (404, message)

    def __reduce__(self) -> tuple[type[NotFound], tuple[str | None]]:
        # The arguments of the exception are those of HTTPError.
        return type(self), (self.path,)


class _DefaultStatus:
    """The status of a redirection that names none, for the exchange being served."""

    def __get__(self, instance: object, owner: type) -> int:
        exchange = current_exchange()
        return 303 if exchange is None else exchange.redirect_status()


class HTTPRedirect(CherryPyException):
    """A redirection to another url.

    Args:
        urls: One url or several. Relative ones are made absolute against the request being served.
        status: 300, 301, 302, 303, 304, 305, 307 or 308. Without one, it is `default_status`.
        encoding: How urls given as bytes are encoded. Without one, it is utf-8.

    Raises:
        ValueError: If the status is another one, or a url has a CR, LF or NUL.

    Examples:
        >>> try:
        ...     raise HTTPRedirect("/new", 301)
        ... except HTTPRedirect as redirect:
        ...     redirect.urls, redirect.status
        (['/new'], 301)
    """

    statuses: ClassVar[frozenset[int]] = frozenset({300, 301, 302, 303, 304, 305, 307, 308})

    if TYPE_CHECKING:
        default_status: ClassVar[int]
    else:
        default_status = _DefaultStatus()

    encoding: str = "utf-8"
    """How urls given as bytes are encoded."""

    urls: list[str] = None  # type: ignore[assignment]  # a class has none yet
    """The urls, absolute if a request is being served."""

    status: int = None  # type: ignore[assignment]  # a class has none yet
    """The code."""

    def __init__(
        self,
        urls: str | bytes | Iterable[str | bytes],
        status: int | str | None = None,
        encoding: str | None = None,
    ) -> None:
        self.encoding = encoding or self.encoding
        texts = [self._text(url) for url in ([urls] if isinstance(urls, (str, bytes)) else urls)]
        check_field(texts)
        exchange = current_exchange() if texts else None  # a 304 has none
        self.urls = texts if exchange is None else [exchange.absolute_url(url) for url in texts]
        self.status = self._code(self.default_status if status is None else status)
        super().__init__(self.urls, self.status)

    def _text(self, url: str | bytes) -> str:
        return url.decode(self.encoding) if isinstance(url, bytes) else url

    def _code(self, status: int | str) -> int:
        code = code_number(status)
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
        path: A path of the same application. It may be relative to that of the request, which
            only the one who serves it can resolve, and it may have a query string.
        query_string: The query string, when `path` has none.

    Examples:
        >>> try:
        ...     raise InternalRedirect("/search?q=bird")
        ... except InternalRedirect as redirect:
        ...     redirect.path, redirect.query_string
        ('/search', 'q=bird')
    """

    path: str
    query_string: str

    def __init__(self, path: str, query_string: str = "") -> None:
        self.path, mark, found = path.partition("?")
        self.query_string = found if mark else query_string
        super().__init__(self.path, self.query_string)
