"""The answer to a request: status, headers, cookies and body, until `Response.finalize` fixes them.

A body is bytes by the time it is finalized. Text is an error, so that no charset is ever guessed.
"""

from __future__ import annotations

import io
import reprlib
from functools import lru_cache
from time import time
from typing import TYPE_CHECKING, Any, Final

from cherrypy_httputil import HeaderMap, HTTPDate, HTTPError, valid_status
from cherrypy_web.cookies import new_cookie
from cherrypy_web.lazy import lazy
from cherrypy_web.sentfields import SentFields

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from http.cookies import SimpleCookie

    import webob

__all__ = ["TEXT_IN_BODY", "FileChunks", "Response", "ResponseBody", "close_body", "unfit"]

CHUNK: Final = 64 * 1024
OK: Final = (200, "200 OK")
NO_BODY: Final = frozenset({204, 205, 304})
#: Unlike the others, it has a body for a client that goes by RFC 9112, 6.3; an empty one.
RESET_CONTENT: Final = 205
#: Where the type of a content that is not sent says nothing, and strict WSGI servers refuse it.
NO_TYPE: Final = frozenset({204, 304})

TEXT_IN_BODY: Final = (
    "a response body holds bytes, but the handler answered with text; turn on tools.encode, or "
    "encode the text. By default that tool is on for the media types text/*; others can be named "
    "in tools.encode.media_types"
)


def unfit(piece: object) -> str:
    """Return what is wrong with a piece of a body that is no bytes."""
    if isinstance(piece, str):
        return TEXT_IN_BODY
    return f"a response body holds bytes, but there is {reprlib.repr(piece)} in it"


_new_headers = HeaderMap.__new__
_get = dict.get
_has = dict.__contains__
_values: Final[Any] = dict.values
_set = dict.__setitem__
_update = dict.update


class _Dates(dict[int, str]):
    """The field ``Date`` of the present second, by the second."""

    def __missing__(self, second: int) -> str:
        self.clear()
        self[second] = date = HTTPDate(second)
        return date


_dates: Final = _Dates()

#: Names and values of fields that were found to be plain, such as the media types that a site has.
_plain: Final[set[str]] = set()
MAX_PLAIN: Final = 1024
#: How many characters a text has at most that is remembered.
LONGEST_PLAIN: Final = 1024
_all_plain = _plain.issuperset


def _are_plain(headers: HeaderMap) -> bool:
    """Tell whether fields can be sent as they are: all of them printable ASCII."""
    texts: list[Any] = [*headers, *_values(headers)]
    try:
        whole = "".join(texts)
    except TypeError:  # there is more than text in it
        return False
    if not (whole.isascii() and whole.isprintable()):
        return False
    if len(_plain) > MAX_PLAIN:
        _plain.clear()
    _plain.update([text for text in texts if len(text) <= LONGEST_PLAIN])
    return True


@lru_cache(maxsize=256)
def _status_line(status: int | str | bytes | None) -> tuple[int, str]:
    code, reason, _ = valid_status(status or None)
    return code, f"{code} {reason}"


class FileChunks:
    """What a file holds from here on, in pieces; at the end, or by `close`, the file is closed.

    A generator would not do: one that was never asked for anything closes nothing.

    Args:
        file: A file of bytes.
        size: How many bytes a piece has at most.
    """

    def __init__(self, file: Any, size: int = CHUNK) -> None:
        self.file = file
        self._read = file.read
        self._size = size

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk: bytes = self._read(self._size)
        if chunk:
            return chunk
        self.close()
        self._read = io.BytesIO().read  # a closed file could not be asked again
        raise StopIteration

    def close(self) -> None:
        """Close the file."""
        if hasattr(self.file, "close"):
            self.file.close()


class ResponseBody:
    """The attribute ``body`` of a response: it takes what handlers return, and holds an iterable.

    ``None`` and empty values become an empty list, bytes a list of them, a file the chunks that it
    holds. Any other iterable stays as it is.

    Examples:
        >>> response = Response()
        >>> response.body = b"bytes"
        >>> response.body
        [b'bytes']
        >>> response.body = "text"
        Traceback (most recent call last):
        ValueError: a response body holds bytes, but the handler answered with text; ...
    """

    unicode_err: str = TEXT_IN_BODY

    def __get__(self, response: Response | None, owner: type | None = None) -> Any:
        if response is None:
            return self
        return response._body  # noqa: SLF001 - this is the attribute's own slot

    def __set__(self, response: Response, value: Any) -> None:
        if isinstance(value, list):
            for item in value:
                if isinstance(item, str):
                    raise ValueError(self.unicode_err)  # noqa: TRY004 - the documented error
        elif isinstance(value, bytes):
            value = [value] if value else []
        elif value is None:
            value = []
        elif isinstance(value, str):
            raise ValueError(self.unicode_err)
        elif isinstance(value, (bytearray, memoryview)):
            value = [bytes(value)]
        elif hasattr(value, "read"):
            value = FileChunks(value)
        elif not (hasattr(value, "__iter__") or hasattr(value, "__getitem__")):
            raise TypeError(
                "a response body has to be bytes, an iterable of bytes, a file or None, not "
                f"{reprlib.repr(value)}"
            )
        response._body = value  # noqa: SLF001 - this is the attribute's own slot


class Response:
    """What will be sent to the client.

    Attributes:
        status: A code, or a code and a reason, such as ``"404 Not Found"``. ``""`` means 200.
        headers: The fields before `finalize`, without the cookies.
        cookie: The cookies to set.
        body: An iterable of bytes; see `ResponseBody` for what else it takes.
        time: When the response began, in seconds since the epoch.
        stream: Whether the body is sent piece by piece, as it is made.
        timeout: How many seconds the response may take.
        timed_out: Whether it took longer; see `check_timeout`.

    Examples:
        >>> response = Response()
        >>> response.status, response.body = 404, b"No such bird"
        >>> response.finalize()
        >>> response.status_line, response.headers["Content-Length"]
        ('404 Not Found', '12')
    """

    if TYPE_CHECKING:

        @property
        def status(self) -> str:
            """What was set, at first ``""``; after `finalize`, the status line."""

        @status.setter
        def status(self, value: int | str | bytes | None) -> None: ...
    else:
        status = ""

    headers: HeaderMap = HeaderMap()
    time: float = None  # type: ignore[assignment] # documented; the constructor sets it
    stream: bool = False
    timeout: float = 300
    timed_out: bool = False
    server_header: str = "CherryPy"

    #: The status line and the fields as WSGI wants them, after `finalize`.
    status_line: str = ""
    fields: Sequence[tuple[str, str]] = ()

    body: ResponseBody = ResponseBody()

    def __init__(self) -> None:
        self._body: Any = []
        self._cookie: SimpleCookie | None = None
        self.time = now = time()
        self.headers = headers = _new_headers(HeaderMap)
        # The names are as a header map keeps them, so nothing is lost by going past its own update.
        _update(
            headers,
            {"Content-Type": "text/html", "Server": self.server_header, "Date": _dates[int(now)]},
        )

    @property
    def output_status(self) -> bytes:
        """The status line as it is sent, after `finalize`."""
        return self.status_line.encode("latin-1", "replace")

    @output_status.setter
    def output_status(self, line: bytes) -> None:
        self.status_line = line.decode("latin-1")

    @property
    def header_list(self) -> list[tuple[bytes, bytes]]:
        """All fields as pairs of bytes, after `finalize`. What is changed here is what is sent."""
        return SentFields(self)

    @header_list.setter
    def header_list(self, fields: Iterable[tuple[bytes, bytes]]) -> None:
        SentFields(self).send(fields)

    @property
    def cookie(self) -> SimpleCookie:
        """The cookies to set."""
        if self._cookie is None:
            self._cookie = new_cookie()
        return self._cookie

    @cookie.setter
    def cookie(self, cookie: SimpleCookie) -> None:
        self._cookie = cookie

    @property
    def status_code(self) -> int:
        """The code of the status."""
        return _status_line(self.status)[0]

    @status_code.setter
    def status_code(self, code: int) -> None:
        self.status = code

    @property
    def app_iter(self) -> Iterable[bytes]:
        """The body, under the name that WebOb gives it."""
        body: Iterable[bytes] = self._body
        return body

    @app_iter.setter
    def app_iter(self, chunks: Iterable[bytes]) -> None:
        self._body = chunks

    @lazy
    def webob(self) -> webob.Response:
        """The same response as WebOb has it.

        Raises:
            ImportError: WebOb is not installed; it is the extra ``webob`` of this package.
        """
        from cherrypy_web.webobview import ResponseView  # noqa: PLC0415 - an extra

        return ResponseView(self)

    def collapse_body(self) -> bytes:
        """Read the whole body, keep it as one piece, and return it.

        Raises:
            ValueError: There is something else than bytes in it, such as text.
        """
        body = self._body
        try:
            pieces = list(body)
        finally:
            close_body(body)
        try:
            whole = b"".join(pieces)
        except TypeError:
            strange = (
                each for each in pieces if not isinstance(each, bytes | bytearray | memoryview)
            )
            raise ValueError(unfit(next(strange))) from None
        self._body = [whole] if whole else []
        return whole

    def finalize(self) -> None:
        """Fix the status line and the header list; without ``stream``, also read the whole body.

        Raises:
            HTTPError: 500, the status or the body is not one that can be sent.
        """
        code, line = self._checked_status() if self.status else OK
        self.status = self.status_line = line
        headers = self.headers
        length = None
        if code < 200 or code in NO_BODY:  # noqa: PLR2004 - RFC 9110, 6.4.1: these have no content
            headers.pop("Content-Length", None)
            if code in NO_TYPE:
                headers.pop("Content-Type", None)
            elif code == RESET_CONTENT:
                headers["Content-Length"] = "0"
            self._drop_body()
        elif _get(headers, "Content-Length") is None:
            if _has(headers, "Content-Length"):
                del headers["Content-Length"]
            if not self.stream:
                body = self._body
                whole = (
                    body[0]
                    if type(body) is list and len(body) == 1 and type(body[0]) is bytes
                    else self.collapse_body()
                )
                length = str(len(whole))
        try:
            plain = (_all_plain(headers) and _all_plain(_values(headers))) or _are_plain(headers)
        except TypeError:  # there is a list in it
            plain = False
        if length is not None:
            _set(headers, "Content-Length", length)  # nothing to look at: these are digits
        fields = list(headers.items()) if plain else headers.output_native()
        if self._cookie is not None:
            fields.extend(self._cookie_fields(self._cookie))
        self.fields = fields

    def _checked_status(self) -> tuple[int, str]:
        try:
            return _status_line(self.status)
        except ValueError as error:
            raise HTTPError(500, str(error)) from error

    def check_timeout(self) -> None:
        """Set ``timed_out`` when the response has taken longer than ``timeout`` allows."""
        if time() > self.time + self.timeout:
            self.timed_out = True

    @staticmethod
    def _cookie_fields(cookie: SimpleCookie) -> Iterator[tuple[str, str]]:
        for morsel in cookie.values():
            text = morsel.OutputString()
            if not (text.isascii() and text.isprintable()):
                # SimpleCookie escapes the value; its attributes are the program's own.
                text = HeaderMap.encode_header_item(text).decode("latin-1")
            yield "Set-Cookie", text

    def _drop_body(self) -> None:
        body, self._body = self._body, []
        close_body(body)


def close_body(body: object) -> None:
    """Close a body, if it is of a kind that can be closed."""
    if not isinstance(body, (list, io.IOBase)) and hasattr(body, "close"):
        body.close()
